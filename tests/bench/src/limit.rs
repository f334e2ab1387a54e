//! The most durable bookings a second that this machine and its disk can take with nothing around the database: what
//! the host's own figure is compared with, in the same run.

pub(crate) mod given;
pub(crate) mod postgres;
pub(crate) mod sqlite;
