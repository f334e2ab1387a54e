//! `souspli evidence`.

use serde_json::json;
use souspli_client::face::FileView;

use super::breach::not_written;
use super::text;
use crate::cli::Evidence;
use crate::exit::Stop;
use crate::language::Language;
use crate::office::Office;
use crate::print::print_line;
use crate::report::write;

pub(super) async fn run(wanted: &Evidence, language: Language) -> Result<(), Stop> {
    let (mut office, _) = Office::open(&wanted.access, language).await?;
    let found = office.call("evidence", json!({})).await?;
    let files = found["files"].as_array().map(Vec::as_slice).unwrap_or_default();
    let files: Vec<FileView> = files
        .iter()
        .map(|file| FileView {
            name: text(file, "name").to_owned(),
            media_type: text(file, "type").to_owned(),
            text: text(file, "text").to_owned(),
        })
        .collect();
    if files.is_empty() {
        print_line(language.of(
            "This device keeps nothing that shows that the host has lied.",
            "Cet appareil ne garde rien qui montre que l’hébergeur a menti.",
        ));
        return Ok(());
    }
    write(&wanted.out, &files).map_err(|error| not_written(&wanted.out, &error))?;
    for file in &files {
        print_line(&wanted.out.join(&file.name).display().to_string());
    }
    print_line(language.of(
        "`souspli-audit evidence FILE` judges what ends in .evidence, `souspli-audit receipt FILE` what ends in .receipt.",
        "`souspli-audit evidence FICHIER` juge ce qui finit par .evidence, `souspli-audit receipt FICHIER` ce qui finit par .receipt.",
    ));
    Ok(())
}
