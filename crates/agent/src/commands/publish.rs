//! `souspli publish`.

use serde_json::{Value, json};

use crate::cli::Publish;
use crate::exit::{Exit, Stop};
use crate::language::Language;
use crate::office::{Office, Role};
use crate::print::print_line;

pub(super) async fn run(publish: &Publish, language: Language) -> Result<(), Stop> {
    let (mut office, role) = Office::open(&publish.access, language).await?;
    let done = office.call("maintain", json!({})).await?;
    print_line(&done_line(&done, language));
    if role == Role::Owner {
        let settings = office.call("settings", json!({})).await?;
        if settings["published"] != true {
            return Err(Stop::said(
                Exit::NotDone,
                "There are no settings to publish yet. Make them in the browser, under Settings.",
                "Il n’y a pas encore de réglages à publier. Faites-les dans le navigateur, sous Réglages.",
            ));
        }
        let again = json!({ "catalogue": settings["catalogue"], "rules": settings["rules"] });
        office.call("publish", again).await?;
        print_line(
            language
                .of("Settings and hours are published as they stand.", "Réglages et horaires sont publiés tels quels."),
        );
    }
    Ok(())
}

/// What `maintain` did.
pub(super) fn done_line(done: &Value, language: Language) -> String {
    let (epochs, windows) = (&done["epochs"], &done["windows"]);
    match language {
        Language::English => format!("Keys signed ahead: {epochs}. Windows of hours published: {windows}."),
        Language::French => format!("Clés signées d’avance : {epochs}. Fenêtres d’horaires publiées : {windows}."),
    }
}
