//! Connections that only read: they never wait for the writer, nor it for them.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use souspli_store::{OpenError, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::connection::reader;
use crate::stop::Stop;

/// A pool of read-only connections.
#[derive(Debug, Clone)]
pub(crate) struct Readers {
    free: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    count: u32,
}

impl Readers {
    /// Opens all of them.
    pub(crate) fn open(file: &Path, count: u32) -> Result<Self, OpenError> {
        let free = (0..count).map(|_| reader(file)).collect::<Result<Vec<_>, _>>()?;
        let permits = free.len();
        Ok(Self { free: Arc::new(Mutex::new(free)), permits: Arc::new(Semaphore::new(permits)), count })
    }

    /// Reads on a thread that may block.
    pub(crate) async fn run<T, F>(&self, read: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Stop<StoreError>> + Send + 'static,
    {
        let closed = || StoreError::Busy("the database is being closed".to_owned());
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| closed())?;
        let free = self.free.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let lent = Lent::take(free, permit).ok_or_else(closed)?;
            read(lent.connection()?).map_err(Stop::into_refusal)
        });
        reading.await.unwrap_or_else(|_| Err(StoreError::Failed("a read panicked".to_owned())))
    }

    /// Takes no more reads and closes the connections once they are free.
    pub(crate) async fn close(&self) {
        let all = self.permits.acquire_many(self.count).await;
        self.permits.close();
        self.free.lock().unwrap_or_else(PoisonError::into_inner).clear();
        drop(all);
    }
}

/// A connection that goes back to the pool in any case, before its permit does.
struct Lent {
    db: Option<Connection>,
    free: Arc<Mutex<Vec<Connection>>>,
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    fn take(free: Arc<Mutex<Vec<Connection>>>, permit: OwnedSemaphorePermit) -> Option<Self> {
        let db = free.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        Some(Self { db: Some(db), free, _permit: permit })
    }

    fn connection(&self) -> Result<&Connection, StoreError> {
        self.db.as_ref().ok_or_else(|| StoreError::Failed("a connection was given back too early".to_owned()))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(db);
        }
    }
}
