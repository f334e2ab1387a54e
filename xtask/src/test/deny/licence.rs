//! Licence expressions (SPDX): `MIT OR (Apache-2.0 WITH LLVM-exception AND ISC)`; `/` is an older way to write `OR`.

/// Whether the allowed licences suffice for an expression; an error says what is not one.
pub(super) fn suffices(expression: &str, allowed: &[String]) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let holds = either(&mut rest, allowed);
    match (holds, rest) {
        (Some(holds), []) => Ok(holds),
        _ => Err(format!("`{expression}` is not a licence expression")),
    }
}

fn either(words: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut holds = both(words, allowed)?;
    while take(words, "OR") {
        holds |= both(words, allowed)?;
    }
    Some(holds)
}

fn both(words: &mut &[&str], allowed: &[String]) -> Option<bool> {
    let mut holds = one(words, allowed)?;
    while take(words, "AND") {
        holds &= one(words, allowed)?;
    }
    Some(holds)
}

fn one(words: &mut &[&str], allowed: &[String]) -> Option<bool> {
    if take(words, "(") {
        let holds = either(words, allowed)?;
        return take(words, ")").then_some(holds);
    }
    let mut licence = next(words).filter(|word| !matches!(*word, "AND" | "OR" | "WITH" | ")"))?.to_owned();
    if take(words, "WITH") {
        licence = [&licence, " WITH ", next(words)?].concat();
    }
    Some(allowed.contains(&licence))
}

fn next<'a>(words: &mut &[&'a str]) -> Option<&'a str> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    Some(first)
}

fn take(words: &mut &[&str], word: &str) -> bool {
    let found = words.first() == Some(&word);
    if found {
        *words = &words[1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::suffices;

    #[test]
    fn expressions_are_judged() {
        let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned);
        for (expression, holds) in [
            ("MIT", true),
            ("GPL-2.0", false),
            ("GPL-2.0 OR MIT", true),
            ("GPL-2.0/MIT", true),
            ("MIT AND GPL-2.0", false),
            ("MIT AND ISC", true),
            ("GPL-2.0 OR MIT AND ISC", true),
            ("(GPL-2.0 OR MIT) AND ISC", true),
            ("(GPL-2.0 OR ISC) AND GPL-3.0", false),
            ("Apache-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", true),
        ] {
            assert_eq!(suffices(expression, &allowed), Ok(holds), "{expression}");
        }
        for expression in ["", "MIT MIT", "MIT OR", "(MIT", "MIT)", "AND", "MIT WITH"] {
            assert!(suffices(expression, &allowed).is_err(), "{expression}");
        }
    }
}
