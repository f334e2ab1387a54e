//! Phone numbers: with and without the country's code.

/// A number's two forms in digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phone {
    /// As it is dialled at home, with the leading zero if there is one.
    pub(crate) national: String,
    /// The country's code (ITU-T E.164).
    pub(crate) country: String,
    /// The rest, without the leading zero.
    subscriber: String,
}

/// Country codes of two digits (ITU-T E.164, list of assigned codes); 1 and 7 have one digit, all others three.
const TWO_DIGITS: [&str; 43] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
    "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
    "91", "92", "93", "94", "95",
];

impl Phone {
    /// Reads a number as people type it; `None` for anything else. A national number of eleven digits is taken for a
    /// British one, any other for a French one.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        let is_plain = |byte: u8| byte.is_ascii_digit() || b" +()-./".contains(&byte);
        if !typed.bytes().all(is_plain) {
            return None;
        }
        let without_trunk = typed.replace("(0)", "");
        let digits: String = without_trunk.chars().filter(char::is_ascii_digit).collect();
        let abroad = typed.strip_prefix('+').map(|_| digits.as_str()).or_else(|| digits.strip_prefix("00"));
        let (country, subscriber) = if let Some(abroad) = abroad {
            let length = if abroad.starts_with(['1', '7']) {
                1
            } else if TWO_DIGITS.iter().any(|code| abroad.starts_with(code)) {
                2
            } else {
                3
            };
            abroad.split_at_checked(length)?
        } else {
            (if digits.len() == 11 { "44" } else { "33" }, digits.strip_prefix('0').unwrap_or(&digits))
        };
        let trunk = if matches!(country, "1" | "7" | "34" | "39" | "45" | "47" | "352") { "" } else { "0" };
        Some(Self {
            national: format!("{trunk}{subscriber}"),
            country: country.to_owned(),
            subscriber: subscriber.to_owned(),
        })
    }

    /// With the country's code, digits only.
    pub(crate) fn international(&self) -> String {
        format!("{}{}", self.country, self.subscriber)
    }

    /// E.164, with its plus sign.
    pub(crate) fn e164(&self) -> String {
        format!("+{}", self.international())
    }

    /// The number without code and leading zero.
    pub(crate) fn subscriber(&self) -> &str {
        &self.subscriber
    }

    /// Every row of digits that is this number, with its name.
    pub(crate) fn digits(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![
            ("national", self.national.clone()),
            ("international", self.international()),
            ("international00", format!("00{}", self.international())),
        ];
        if self.national.starts_with('0') {
            // +33 (0)6 …, and what is left of it without signs.
            rows.push(("international(0)", format!("{}{}", self.country, self.national)));
        }
        rows
    }

    /// The national number in pairs, as French numbers are written.
    pub(crate) fn pairs(&self, between: &str) -> String {
        let digits: Vec<char> = self.national.chars().collect();
        digits.chunks(2).map(|pair| pair.iter().collect()).collect::<Vec<String>>().join(between)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        for typed in ["06 39 98 12 34", "+33 6 39 98 12 34", "0033639981234", "+33 (0)6.39-98/12 34", "0639981234"] {
            let phone = Phone::read(typed).expect(typed);
            assert_eq!((phone.national.as_str(), phone.e164().as_str()), ("0639981234", "+33639981234"), "{typed}");
        }
        let british = Phone::read("07700 900123").expect("a number");
        assert_eq!((british.e164().as_str(), british.national.as_str()), ("+447700900123", "07700900123"));
        assert_eq!(Phone::read("+352 621 123 456").expect("a number").e164(), "+352621123456");
        assert_eq!(Phone::read("+1 202 555 0143").expect("a number").national, "2025550143");
        assert_eq!(Phone::read("tel:12"), None);
        assert_eq!(Phone::read("+"), None);
    }

    #[test]
    fn pairs_are_those_of_france() {
        assert_eq!(Phone::read("+33639981234").expect("a number").pairs("."), "06.39.98.12.34");
    }
}
