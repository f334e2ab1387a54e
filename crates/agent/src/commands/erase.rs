//! `souspli erase`.

use serde_json::json;

use super::print_json;
use super::resent::sync;
use crate::cli::Erase;
use crate::exit::{Exit, Stop};
use crate::language::Language;
use crate::office::Office;
use crate::print::print_text;

pub(super) async fn run(wanted: &Erase, language: Language) -> Result<(), Stop> {
    if !wanted.for_good {
        return Err(Stop::said(
            Exit::Usage,
            "An erased record does not come back, on no device. Say --for-good to have it erased.".to_owned(),
            "Un dossier effacé ne revient pas, sur aucun appareil. Ajoutez --for-good pour l’effacer.".to_owned(),
        ));
    }
    let (mut office, _) = Office::open(&wanted.access, language).await?;
    sync(&mut office, language).await?;
    let record = office.record(&wanted.record).await?;
    let erased = office.call("erase", json!({ "record": record })).await?;
    if wanted.json {
        print_json(&erased);
    } else {
        print_text(language.of(
            "Erased at the host and here. The practice’s other devices forget it when they sync.\n",
            "Effacé chez l’hébergeur et ici. Les autres appareils du cabinet l’oublient à leur prochaine synchronisation.\n",
        ));
    }
    Ok(())
}
