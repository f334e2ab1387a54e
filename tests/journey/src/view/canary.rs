//! Typed values, in every form in which they could lie somewhere.

use std::collections::BTreeSet;

/// Shorter forms are found by chance.
const SHORTEST: usize = 6;

/// Which of the values lie in a heap of bytes, in any form; one pass.
pub fn canaries_in(heap: &[u8], values: &[String]) -> Vec<String> {
    let forms: Vec<(usize, Vec<u8>)> = values
        .iter()
        .enumerate()
        .flat_map(|(number, value)| forms_of(value).into_iter().map(move |form| (number, form)))
        .collect();
    let search = aho_corasick::AhoCorasick::new(forms.iter().map(|(_, form)| form)).expect("patterns");
    let found: BTreeSet<usize> = search
        .find_overlapping_iter(heap)
        .filter_map(|found| forms.get(found.pattern().as_usize()))
        .map(|(number, _)| *number)
        .collect();
    found.into_iter().filter_map(|number| values.get(number).cloned()).collect()
}

fn forms_of(text: &str) -> Vec<Vec<u8>> {
    let cases = BTreeSet::from([text.to_owned(), text.to_lowercase(), text.to_uppercase()]);
    let mut forms: Vec<Vec<u8>> = cases.iter().flat_map(|text| forms_of_case(text)).collect();
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

fn forms_of_case(text: &str) -> Vec<Vec<u8>> {
    let bytes = text.as_bytes();
    let utf16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let url: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let url_of_text: String = bytes
        .iter()
        .map(|byte| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    let json: String = text
        .encode_utf16()
        .map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        })
        .collect();
    let mut forms = vec![
        bytes.to_vec(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        url.to_lowercase().into_bytes(),
        url.into_bytes(),
        url_of_text.to_lowercase().into_bytes(),
        url_of_text.replace("%20", "+").into_bytes(),
        url_of_text.into_bytes(),
        json.into_bytes(),
    ];
    forms.extend((0..3).flat_map(|offset| base64_inside(bytes, offset)));
    forms
}

/// How bytes look inside base64 when they begin `offset` bytes after a group: the characters that do not depend on
/// their neighbours, in both alphabets.
fn base64_inside(bytes: &[u8], offset: usize) -> Vec<Vec<u8>> {
    let padded = [vec![0; offset], bytes.to_vec()].concat();
    let text = souspli_protocol::to_base64url(&padded);
    let skip = [0, 2, 3].get(offset).copied().unwrap_or(0);
    let whole = padded.len() * 8 / 6;
    let inside: String = text.chars().take(whole).skip(skip).collect();
    let standard = inside.replace('-', "+").replace('_', "/");
    vec![inside.into_bytes(), standard.into_bytes()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_in_each_form() {
        let name = "Zoë Ωmega";
        let values = [name.to_owned(), "somebody else".to_owned()];
        let base64 = |before: &str| souspli_protocol::to_base64url(format!("{before}{name}, and on").as_bytes());
        let utf16 = |order: fn(u16) -> [u8; 2]| name.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let heaps: [Vec<u8>; 11] = [
            format!("… {name} …").into(),
            "ZOË ΩMEGA".into(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            "5a6fc3ab20cea96d656761".into(),
            "5A6FC3AB20CEA96D656761".into(),
            "?q=Zo%C3%AB%20%CE%A9mega".into(),
            "?q=Zo%C3%AB+%CE%A9mega".into(),
            base64("").into(),
            base64("a").into(),
            base64("ab").into(),
        ];
        for heap in heaps {
            assert_eq!(canaries_in(&heap, &values), [name], "{}", String::from_utf8_lossy(&heap));
        }
        assert_eq!(canaries_in("{\"who\":\"Zo\\u00eb \\u03a9mega\"}".as_bytes(), &values), [name]);
        assert!(canaries_in(b"nothing of them", &values).is_empty());
    }
}
