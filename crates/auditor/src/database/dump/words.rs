//! A statement, word by word.

/// A word of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// A keyword or a name, in small letters; or a number.
    Plain(String),
    /// A name in quotes, as it is.
    Quoted(String),
    /// A literal, without its quotes.
    Literal(String),
    /// Anything else, letter by letter.
    Sign(char),
}

impl Word {
    /// Whether it is a keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Plain(word) if word == keyword)
    }

    /// A name, in quotes or not.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Plain(name) | Self::Quoted(name) => Some(name),
            Self::Literal(_) | Self::Sign(_) => None,
        }
    }
}

/// Takes a statement apart.
pub(super) fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, length) = match first {
            '\'' => literal(rest, '\''),
            '"' => quoted(rest),
            '$' => dollar(rest).unwrap_or((Word::Sign('$'), 1)),
            _ if is_name(first) => plain(rest),
            _ => (Word::Sign(first), first.len_utf8()),
        };
        words.push(word);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    words
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn plain(text: &str) -> (Word, usize) {
    let end = text.find(|letter| !is_name(letter) && letter != '$').unwrap_or(text.len());
    (Word::Plain(text.get(..end).unwrap_or_default().to_lowercase()), end)
}

/// A text between quotes, doubled ones inside; where it ends.
fn between(text: &str, quote: char) -> (String, usize) {
    let mut inside = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter != quote {
            inside.push(letter);
        } else if letters.next_if(|(_, next)| *next == quote).is_some() {
            inside.push(quote);
        } else {
            return (inside, at.saturating_add(1));
        }
    }
    (inside, text.len())
}

fn literal(text: &str, quote: char) -> (Word, usize) {
    let (inside, length) = between(text, quote);
    (Word::Literal(inside), length)
}

fn quoted(text: &str) -> (Word, usize) {
    let (inside, length) = between(text, '"');
    (Word::Quoted(inside), length)
}

fn dollar(text: &str) -> Option<(Word, usize)> {
    let end = text.get(1..)?.find('$')?.checked_add(2)?;
    let mark = text.get(..end).filter(|mark| mark.chars().all(|letter| is_name(letter) || letter == '$'))?;
    let behind = text.get(end..)?;
    let length = behind.find(mark)?;
    let all = end.saturating_add(length).saturating_add(mark.len());
    Some((Word::Literal(behind.get(..length)?.to_owned()), all))
}

/// A name with its schema: `public.event`, without the usual schema; how many words it takes.
pub(super) fn full_name(words: &[Word]) -> Option<(String, usize)> {
    let first = words.first()?.name()?;
    match (words.get(1), words.get(2).and_then(Word::name)) {
        (Some(Word::Sign('.')), Some(name)) if first == "public" => Some((name.to_owned(), 3)),
        (Some(Word::Sign('.')), Some(name)) => Some((format!("{first}.{name}"), 3)),
        _ => Some((first.to_owned(), 1)),
    }
}

/// What stands between the first bracket and the one that closes it, and what stands behind.
pub(super) fn bracketed(words: &[Word]) -> Option<(&[Word], &[Word])> {
    let open = words.iter().position(|word| *word == Word::Sign('('))?;
    let mut depth = 0_usize;
    for (place, word) in words.iter().enumerate().skip(open) {
        match word {
            Word::Sign('(') => depth = depth.saturating_add(1),
            Word::Sign(')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let inside = words.get(open.saturating_add(1)..place)?;
            return Some((inside, words.get(place.saturating_add(1)..)?));
        }
    }
    None
}

/// Parts between commas that stand in no further bracket.
pub(super) fn parts(words: &[Word]) -> Vec<&[Word]> {
    let mut depth = 0_usize;
    let parts = words.split(|word| {
        match word {
            Word::Sign('(' | '[') => depth = depth.saturating_add(1),
            Word::Sign(')' | ']') => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && *word == Word::Sign(',')
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// Words as text again, for what is compared: `timestamp with time zone`, `bytea[]`, `now()`.
pub(super) fn joined(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        match word {
            Word::Sign(sign) => text.push(*sign),
            Word::Literal(literal) => text.push_str(literal),
            Word::Plain(word) | Word::Quoted(word) => {
                if text.ends_with(is_name) {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_literals_and_brackets_are_told_apart() {
        let found =
            words("ALTER TABLE ONLY public.\"Ev\"\"ent\" ADD x text DEFAULT 'it''s' CHECK (a > 1), b $q$ c $q$;");
        assert!(found[0].is("alter") && found[5] == Word::Quoted("Ev\"ent".to_owned()));
        assert_eq!(full_name(&found[3..]), Some(("Ev\"ent".to_owned(), 3)));
        assert!(found.contains(&Word::Literal("it's".to_owned())) && found.contains(&Word::Literal(" c ".to_owned())));
        let (inside, behind) = bracketed(&found).expect("a bracket");
        assert_eq!((joined(inside), joined(&behind[1..2])), ("a>1".to_owned(), "b".to_owned()));
        assert_eq!(bracketed(&words("(a (b)")), None, "never closed");
        let columns = words("a numeric(5,2), b timestamp with time zone, c bytea[]");
        let texts: Vec<String> = parts(&columns).into_iter().map(joined).collect();
        assert_eq!(texts, ["a numeric(5,2)", "b timestamp with time zone", "c bytea[]"]);
        assert_eq!(full_name(&words("other.t (x)")), Some(("other.t".to_owned(), 3)));
        for open in ["'", "\"", "$", "$a", "$a$", "("] {
            words(open);
        }
    }
}
