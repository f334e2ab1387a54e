//! `audit.toml` as somebody finds it who has never seen one.

use std::fmt::Write as _;

use super::settings::SETTINGS;
use crate::report::Language;

/// A file with every setting: `host` set, the rest as comments.
pub fn example(language: Language) -> String {
    let mut text = String::from(language.of(
        "# What `souspli-audit all --config audit.toml` examines.\n# Relative paths are relative to the folder of this file. Settings that are not known are refused.\n",
        "# Ce qu’examine `souspli-audit all --config audit.toml`.\n# Les chemins relatifs le sont au dossier de ce fichier. Les réglages inconnus sont refusés.\n",
    ));
    for setting in SETTINGS {
        let off = if setting.name == "host" { "" } else { "#" };
        let about = language.of(setting.english, setting.french);
        let _ = write!(text, "\n# {about}\n{off}{} = {}\n", setting.name, setting.example);
    }
    text
}
