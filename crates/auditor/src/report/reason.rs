//! What the operating system says of a file, in the language of the rest.

use std::io::{Error, ErrorKind};

use super::{Language, visible};

/// Why a file cannot be read or written; to stand after a colon, without a full stop.
pub fn reason(error: &Error, language: Language) -> String {
    let (english, french) = match error.kind() {
        ErrorKind::NotFound => ("it is not there", "il n’existe pas"),
        ErrorKind::PermissionDenied => ("permission is denied", "l’accès est refusé"),
        ErrorKind::AlreadyExists => ("a file is there already", "un fichier existe déjà"),
        ErrorKind::IsADirectory => ("it is a folder", "c’est un dossier"),
        ErrorKind::NotADirectory => {
            ("a part of its path is not a folder", "une partie de son chemin n’est pas un dossier")
        }
        ErrorKind::StorageFull => ("the disk is full", "le disque est plein"),
        ErrorKind::ReadOnlyFilesystem => ("the disk is read-only", "le disque est en lecture seule"),
        ErrorKind::InvalidData => ("it is not text in UTF-8", "ce n’est pas du texte en UTF-8"),
        _ => return visible(&error.to_string()),
    };
    language.of(english, french).to_owned()
}
