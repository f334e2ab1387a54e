//! Which code a malformed object gets (`docs/spec/http.md` §5).

use souspli_protocol::problem::Code;
use souspli_protocol::tlv::TlvError;

/// Bytes of the first field's tag and length.
const LABEL_AT: usize = 5;

/// The code for bytes of the right size that do not read.
pub(crate) fn code_of(bytes: &[u8], error: TlvError) -> Code {
    match error {
        TlvError::Value { tag: 1 } => Code::UnknownSuite,
        TlvError::Label if of_another_version(bytes) => Code::UnknownSuite,
        _ => Code::BadShape,
    }
}

/// Whether the label is one of Souspli's, but not of version 1.
fn of_another_version(bytes: &[u8]) -> bool {
    let label = bytes.get(LABEL_AT..).unwrap_or_default();
    label.strip_prefix(b"souspli/v").is_some_and(|rest| !rest.starts_with(b"1/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_suites_and_versions_are_told_from_nonsense() {
        let label = |text: &str| [&[0, 0, 0, 0, 16][..], text.as_bytes()].concat();
        assert_eq!(code_of(&[], TlvError::Value { tag: 1 }), Code::UnknownSuite);
        assert_eq!(code_of(&label("souspli/v2/event"), TlvError::Label), Code::UnknownSuite);
        assert_eq!(code_of(&label("souspli/v1/claim"), TlvError::Label), Code::BadShape);
        assert_eq!(code_of(&label("anything at all!"), TlvError::Label), Code::BadShape);
        assert_eq!(code_of(&[], TlvError::Truncated), Code::BadShape);
    }
}
