//! A log of a test's own: its tiles in a folder, its key and witnesses made from numbers.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use souspli_attest::{SigningKey, sha256};
use souspli_protocol::Digest;
use souspli_tlog::checkpoint::{Checkpoint, SignedCheckpoint, sign};
use souspli_tlog::cosignature::cosign;
use souspli_tlog::entry::entry_of;
use souspli_tlog::policy::Policy;
use souspli_tlog::store::{Tiles, consistency_path, grow, inclusion_path};
use souspli_tlog::tile::{Level, TileId};
use souspli_tlog::tree::empty_root;
use souspli_tlog::vkey::{KeyType, VerifierKey};

use super::Source;

/// The origin of the tests' log.
pub(crate) const ORIGIN: &str = "log.example/souspli";

/// A log.
pub(crate) struct Log {
    dir: tempfile::TempDir,
    tiles: BTreeMap<TileId, Vec<u8>>,
    size: u64,
    root: Digest,
    secret: SigningKey,
    key: VerifierKey,
}

/// A tile that was never written.
#[derive(Debug)]
pub(crate) struct Missing;

impl Tiles for Log {
    type Error = Missing;

    fn read(&self, id: TileId) -> Result<Vec<u8>, Missing> {
        // Where the very width was never written, a wider one begins with it.
        let wider = self.tiles.range(id..).find(|(there, _)| (there.level, there.index) == (id.level, id.index));
        let mut bytes = wider.map(|(_, bytes)| bytes.clone()).ok_or(Missing)?;
        if id.level != Level::Entries {
            bytes.truncate(usize::from(id.width) * Digest::SIZE);
        }
        Ok(bytes)
    }
}

/// The object of a number.
pub(crate) fn object(n: u64) -> Digest {
    sha256(&[&b"object"[..], &n.to_be_bytes()].concat())
}

impl Log {
    /// The empty log of a seed.
    pub(crate) fn new(seed: u8) -> Self {
        let secret = SigningKey::from_seed(&[seed; 32]);
        let key = VerifierKey::new(ORIGIN, KeyType::Ed25519, secret.verifying_key()).expect("a name");
        let dir = tempfile::tempdir().expect("a folder");
        Self { dir, tiles: BTreeMap::new(), size: 0, root: empty_root(), secret, key }
    }

    /// Merges objects, writes the tiles and puts the signed checkpoint in place.
    pub(crate) fn push(&mut self, objects: impl IntoIterator<Item = Digest>) -> SignedCheckpoint {
        self.push_entries(&objects.into_iter().map(|object| entry_of(&object)).collect::<Vec<_>>())
    }

    /// The same with entries of any form.
    pub(crate) fn push_entries(&mut self, entries: &[Vec<u8>]) -> SignedCheckpoint {
        let growth = grow(self, self.size, entries).map_err(|_| "tiles").expect("grown");
        for (id, bytes) in growth.writes {
            self.write(&id.path(), &bytes);
            self.tiles.insert(id, bytes);
        }
        (self.size, self.root) = (growth.size, growth.root);
        let signed = self.sign(Checkpoint::new(ORIGIN, self.size, self.root));
        self.write("checkpoint", &signed.encode());
        signed
    }

    /// Signs anything.
    pub(crate) fn sign(&self, checkpoint: Checkpoint) -> SignedCheckpoint {
        sign(checkpoint, &self.key, &self.secret).expect("signed")
    }

    /// Writes a file below the prefix.
    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }

    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn key(&self) -> &VerifierKey {
        &self.key
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn source(&self) -> Source {
        Source::Folder(self.dir.path().to_owned())
    }

    pub(crate) fn consistency(&self, old: u64) -> Vec<Digest> {
        consistency_path(self, old, self.size).map_err(|_| "tiles").expect("a path")
    }

    pub(crate) fn inclusion(&self, index: u64) -> Vec<Digest> {
        inclusion_path(self, index, self.size).map_err(|_| "tiles").expect("a path")
    }

    /// The paths of the files that the tree is made of.
    pub(crate) fn files(&self) -> Vec<String> {
        TileId::of_tree(self.size).map(TileId::path).collect()
    }

    /// A policy with this log and some witnesses, `quorum` of which must cosign.
    pub(crate) fn policy(&self, witnesses: &[&Cosigner], quorum: usize) -> Policy {
        let mut text = format!("log {}\n", self.key);
        let mut names = String::new();
        for (n, witness) in witnesses.iter().enumerate() {
            text += &format!("witness w{n} {}\n", witness.key);
            names += &format!(" w{n}");
        }
        text +=
            &if quorum == 0 { "quorum none\n".to_owned() } else { format!("group all {quorum}{names}\nquorum all\n") };
        Policy::parse(text.as_bytes()).expect("a policy")
    }
}

/// A witness that cosigns what it is told to.
pub(crate) struct Cosigner {
    pub(crate) key: VerifierKey,
    secret: SigningKey,
}

impl Cosigner {
    pub(crate) fn new(seed: u8) -> Self {
        let secret = SigningKey::from_seed(&[seed; 32]);
        let name = format!("witness.example/{seed}");
        let key = VerifierKey::new(&name, KeyType::Cosignature, secret.verifying_key()).expect("a name");
        Self { key, secret }
    }

    /// Cosigns a checkpoint at a time.
    pub(crate) fn cosign(&self, signed: &mut SignedCheckpoint, time: u64) {
        let cosignature = cosign(signed.checkpoint(), time, &self.key, &self.secret).expect("cosigned");
        signed.add(cosignature).expect("room");
    }
}
