//! A PostgreSQL database, read in one snapshot that cannot write.
//!
//! A thread of its own speaks with the server and hands on what it reads, a few rows at a time: whoever calls the audit may
//! be in a runtime already.

mod catalogue;
mod objects;
mod rows;
mod session;

use std::str::FromStr as _;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;

use self::session::Session;
use super::AuditError;
use super::structure::{FoundTable, Read, Reader, Structure};
use crate::policy::Engine;

/// Rows that wait to be looked at.
const WAITING: usize = 32;

/// What the thread hands on, in this order.
enum Message {
    Structure(Structure),
    Read(Read),
    End(Result<(), AuditError>),
}

/// A database that is being read.
pub(crate) struct Postgres {
    name: String,
    messages: Receiver<Message>,
}

impl Postgres {
    /// Connects to `postgres://…`.
    pub(crate) fn open(url: &str) -> Result<Self, AuditError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| AuditError::Unreadable("its address is malformed".to_owned()))?;
        let options = options.application_name("souspli-audit").statement_cache_capacity(0).disable_statement_logging();
        let name = options.get_database().unwrap_or("postgres").to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| AuditError::Scratch(error.to_string()))?;
        let (send, messages) = sync_channel(WAITING);
        let work = move || {
            let end = runtime.block_on(read_all(&options, &send));
            // Nobody listens any more where the audit ended early.
            let _ = send.send(Message::End(end));
        };
        std::thread::Builder::new().spawn(work).map_err(|error| AuditError::Scratch(error.to_string()))?;
        Ok(Self { name: format!("database {name}"), messages })
    }
}

async fn read_all(options: &PgConnectOptions, send: &SyncSender<Message>) -> Result<(), AuditError> {
    let mut session = Session::open(options).await?;
    let structure = catalogue::read(&mut session).await?;
    let tables = structure.tables.clone();
    if send.send(Message::Structure(structure)).is_err() {
        return Ok(());
    }
    for (number, table) in tables.iter().enumerate() {
        if rows::read(&mut session, number, table, send).await?.is_break() {
            break;
        }
    }
    session.close().await;
    Ok(())
}

impl Reader for Postgres {
    fn engine(&self) -> Engine {
        Engine::Postgres
    }

    fn artefact(&self) -> String {
        self.name.clone()
    }

    fn structure(&mut self) -> Result<Structure, AuditError> {
        match self.messages.recv() {
            Ok(Message::Structure(structure)) => Ok(structure),
            Ok(Message::End(Err(error))) => Err(error),
            Ok(Message::Read(_) | Message::End(Ok(()))) | Err(_) => Err(ended()),
        }
    }

    fn rows(
        &mut self,
        _: &[FoundTable],
        each: &mut dyn FnMut(Read) -> Result<(), AuditError>,
    ) -> Result<(), AuditError> {
        loop {
            match self.messages.recv() {
                Ok(Message::Read(read)) => each(read)?,
                Ok(Message::End(end)) => return end,
                Ok(Message::Structure(_)) | Err(_) => return Err(ended()),
            }
        }
    }
}

fn ended() -> AuditError {
    AuditError::Unreadable("reading ended early".to_owned())
}
