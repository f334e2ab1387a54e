//! Durable bookings a second, on both databases.

use super::figure::{Figure, measure};
use super::setting::Setting;
use crate::failure::Outcome;
use crate::postgres::Postgres;
use crate::steps::step;

pub(super) fn run(setting: &mut Setting) -> Outcome<Vec<Figure>> {
    let mut program = setting.program("durable")?;
    let mut running = None;
    step("PostgreSQL, start", || {
        let started = running.insert(Postgres::start()?);
        Ok(format!("{}, for this measurement only", started.version))
    })?;
    if let Some(postgres) = &running {
        program.args(["--postgres", &postgres.url]).arg("--postgres-bin").arg(&postgres.bin);
    }
    measure(&mut program)
}
