//! Where account key and passphrase come from: files, the environment, a terminal; never the command line.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::cli::Keys;
use crate::demo::Kit;
use crate::exit::{Exit, Stop};
use crate::language::Language;

/// The variable that may hold the account key.
pub(crate) const ACCOUNT_KEY: &str = "SOUSPLI_ACCOUNT_KEY";

/// What unlocks a vault.
pub(crate) struct Secrets {
    pub(crate) account_key: Zeroizing<String>,
    pub(crate) passphrase: Zeroizing<String>,
}

impl Secrets {
    /// Reads them from where the command line says, and asks for what is missing.
    pub(crate) fn read(keys: &Keys, language: Language) -> Result<Self, Stop> {
        if let Some(file) = &keys.kit {
            let kit = Kit::read(&whole(file, language)?).ok_or_else(|| not_a_kit(file))?;
            return Ok(Self { account_key: kit.account_key, passphrase: kit.passphrase });
        }
        let account_key = match (&keys.account_key_file, std::env::var(ACCOUNT_KEY)) {
            (Some(file), _) => first_line(file, language)?,
            (None, Ok(key)) if !key.is_empty() => Zeroizing::new(key),
            _ => ask(language.of("Account key: ", "Clé de compte : "))?,
        };
        let passphrase = match &keys.passphrase_file {
            Some(file) => first_line(file, language)?,
            None => ask(language.of("Passphrase: ", "Phrase de passe : "))?,
        };
        let passphrase = Zeroizing::new(passphrase.nfc().collect());
        Ok(Self { account_key, passphrase })
    }
}

fn first_line(file: &Path, language: Language) -> Result<Zeroizing<String>, Stop> {
    let text = whole(file, language)?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// A file's text; with a warning where others can read it.
fn whole(file: &Path, language: Language) -> Result<Zeroizing<String>, Stop> {
    let unreadable = |error: &io::Error| {
        Stop::said(
            Exit::Usage,
            format!("{} cannot be read: {error}.", file.display()),
            format!("{} ne peut pas être lu : {error}.", file.display()),
        )
    };
    let open = fs::metadata(file).map_err(|error| unreadable(&error))?;
    if open.is_file() && open.permissions().mode() & 0o077 != 0 {
        let warning = language.of(
            ": others on this machine can read it; chmod 600 makes it yours alone.",
            " : d’autres utilisateurs de cette machine peuvent le lire ; chmod 600 vous le réserve.",
        );
        eprintln!("{}{warning}", file.display());
    }
    fs::read_to_string(file).map(Zeroizing::new).map_err(|error| unreadable(&error))
}

fn ask(what: &str) -> Result<Zeroizing<String>, Stop> {
    rpassword::prompt_password(what).map(Zeroizing::new).map_err(|_| {
        Stop::said(
            Exit::Usage,
            format!("There is no terminal to ask on. Give --account-key-file or {ACCOUNT_KEY}, and --passphrase-file."),
            format!("Il n’y a pas de terminal où demander. Indiquez --account-key-file ou {ACCOUNT_KEY}, et --passphrase-file."),
        )
    })
}

fn not_a_kit(file: &Path) -> Stop {
    Stop::said(
        Exit::Usage,
        format!("{} is not a kit as `souspli demo` writes it.", file.display()),
        format!("{} n’est pas un trousseau tel que l’écrit `souspli demo`.", file.display()),
    )
}
