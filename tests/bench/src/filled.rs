//! A practice with many bookings, each made by a patient's session of its own: opened link, held time, sealed form,
//! receipt, read back. The same client code as the pages, on all cores.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use souspli_journey::practice::{Look, Published, create, form};
use souspli_journey::{Device, Member, Patient};

use crate::Outcome;
use crate::figure::{number, whole};

/// One practitioner, open every day; bookings wait for an answer, so that filling is all that happens.
const LOOK: Look = Look { confirm: "manual", ..Look::SMALL };

/// How often a patient looks again for a time that seems taken.
const LOOKS: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// The minute that it is.
pub(crate) fn now() -> Outcome<u32> {
    Ok(u32::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() / 60)?)
}

/// Makes a practice at a host and books so many of its times, spread evenly over all that it publishes.
pub(crate) async fn fill(host: SocketAddr, count: usize) -> Outcome<Arc<Published>> {
    let begin = Instant::now();
    let now = now()?;
    let (published, starts) = alone(move || async move {
        let mut owner = Member::new(host);
        let published = create(&mut owner, &LOOK, now).await;
        let starts = free_starts(host, &published, now).await;
        Ok((published, starts))
    })
    .await?;
    if starts.len() < count {
        return Err(format!("only {} times are free", starts.len()).into());
    }
    let (published, starts) = (Arc::new(published), Arc::new(starts));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut parts = Vec::new();
    for core in 0..cores {
        let (published, starts) = (published.clone(), starts.clone());
        parts.push(tokio::spawn(alone(move || async move {
            for place in (core..count).step_by(cores) {
                let start = starts.get(place * starts.len() / count).cloned().unwrap_or_default();
                book(host, &published, place, start, now).await?;
            }
            Ok(())
        })));
    }
    for part in parts {
        part.await??;
    }
    println!("{} bookings made in {:.1} s", whole(number(count)), begin.elapsed().as_secs_f64());
    Ok(published)
}

/// Runs on a thread of its own: a client's session stays on one.
pub(crate) async fn alone<T, F, W>(work: W) -> Outcome<T>
where
    T: Send + 'static,
    F: Future<Output = Outcome<T>>,
    W: FnOnce() -> F + Send + 'static,
{
    let done = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(work())
    });
    done.await?
}

/// What a patient asks for.
pub(crate) fn wanted(published: &Published) -> Value {
    json!({ "visitType": published.visit_type(0), "practitioner": null })
}

async fn free_starts(host: SocketAddr, published: &Published, now: u32) -> Vec<Value> {
    let mut patient = Patient::new(host);
    patient.must(now, "open", json!({ "fragment": published.link })).await;
    let free = patient.must(now, "times", wanted(published)).await;
    let days = free["days"].as_array().into_iter().flatten();
    days.flat_map(|day| day["times"].as_array().into_iter().flatten()).map(|time| time["start"].clone()).collect()
}

async fn book(host: SocketAddr, published: &Published, place: usize, start: Value, now: u32) -> Outcome {
    let [high, low] = u16::try_from(place)?.to_be_bytes();
    let mut patient = Patient::new(host);
    // The host's limits count by address; patients have different ones.
    patient.device = Device::from(host, IpAddr::from([127, 2, high, low]));
    patient.must(now, "open", json!({ "fragment": published.link })).await;
    let chosen = json!({ "visitType": published.visit_type(0), "practitioner": null, "start": start });
    let mut held = patient.call(now, "hold", chosen.clone()).await;
    // The filter hides a free time by chance now and then; once others have booked, the next one has another seed.
    for _ in 0..LOOKS {
        if held.as_ref().is_err_and(|failure| failure.code == "slot_taken") {
            tokio::time::sleep(PAUSE).await;
            patient.must(now, "open", json!({ "fragment": published.link })).await;
            held = patient.call(now, "hold", chosen.clone()).await;
        }
    }
    held?;
    let form = form(&format!("Patient {place}"), "A reason for the visit, as long as people write them.");
    let booked = patient.must(now, "book", json!({ "form": form })).await;
    if booked["state"] == "reserved" { Ok(()) } else { Err(format!("a booking is {}", booked["state"]).into()) }
}
