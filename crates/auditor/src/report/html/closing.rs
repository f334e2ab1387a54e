//! What no audit can show, how to verify the report, and the codes.

use maud::{Markup, html};

use super::pieces::evidence;
use super::{Proof, Section, Teller};
use crate::Check;
use crate::audit::hex;
use crate::report::{Signed, words};

impl Teller<'_> {
    pub(super) fn limits(&self) -> Section {
        let body = html! {
            p {
                (self.say(
                    "Some things cannot be found by looking at a host, however closely. Whoever relies on this report should know them.",
                    "Certaines choses ne peuvent pas se trouver en examinant un hébergeur, aussi attentivement que ce soit. Qui s’appuie sur ce rapport doit les connaître.",
                ))
            }
            ul {
                @for limit in words::limits(self.language) {
                    li { strong { (self.typeset(limit.title)) "." } " " (self.typeset(limit.text)) }
                }
            }
        };
        Section {
            id: "limits", heading: self.say("What no audit can show", "Ce qu’aucun audit ne peut montrer"), body
        }
    }

    pub(super) fn verification(&self, proof: &Proof) -> Section {
        let body = html! {
            p {
                (self.say(
                    "This page says what the report’s JSON file says. The file has this SHA-256:",
                    "Cette page dit ce que dit le fichier JSON du rapport. Ce fichier a cette empreinte SHA-256 :",
                ))
                code.hash { (hex(&proof.json.0)) }
            }
            @match &proof.signed {
                Some(signed) => (self.signed(signed)),
                None => p {
                    (self.say(
                        "Nobody has signed this report. The hash ties this page to the file, and nothing ties the file to a person.",
                        "Personne n’a signé ce rapport. L’empreinte rattache cette page au fichier, et rien ne rattache le fichier à une personne.",
                    ))
                },
            }
        };
        Section { id: "verify", heading: self.say("How to verify this report", "Comment vérifier ce rapport"), body }
    }

    fn signed(&self, signed: &Signed) -> Markup {
        let command = format!("souspli-audit verify REPORT.json --signed-by {} --html REPORT.html", signed.key);
        html! {
            p { (self.say("It was signed (Ed25519) with the key", "Il a été signé (Ed25519) avec la clé")) code.hash { (signed.key.to_string()) } }
            p { (self.say("and the signature is", "et la signature est")) code.hash { (signed.signature.to_string()) } }
            ol {
                li {
                    (self.say(
                        "Ask the auditor for the public key by another way than this page: by telephone, on paper, from a page of theirs. It must be the key above.",
                        "Demandez la clé publique à l’auditeur par une autre voie que cette page : par téléphone, sur papier, sur une page à lui. Elle doit être la clé ci-dessus.",
                    ))
                }
                li {
                    (self.say(
                        "Keep the JSON file, the signature file beside it (its name ends with .sig) and this page in one folder, and run:",
                        "Placez le fichier JSON, le fichier de signature qui l’accompagne (son nom finit par .sig) et cette page dans un même dossier, puis lancez :",
                    ))
                    code.hash translate="no" { (command) }
                    (self.say(
                        "The command checks the signature over the file, and that this page says the same as the file, character by character.",
                        "La commande vérifie la signature du fichier, et que cette page dit la même chose que le fichier, caractère par caractère.",
                    ))
                }
                li {
                    (self.say(
                        "Without this program, any program that computes SHA-256 shows whether the file is the one named above. What exactly is signed stands in docs/auditing.md of Souspli, so that the signature can be checked by other means too.",
                        "Sans ce programme, tout logiciel qui calcule SHA-256 montre si le fichier est bien celui désigné ci-dessus. Ce qui est signé exactement est décrit dans docs/auditing.md de Souspli, de sorte que la signature peut aussi être vérifiée par d’autres moyens.",
                    ))
                }
            }
        }
    }

    pub(super) fn appendix(&self) -> Section {
        let heads = [
            self.say("Code", "Code"),
            self.say("What it stands for", "Ce qu’il désigne"),
            self.say("Area", "Domaine"),
            self.say("Weight", "Poids"),
        ];
        let body = html! {
            p {
                (self.say(
                    "Every check that this version of the program knows, whether it was made here or not.",
                    "Tous les contrôles que connaît cette version du programme, qu’ils aient été faits ici ou non.",
                ))
            }
            table.codes role="table" {
                caption.hidden { (self.say("Codes", "Codes")) }
                thead role="rowgroup" {
                    tr role="row" { @for head in &heads { th role="columnheader" scope="col" { (head) } } }
                }
                tbody role="rowgroup" { @for check in Check::ALL { (self.code(*check, &heads)) } }
            }
        };
        Section { id: "codes", heading: self.say("Appendix: codes", "Annexe : les codes"), body }
    }

    fn code(&self, check: Check, [_, meaning, area, weight]: &[String; 4]) -> Markup {
        html! {
            tr role="row" {
                th role="rowheader" scope="row" { (evidence(check.code())) }
                td.wide role="cell" data-label=(meaning) { (self.typeset(words::title(check, self.language))) }
                td role="cell" data-label=(area) { (words::area(check.area(), self.language)) }
                td role="cell" data-label=(weight) { (words::severity(check.severity(), self.language)) }
            }
        }
    }
}
