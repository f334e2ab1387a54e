//! Bytes that a patient's page fetches to know the free times of a full practice: what its own client code asks for,
//! counted as it came over HTTP.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use souspli_attest::claim_set::ClaimSet;
use souspli_journey::{Exchange, Patient};
use souspli_protocol::sizes::CLAIMS;
use souspli_protocol::wire::Times;

use crate::Outcome;
use crate::figure::{Aim, figure, number, whole};
use crate::filled::{alone, fill, now, wanted};
use crate::host::Host;

/// Kilobytes that are aimed at.
const AIM: f64 = 150.0;

/// Bytes that a patient's page fetches to know the free times of a full practice
#[derive(Args)]
pub(crate) struct Options {
    /// The built souspli-server
    #[arg(long)]
    server: PathBuf,
    /// Bookings that the practice has
    #[arg(long, default_value_t = 1_500)]
    bookings: usize,
}

/// Runs the stage.
pub(crate) async fn run(options: &Options) -> Outcome {
    let host = Host::start(&options.server, None).await?;
    let (addr, published, now) = (host.addr, fill(host.addr, options.bookings).await?, now()?);
    let exchanges = alone(move || async move {
        let mut patient = Patient::new(addr);
        patient.must(now, "open", json!({ "fragment": published.link })).await;
        let free = patient.must(now, "times", wanted(&published)).await;
        if free["days"].as_array().is_none_or(Vec::is_empty) {
            return Err("no time is free".into());
        }
        Ok(patient.device.exchanges)
    })
    .await?;
    let claims = check(&exchanges, options.bookings)?;
    for exchange in &exchanges {
        println!("    {:<60} {:>9} bytes", exchange.request, whole(number(size(exchange))));
    }
    // The profile says who the practice is; hours and claims come with `times`.
    let times = exchanges.iter().filter(|exchange| exchange.request.ends_with("/times"));
    let sum: usize = times.map(size).sum();
    println!("    {} claimed ids in 7 windows; heads of the answers counted", whole(number(claims)));
    let kilobytes = number(sum) / 1_000.0;
    let name = format!("free times, {} bookings", whole(number(options.bookings)));
    figure(&name, kilobytes, &format!("{kilobytes:.1} kB"), Aim::AtMost(AIM));
    host.stop().await
}

/// The answers are whole: all windows, all claims; gives the number of claims.
fn check(exchanges: &[Exchange], bookings: usize) -> Outcome<usize> {
    let times =
        exchanges.iter().find(|exchange| exchange.request.ends_with("/times")).ok_or("no times were fetched")?;
    let times: Times = serde_json::from_slice(&times.answer)?;
    let windows = times.hours.iter().flatten().count();
    let claims = ClaimSet::decode(&times.claim_set.0).map_err(|error| format!("{error:?}"))?.count();
    let claims = usize::try_from(claims)?;
    if windows != 7 || claims != bookings * CLAIMS {
        return Err(format!("{windows} windows and {claims} claims were answered").into());
    }
    Ok(claims)
}

/// An answer's bytes: status line, header lines, empty line, body.
fn size(exchange: &Exchange) -> usize {
    let lines = exchange.headers.iter().map(|(name, value)| name.len() + value.len() + 4);
    "HTTP/1.1 200 OK\r\n\r\n".len() + lines.sum::<usize>() + exchange.answer.len()
}
