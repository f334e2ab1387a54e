//! The language of a report and of what is printed.

use std::env;

use clap::ValueEnum;

/// A language that the auditor speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[value(name = "en")]
    English,
    /// French.
    #[value(name = "fr")]
    French,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// The language of the surroundings: the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is set.
    pub fn of_surroundings() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|v| !v.is_empty()));
        Self::of_locale(set.as_deref().unwrap_or_default())
    }

    fn of_locale(locale: &str) -> Self {
        if locale == "fr" || locale.starts_with("fr_") || locale.starts_with("fr-") {
            Self::French
        } else {
            Self::English
        }
    }

    /// The language of a code, `en` or `fr`.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// Its code (BCP 47).
    pub const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }

    /// The text in this language.
    pub const fn of<'a>(self, english: &'a str, french: &'a str) -> &'a str {
        match self {
            Self::English => english,
            Self::French => french,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn french_is_told_from_what_only_begins_so() {
        for locale in ["fr", "fr_FR.UTF-8", "fr_CH", "fr-CA"] {
            assert_eq!(Language::of_locale(locale), Language::French, "{locale}");
        }
        for locale in ["", "C", "en_GB.UTF-8", "fry_NL"] {
            assert_eq!(Language::of_locale(locale), Language::English, "{locale}");
        }
    }
}
