//! Envelopes: sealed for a practice made from a seed, opened with each key, verified (`docs/spec/events.md` §1).

use souspli_attest::event_hash;
use souspli_protocol::event::Event;

use super::Practice;
use super::input::{Failure, Found, Input, Output, hex, named};
use crate::PrivateKey;
use crate::envelope::{Opened, OpenedByPatient, open_clinical, open_desk, open_patient, verify};

pub(super) fn family(name: &str, input: &Input) -> Found {
    match name {
        "event-booked" => Some(booked(input)),
        "event-note" => Some(note(input)),
        "event-open-desk" => Some(desk(input)),
        "event-open-clinical" => Some(clinical(input)),
        "event-open-patient" => Some(patient(input)),
        "event-verify" => Some(verified(input)),
        _ => None,
    }
}

/// A booking in the practice of `practice`, with the keys that open it.
fn booked(input: &Input) -> Result<Output, Failure> {
    let mut practice = Practice::new(&input.hex("practice")?);
    let record = practice.record(1);
    let event = practice.booked(&record, &input.hex("d")?, &input.hex("c")?).map_err(|error| named(error.code()))?;
    let [clinical, ..] = &practice.epoch.clinical;
    let view = crate::derive(record.view().seed(), souspli_protocol::Label::KeyViewSeal, &practice.context, &[]);
    Ok(vec![
        ("event", hex(event.bytes())),
        ("hash", hex(event_hash(event.bytes()).0)),
        ("fp", hex(practice.context.fp.0)),
        ("calendar", hex(practice.context.calendar.0)),
        ("desk_seed", hex(practice.epoch.desk.expose_secret())),
        ("clinical_seed", hex(clinical.expose_secret())),
        ("patient_seed", hex(view.expose_secret())),
    ])
}

/// A note behind that booking, for the desk alone.
fn note(input: &Input) -> Result<Output, Failure> {
    let mut practice = Practice::new(&input.hex("practice")?);
    let record = practice.record(1);
    let event = practice
        .booked(&record, b"", b"")
        .and_then(|first| practice.note(&record, &first, &input.hex("d").unwrap_or_default()))
        .map_err(|error| named(error.code()))?;
    Ok(vec![("event", hex(event.bytes()))])
}

fn event(input: &Input) -> Result<Event, Failure> {
    Event::parse(input.changed("event")?).map_err(|_| named("bad_shape"))
}

fn key(input: &Input) -> Result<PrivateKey, Failure> {
    Ok(PrivateKey::from_seed(&input.secret("seed")?))
}

fn desk(input: &Input) -> Result<Output, Failure> {
    let d = open_desk(&event(input)?, &key(input)?).map_err(|error| named(error.code()))?;
    Ok(vec![("d", hex(d.expose_secret()))])
}

fn clinical(input: &Input) -> Result<Output, Failure> {
    let Opened { d, c } = open_clinical(&event(input)?, &key(input)?).map_err(|error| named(error.code()))?;
    Ok(vec![("d", hex(d.expose_secret())), ("c", hex(c.expose_secret()))])
}

fn patient(input: &Input) -> Result<Output, Failure> {
    let OpenedByPatient { d, c, access } =
        open_patient(&event(input)?, &key(input)?).map_err(|error| named(error.code()))?;
    Ok(vec![
        ("d", hex(d.expose_secret())),
        ("c", hex(c.expose_secret())),
        ("access", hex(access.expose_access().expose_secret())),
    ])
}

fn verified(input: &Input) -> Result<Output, Failure> {
    let event = event(input)?;
    verify(&event, &input.context()?).map_err(|error| named(error.code()))?;
    Ok(vec![("revision", event.header().revision.into())])
}
