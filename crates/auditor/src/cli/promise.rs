//! What a receipt comes to, in sentences for the person who holds it.

use souspli_protocol::receipt::Receipt;

use crate::audit::Minute;
use crate::receipt::{Judgement, Reason, ShownBy, Verdict};
use crate::report::{Language, count, moment, visible};

/// The verdict, for a person.
pub(super) fn sentence(judgement: &Judgement, language: Language) -> String {
    let due = judgement.receipt.as_ref().map(|receipt| due(receipt, language)).unwrap_or_default();
    match &judgement.verdict {
        Verdict::Included { checkpoint, index, cosigned } => {
            let (origin, index) = (visible(&checkpoint.origin), count(*index, language));
            let names: Vec<String> = cosigned.iter().map(|(name, _)| visible(name)).collect();
            let kept =
                language.of("The host kept its promise: its log", "L’hébergeur a tenu sa promesse : son registre");
            let holds = language.of("holds this, as entry", "contient cet élément, à l’entrée");
            format!("{kept} {origin} {holds} {index}. {}", confirmed(&names, language))
        }
        Verdict::Unwitnessed { index, missing, .. } => {
            let missing: Vec<String> = missing.iter().map(|name| visible(name)).collect();
            let (index, missing) = (count(*index, language), missing.join(", "));
            match language {
                Language::English => format!(
                    "The host's log holds this, as entry {index}, but too few witnesses have confirmed the log: it could show others another one. Missing: {missing}."
                ),
                Language::French => format!(
                    "Le registre de l’hébergeur contient cet élément, à l’entrée {index}, mais trop peu de témoins ont confirmé le registre : il pourrait en montrer un autre à d’autres. Manquent : {missing}."
                ),
            }
        }
        Verdict::Pending { .. } => match language {
            Language::English => format!(
                "Nothing is wrong, and nothing is shown yet: the host has signed this receipt, and has until {due} to put it into its log. Ask again after that."
            ),
            Language::French => format!(
                "Rien d’anormal, et rien n’est encore montré : l’hébergeur a signé ce reçu et a jusqu’au {due} pour l’inscrire à son registre. Revérifiez ensuite."
            ),
        },
        Verdict::Undecided { .. } => match language {
            Language::English => format!(
                "It could not be told: the host has signed this receipt, and had until {due} to put it into its log. What was at hand does not show whether it did. Ask the host, with --host and without --offline."
            ),
            Language::French => format!(
                "Impossible à dire : l’hébergeur a signé ce reçu et avait jusqu’au {due} pour l’inscrire à son registre. Ce qui était disponible ne montre pas s’il l’a fait. Interrogez l’hébergeur, avec --host et sans --offline."
            ),
        },
        Verdict::BrokenPromise { shown_by, checkpoint } => {
            let size = count(checkpoint.checkpoint().size, language);
            let broken = match language {
                Language::English => format!(
                    "The host broke its promise: it signed that this would be in its log by {due}, and none of the {size} entries of the log is this one."
                ),
                Language::French => format!(
                    "L’hébergeur a rompu sa promesse : il a signé que cet élément serait à son registre le {due} au plus tard, et aucune des {size} entrées du registre ne l’est."
                ),
            };
            format!("{broken} {}", convinces(shown_by, language))
        }
        Verdict::NotOurs(reason) => not_ours(reason, language),
    }
}

/// The last minute of a receipt's time.
fn due(receipt: &Receipt, language: Language) -> String {
    let statement = &receipt.statement;
    moment(Minute::new(statement.minute.saturating_add(statement.mmd)), language)
}

fn confirmed(names: &[String], language: Language) -> String {
    if names.is_empty() {
        return language
            .of(
                "No independent witness has confirmed the log: the policy asks for none.",
                "Aucun témoin indépendant n’a confirmé le registre : la règle n’en demande pas.",
            )
            .to_owned();
    }
    let confirmed = language.of("Witnesses that have confirmed the log:", "Témoins qui ont confirmé le registre :");
    format!("{confirmed} {}.", names.join(", "))
}

fn convinces(shown_by: &ShownBy, language: Language) -> &'static str {
    match shown_by {
        ShownBy::LaterReceipt(_) => language.of(
            "A later receipt of the same calendar is there: the host's own signatures show it to anybody.",
            "Un reçu ultérieur du même agenda y est : les signatures de l’hébergeur lui-même le montrent à tous.",
        ),
        ShownBy::Witnesses => language.of(
            "Enough witnesses have confirmed a log without it after that: anybody can ask the host for its answer.",
            "Assez de témoins ont confirmé ensuite un registre sans cet élément : chacun peut demander des comptes à l’hébergeur.",
        ),
        ShownBy::OwnClock => language.of(
            "This was seen from here, by this machine's clock, and does not convince others yet. Keep the receipt; a later receipt of the same calendar (--later) would.",
            "Cela a été vu d’ici, d’après l’horloge de cette machine, et ne convainc pas encore d’autres personnes. Gardez le reçu ; un reçu ultérieur du même agenda (--later) y parviendrait.",
        ),
    }
}

fn not_ours(reason: &Reason, language: Language) -> String {
    let why = match reason {
        Reason::Shape(_) => language.of(
            "the file is neither a receipt nor a proof file, or it is damaged",
            "le fichier n’est ni un reçu ni un fichier de preuve, ou il est abîmé",
        ),
        Reason::Signature => language.of(
            "the key of this host has not signed it, or it was changed since",
            "la clé de cet hébergeur ne l’a pas signé, ou il a été modifié depuis",
        ),
        Reason::Mmd(_) => language.of(
            "it promises something else than this version of the program knows",
            "il promet autre chose que ce que connaît cette version du programme",
        ),
        Reason::Event => language.of(
            "it is for other content than that of the file named with --event",
            "il porte sur un autre contenu que celui du fichier nommé par --event",
        ),
        Reason::Future(_) => language.of("its date lies in the future", "sa date est dans le futur"),
    };
    let (begin, check) =
        (language.of("This is not a receipt of this host:", "Ce n’est pas un reçu de cet hébergeur :"), reason.code());
    let (name, end) = (
        language.of("check:", "contrôle :"),
        language.of(
            "It says nothing for the host and nothing against it.",
            "Cela ne dit rien pour l’hébergeur, ni contre lui.",
        ),
    );
    format!("{begin} {why} ({name} {check}). {end}")
}
