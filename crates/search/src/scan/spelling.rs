//! How a value's letters may be written: capitals, accents, what stands between the words.
//!
//! The search itself makes no difference between capital and small ASCII letters, wherever a form keeps letters as
//! they are. So only what goes beyond that is spelled out: letters with accents, and forms such as base64 in which
//! the case matters.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Canary, CanaryKind};

/// Fewer letters than this are found by chance.
const LETTERS: usize = 8;
/// Of a long text the first words are enough: who keeps a text keeps its beginning.
const PARTS: usize = 16;
/// What a slug, a user name, a sort key or a file name puts between words.
const JOINTS: [&str; 8] = ["-", "_", ".", "", " ", ", ", "+", "\u{a0}"];

/// A run of words of a value that is long enough to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// `word 2`, `words 2-3`, `local`; empty for the whole value.
    pub(crate) label: String,
    /// As typed.
    pub(crate) text: String,
    words: Vec<String>,
}

/// One way to write a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    /// What was done to it, such as `plain-lower`; empty for as typed.
    pub(crate) how: String,
    /// The result.
    pub(crate) text: String,
    /// Also looked for in forms in which the case of letters matters (base64).
    pub(crate) cased: bool,
}

/// The runs of words to look for; empty when the value is too short.
pub(crate) fn parts(canary: &Canary) -> Vec<Part> {
    let value = canary.value.trim();
    match canary.kind {
        CanaryKind::Name | CanaryKind::Text => runs(value, canary.kind == CanaryKind::Name),
        CanaryKind::Email => {
            let (local, domain) = value.split_once('@').unwrap_or((value, ""));
            let mut parts: Vec<Part> =
                whole("local", local).filter(|_| letters(local) >= LETTERS).into_iter().collect();
            if parts.is_empty() {
                parts.extend(whole("", value));
            }
            parts.extend(invented_label(domain).and_then(|label| whole("domain", label)));
            parts
        }
        CanaryKind::Phone | CanaryKind::Time | CanaryKind::Secret => whole("", value).into_iter().collect(),
    }
}

/// The first label of a domain that nobody can have (RFC 2606 §2), if it is long enough.
fn invented_label(domain: &str) -> Option<&str> {
    let (name, top) = domain.rsplit_once('.')?;
    let label = name.split('.').next()?;
    (["example", "test", "invalid"].contains(&top) && letters(label) >= LETTERS).then_some(label)
}

/// The text as it is, if it is long enough.
fn whole(label: &str, text: &str) -> Option<Part> {
    let words = words_of(text).into_iter().map(|(_, word)| word.to_owned()).collect();
    (plain(text).len() >= LETTERS).then(|| Part { label: label.to_owned(), text: text.to_owned(), words })
}

/// The shortest runs of words that have enough letters, each from another word on; none holds another.
fn runs(value: &str, is_name: bool) -> Vec<Part> {
    let words = words_of(value);
    let mut parts: Vec<(usize, Part)> = Vec::new();
    for first in 0..words.len() {
        let Some(run) = words.get(first..).and_then(long_enough) else { break };
        let last = first + run.len();
        parts.retain(|(end, _)| *end != last);
        let label = match run.len() {
            count if count == words.len() => String::new(),
            1 => format!("word {last}"),
            _ => format!("words {}-{last}", first + 1),
        };
        let span = run.first().map_or(0, |word| word.0)..run.last().map_or(0, |(start, word)| start + word.len());
        let text = value.get(span).unwrap_or_default().to_owned();
        parts.push((last, Part { label, text, words: run.iter().map(|(_, word)| (*word).to_owned()).collect() }));
    }
    let mut parts: Vec<Part> = parts.into_iter().map(|(_, part)| part).collect();
    if parts.is_empty() {
        // Letters alone are too few, but what stands between them may make it long enough.
        parts.extend(whole("", value));
    }
    if is_name && words.len() > 1 && words.iter().any(|(_, word)| letters(word) < LETTERS) {
        parts.extend(turned(&words));
    }
    parts.truncate(PARTS);
    parts
}

/// The first of these words that have enough letters together.
fn long_enough<'a, 'b>(words: &'a [(usize, &'b str)]) -> Option<&'a [(usize, &'b str)]> {
    let mut sum = 0;
    let last = words.iter().position(|(_, word)| {
        sum += letters(word);
        sum >= LETTERS
    })?;
    words.get(..=last)
}

/// The last word first, as registers of names have it.
fn turned(words: &[(usize, &str)]) -> Option<Part> {
    let (last, rest) = words.split_last()?;
    let turned: Vec<String> = std::iter::once(last).chain(rest).map(|(_, word)| (*word).to_owned()).collect();
    Some(Part { label: "turned".to_owned(), text: turned.join(" "), words: turned })
        .filter(|part| letters(&part.text) >= LETTERS)
}

/// Words and where they begin.
pub(crate) fn words_of(value: &str) -> Vec<(usize, &str)> {
    let is_part = |character: char| character.is_alphanumeric() || is_combining_mark(character);
    let mut words = Vec::new();
    let mut from = 0;
    for word in value.split(|character| !is_part(character)) {
        if !word.is_empty() {
            words.push((from, word));
        }
        from +=
            word.len() + value.get(from + word.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    }
    words
}

fn letters(text: &str) -> usize {
    plain(text).chars().filter(|character| character.is_alphanumeric()).count()
}

/// The ways to write a part.
pub(crate) fn spellings(part: &Part) -> Vec<Spelling> {
    let typed = part.text.as_str();
    let mut all = Spellings(Vec::new());
    for (how, text) in ways(typed) {
        all.add(how, text, true);
    }
    all.add("nfd", typed.nfd().collect(), true);
    all.add("umlauts", umlauts(typed), true);
    all.add("umlauts-lower", umlauts(typed).to_lowercase(), true);
    if part.words.len() > 1 {
        for joint in JOINTS {
            let joined = part.words.join(joint);
            for (how, text) in ways(&joined) {
                all.add(
                    &format!("joined({joint}){}{how}", if how.is_empty() { "" } else { "-" }),
                    text,
                    how == "plain-lower",
                );
            }
        }
    }
    all.0
}

/// As typed and without accents, in each case.
fn ways(text: &str) -> [(&'static str, String); 6] {
    let plain = plain(text);
    [
        ("", text.to_owned()),
        ("lower", text.to_lowercase()),
        ("upper", text.to_uppercase()),
        ("plain", plain.clone()),
        ("plain-lower", plain.to_lowercase()),
        ("plain-upper", plain.to_uppercase()),
    ]
}

struct Spellings(Vec<Spelling>);

impl Spellings {
    fn add(&mut self, how: &str, text: String, cased: bool) {
        if !self.0.iter().any(|spelling| spelling.text == text && (spelling.cased || !cased)) {
            self.0.push(Spelling { how: how.to_owned(), text, cased });
        }
    }
}

/// Without accents: what remains of the canonical decomposition (Unicode, UAX #15) without its marks, and the letters
/// that have none.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.nfd().filter(|character| !is_combining_mark(*character)) {
        match character {
            'œ' => plain.push_str("oe"),
            'Œ' => plain.push_str("OE"),
            'æ' => plain.push_str("ae"),
            'Æ' => plain.push_str("AE"),
            'ß' => plain.push_str("ss"),
            'ø' => plain.push('o'),
            'Ø' => plain.push('O'),
            'ł' => plain.push('l'),
            'Ł' => plain.push('L'),
            'đ' | 'ð' => plain.push('d'),
            'Đ' | 'Ð' => plain.push('D'),
            'þ' => plain.push_str("th"),
            'Þ' => plain.push_str("Th"),
            'ı' => plain.push('i'),
            '’' => plain.push('\''),
            other => plain.push(other),
        }
    }
    plain
}

/// Umlauts as German writes them where there are none, then without accents.
fn umlauts(text: &str) -> String {
    let mut spelled = String::with_capacity(text.len());
    for character in text.nfc() {
        match character {
            'ä' => spelled.push_str("ae"),
            'ö' => spelled.push_str("oe"),
            'ü' => spelled.push_str("ue"),
            'Ä' => spelled.push_str("Ae"),
            'Ö' => spelled.push_str("Oe"),
            'Ü' => spelled.push_str("Ue"),
            other => spelled.push(other),
        }
    }
    plain(&spelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(kind: CanaryKind, value: &str) -> Vec<(String, String)> {
        parts(&Canary::new("c", kind, value)).into_iter().map(|part| (part.label, part.text)).collect()
    }

    #[test]
    fn each_word_that_is_long_enough_stands_alone_and_short_ones_together() {
        let words = |value| texts(CanaryKind::Text, value);
        assert_eq!(
            words("Zébulonix Quirfletan"),
            [("word 1".to_owned(), "Zébulonix".to_owned()), ("word 2".to_owned(), "Quirfletan".to_owned())]
        );
        assert_eq!(
            words("un Pralix-Mo Quirfletan"),
            [
                ("words 1-2".to_owned(), "un Pralix".to_owned()),
                ("words 2-3".to_owned(), "Pralix-Mo".to_owned()),
                ("word 4".to_owned(), "Quirfletan".to_owned())
            ]
        );
        assert!(words("court").is_empty());
        assert_eq!(words("a/b/c/d/e"), [(String::new(), "a/b/c/d/e".to_owned())]);
    }

    #[test]
    fn a_name_of_short_words_is_also_turned() {
        let name = texts(CanaryKind::Name, "Zébulon Quirfle");
        assert_eq!(
            name,
            [(String::new(), "Zébulon Quirfle".to_owned()), ("turned".to_owned(), "Quirfle Zébulon".to_owned())]
        );
    }

    #[test]
    fn an_address_is_looked_for_by_its_local_part_if_that_is_long_enough() {
        assert_eq!(texts(CanaryKind::Email, "zebulonix@a.example"), [("local".to_owned(), "zebulonix".to_owned())]);
        assert_eq!(texts(CanaryKind::Email, "zebulonix@quirfletan.example")[1].1, "quirfletan");
        assert_eq!(texts(CanaryKind::Email, "zebulonix@protonmail.com").len(), 1, "others have such a domain too");
        assert_eq!(texts(CanaryKind::Email, "zeb@a.example"), [(String::new(), "zeb@a.example".to_owned())]);
    }

    #[test]
    fn accents_and_ligatures_fall_away() {
        assert_eq!(plain("Zoë Œuvré Straße Łódź Þór"), "Zoe OEuvre Strasse Lodz Thor");
        assert_eq!(umlauts("Müller-Größe"), "Mueller-Groesse");
    }

    #[test]
    fn spellings_hold_what_slugs_and_registers_write() {
        let part = &parts(&Canary::new("c", CanaryKind::Name, "Zébulon Quirfle"))[0];
        let all: Vec<String> = spellings(part).into_iter().map(|spelling| spelling.text).collect();
        for expected in [
            "Zébulon Quirfle",
            "ZÉBULON QUIRFLE",
            "ZEBULON QUIRFLE",
            "zebulon-quirfle",
            "zebulon.quirfle",
            "zebulonquirfle",
            "Ze\u{301}bulon Quirfle",
        ] {
            assert!(all.iter().any(|text| text == expected), "{expected}");
        }
    }
}
