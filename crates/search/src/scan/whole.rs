//! What is derived from a canary and too short to be looked for inside other data: it is compared with whole values.

use super::phone::Phone;
use super::phonetic;
use super::spelling::{plain, words_of};
use super::time::Moment;
use super::{Canary, CanaryKind};

/// A value that as a whole is derived from a canary.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WholeForm {
    /// The canary's id.
    pub canary: String,
    /// How it is derived, such as `soundex/word 2` or `first 3/word 1`.
    pub form: String,
    /// The value.
    pub value: Vec<u8>,
}

/// Shorter codes and beginnings are too common even as whole values.
const SHORTEST: usize = 3;
/// Longer values are searched for, or are no whole form.
const LONGEST: usize = 64;
/// Beginnings of words of up to so many letters; longer ones are found by their first eight.
const BEGINNING: usize = 8;

/// A value as it is compared: without blanks around it, accents and capitals.
pub(super) fn folded(value: &[u8]) -> Vec<u8> {
    let value = value.get(..LONGEST).unwrap_or(value).trim_ascii();
    match str::from_utf8(value) {
        Ok(text) if !text.is_ascii() => plain(text).to_lowercase().into_bytes(),
        _ => value.to_ascii_lowercase(),
    }
}

/// The whole forms of a canary.
pub(super) fn forms(canary: &Canary) -> Vec<WholeForm> {
    let value = canary.value.trim();
    let mut all = match canary.kind {
        CanaryKind::Name | CanaryKind::Text => words(value),
        CanaryKind::Email => beginnings("local", value.split('@').next().unwrap_or_default()),
        CanaryKind::Phone => digits(value),
        CanaryKind::Time => Moment::read(value).map(|moment| moment.whole_values()).unwrap_or_default(),
        CanaryKind::Secret => Vec::new(),
    };
    all.retain(|(_, value)| (SHORTEST..=LONGEST).contains(&value.len()));
    all.into_iter().map(|(form, value)| WholeForm { canary: canary.id.clone(), form, value }).collect()
}

fn words(value: &str) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    let words: Vec<String> = words_of(value).into_iter().map(|(_, word)| plain(word)).collect();
    for (place, word) in words.iter().enumerate() {
        let name = format!("word {}", place + 1);
        for (code, text) in phonetic::codes(word) {
            all.push((format!("{code}/{name}"), text.into_bytes()));
        }
        all.extend(beginnings(&name, word));
        if word.len() < BEGINNING {
            all.push((name, word.clone().into_bytes()));
        }
    }
    for (code, text) in phonetic::codes(&words.concat()) {
        all.push((code.to_owned(), text.into_bytes()));
    }
    for between in ["", ".", ". ", " "] {
        let initials: Vec<String> = words.iter().filter_map(|word| word.chars().next()).map(String::from).collect();
        all.push(("initials".to_owned(), format!("{}{}", initials.join(between), between.trim()).into_bytes()));
    }
    all
}

fn beginnings(name: &str, word: &str) -> Vec<(String, Vec<u8>)> {
    let letters: Vec<char> = word.chars().collect();
    (SHORTEST..BEGINNING)
        .filter_map(|count| letters.get(..count).map(|letters| (count, letters.iter().collect::<String>())))
        .map(|(count, text)| (format!("first {count}/{name}"), text.into_bytes()))
        .collect()
}

fn digits(value: &str) -> Vec<(String, Vec<u8>)> {
    let Some(phone) = Phone::read(value) else { return Vec::new() };
    let subscriber = phone.subscriber();
    let mut all = vec![("subscriber".to_owned(), subscriber.as_bytes().to_vec())];
    for count in [4, 6, 8] {
        if let Some(last) = subscriber.len().checked_sub(count).and_then(|start| subscriber.get(start..)) {
            all.push((format!("last {count}"), last.as_bytes().to_vec()));
        }
    }
    for (name, number) in [("subscriber", subscriber.to_owned()), ("international", phone.international())] {
        if let Ok(number) = number.parse::<u64>() {
            all.push((format!("{name}/be64"), number.to_be_bytes().to_vec()));
            all.push((format!("{name}/le64"), number.to_le_bytes().to_vec()));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(kind: CanaryKind, value: &str) -> Vec<(String, String)> {
        let forms = forms(&Canary::new("c", kind, value));
        forms.into_iter().map(|form| (form.form, String::from_utf8_lossy(&form.value).into_owned())).collect()
    }

    fn has(all: &[(String, String)], form: &str, value: &str) {
        assert!(all.contains(&(form.to_owned(), value.to_owned())), "{form} {value}: {all:?}");
    }

    #[test]
    fn a_name_has_codes_beginnings_and_initials() {
        let all = values(CanaryKind::Name, "Zébulon Quirfletan");
        has(&all, "soundex/word 1", "Z145");
        has(&all, "first 3/word 2", "Qui");
        has(&all, "word 1", "Zebulon");
        has(&all, "initials", "Z.Q.");
    }

    #[test]
    fn a_phone_has_its_last_digits_and_a_time_its_dates_and_minutes() {
        has(&values(CanaryKind::Phone, "+33 6 39 98 12 34"), "last 4", "1234");
        has(&values(CanaryKind::Phone, "06 39 98 12 34"), "subscriber", "639981234");
        let time = values(CanaryKind::Time, "2031-04-17T14:35:00+02:00");
        has(&time, "date", "2031-04-17");
        has(&time, "unix-min/decimal", "32236595");
    }

    #[test]
    fn values_are_compared_without_blanks_accents_and_capitals() {
        assert_eq!(folded(" ZÉB ".as_bytes()), b"zeb");
        assert_eq!(folded(&[0xff, b'A']), [0xff, b'a']);
    }
}
