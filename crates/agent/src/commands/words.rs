//! Words for what happened and for what needs a person.

use souspli_client::report::state;

use crate::language::Language;

/// Something that happened to a record.
pub(super) fn happened(kind: &str, language: Language) -> &str {
    match kind {
        "booked" => language.of("booked", "pris"),
        "moved" => language.of("moved", "déplacé"),
        "note" => language.of("note", "note"),
        "access" => language.of("access renewed", "accès renouvelé"),
        other => state(other, language),
    }
}

/// Why a booking waits for a person.
pub(super) fn attention(code: &str, language: Language) -> &str {
    match code {
        "visit_type" => language.of("its visit type is not offered any more", "son type de visite n’est plus proposé"),
        "practitioner" => language.of("its practitioner does not offer this", "son praticien ne propose pas cela"),
        "room" => language.of("its room does not fit", "sa salle ne convient pas"),
        "length" => {
            language.of("its length is not that of the visit type", "sa durée n’est pas celle du type de visite")
        }
        "hours" => language.of("outside the published hours", "hors des horaires publiés"),
        "start" => language.of("not at one of the offered starts", "pas à une heure proposée"),
        "too_soon" => language.of("booked at too short notice", "pris avec un délai trop court"),
        "too_far" => language.of("booked too far ahead", "pris trop longtemps à l’avance"),
        "unknown_link" => {
            language.of("booked through a link that is not yours", "pris par un lien qui n’est pas le vôtre")
        }
        "double_booked" => language.of("its time was taken before", "son horaire était déjà pris"),
        "wrong_claims" => language.of("it holds another time than it names", "il retient un autre horaire que le sien"),
        other => other,
    }
}

/// Who did something.
pub(super) fn side(name: &str, language: Language) -> &str {
    match name {
        "patient" => language.of("patient", "patient"),
        "practice" => language.of("practice", "cabinet"),
        other => other,
    }
}
