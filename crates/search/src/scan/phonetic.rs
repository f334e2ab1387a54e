//! Phonetic codes of a word, as columns for a search by sound hold them.

use rphonetic::{
    Caverphone2, Cologne, DoubleMetaphone, Encoder as _, MatchRatingApproach, Metaphone, Nysiis, RefinedSoundex,
    Soundex,
};

/// The digits of A to Z in the French Soundex.
const FRENCH: [char; 26] = [
    '0', '1', '2', '3', '0', '9', '7', '0', '0', '7', '2', '4', '5', '5', '0', '1', '2', '6', '8', '3', '0', '9', '0',
    '8', '0', '8',
];

/// Every code of a word of ASCII letters, with its name.
pub(crate) fn codes(word: &str) -> Vec<(&'static str, String)> {
    let word: String = word.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase();
    if word.is_empty() {
        return Vec::new();
    }
    let double = DoubleMetaphone::new(Some(4)).double_metaphone(&word);
    let long = DoubleMetaphone::new(Some(32)).double_metaphone(&word);
    vec![
        ("soundex", Soundex::default().encode(&word)),
        ("soundex-fr", Soundex::new(FRENCH, false).encode(&word)),
        ("soundex-refined", RefinedSoundex::default().encode(&word)),
        ("soundex2", soundex2(&word)),
        ("phonex", phonex(&word)),
        ("metaphone", Metaphone::new(Some(4)).encode(&word)),
        ("metaphone", Metaphone::new(Some(32)).encode(&word)),
        ("double-metaphone", double.primary()),
        ("double-metaphone", double.alternate()),
        ("double-metaphone", long.primary()),
        ("double-metaphone", long.alternate()),
        ("cologne", Cologne.encode(&word)),
        ("nysiis", Nysiis::new(true).encode(&word)),
        ("nysiis", Nysiis::new(false).encode(&word)),
        ("match-rating", MatchRatingApproach.encode(&word)),
        ("caverphone", Caverphone2.encode(&word)),
    ]
}

/// Letters and what they become, in this order.
type Rules = [(&'static str, &'static str)];

const SOUNDEX2_SOUNDS: &Rules = &[
    ("GUI", "KI"),
    ("GUE", "KE"),
    ("GA", "KA"),
    ("GO", "KO"),
    ("GU", "K"),
    ("CA", "KA"),
    ("CO", "KO"),
    ("CU", "KU"),
    ("Q", "K"),
    ("CC", "K"),
    ("CK", "K"),
];
const SOUNDEX2_PREFIXES: &Rules =
    &[("MAC", "MCC"), ("SCH", "SSS"), ("ASA", "AZA"), ("KN", "NN"), ("PH", "FF"), ("PF", "FF")];

/// Soundex 2 for French (F. Brouard, « L'art des Soundex »): four letters at most.
fn soundex2(word: &str) -> String {
    let mut code = replaced(word, SOUNDEX2_SOUNDS);
    code = with_first(&code, |rest| rest.replace(['E', 'I', 'O', 'U'], "A"));
    let prefix = SOUNDEX2_PREFIXES.iter().find_map(|(prefix, by)| Some(format!("{by}{}", code.strip_prefix(prefix)?)));
    code = prefix.unwrap_or(code);
    code = without(&code, 'H', &['C', 'S']);
    code = without(&code, 'Y', &['A']);
    let code = code.strip_suffix(['A', 'D', 'T', 'S']).unwrap_or(&code);
    squeezed(&with_first(code, |rest| rest.replace('A', ""))).chars().take(4).collect()
}

const PHONEX_HARD: &Rules = &[("PH", "F"), ("GAIN", "KAIN"), ("GAIM", "KAIM"), ("GAN", "KAN"), ("GAM", "KAM")];
const PHONEX_SYLLABLES: &Rules = &[
    ("EAU", "O"),
    ("OUA", "2"),
    ("EIN", "4"),
    ("AIN", "4"),
    ("EIM", "4"),
    ("AIM", "4"),
    ("AI", "Y"),
    ("EI", "Y"),
    ("ER", "YR"),
    ("ESS", "YS"),
    ("ET", "YT"),
    ("EZ", "YZ"),
];
const PHONEX_NASALS: &Rules = &[("AN", "1"), ("ON", "1"), ("AM", "1"), ("EN", "1"), ("EM", "1"), ("IN", "4")];
const PHONEX_LETTERS: &Rules = &[
    ("OE", "E"),
    ("EU", "E"),
    ("AU", "O"),
    ("OI", "2"),
    ("OY", "2"),
    ("OU", "3"),
    ("CH", "5"),
    ("SCH", "5"),
    ("SH", "5"),
    ("SS", "S"),
    ("SC", "S"),
    ("CE", "SE"),
    ("CI", "SI"),
    ("C", "K"),
    ("Q", "K"),
    ("GU", "K"),
    ("GA", "KA"),
    ("GO", "KO"),
    ("GY", "KY"),
    ("A", "O"),
    ("D", "T"),
    ("P", "T"),
    ("J", "G"),
    ("B", "F"),
    ("V", "F"),
    ("M", "N"),
];

/// Phonex for French (F. Brouard, 1999) as letters, without the number that may be made of them.
fn phonex(word: &str) -> String {
    let vowel = |letter: char| "AEIOU".contains(letter);
    let sound = |letter: char| "AEIOU1234".contains(letter);
    let mut code = replaced(&without(&word.replace('Y', "I"), 'H', &['C', 'S', 'P']), PHONEX_HARD);
    for group in ["AIN", "EIN", "AIM", "EIM"] {
        code = if_next(&code, group, "YN", vowel);
    }
    code = replaced(&code, PHONEX_SYLLABLES);
    for (group, by) in PHONEX_NASALS {
        code = if_next(&code, group, by, |letter| !sound(letter));
    }
    code = between(&code, 'S', 'Z', |letter| sound(letter) || letter == 'Y');
    let code = squeezed(&replaced(&code, PHONEX_LETTERS));
    code.strip_suffix(['T', 'X']).unwrap_or(&code).to_owned()
}

fn replaced(code: &str, rules: &Rules) -> String {
    rules.iter().fold(code.to_owned(), |code, (group, by)| code.replace(group, by))
}

/// The first letter stays; the rest is changed.
fn with_first(code: &str, change: impl Fn(&str) -> String) -> String {
    let mut letters = code.chars();
    letters.next().into_iter().chain(change(letters.as_str()).chars()).collect()
}

/// Without a letter, unless it follows one of these.
fn without(code: &str, letter: char, unless: &[char]) -> String {
    let mut before = None;
    code.chars()
        .filter(|&next| {
            let keep = next != letter || before.is_none_or(|before| unless.contains(&before));
            before = Some(next);
            keep
        })
        .collect()
}

/// Replaces a group where a letter follows that fits.
fn if_next(code: &str, group: &str, by: &str, fits: impl Fn(char) -> bool) -> String {
    let mut parts = code.split(group);
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        changed.push_str(if part.chars().next().is_some_and(&fits) { by } else { group });
        changed.push_str(part);
    }
    changed
}

/// Replaces a letter that stands between two that fit.
fn between(code: &str, letter: char, by: char, fits: impl Fn(char) -> bool) -> String {
    let letters: Vec<char> = code.chars().collect();
    let near = |place: Option<usize>| place.and_then(|place| letters.get(place)).is_some_and(|letter| fits(*letter));
    let change = |place: usize| near(place.checked_sub(1)) && near(place.checked_add(1));
    letters.iter().enumerate().map(|(place, next)| if *next == letter && change(place) { by } else { *next }).collect()
}

/// Each run of one letter becomes that letter.
fn squeezed(code: &str) -> String {
    let mut letters: Vec<char> = code.chars().collect();
    letters.dedup();
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soundex_2_of_names_that_are_known() {
        for (name, code) in [
            ("ASAMIAN", "AZMN"),
            ("KNIGHT", "NG"),
            ("MACKENZIE", "MKNZ"),
            ("PFEIFER", "FR"),
            ("PHILIPPE", "FLP"),
            ("SCHINDLER", "SNDL"),
            ("CHATEAU", "CHT"),
            ("HABITAT", "HBT"),
            ("TEHERAN", "TRN"),
            ("ESSAYER", "ESYR"),
            ("CRAYON", "CRYN"),
            ("BARAD", "BR"),
            ("MARTIN", "MRTN"),
        ] {
            assert_eq!(soundex2(name), code, "{name}");
        }
    }

    #[test]
    fn phonex_of_names_that_are_known() {
        for (name, code) in [
            ("PHYLAURHEIMSMET", "FILOR4SNY"),
            ("MARTIN", "NORTIN"),
            ("BERNARD", "FYRNOR"),
            ("FAURE", "FORE"),
            ("PEREZ", "TYRYZ"),
            ("GROS", "GROS"),
            ("CHAPUIS", "5OTUIS"),
            ("BOYER", "F2YR"),
            ("GAUTHIER", "KOTIYR"),
        ] {
            assert_eq!(phonex(name), code, "{name}");
        }
    }

    #[test]
    fn the_others_are_those_of_their_library() {
        let code = |name: &str, word: &str| codes(word).into_iter().find(|(known, _)| *known == name).expect("code").1;
        assert_eq!(code("soundex", "Robert"), "R163");
        assert_eq!(code("metaphone", "Thumb"), "0M");
        assert_eq!(code("double-metaphone", "Schmidt"), "XMT");
        assert_eq!(code("cologne", "Wikipedia"), "3412");
        assert_eq!(code("soundex-fr", "Dupont"), "D153");
        assert!(codes("-").is_empty());
    }
}
