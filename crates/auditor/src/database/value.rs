//! Values as they are stored, whatever the database.

/// Bytes of one value that are read; of a longer one only so many are looked at, which is said.
pub(crate) const LONGEST: usize = 16 << 20;

/// A stored value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Boolean(bool),
    /// Text, or a value of a type that was read as text.
    Text(Vec<u8>),
    Bytes(Vec<u8>),
    List(Vec<Vec<u8>>),
    /// The start of a value that is longer than what is read.
    Long {
        start: Vec<u8>,
        length: u64,
    },
}

impl Value {
    /// A text or bytes that may have been cut.
    pub(crate) fn cut(start: Vec<u8>, length: u64, of: fn(Vec<u8>) -> Self) -> Self {
        let whole = u64::try_from(start.len()).is_ok_and(|read| read >= length);
        if whole { of(start) } else { Self::Long { start, length } }
    }

    /// What it is, without what it says.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Null => "nothing".to_owned(),
            Self::Integer(number) => format!("a number of {} digits", number.unsigned_abs().to_string().len()),
            Self::Real(_) => "a real number".to_owned(),
            Self::Boolean(_) => "yes or no".to_owned(),
            Self::Text(text) => format!("text of {} bytes", text.len()),
            Self::Bytes(bytes) => format!("{} bytes", bytes.len()),
            Self::List(items) => format!("a list of {}", items.len()),
            Self::Long { length, .. } => format!("{length} bytes"),
        }
    }

    /// How many bytes it takes.
    pub(crate) fn len(&self) -> u64 {
        let bytes = match self {
            Self::Null => 0,
            Self::Integer(_) | Self::Real(_) => 8,
            Self::Boolean(_) => 1,
            Self::Text(bytes) | Self::Bytes(bytes) => bytes.len(),
            Self::List(items) => items.iter().map(Vec::len).sum(),
            Self::Long { length, .. } => return *length,
        };
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }

    /// Its bytes, where it has any.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Its number; yes and no are 1 and 0.
    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            Self::Boolean(yes) => Some(i64::from(*yes)),
            _ => None,
        }
    }

    /// What a search for words looks through: bytes and text as they are, numbers as they are written.
    pub(crate) fn searched(&self) -> Vec<std::borrow::Cow<'_, [u8]>> {
        match self {
            Self::Null | Self::Boolean(_) => Vec::new(),
            Self::Integer(number) => vec![number.to_string().into_bytes().into()],
            Self::Real(number) => vec![number.to_string().into_bytes().into()],
            Self::Text(bytes) | Self::Bytes(bytes) | Self::Long { start: bytes, .. } => vec![bytes.as_slice().into()],
            Self::List(items) => items.iter().map(|item| item.as_slice().into()).collect(),
        }
    }
}
