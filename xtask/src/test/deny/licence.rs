//! Licence expressions (SPDX), as cargo-deny reads them.

use spdx::{Expression, Licensee, ParseMode};

/// Whether the allowed licences suffice for an expression; an error says what is not one.
pub(super) fn suffices(expression: &str, allowed: &[String]) -> Result<bool, String> {
    // As crates write them: `/` is an older way to write `OR`.
    let parsed = Expression::parse_mode(expression, ParseMode::LAX);
    let parsed = parsed.map_err(|_| format!("`{expression}` is not a licence expression"))?;
    let allowed: Vec<Licensee> = allowed.iter().filter_map(|licence| Licensee::parse(licence).ok()).collect();
    Ok(parsed.evaluate(|asked| allowed.iter().any(|licensee| licensee.satisfies(asked))))
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
