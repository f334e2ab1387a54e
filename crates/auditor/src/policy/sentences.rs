//! The kinds of content in a sentence, in both languages of the reports.

use super::Holds;

/// English and French.
pub(super) fn of(holds: &Holds) -> (&'static str, &'static str) {
    match holds {
        Holds::Message { .. } => ("another message, field by field", "un autre message, champ par champ"),
        Holds::LogProof => {
            ("a proof that a hash lies in the public log", "la preuve qu'une empreinte est au journal public")
        }
        Holds::WitnessPolicy => ("who watches the public log", "qui surveille le journal public"),
        Holds::Tile => ("which piece of the public log", "quel morceau du journal public"),
        Holds::Asset => ("a file that is the same for everybody", "un fichier identique pour tout le monde"),
        Holds::Browser => (
            "what a browser says by itself; neither stored nor logged",
            "ce que le navigateur dit de lui-même ; ni conservé ni journalisé",
        ),
        Holds::Transport => ("what HTTP needs to carry a body", "ce dont HTTP a besoin pour transporter un corps"),
        Holds::RouteTemplate => {
            ("the pattern of an address, without its values", "le modèle d'une adresse, sans ses valeurs")
        }
        Holds::LineTime => ("when the line was written", "l'heure d'écriture de la ligne"),
        Holds::Latency => ("how long something took, in microseconds", "une durée de traitement, en microsecondes"),
        Holds::ProgramText => (
            "a fixed text of the program, or a place in its source or its files",
            "un texte fixe du programme, ou un endroit de sa source ou de ses fichiers",
        ),
        Holds::SystemText => (
            "a sentence of the operating system or the database; it is searched, since its shape says nothing",
            "une phrase du système ou de la base de données ; elle est fouillée, sa forme ne disant rien",
        ),
        Holds::Word { .. } => ("one of a closed list of words", "un mot d'une liste fermée"),
        Holds::NoTime => ("always 1 January 1970: no time", "toujours le 1er janvier 1970 : aucune date"),
        Holds::Zero => ("always zero", "toujours zéro"),
        _ => of_bytes(holds).unwrap_or_else(|| of_number(holds)),
    }
}

fn of_bytes(holds: &Holds) -> Option<(&'static str, &'static str)> {
    Some(match holds {
        Holds::Id { .. } => ("an id without meaning", "un identifiant sans signification"),
        Holds::VerificationKey => {
            ("a public key that checks signatures", "une clé publique qui vérifie des signatures")
        }
        Holds::Signature => ("a signature", "une signature"),
        Holds::Hash { .. } => ("a hash over sealed or public bytes", "une empreinte d'octets scellés ou publics"),
        Holds::Event => ("a sealed event, always 8,192 bytes", "un événement scellé, toujours 8 192 octets"),
        Holds::Publication => (
            "what a practice published: signed, and sealed where it is not a list of keys; one size for each kind",
            "une publication du cabinet : signée, et scellée sauf les listes de clés ; une taille par nature",
        ),
        Holds::Vault => ("a sealed vault, always 262,144 bytes", "un coffre scellé, toujours 262 144 octets"),
        Holds::Receipts => (
            "receipts that something had before the host restored an older copy",
            "les reçus obtenus avant que l'hébergeur ne restaure une copie plus ancienne",
        ),
        Holds::Notice => (
            "the host's signed notice that it restored an older copy",
            "l'avis signé de l'hébergeur qu'il a restauré une copie plus ancienne",
        ),
        Holds::Receipt => (
            "a receipt that the host signed: place in the chain, hash, minute",
            "un reçu signé par l'hébergeur : place dans la chaîne, empreinte, minute",
        ),
        Holds::ClaimIds => (
            "24 ids without meaning that stand for a time, or none",
            "24 identifiants sans signification qui tiennent lieu d'un horaire, ou aucun",
        ),
        Holds::ClaimOwner => {
            ("the id of a record or of a hold", "l'identifiant d'un dossier ou d'une réservation provisoire")
        }
        Holds::HoldRequest => ("a signed request to hold a time", "une demande signée de réservation provisoire"),
        Holds::ClaimSet => {
            ("a compact set of ids without meaning", "un ensemble compact d'identifiants sans signification")
        }
        Holds::Erase => (
            "which booking is to be erased, as an id, signed by a member",
            "quel rendez-vous effacer, par un identifiant, signé par un membre",
        ),
        Holds::ReadRanges => {
            ("which places of a practice's chain were read", "quelles places de la chaîne d'un cabinet ont été lues")
        }
        Holds::ReadRow => (
            "a row of the journal of reads: which key was given which places of the chain in which hour",
            "une ligne du journal des lectures : quelle clé a reçu quelles places de la chaîne, dans quelle heure",
        ),
        Holds::JournalStatement => (
            "the host's signature over the journal of reads",
            "la signature de l'hébergeur sur le journal des lectures",
        ),
        Holds::ClaimStatement => {
            ("the host's signature over such a set", "la signature de l'hébergeur sur cet ensemble")
        }
        Holds::Authorization => ("the signature of a request, with its key", "la signature d'une requête, avec sa clé"),
        Holds::Nonce => ("a number that is used once", "un nombre à usage unique"),
        Holds::Work => ("a proof of computing work, or zero", "une preuve de calcul, ou zéro"),
        Holds::CounterBytes => ("a number, always 8 bytes", "un nombre, toujours sur 8 octets"),
        _ => return None,
    })
}

fn of_number(holds: &Holds) -> (&'static str, &'static str) {
    match holds {
        Holds::Window => ("the number of a period of four weeks", "le numéro d'une période de quatre semaines"),
        Holds::Epoch => ("the number of a period of two weeks", "le numéro d'une période de deux semaines"),
        Holds::Minute { .. } => ("a minute at which the host did something", "une minute à laquelle l'hébergeur a agi"),
        Holds::Hour => ("an hour at which the host did something", "une heure à laquelle l'hébergeur a agi"),
        Holds::Counter { .. } => ("a number that counts up without gaps", "un numéro d'ordre sans trou"),
        Holds::Generation => {
            ("a version number that its owner signs", "un numéro de version signé par son propriétaire")
        }
        Holds::PublicationKind => {
            ("which kind of publication, 1 to 8 or 11", "la nature de la publication, de 1 à 8 ou 11")
        }
        Holds::Slot => (
            "the two or four weeks that a publication is for, or 0",
            "les deux ou quatre semaines que concerne une publication, ou 0",
        ),
        Holds::LogPlace => ("a place in the public log", "une place dans le journal public"),
        Holds::Flag => ("yes or no", "oui ou non"),
        Holds::One => ("the mark of a table's only row", "la marque de l'unique ligne d'une table"),
        _ => ("a number in a range", "un nombre dans un intervalle"),
    }
}
