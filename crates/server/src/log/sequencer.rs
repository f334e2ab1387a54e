//! The sequencer: merges what waits into the log, one batch after the other (`docs/spec/log.md` §5).
//!
//! What it does is done in steps; each leaves files and database in a state that the next holder goes on from. It has no
//! memory that matters: what was proven before only saves reading.

use std::io;

use souspli_protocol::Digest;
use souspli_store::{Merged, Standing, Store, StoreError, TreeHead};
use souspli_tlog::checkpoint::{Checkpoint, SignedCheckpoint};
use souspli_tlog::store::{StoreError as StoreTiles, grow};
use souspli_tlog::tree::empty_root;
use tokio::runtime::Handle;

use crate::log::batch::{Batch, MOST, Random};
use crate::log::folder::{CHECKPOINT, COSIGNED, FENCE, Folder, GENERATION, RELEASES, STAGED};
use crate::log::proven::{Damage, Proven};
use crate::log::signer::Signer;
use crate::release::hexadecimal;

/// Minutes for which a holder takes the row.
const LEASE: u32 = 3;
/// Leaves that one transaction writes down.
const TOLD: usize = 512;

/// What has just been done, for who wants to see a sequencer die there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// The folder is locked and holds the fence.
    Fenced,
    /// The batch is staged.
    Staged,
    /// One more tile is written.
    Tile,
    /// The root of what is stored is the one to sign.
    Proven,
    /// The checkpoint is in place.
    Signed,
    /// The database knows where some more leaves lie.
    Told,
    /// Nothing is staged any more.
    Cleared,
}

/// Is told of each step, and may say that this is the last one.
pub type Watch<'a> = &'a mut dyn FnMut(Step) -> Result<(), Died>;

/// A sequencer was told to die.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Died;

/// What came of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Another process merges.
    Others,
    /// A batch was merged; whether more waits than one batch holds.
    Merged {
        /// Leaves of the log now.
        size: u64,
        /// Whether the batch was full.
        more: bool,
    },
}

/// Why a turn did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Stop {
    /// The database failed; the next turn tries again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder could not be written or read; the next turn tries again, from the beginning.
    #[error("the log's folder cannot be used: {0}")]
    Folder(#[from] io::Error),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    /// Something does not fit together: nothing is signed any more.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// Told to die.
    #[error("the sequencer was told to die")]
    Died,
}

/// What does not fit together (`docs/spec/log.md` §5).
#[derive(Debug, thiserror::Error)]
pub enum Halt {
    /// What is stored is damaged.
    #[error("the stored log is damaged: {0}")]
    Damage(#[from] Damage),
    /// The checkpoint is not one of this host, or no checkpoint at all.
    #[error("the checkpoint is not this host's")]
    Checkpoint,
    /// The stored entries have another root than the signed one.
    #[error("the stored entries do not make the signed root")]
    Root,
    /// The batch that was staged is damaged, or begins elsewhere.
    #[error("the staged batch does not follow the checkpoint")]
    Staged,
    /// The database has heard of a checkpoint that this folder does not have.
    #[error("this folder is not that of the database's log: {0} leaves are known there")]
    OtherFolder(u64),
    /// The fence file holds something else.
    #[error("the fence file is damaged")]
    Fence,
    /// The checkpoint was replaced while a batch was made.
    #[error("somebody else has written the checkpoint meanwhile")]
    Overtaken,
}

impl From<Damage> for Stop {
    fn from(damage: Damage) -> Self {
        // What cannot be read now may be readable in a minute; nothing was signed.
        match damage {
            Damage::Unreadable(_, error) if !is_of_the_tile(&error) => Self::Folder(error),
            damage => Self::Halt(Halt::Damage(damage)),
        }
    }
}

/// Whether a tile is missing or too short, rather than a medium that fails.
fn is_of_the_tile(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof)
}

impl From<Died> for Stop {
    fn from(Died: Died) -> Self {
        Self::Died
    }
}

/// One process's sequencer.
#[derive(Debug)]
pub struct Sequencer {
    folder: Folder,
    signer: Signer,
    holder: [u8; 16],
    /// Whether no other process can merge: then the row is taken whoever holds it.
    alone: bool,
    proven: Proven,
    /// The release that is served, where it may not be logged yet.
    release: Option<Digest>,
}

impl Sequencer {
    /// A sequencer that has not done anything yet; `holder` is random.
    pub(crate) fn new(folder: Folder, signer: Signer, holder: [u8; 16], alone: bool) -> Self {
        Self { folder, signer, holder, alone, proven: Proven::default(), release: None }
    }

    /// The same, for a host that serves this release (`docs/spec/release.md` §2).
    pub(crate) fn releasing(self, release: Option<Digest>) -> Self {
        Self { release, ..self }
    }

    /// Merges one batch, if it is this process's turn. Blocks.
    pub fn turn(
        &mut self,
        store: &dyn Store,
        runtime: &Handle,
        now: u32,
        random: Random<'_>,
        watch: Watch<'_>,
    ) -> Result<Turn, Stop> {
        let until = now.saturating_add(LEASE);
        let free = if self.alone { u32::MAX } else { now };
        let written = self.fence()?;
        let lease = runtime.block_on(store.lease(self.holder, free, until, written))?;
        let Some(lease) = lease else { return Ok(Turn::Others) };
        let Some(_lock) = self.folder.lock()? else { return Ok(Turn::Others) };
        if self.fence()? > lease.fence {
            return Ok(Turn::Others);
        }
        self.folder.replace(FENCE, format!("{}\n", lease.fence).as_bytes())?;
        watch(Step::Fenced)?;
        let before = self.checkpoint()?;
        self.compare(lease.head, &before)?;
        let tell = |head, batch: &Batch, watch: Watch<'_>| self.tell(store, runtime, lease.fence, head, batch, watch);
        let batch = match self.staged(&before)? {
            Some(Staged::UnderWay(batch)) => batch,
            Some(Staged::Merged(batch)) if !tell(head(&before), &batch, watch)? => return Ok(Turn::Others),
            _ => self.stage(store, runtime, &before, random, watch)?,
        };
        let after = self.append(&before, &batch, watch)?;
        self.note_release(&batch)?;
        if !self.tell(store, runtime, lease.fence, head(&after), &batch, watch)? {
            return Ok(Turn::Others);
        }
        let more = u32::try_from(batch.entries.len()).is_ok_and(|entries| entries >= MOST);
        Ok(Turn::Merged { size: after.size, more })
    }

    /// Whether what is stored makes the signed root, and how many leaves that are. Blocks.
    pub fn prove(&mut self) -> Result<u64, Stop> {
        let before = self.checkpoint()?;
        self.compare(TreeHead { size: 0, root: before.root }, &before)?;
        Ok(before.size)
    }

    /// Brings what is staged into the tree, and tells no database: in an older one its leaves have other names. Then writes
    /// the generation that is about to be opened and a fence above all others, and gives the tree and that fence
    /// (`docs/spec/restore.md` §3). Blocks.
    pub(crate) fn settle(&mut self, known: &Standing, generation: u32) -> Result<(TreeHead, u64), Stop> {
        let in_use = || io::Error::new(io::ErrorKind::WouldBlock, "another process writes there");
        let _lock = self.folder.lock()?.ok_or_else(in_use)?;
        let fence = self.fence()?.saturating_add(1);
        let mut before = self.checkpoint()?;
        self.compare(known.head, &before)?;
        if let Some(Staged::UnderWay(batch)) = self.staged(&before)? {
            before = self.append(&before, &batch, &mut |_| Ok(()))?;
        }
        self.folder.remove(STAGED)?;
        self.folder.replace(GENERATION, format!("{generation}\n").as_bytes())?;
        self.folder.replace(FENCE, format!("{fence}\n").as_bytes())?;
        Ok((head(&before), fence))
    }

    /// Gives the row back, so that another process need not wait for its end.
    pub(crate) fn give_back(&self, store: &dyn Store, runtime: &Handle, now: u32) {
        // Where it fails, the row ends by itself.
        let _ = runtime.block_on(store.lease(self.holder, 0, now, 0));
    }

    /// Puts a checkpoint with its cosignatures in place of the same one with fewer; with a quorum it is also the one that
    /// proofs are made for.
    pub(crate) fn put(&self, signed: &SignedCheckpoint, quorum: bool) -> io::Result<()> {
        let Some(_lock) = self.folder.lock()? else { return Ok(()) };
        let newest = self.folder.file(CHECKPOINT)?.and_then(|note| self.signer.open(&note));
        if newest.is_some_and(|newest| newest.checkpoint() == signed.checkpoint()) {
            self.folder.replace(CHECKPOINT, &signed.encode())?;
        }
        let cosigned = self.folder.file(COSIGNED)?.and_then(|note| self.signer.open(&note));
        let goes_on = cosigned.is_none_or(|before| before.checkpoint().size <= signed.checkpoint().size);
        if quorum && goes_on { self.folder.replace(COSIGNED, &signed.encode()) } else { Ok(()) }
    }

    /// The highest fence that has written here.
    fn fence(&self) -> Result<u64, Stop> {
        self.folder.number(FENCE).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => Halt::Fence.into(),
            _ => Stop::Folder(error),
        })
    }

    /// The checkpoint that is in place; that of the empty tree where there is none.
    fn checkpoint(&self) -> Result<Checkpoint, Stop> {
        let Some(note) = self.folder.file(CHECKPOINT)? else { return Ok(self.signer.checkpoint(0, empty_root())) };
        Ok(self.signer.open(&note).ok_or(Halt::Checkpoint)?.checkpoint().clone())
    }

    /// What is stored makes the signed root. The database may know less than the folder, after a restore; never more, nor
    /// something else.
    fn compare(&mut self, known: TreeHead, before: &Checkpoint) -> Result<(), Stop> {
        let TreeHead { size, root } = known;
        if size > before.size {
            return Err(Halt::OtherFolder(size).into());
        }
        let [then, whole] = self.proven.roots(&self.folder, size, before.size)?;
        if whole != before.root {
            return Err(Halt::Root.into());
        }
        if size == 0 || then == root { Ok(()) } else { Err(Halt::OtherFolder(size).into()) }
    }

    /// What an earlier holder, or this one, did not bring to its end.
    fn staged(&self, before: &Checkpoint) -> Result<Option<Staged>, Stop> {
        let Some(bytes) = self.folder.file(STAGED)? else { return Ok(None) };
        let batch = Batch::decode(&bytes).ok_or(Halt::Staged)?;
        if batch.start == before.size {
            Ok(Some(Staged::UnderWay(batch)))
        } else if batch.end() == before.size {
            Ok(Some(Staged::Merged(batch)))
        } else {
            Err(Halt::Staged.into())
        }
    }

    fn stage(
        &self,
        store: &dyn Store,
        runtime: &Handle,
        before: &Checkpoint,
        random: Random<'_>,
        watch: Watch<'_>,
    ) -> Result<Batch, Stop> {
        let waiting = runtime.block_on(store.unmerged(MOST))?;
        let release = self.unlogged()?;
        let batch = Batch::mix(before.size, &waiting, release, random).ok_or(Stop::NoRandomness)?;
        self.folder.replace(STAGED, &batch.encode())?;
        watch(Step::Staged)?;
        Ok(batch)
    }

    /// The release that is served, if no batch has held it yet.
    fn unlogged(&self) -> Result<Option<Digest>, Stop> {
        let Some(release) = self.release else { return Ok(None) };
        let logged = self.folder.file(RELEASES)?.unwrap_or_default();
        let object = hexadecimal(&release);
        let is_logged = String::from_utf8_lossy(&logged).lines().any(|line| line.split(' ').next() == Some(&object));
        Ok((!is_logged).then_some(release))
    }

    /// Writes down where the release lies, once the checkpoint that holds it is in place.
    fn note_release(&mut self, batch: &Batch) -> Result<(), Stop> {
        let Some(release) = self.release else { return Ok(()) };
        let Some(place) = batch.place_of(&release) else { return Ok(()) };
        let mut logged = self.folder.file(RELEASES)?.unwrap_or_default();
        logged.extend(format!("{} {place}\n", hexadecimal(&release)).into_bytes());
        self.folder.replace(RELEASES, &logged)?;
        self.release = None;
        Ok(())
    }

    /// Writes the batch's tiles, proves what is stored, and puts the new checkpoint in place of `before`.
    fn append(&mut self, before: &Checkpoint, batch: &Batch, watch: Watch<'_>) -> Result<Checkpoint, Stop> {
        let growth = grow(&self.folder, before.size, &batch.logged()).map_err(|error| match error {
            StoreTiles::Read { source, .. } => Stop::Folder(source),
            error => Damage::Growth(error.to_string()).into(),
        })?;
        for (id, bytes) in &growth.writes {
            self.folder.write_tile(*id, bytes)?;
            watch(Step::Tile)?;
        }
        let [old, new] = self.proven.roots(&self.folder, before.size, growth.size)?;
        if old != before.root || new != growth.root {
            return Err(Halt::Root.into());
        }
        watch(Step::Proven)?;
        // Compare and swap, under the lock: nobody has signed meanwhile.
        if self.checkpoint()? != *before {
            return Err(Halt::Overtaken.into());
        }
        let after = self.signer.checkpoint(growth.size, growth.root);
        let note = self.signer.sign(&after).ok_or(Halt::Checkpoint)?.encode();
        self.folder.replace(CHECKPOINT, &note)?;
        watch(Step::Signed)?;
        Ok(after)
    }

    /// Tells the database where the leaves lie; then nothing is staged any more. `false` where another holds the row now.
    fn tell(
        &self,
        store: &dyn Store,
        runtime: &Handle,
        fence: u64,
        head: TreeHead,
        batch: &Batch,
        watch: Watch<'_>,
    ) -> Result<bool, Stop> {
        let merged = batch.merged();
        // A batch of random leaves alone moves the database's checkpoint all the same.
        let none: &[Merged] = &[];
        let parts = merged.chunks(TOLD).chain(merged.is_empty().then_some(none));
        for part in parts {
            if !runtime.block_on(store.merge(fence, head, part))? {
                return Ok(false);
            }
            watch(Step::Told)?;
        }
        self.folder.remove(STAGED)?;
        watch(Step::Cleared)?;
        Ok(true)
    }
}

/// A batch that was found.
enum Staged {
    /// The checkpoint is the one after it.
    Merged(Batch),
    /// The checkpoint is the one before it.
    UnderWay(Batch),
}

fn head(checkpoint: &Checkpoint) -> TreeHead {
    TreeHead { size: checkpoint.size, root: checkpoint.root }
}
