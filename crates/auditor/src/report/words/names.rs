//! Words for what findings are made of: weights, areas, the steps of a place, the names of facts.

use crate::report::{Language, Report, Verdict};
use crate::{Area, Severity};

/// A weight, in a word.
pub fn severity(severity: Severity, language: Language) -> &'static str {
    match severity {
        Severity::Note => language.of("Note", "Remarque"),
        Severity::Warning => language.of("Warning", "Avertissement"),
        Severity::Breach => language.of("Breach", "Manquement"),
    }
}

/// An area, as a heading.
pub fn area(area: Area, language: Language) -> &'static str {
    match area {
        Area::Database => language.of("Database", "Base de données"),
        Area::Files => language.of("Files, backups and logs", "Fichiers, sauvegardes et journaux"),
        Area::Traffic => language.of("Traffic", "Trafic"),
        Area::Live => language.of("The running host", "L’hébergeur en marche"),
        Area::Log => language.of("The public log", "Le registre public"),
        Area::Evidence => language.of("Receipts and other evidence", "Reçus et autres preuves"),
        Area::Retention => language.of("Erasure", "Effacement"),
    }
}

/// What a report comes to, in one sentence that claims no more than what was looked at.
pub fn verdict_sentence(report: &Report, language: Language) -> &'static str {
    if report.looked.is_empty() && report.verdict == Verdict::Nothing {
        return language.of(
            "Nothing was looked at: this report says nothing about the host.",
            "Rien n’a été examiné : ce rapport ne dit rien de l’hébergeur.",
        );
    }
    match report.verdict {
        Verdict::Nothing => {
            language.of("Nothing was found in what was looked at.", "Rien n’a été trouvé dans ce qui a été examiné.")
        }
        Verdict::Notes => language.of(
            "Nothing wrong was found in what was looked at; some things are worth knowing.",
            "Rien d’anormal n’a été trouvé dans ce qui a été examiné ; certains points méritent d’être connus.",
        ),
        Verdict::Warnings => language.of(
            "Not everything is as declared; no breach was found in what was looked at.",
            "Tout n’est pas tel que déclaré ; aucun manquement n’a été trouvé dans ce qui a été examiné.",
        ),
        Verdict::Breach => language.of(
            "At least one breach was found: the host holds, sends or hides what it must not.",
            "Au moins un manquement a été constaté : l’hébergeur détient, envoie ou cache ce qu’il ne doit pas.",
        ),
    }
}

/// The kind of a step, in words, and the rest of it: `table event` is a `table` called `event`. A step of no known kind
/// is all rest.
pub fn step(step: &str, language: Language) -> (Option<&'static str>, Option<&str>) {
    let (kind, rest) = step.split_once(' ').map_or((step, None), |(kind, rest)| (kind, Some(rest)));
    match KINDS.iter().find(|[english, _]| *english == kind) {
        Some([english, french]) => (Some(language.of(english, french)), rest),
        None => (None, Some(step)),
    }
}

/// What a fact is about, in words; none for a name that is not known here, which is then shown as it is.
pub fn fact_name(name: &str, language: Language) -> Option<&'static str> {
    let [_, english, french] = FACTS.iter().find(|[known, ..]| *known == name)?;
    Some(language.of(english, french))
}

const KINDS: &[[&str; 2]] = &[
    ["answer", "réponse"],
    ["asset", "fichier de la page"],
    ["backup", "sauvegarde"],
    ["body", "corps"],
    ["byte", "octet"],
    ["calendar", "agenda"],
    ["checkpoint", "état signé"],
    ["column", "colonne"],
    ["comment", "commentaire"],
    ["constraint", "contrainte"],
    ["cookie", "cookie"],
    ["database", "base de données"],
    ["entry", "entrée"],
    ["event", "événement"],
    ["evidence", "preuve"],
    ["field", "champ"],
    ["file", "fichier"],
    ["folder", "dossier"],
    ["function", "fonction"],
    ["header", "en-tête"],
    ["host", "hébergeur"],
    ["index", "index"],
    ["item", "élément"],
    ["key", "clé"],
    ["label", "étiquette"],
    ["leaf", "feuille"],
    ["line", "ligne"],
    ["log", "registre"],
    ["logs", "journal"],
    ["member", "contenu"],
    ["metric", "mesure"],
    ["object", "objet"],
    ["offset", "position"],
    ["order", "ordre"],
    ["page", "page"],
    ["policy", "règle des témoins"],
    ["proof", "fichier de preuve"],
    ["receipt", "reçu"],
    ["record", "rendez-vous"],
    ["request", "requête"],
    ["retention", "effacement"],
    ["route", "route"],
    ["row", "ligne"],
    ["schema", "schéma"],
    ["sequence", "numéro d’ordre"],
    ["server", "serveur"],
    ["table", "table"],
    ["tile", "tuile"],
    ["traffic", "trafic"],
    ["trigger", "déclencheur"],
    ["value", "valeur"],
    ["view", "vue"],
    ["wal", "journal de la base"],
    ["window", "période de quatre semaines"],
    ["witness", "témoin"],
];

const FACTS: &[[&str; 3]] = &[
    ["again", "also at", "aussi en"],
    ["algorithm", "algorithm", "algorithme"],
    ["bookings", "bookings made for the test", "rendez-vous pris pour le test"],
    ["bytes", "bytes", "octets"],
    ["calendar", "calendar", "agenda"],
    ["canary", "invented word", "mot inventé"],
    ["chance", "chance of it", "chance que cela arrive"],
    ["check", "check", "contrôle"],
    ["cosigned", "witnesses that confirmed", "témoins qui ont confirmé"],
    ["count", "number", "nombre"],
    ["encoding", "encoding", "codage"],
    ["entries_make", "the entries make", "les entrées donnent"],
    ["entry", "entry", "entrée"],
    ["error", "error", "erreur"],
    ["expected", "expected", "attendu"],
    ["field", "field", "champ"],
    ["file", "file", "fichier"],
    ["follows", "follows by", "suit par"],
    ["form", "form", "forme"],
    ["found", "found", "trouvé"],
    ["hash", "hash", "empreinte"],
    ["header", "header", "en-tête"],
    ["here", "shown here", "montré ici"],
    ["inside", "inside", "dans"],
    ["key", "key", "clé"],
    ["kind", "kind", "sorte"],
    ["length", "length", "longueur"],
    ["line", "line", "ligne"],
    ["looks", "looks like", "ressemble à"],
    ["may", "seconds allowed", "secondes permises"],
    ["minute", "minute", "minute"],
    ["minutes", "minutes", "minutes"],
    ["missing", "missing", "manquants"],
    ["more", "more of them", "autres cas"],
    ["more_facts", "facts not listed", "éléments non listés"],
    ["name", "name", "nom"],
    ["note", "signed text", "texte signé"],
    ["now", "now (seconds since 1970)", "maintenant (secondes depuis 1970)"],
    ["offset", "offset", "position"],
    ["offset_inside", "position inside", "position à l’intérieur"],
    ["opens", "what it does", "ce qu’elle fait"],
    ["over", "over", "porte sur"],
    ["p_value", "probability of chance", "probabilité due au hasard"],
    ["pages", "pages", "pages"],
    ["part", "part", "partie"],
    ["positions", "positions", "positions"],
    ["reason", "reason", "raison"],
    ["record", "record", "rendez-vous"],
    ["revision", "revision", "révision"],
    ["root_here", "root here", "racine ici"],
    ["row", "row", "ligne"],
    ["rows", "rows", "lignes"],
    ["says", "says", "énoncé"],
    ["score", "score", "score"],
    ["sequence", "sequence", "numéro d’ordre"],
    ["setting", "setting", "réglage"],
    ["sha256", "SHA-256", "SHA-256"],
    ["share", "share", "part"],
    ["shown_by", "shown by", "montré par"],
    ["signed", "signed", "signé"],
    ["since", "since (seconds since 1970)", "depuis (secondes depuis 1970)"],
    ["size", "size", "taille"],
    ["size_here", "size here", "taille ici"],
    ["statistic", "statistic", "statistique"],
    ["step", "step", "pas"],
    ["test", "test", "test"],
    ["text", "text", "texte"],
    ["theirs", "shown there", "montré là-bas"],
    ["times", "times", "fois"],
    ["type", "type", "type"],
    ["values", "values", "valeurs"],
    ["verdict", "verdict", "verdict"],
    ["version", "version", "version"],
    ["what", "what", "quoi"],
    ["why", "why", "pourquoi"],
    ["window", "window", "période"],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order_and_hold_each_word_once() {
        assert!(KINDS.is_sorted_by(|[a, _], [b, _]| a < b));
        assert!(FACTS.is_sorted_by(|[a, ..], [b, ..]| a < b));
        assert!(KINDS.iter().flatten().chain(FACTS.iter().flatten()).all(|word| !word.trim().is_empty()));
    }

    #[test]
    fn a_step_is_a_kind_and_a_name() {
        assert_eq!(step("table event", Language::French), (Some("table"), Some("event")));
        assert_eq!(step("column a b", Language::French), (Some("colonne"), Some("a b")));
        assert_eq!(step("database", Language::French), (Some("base de données"), None));
        assert_eq!(step("table ", Language::French), (Some("table"), Some("")));
        assert_eq!(step("<b>x", Language::French), (None, Some("<b>x")));
        assert_eq!(step("", Language::French), (None, Some("")));
    }
}
