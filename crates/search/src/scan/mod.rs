//! Searches for canaries: values that an auditor has booked, and that nothing but ciphertext may hold.
//!
//! One pass over a stream of any length looks for every value in every form of the list below, inside gzip, zlib,
//! Zstandard and deflated ZIP members too, up to four within each other. [`Needles::build`] makes the forms,
//! [`Needles::scan`] searches a stream, [`Needles::find`] a single value, and [`Needles::whole`] tells values that are
//! too short to be searched for.
//!
//! | of a value | forms |
//! |---|---|
//! | letters | as typed, any case, accents folded or decomposed, umlauts spelled out, words joined by `-`, `_`, `.`, nothing …; every word of eight letters alone |
//! | digits | any grouping by up to seven separators, with and without the country's code |
//! | times | ISO 8601, French, English and German, local and UTC; seconds to nanoseconds since 1970 and the counts of PostgreSQL, Windows and .NET, decimal and as 8 bytes; Julian and serial days |
//! | characters | UTF-8, UTF-16 and UTF-32 in both byte orders, Latin-1, UTF-8 encoded twice |
//! | escapes | percent (once, twice, of everything), form, JSON, HTML (named, decimal, hexadecimal), quoted-printable, `\x` and octal |
//! | alphabets | hex, base32, base64 and base64url, from any offset; of UTF-8, UTF-16 and Latin-1 |
//! | turned | characters or bytes reversed, ROT13 |
//! | hashes | MD5, SHA-1, SHA-2, SHA-3, BLAKE2, BLAKE3 and HMAC with given keys, from 8 bytes on, of several normalisations |
//!
//! Not covered: what is encrypted or masked (XOR); formats that are recognised and reported as not read
//! ([`Reason::Format`]), and those that show no sign of themselves: deflate without a header, Brotli, Snappy, LZ4 blocks,
//! PostgreSQL's own compression; an escape or alphabet inside another one beyond those listed; a word broken by a line
//! end; base64 with line ends inside a longer stream; hashes with a salt that is not given, slow hashes, checksums of
//! less than eight bytes; and what is split over two places.

mod alphabet;
mod canaries;
mod canary;
mod collect;
mod decode;
mod digest;
mod digits;
mod escape;
mod hit;
mod index;
mod invent;
mod kept;
mod level;
mod magic;
mod needle;
mod needles;
mod phone;
mod phonetic;
mod run;
mod secrets;
mod spelling;
mod tally;
mod time;
mod whole;
mod written;

pub use canaries::{CanaryError, CanaryPerson, CanarySet};
pub use canary::{Canary, CanaryKind};
pub use hit::{Hit, Member, Progress, Reason, Scanned, Sink, Skipped};
pub use invent::WordList;
pub use level::AHEAD;
pub use needles::{NeedleError, Needles, Options};
pub use secrets::{hash_keys, secrets_in, secrets_of};
pub use tally::Tally;
pub use whole::WholeForm;
