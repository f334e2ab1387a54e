//! A sentence for each failure code, and how the program ends with it.

use souspli_client::failure::Failure;

use crate::exit::Exit;
use crate::language::Language;

/// Codes that mean the same to a person.
struct Row {
    codes: &'static [&'static str],
    exit: Exit,
    english: &'static str,
    french: &'static str,
}

macro_rules! rows {
    ($($exit:ident [$($code:literal)+] $english:literal $french:literal)*) => {
        &[$(Row { codes: &[$($code),+], exit: Exit::$exit, english: $english, french: $french },)*]
    };
}

const ROWS: &[Row] = rows! {
    HostAway ["offline"]
        "The host was not reached. Check --host and the connection, then try again."
        "L’hébergeur n’a pas pu être joint. Vérifiez --host et la connexion, puis réessayez."
    HostAway ["untrusted_certificate"]
        "What answers at this address shows no certificate that is trusted here. A host with an authority of its own needs --ca-file."
        "Ce qui répond à cette adresse ne présente aucun certificat reconnu ici. Un hébergeur qui a sa propre autorité demande --ca-file."
    HostAway ["proxy"]
        "What stands before the host answers, the host does not. Try again in a minute."
        "Ce qui est placé devant l’hébergeur répond, l’hébergeur non. Réessayez dans une minute."
    HostAway ["busy" "internal" "slow_down" "too_slow" "work_required" "bad_nonce"]
        "The host cannot do this at the moment. Try again in a minute."
        "L’hébergeur ne peut pas le faire pour le moment. Réessayez dans une minute."
    Unknown ["outcome_unknown" "unknown_outcome"]
        "It is not known yet whether the host has kept this. The sealed bytes lie in the state folder and the next command sends the same ones again, so nothing happens twice."
        "On ne sait pas encore si l’hébergeur l’a enregistré. Le pli scellé est dans le dossier d’état et la prochaine commande renvoie le même : rien ne se fait deux fois."
    CannotUnlock ["no_vault"]
        "Nothing opens with this account key here. Check each character, and that --host is the practice’s host."
        "Rien ne s’ouvre ici avec cette clé de compte. Vérifiez chaque caractère, et que --host est bien l’hébergeur du cabinet."
    CannotUnlock ["cannot_unlock"]
        "Account key and passphrase do not open this vault. No attempt is ever locked out."
        "La clé de compte et la phrase de passe n’ouvrent pas ce coffre. Aucun essai ne bloque l’accès."
    CannotUnlock ["code_checksum" "code_foreign_character" "code_wrong_length"]
        "The account key was mistyped: it has 28 letters and digits in groups of four, and its last ones check the rest."
        "La clé de compte est mal recopiée : elle a 28 lettres et chiffres par groupes de quatre, dont les derniers vérifient les autres."
    CannotUnlock ["passphrase_too_short"]
        "A passphrase has at least 12 characters."
        "Une phrase de passe compte au moins 12 caractères."
    CannotUnlock ["not_granted"]
        "The vault opens, but the practice has granted it nothing for some time. Ask an owner to open the practice once."
        "Le coffre s’ouvre, mais le cabinet ne lui a plus rien accordé depuis un moment. Demandez à un titulaire d’ouvrir le cabinet une fois."
    CannotUnlock ["not_in_acl"]
        "This key does not belong to the practice, or not any more. Ask an owner."
        "Cette clé ne fait pas, ou ne fait plus, partie du cabinet. Adressez-vous à un titulaire."
    Distrust ["vault_rolled_back"]
        "The host gave out an older vault than this device has already opened. Stop, and ask whoever runs the host why."
        "L’hébergeur a remis un coffre plus ancien que celui que cet appareil a déjà ouvert. Arrêtez-vous et demandez pourquoi à qui gère l’hébergeur."
    Distrust ["vault_damaged" "bad_vault_content" "bad_vault_signature" "wrong_vault_key" "wrong_seal_key" "unknown_profile" "vault_too_long" "no_slot"]
        "The vault that the host gave out was changed or damaged. Nothing was sent because of it."
        "Le coffre remis par l’hébergeur a été modifié ou abîmé. Rien n’a été envoyé à cause de lui."
    Distrust ["rolled_back"]
        "The host showed something older than what this device has already seen. Stop, and ask whoever runs the host why. A restored backup is announced before."
        "L’hébergeur a présenté quelque chose de plus ancien que ce que cet appareil a déjà vu. Arrêtez-vous et demandez pourquoi à qui gère l’hébergeur. Une sauvegarde restaurée s’annonce à l’avance."
    Distrust ["bad_journal"]
        "The host’s journal of reads does not verify, or says less than it did before. Stop, and ask whoever runs the host why."
        "Le journal des lectures de l’hébergeur ne se vérifie pas, ou en dit moins qu’avant. Arrêtez-vous et demandez pourquoi à qui gère l’hébergeur."
    Distrust ["log_forked" "log_rolled_back"]
        "The host has shown two histories of its public log, or an older one than before. `souspli evidence` writes what shows it to others, where it can be shown. Ask whoever runs the host why."
        "L’hébergeur a montré deux histoires de son journal public, ou une plus ancienne qu’avant. `souspli evidence` écrit ce qui le montre à d’autres, là où cela peut se montrer. Demandez pourquoi à qui gère l’hébergeur."
    Distrust ["broken_promise"]
        "The host signed that something of this practice would be in its public log within a day, and it is not there. `souspli evidence` writes what it signed. Ask whoever runs the host why."
        "L’hébergeur a signé qu’une pièce de ce cabinet serait dans son journal public sous un jour, et elle n’y est pas. `souspli evidence` écrit ce qu’il a signé. Demandez pourquoi à qui gère l’hébergeur."
    Distrust ["bad_checkpoint" "bad_tile" "bad_proof"]
        "The host’s public log does not verify. Appointments are not concerned: they verify by themselves. Ask whoever runs the host why."
        "Le journal public de l’hébergeur ne se vérifie pas. Les rendez-vous ne sont pas en cause : ils se vérifient par eux-mêmes. Demandez pourquoi à qui gère l’hébergeur."
    Distrust ["no_quorum"]
        "Too few of the witnesses that the practice has named have confirmed the host’s public log within a day. Nothing else is known to be wrong."
        "Trop peu des témoins désignés par le cabinet ont confirmé le journal public de l’hébergeur depuis un jour. Rien d’autre n’est en cause à notre connaissance."
    Distrust ["bad_receipt" "read_back_differs"]
        "The host answered, but did not prove that it keeps what was sent. Do not rely on it: look at the agenda again."
        "L’hébergeur a répondu, mais n’a pas prouvé qu’il conserve ce qui a été envoyé. N’y comptez pas : consultez à nouveau l’agenda."
    Distrust ["bad_claim_set"]
        "The host’s list of taken times is not of now, or not signed by it. If this machine’s clock is right, ask whoever runs the host why. Nothing was sent because of it."
        "La liste des horaires pris que remet l’hébergeur n’est pas de maintenant, ou pas signée par lui. Si l’heure de cette machine est juste, demandez pourquoi à qui gère l’hébergeur. Rien n’a été envoyé à cause d’elle."
    Distrust ["wrong_root" "wrong_calendar" "bad_links" "bad_identity" "bad_catalogue" "not_rostered" "bad_hours" "bad_chain" "bad_event" "bad_rules" "bad_grant"]
        "What the host sent is not what the practice signed. Stopped here; nothing was sent because of it."
        "Ce que l’hébergeur a envoyé n’est pas ce que le cabinet a signé. Arrêt ici ; rien n’a été envoyé à cause de cela."
    NotDone ["event_expired" "bad_epoch" "bad_window"]
        "The clocks of this machine and of the host do not agree. Nothing was changed. Set date and time here, then try again."
        "L’heure de cette machine et celle de l’hébergeur ne concordent pas. Rien n’a été modifié. Réglez la date et l’heure ici, puis réessayez."
    NotDone ["host_answer" "bad_answer" "bad_json" "bad_base64" "wrong_size" "bad_shape" "unknown_suite" "wrong_context" "bad_claims" "bad_authorization" "bad_signature" "no_route" "wrong_method" "too_large" "wrong_content_type" "bad_call" "flow_ended" "locked" "no_journal"]
        "Host and agent did not understand each other: they may be of different versions, or this machine’s clock is wrong. Nothing was changed."
        "L’hébergeur et l’agent ne se sont pas compris : ils ne sont peut-être pas de la même version, ou l’heure de cette machine est fausse. Rien n’a été modifié."
    NotDone ["no_record" "no_such_record"]
        "There is no such record in this practice, or it is so old that it has been erased."
        "Ce cabinet n’a pas un tel rendez-vous, ou il est si ancien qu’il a été effacé."
    NotDone ["no_member"]
        "No member has this name or id. `souspli journal` names those who have read."
        "Aucun membre n’a ce nom ou cet identifiant. `souspli journal` nomme ceux qui ont lu."
    NotDone ["several_members"]
        "Several members have this name. Give the key, as `souspli journal --json` prints it."
        "Plusieurs membres ont ce nom. Indiquez la clé, telle que `souspli journal --json` l’affiche."
    NotDone ["no_link"]
        "No booking link that is given out has this name. For one that was revoked, give its key: bookings through it name it."
        "Aucun lien de rendez-vous en service n’a ce nom. Pour un lien révoqué, indiquez sa clé."
    NotDone ["several_links"]
        "Several booking links have this name. Rename one, or give the key."
        "Plusieurs liens de rendez-vous ont ce nom. Renommez-en un, ou indiquez la clé."
    NotDone ["revision_conflict"]
        "The record has changed meanwhile. Look at it as it is now, then decide again."
        "Le rendez-vous a changé entre-temps. Regardez où il en est, puis décidez à nouveau."
    NotDone ["record_released" "record_exists" "wrong_author"]
        "The record was cancelled or is another’s; this cannot be done to it any more."
        "Ce rendez-vous a été annulé ou appartient à un autre ; cela n’est plus possible."
    NotDone ["slot_taken" "taken" "hold_expired" "no_hold" "hold_extended"]
        "The time has been taken by somebody else."
        "L’horaire a été pris par quelqu’un d’autre."
    NotDone ["stale_version" "vault_conflict"]
        "Another device has just changed something. Nothing was changed here; run the command again."
        "Un autre appareil vient de modifier quelque chose. Rien n’a été modifié ici ; relancez la commande."
    NotDone ["owner_only"]
        "Only an owner of the practice can do this."
        "Seul un titulaire du cabinet peut le faire."
    NotDone ["not_published" "not_taking_bookings" "no_publication"]
        "The practice has not published anything yet. Publish once in the browser, under Settings."
        "Le cabinet n’a encore rien publié. Publiez une fois dans le navigateur, sous Réglages."
    NotDone ["epoch_expired"]
        "The practice’s keys for this fortnight are missing, if this machine’s clock is right. An owner signs them by opening the practice, or with `souspli publish`."
        "Il manque les clés du cabinet pour cette quinzaine, si l’heure de cette machine est juste. Un titulaire les signe en ouvrant le cabinet, ou par `souspli publish`."
    NotDone ["storage_refused"]
        "The state folder cannot be written to. Nothing was sent. Choose another one with --state."
        "Le dossier d’état n’est pas accessible en écriture. Rien n’a été envoyé. Choisissez-en un autre avec --state."
    NotDone ["no_calendar"]
        "The host does not know this practice. Check --host."
        "L’hébergeur ne connaît pas ce cabinet. Vérifiez --host."
    NotDone ["registration_closed"]
        "This host takes no new practices. Ask whoever runs it."
        "Cet hébergeur n’accueille pas de nouveau cabinet. Adressez-vous à la personne qui le gère."
    NotDone ["already_registered" "vault_exists"]
        "This is stored there already. Open it instead."
        "C’est déjà enregistré. Ouvrez-le plutôt."
    NotDone ["link_revoked" "link_expired" "token_needed" "bad_link" "view_only"]
        "This booking link is not valid, or not any more."
        "Ce lien de rendez-vous n’est pas valable, ou ne l’est plus."
    NotDone ["too_long"]
        "The text is too long. Nothing is cut by itself: make it shorter."
        "Le texte est trop long. Rien n’est coupé automatiquement : raccourcissez-le."
    NotDone ["form" "missing" "missing_contact" "unknown" "too_many" "turned_round" "out_of_range" "bad_email" "bad_phone" "bad_time" "no_such_time" "no_visit_type"]
        "What was to be written is not complete or does not fit the practice’s settings. Nothing was changed; the browser shows the fields."
        "Ce qu’il fallait écrire est incomplet ou ne correspond pas aux réglages du cabinet. Rien n’a été modifié ; le navigateur montre les champs."
    NotDone ["bad_date"]
        "A date looks like 2026-11-30."
        "Une date s’écrit ainsi : 2026-11-30."
    NotDone ["hours_too_fine" "catalogue_too_large" "rules_too_large"]
        "The settings do not fit into the size that every practice has. Simplify hours or texts in the browser."
        "Les réglages dépassent la taille commune à tous les cabinets. Simplifiez les horaires ou les textes dans le navigateur."
};

/// How the program ends with a failure.
pub(crate) fn exit(failure: &Failure) -> Exit {
    row(code_of(failure)).map_or(Exit::NotDone, |row| row.exit)
}

/// Whether the same may succeed later by itself.
pub(crate) fn is_passing(failure: &Failure) -> bool {
    let passing = matches!(
        failure.code,
        "stale_version"
            | "revision_conflict"
            | "vault_conflict"
            | "event_expired"
            | "bad_epoch"
            | "bad_window"
            | "epoch_expired"
            | "storage_refused"
    );
    passing || matches!(exit(failure), Exit::HostAway | Exit::Unknown)
}

/// The sentence for a failure, with its code, which is what to tell somebody who helps.
pub(crate) fn sentence(failure: &Failure, language: Language) -> String {
    said(code_of(failure), failure.field.as_deref(), language)
}

/// The sentence for a code alone.
pub(crate) fn reason(code: &str, language: Language) -> String {
    said(code, None, language)
}

fn said(code: &str, field: Option<&str>, language: Language) -> String {
    let field = field.map(|field| format!(" ({field})")).unwrap_or_default();
    let unknown = ("This could not be done.", "Cela n’a pas pu se faire.");
    let (english, french) = row(code).map_or(unknown, |row| (row.english, row.french));
    format!("{} [{code}{field}]", language.of(english, french))
}

/// The code; an answer of status 5xx that is not the host's own comes from a proxy whose host is away.
fn code_of(failure: &Failure) -> &'static str {
    let status = failure.numbers.get("status");
    if failure.code == "host_answer" && status.is_some_and(|status| status >= 500) { "proxy" } else { failure.code }
}

fn row(code: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.codes.contains(&code))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use souspli_client::trust::Distrust;
    use souspli_protocol::problem::Code;

    use super::*;

    #[test]
    fn every_code_of_host_and_verifier_has_one_sentence() {
        let mut seen = BTreeSet::new();
        for row in ROWS {
            for code in row.codes {
                assert!(seen.insert(*code), "{code} stands twice");
            }
        }
        let host = Code::ALL.iter().map(|code| code.as_str().to_owned());
        let verifier = Distrust::ALL.iter().map(ToString::to_string);
        for code in host.chain(verifier) {
            assert!(row(&code).is_some(), "{code} has no sentence");
        }
    }

    #[test]
    fn what_does_not_verify_ends_apart_from_what_is_merely_away() {
        let of = |code| exit(&Failure::new(code));
        assert_eq!(of("bad_chain"), Exit::Distrust);
        assert_eq!(of("offline"), Exit::HostAway);
        assert_eq!(of("never heard of"), Exit::NotDone);
        let passes = |code| is_passing(&Failure::new(code));
        assert!(
            ["busy", "outcome_unknown", "vault_conflict", "event_expired", "storage_refused"].into_iter().all(passes)
        );
        assert!(!["rolled_back", "bad_chain", "cannot_unlock", "not_in_acl", "host_answer"].into_iter().any(passes));
    }

    #[test]
    fn a_proxy_whose_host_is_away_is_no_misunderstanding() {
        let answer = |status| Failure::new("host_answer").with("status", status);
        assert_eq!((exit(&answer(502)), is_passing(&answer(502))), (Exit::HostAway, true));
        assert_eq!((exit(&answer(404)), is_passing(&answer(404))), (Exit::NotDone, false));
    }

    #[test]
    fn a_sentence_names_code_and_field() {
        let failure = Failure::new("too_long").in_field("text");
        assert!(sentence(&failure, Language::English).ends_with("[too_long (text)]"));
        assert!(sentence(&failure, Language::French).starts_with("Le texte"));
    }
}
