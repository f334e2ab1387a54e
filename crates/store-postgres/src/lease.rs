//! A connection that goes back to the pool only when its work has ended.
//!
//! What sqlx knows of a transaction it counts itself, after the server has answered: a `begin` that was dropped in
//! between has begun, and is not counted (sqlx issue 4393). So nothing that was dropped halfway is lent again.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Error, PgConnection, PgPool, Postgres};

/// A connection, until [`Lease::give_back`]; dropped before that, it is closed, and the server rolls back.
pub(crate) struct Lease {
    connection: PoolConnection<Postgres>,
    sound: bool,
}

impl Lease {
    /// Waits for one.
    pub(crate) async fn take(pool: &PgPool) -> Result<Self, Error> {
        Ok(Self { connection: pool.acquire().await?, sound: false })
    }

    /// The work has ended, well or not. What is broken is closed all the same.
    pub(crate) fn give_back(mut self, broken: bool) {
        self.sound = !broken;
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.sound {
            self.connection.close_on_drop();
        }
    }
}
