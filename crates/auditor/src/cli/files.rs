//! Files that are read to a bound and never overwritten.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use souspli_protocol::VerifyingKey;

use super::stop::{Exit, Stop};
use crate::report::{Language, ReadError, Report, SignatureError, Signed, reason};

/// Reads a file of at most `most` bytes.
pub(super) fn read(file: &Path, most: usize) -> Result<Vec<u8>, Stop> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let room = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        File::open(file)?.take(room).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| unread(file, &error))?;
    if bytes.len() > most {
        let english = "It is longer than any file of its kind.";
        return Err(Stop::said(Exit::Files, english, "Il est plus long que tout fichier de cette sorte.").about(file));
    }
    Ok(bytes)
}

fn unread(file: &Path, error: &io::Error) -> Stop {
    let because = |language| reason(error, language);
    let english = format!("It cannot be read: {}.", because(Language::English));
    Stop::said(Exit::Files, english, format!("Sa lecture a échoué : {}.", because(Language::French))).about(file)
}

/// Writes a new file. One that is there already is left alone: a report is evidence.
pub(super) fn write_new(file: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let written = || -> io::Result<()> {
        let mut made = OpenOptions::new().write(true).create_new(true).open(file)?;
        let written = made.write_all(bytes).and_then(|()| made.sync_all());
        written.inspect_err(|_| _ = fs::remove_file(file))
    };
    written().map_err(|error| {
        let because = |language| reason(&error, language);
        let english = format!("It cannot be written: {}.", because(Language::English));
        Stop::said(Exit::Files, english, format!("Son écriture a échoué : {}.", because(Language::French))).about(file)
    })
}

/// Refuses a name that is taken, before an hour of work is done for it.
pub(super) fn must_be_free(file: &Path) -> Result<(), Stop> {
    if fs::symlink_metadata(file).is_err() {
        return Ok(());
    }
    let english = "A file is there already, and reports are never overwritten. Choose another name.";
    let french = "Un fichier existe déjà, et un rapport n’en remplace jamais un autre. Choisissez un autre nom.";
    Err(Stop::said(Exit::Files, english, french).about(file))
}

/// Where the signature of a report lies.
pub(super) fn signature_of(json: &Path) -> PathBuf {
    let mut name = OsString::from(json);
    name.push(".sig");
    name.into()
}

/// Reads a report and its bytes.
pub(super) fn read_report(file: &Path) -> Result<(Vec<u8>, Report), Stop> {
    let bytes = read(file, crate::report::LARGEST)?;
    let report = Report::from_json(&bytes).map_err(|error| not_a_report(&error).about(file))?;
    Ok((bytes, report))
}

/// Reads the signature beside a report and checks it; nothing if nobody has signed.
pub(super) fn read_signature(
    json: &Path,
    (bytes, report): (&[u8], &Report),
    expected: Option<&VerifyingKey>,
) -> Result<Option<Signed>, Stop> {
    let file = signature_of(json);
    if fs::symlink_metadata(&file).is_err() {
        return Ok(None);
    }
    let text = read(&file, 4_096)?;
    let text = String::from_utf8(text).unwrap_or_default();
    let signed = Signed::from_text(&text).map_err(|error| not_signed(error).about(&file))?;
    signed.check(bytes, report, expected).map_err(|error| not_signed(error).about(json))?;
    Ok(Some(signed))
}

fn not_a_report(error: &ReadError) -> Stop {
    let (english, french) = match error {
        ReadError::TooLarge => ("It is larger than any report.".into(), "Il est plus grand que tout rapport.".into()),
        ReadError::NotAReport { line, column, .. } => (
            format!("It is not a report of an audit, or one of a newer version: line {line}, column {column}."),
            format!(
                "Ce n’est pas un rapport d’audit, ou il est d’une version plus récente : ligne {line}, colonne {column}."
            ),
        ),
        ReadError::OtherFormat => (
            "It is a report of a version that this program does not know.".to_owned(),
            "C’est un rapport d’une version que ce programme ne connaît pas.".to_owned(),
        ),
        ReadError::Contradicts => (
            "Its verdict or its numbers do not follow from what it lists: somebody has changed it.".to_owned(),
            "Son verdict ou ses nombres ne découlent pas de ce qu’il liste : quelqu’un l’a modifié.".to_owned(),
        ),
        ReadError::NotCanonical => (
            "It is not written as this program writes reports: somebody has changed it.".to_owned(),
            "Il n’est pas écrit comme ce programme écrit les rapports : quelqu’un l’a modifié.".to_owned(),
        ),
    };
    Stop::said(Exit::NotVerified, english, french)
}

fn not_signed(error: SignatureError) -> Stop {
    let (english, french) = match error {
        SignatureError::NotASignature => {
            ("It is not a signature file of this version.", "Ce n’est pas un fichier de signature de cette version.")
        }
        SignatureError::OtherReport => (
            "It is not the report that was signed: somebody has changed it since.",
            "Ce n’est pas le rapport qui a été signé : quelqu’un l’a modifié depuis.",
        ),
        SignatureError::OtherKey => (
            "The report names another key than the one that signed it.",
            "Le rapport nomme une autre clé que celle qui l’a signé.",
        ),
        SignatureError::NotExpected => (
            "It was signed by another key than the one expected.",
            "Il a été signé par une autre clé que celle attendue.",
        ),
        SignatureError::Unverified => ("Its signature does not verify.", "Sa signature n’est pas valable."),
    };
    Stop::said(Exit::NotVerified, english, french)
}
