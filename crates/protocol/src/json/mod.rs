//! JSON for what a patient's browser loads: the same texts as with serde, for a tenth of the code.
//!
//! Numbers are whole and not negative; fields have the names of the struct's own, in camelCase; unknown, missing and
//! doubled fields are refused. [`to_json!`](crate::to_json) and [`from_json!`](crate::from_json) make the two
//! implementations out of the names of a struct's fields; a name that is left out does not compile.

mod read;
mod write;

pub(crate) use read::read_bytes;
pub use read::{Fields, FromJson, Json, from_str, parse};
pub(crate) use write::write_bytes;
pub use write::{ToJson, Writer, object, to_string};

/// Makes a struct writable: `to_json!(Held { expires });`
#[macro_export]
macro_rules! to_json {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::json::ToJson for $name {
            fn write(&self, writer: &mut $crate::json::Writer) {
                let Self { $($field),* } = self;
                writer.object(&[$((stringify!($field), $field)),*]);
            }
        }
    };
}

/// Makes a struct readable: `from_json!(Held { expires });`
#[macro_export]
macro_rules! from_json {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::json::FromJson for $name {
            fn read(json: $crate::json::Json) -> Option<Self> {
                #[allow(unused_mut, reason = "a struct may have no fields")]
                let mut fields = $crate::json::Fields::of(json)?;
                let read = Self { $($field: fields.take(stringify!($field))?),* };
                fields.finish()?;
                Some(read)
            }
        }
    };
}

/// The characters of a field's name in JSON: `session_signature` is `sessionSignature`.
fn camel_case(name: &str) -> impl Iterator<Item = u8> {
    let mut upper = false;
    name.bytes().filter_map(move |byte| {
        let raised = core::mem::replace(&mut upper, byte == b'_');
        (byte != b'_').then(|| if raised { byte.to_ascii_uppercase() } else { byte })
    })
}

#[cfg(test)]
mod tests;
