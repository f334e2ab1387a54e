//! Hashes of a log, fetched as they are needed: a few tiles, however large the log is.

use std::collections::BTreeMap;

use souspli_protocol::Digest;
use souspli_tlog::store::{StoreError, Tiles};
use souspli_tlog::tile::TileId;

use crate::failure::Failure;
use crate::flow::Io;
use crate::http::Host;
use crate::trust::Distrust;

/// Most tiles that one comparison takes: more than two for each level of a tree of 2^64 leaves.
const MOST: usize = 64;

/// Tiles that are there already.
#[derive(Debug, Default)]
pub(super) struct Fetched(BTreeMap<TileId, Vec<u8>>);

/// One that is not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Missing;

impl Tiles for Fetched {
    type Error = Missing;

    fn read(&self, id: TileId) -> Result<Vec<u8>, Missing> {
        self.0.get(&id).cloned().ok_or(Missing)
    }
}

impl Fetched {
    /// Computes something of tiles; what is missing is fetched, and the computation begun again.
    pub(super) async fn compute<T>(
        &mut self,
        host: &mut Host,
        io: &Io,
        work: impl Fn(&Self) -> Result<T, StoreError<Missing>>,
    ) -> Result<T, Failure> {
        loop {
            match work(self) {
                Ok(value) => return Ok(value),
                Err(StoreError::Read { id, .. }) if self.0.len() < MOST => {
                    let bytes = fetch(host, io, id).await?;
                    self.0.insert(id, bytes);
                }
                Err(_) => return Err(Distrust::BadTile.into()),
            }
        }
    }
}

/// One tile. That the log has none, or one of another length, is told at once.
async fn fetch(host: &mut Host, io: &Io, id: TileId) -> Result<Vec<u8>, Failure> {
    let length = usize::from(id.width).saturating_mul(Digest::SIZE);
    match host.get_bytes(io, format!("/log/{}", id.path()), length).await {
        Ok(bytes) if bytes.len() == length => Ok(bytes),
        Err(failure) if failure.code == "offline" || failure.code == "busy" => Err(failure),
        Ok(_) | Err(_) => Err(Distrust::BadTile.into()),
    }
}
