//! `souspli breach-report`.

use std::path::Path;

use serde_json::{Value, json};
use souspli_client::report::files;

use super::dates::moment;
use super::print_json;
use crate::cli::BreachReport;
use crate::exit::{Exit, Stop};
use crate::language::Language;
use crate::office::Office;
use crate::print::print_text;
use crate::report::write;

pub(super) async fn run(wanted: &BreachReport, language: Language) -> Result<(), Stop> {
    let about = &wanted.about;
    let of = match (&about.member, &about.key, &about.link) {
        (Some(member), ..) => json!({ "member": member }),
        (_, Some(key), _) => json!({ "key": key }),
        (.., Some(link)) => json!({ "link": link }),
        _ => Value::Null,
    };
    let (since, until) = (moment(about.since.as_deref())?, moment(about.until.as_deref())?);
    let (mut office, _) = Office::open(&wanted.access, language).await?;
    let report = office.call("breachReport", json!({ "of": of, "since": since, "until": until })).await?;
    if wanted.json {
        print_json(&report);
        return Ok(());
    }
    let files = files(&report, language);
    write(&wanted.out, &files).map_err(|error| not_written(&wanted.out, &error))?;
    if let Some(cover) = files.first() {
        print_text(&cover.text);
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    print_text(&match language {
        Language::English => format!(
            "\nIn {}: {}. They hold patients’ data in clear: nobody else on this machine may read them; delete them when they have served.\n",
            wanted.out.display(),
            names.join(", ")
        ),
        Language::French => format!(
            "\nDans {} : {}. Ces fichiers contiennent des données de patients en clair : personne d’autre sur cette machine ne peut les lire ; effacez-les quand ils auront servi.\n",
            wanted.out.display(),
            names.join(", ")
        ),
    });
    Ok(())
}

pub(super) fn not_written(folder: &Path, error: &std::io::Error) -> Stop {
    Stop::said(
        Exit::NotDone,
        format!("The files cannot be written into {}: {error}. Choose another folder with --out.", folder.display()),
        format!(
            "Les fichiers ne peuvent pas être écrits dans {} : {error}. Choisissez un autre dossier avec --out.",
            folder.display()
        ),
    )
}
