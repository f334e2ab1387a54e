//! The language of what is printed.

use std::env;

use clap::builder::{PossibleValuesParser, TypedValueParser};
pub use souspli_client::report::Language;

/// Reads `en` and `fr`.
pub(crate) fn parser() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(["en", "fr"]).map(|name| of_locale(&name))
}

/// The language of the surroundings: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set.
pub fn language_of_surroundings() -> Language {
    let set =
        ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()));
    of_locale(set.as_deref().unwrap_or_default())
}

fn of_locale(locale: &str) -> Language {
    if locale == "fr" || locale.starts_with("fr_") || locale.starts_with("fr-") {
        Language::French
    } else {
        Language::English
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, of_locale};

    #[test]
    fn french_is_told_from_what_only_begins_so() {
        for locale in ["fr", "fr_FR.UTF-8", "fr_CH", "fr-CA"] {
            assert_eq!(of_locale(locale), Language::French, "{locale}");
        }
        for locale in ["", "C", "en_GB.UTF-8", "fry_NL"] {
            assert_eq!(of_locale(locale), Language::English, "{locale}");
        }
    }
}
