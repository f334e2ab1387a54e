//! What a witness keeps of a log: the note that it serves, which is also what it goes on from.

use souspli_attest::sha256;
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::Checkpoint;
use souspli_tlog::cosignature;
use souspli_tlog::note::Note;
use souspli_tlog::vkey::VerifierKey;
use souspli_tlog::witness::State;

/// What the file begins with; the SHA-256 of the note follows in the same line.
const HEADER: &str = "souspli-witness state 1 ";

/// The latest checkpoint that was cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kept {
    state: State,
    note: Note,
}

impl Kept {
    /// A checkpoint's place and its note, with the log's signature and the witness's.
    pub(super) fn new(state: State, note: Note) -> Self {
        Self { state, note }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// As it is served.
    pub(super) fn note(&self) -> Vec<u8> {
        self.note.encode()
    }

    /// The file: a line with the hash of what follows, and the note.
    pub(super) fn encode(&self) -> Vec<u8> {
        let note = self.note();
        [format!("{HEADER}{}\n", sha256(&note)).as_bytes(), &note].concat()
    }

    /// Reads a file; `None` unless it is whole, of this log, and cosigned by this witness.
    pub(super) fn decode(bytes: &[u8], origin: &str, witness: &VerifierKey) -> Option<Self> {
        let (sum, note) = std::str::from_utf8(bytes).ok()?.strip_prefix(HEADER)?.split_once('\n')?;
        if sha256(note.as_bytes()) != sum.parse::<Digest>().ok()? {
            return None;
        }
        let note = Note::parse(note.as_bytes()).ok()?;
        let checkpoint = Checkpoint::parse(note.text()).ok()?;
        let cosigned = cosignature::latest(&note, witness).ok()?.is_some();
        let state = State { size: checkpoint.size, root: checkpoint.root };
        (cosigned && checkpoint.origin == origin).then_some(Self { state, note })
    }
}
