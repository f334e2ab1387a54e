//! `souspli confirm` and `souspli decline`.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use serde_json::json;

use super::show::sheet;
use crate::cli::Decide;
use crate::exit::{Exit, Stop};
use crate::language::Language;
use crate::office::Office;
use crate::print::print_text;

pub(super) async fn run(call: &str, decide: &Decide, language: Language) -> Result<(), Stop> {
    let words = decide.text_file.as_deref().map(read).transpose()?.unwrap_or_default();
    let (mut office, _) = Office::open(&decide.access, language).await?;
    office.sync().await?;
    let record = office.record(&decide.record).await?;
    let detail = office.call(call, json!({ "record": record, "text": words.trim() })).await?;
    print_text(&sheet(&detail, language));
    Ok(())
}

fn read(file: &Path) -> Result<String, Stop> {
    let words = if file == Path::new("-") {
        let mut words = String::new();
        io::stdin().read_to_string(&mut words).map(|_| words)
    } else {
        fs::read_to_string(file)
    };
    words.map_err(|error| {
        let file = file.display();
        Stop::said(
            Exit::Usage,
            format!("{file} cannot be read: {error}."),
            format!("{file} ne peut pas être lu : {error}."),
        )
    })
}
