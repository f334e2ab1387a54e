//! Why something was not looked at, in a sentence.

use crate::audit::Gap;
use crate::report::Language;

/// The sentence for a reason.
pub fn gap(gap: Gap, language: Language) -> &'static str {
    let (english, french) = match gap {
        Gap::NotThere => ("It is not where it was said to be.", "L’élément n’est pas là où il devait être."),
        Gap::Unreadable => ("It could not be read.", "L’élément n’a pas pu être lu."),
        Gap::Damaged => (
            "It is damaged, cut off, or not of the kind that it was said to be.",
            "L’élément est abîmé, tronqué, ou d’une autre sorte que celle annoncée.",
        ),
        Gap::UnknownForm => (
            "Its form or version is one that this release of the program does not know.",
            "Sa forme ou sa version n’est pas connue de cette version du programme.",
        ),
        Gap::TooLarge => (
            "It is larger than what the program looks at.",
            "L’élément est plus grand que ce que le programme examine.",
        ),
        Gap::Changed => (
            "It was being changed while it was looked at.",
            "L’élément était en cours de modification pendant l’examen.",
        ),
        Gap::Unreachable => {
            ("It could not be reached over the network.", "L’élément n’a pas pu être joint par le réseau.")
        }
        Gap::Refused => ("Access to it was refused.", "L’accès en a été refusé."),
        Gap::Stopped => ("The examination was stopped before its end.", "L’examen a été arrêté avant la fin."),
        Gap::NotBuilt => (
            "This release of the program cannot examine it yet.",
            "Cette version du programme ne sait pas encore l’examiner.",
        ),
        Gap::NotRecorded => (
            "The recording does not hold it, though it was there.",
            "L’enregistrement ne le contient pas, alors qu’il existait.",
        ),
        Gap::NoCanaries => (
            "No words invented for a test were given, so none could be searched for.",
            "Aucun mot inventé pour un test n’a été fourni : aucun n’a pu être recherché.",
        ),
        Gap::NoPolicy => (
            "No policy was given that says how it must be.",
            "Aucun référentiel n’a été fourni qui dise comment l’élément doit être.",
        ),
        Gap::OwnWord => (
            "The host itself said by which keys and witnesses it is to be judged, and nobody else was asked.",
            "L’hébergeur a dit lui-même d’après quelles clés et quels témoins le juger ; personne d’autre n’a été interrogé.",
        ),
        Gap::OneSide => (
            "The recording was made at one place on the way; what went another way is not in it.",
            "L’enregistrement a été fait en un point du trajet ; ce qui a pris un autre chemin n’y figure pas.",
        ),
        Gap::LeftOut => {
            ("Whoever ran the audit left it out.", "La personne qui a mené l’audit a choisi de ne pas l’examiner.")
        }
    };
    language.of(english, french)
}
