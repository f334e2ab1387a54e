//! The honest hosts, each made once.

use std::path::Path;
use std::sync::OnceLock;

use souspli_leaky_host::copy::fresh_database;
use souspli_leaky_host::host::{Honest, small};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_leaky-host"))
}

/// On SQLite.
pub(crate) fn sqlite() -> &'static Honest {
    static HONEST: OnceLock<Honest> = OnceLock::new();
    HONEST.get_or_init(|| small(binary(), None))
}

/// On PostgreSQL.
pub(crate) fn postgres() -> &'static Honest {
    static HONEST: OnceLock<Honest> = OnceLock::new();
    HONEST.get_or_init(|| small(binary(), Some(fresh_database())))
}
