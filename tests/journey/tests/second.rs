//! A page with a second worker shows what a page without one does, whatever becomes of the second worker.

use serde_json::{Value, json};
use souspli_journey::practice::{Look, PASSPHRASE, Published, create, form};
use souspli_journey::{MONDAY, Member, TestHost};

/// More than one page of the chain.
const BOOKINGS: usize = 72;

/// What becomes of an answer on its way back.
type Spoil = fn(Vec<u8>) -> Option<Vec<u8>>;

/// Types so many bookings in.
async fn fill(owner: &mut Member, practice: &Published) {
    let wanted = json!({ "visitType": practice.visit_type(0), "practitioner": null });
    let days = owner.must(MONDAY, "times", wanted).await;
    let times =
        days["days"].as_array().into_iter().flatten().flat_map(|day| day["times"].as_array().into_iter().flatten());
    let starts: Vec<Value> = times.map(|time| time["start"].clone()).collect();
    for number in 0..BOOKINGS {
        let phone = json!({ "visitType": practice.visit_type(0), "practitioner": null,
            "start": starts[number * starts.len() / BOOKINGS], "form": form(&format!("Patient {number}"), "A reason") });
        owner.must(MONDAY, "phoneBooking", phone).await;
    }
}

/// The agenda on a new device, and the jobs that its second worker got.
async fn opened(host: &TestHost, practice: &Published, spoil: Option<Spoil>) -> (Value, usize) {
    let mut member = Member::new(host.addr());
    let keys = json!({ "accountKey": practice.account_key, "passphrase": PASSPHRASE });
    member.must(MONDAY, "unlock", keys).await;
    if let Some(spoil) = spoil {
        member.hand_over(MONDAY).await;
        member.device.second.as_mut().expect("a second worker").spoil = spoil;
    }
    let synced = member.must(MONDAY, "sync", json!({})).await;
    assert_eq!(synced["broken"], 0);
    let agenda = member.must(MONDAY, "agenda", json!({ "from": "2026-01-01", "to": "2027-12-31" })).await;
    assert_eq!(agenda["items"].as_array().map(Vec::len), Some(BOOKINGS));
    let jobs = member.device.second.map_or(0, |second| second.jobs.iter().filter(|size| **size > 8_000).count());
    (agenda, jobs)
}

#[tokio::test]
async fn two_workers_show_what_one_shows() {
    let data = tempfile::tempdir().expect("a folder");
    let host = TestHost::start(data.path(), None, MONDAY).await;
    let mut owner = Member::new(host.addr());
    let practice = create(&mut owner, &Look::SMALL, MONDAY).await;
    fill(&mut owner, &practice).await;
    let (alone, _) = opened(&host, &practice, None).await;
    let spoilers: [Spoil; 5] = [
        Some,
        // Locked, or gone.
        |_| None,
        // Cut short.
        |answer| Some(answer[..answer.len() / 2].to_vec()),
        // Of fewer events.
        |_| Some(Vec::new()),
        // Nothing opened.
        |answer| Some([[0; 32].as_slice(), &[0xff; 8]].concat().repeat(answer.len() / 1_000)),
    ];
    for (number, spoil) in spoilers.into_iter().enumerate() {
        let (together, jobs) = opened(&host, &practice, Some(spoil)).await;
        assert!(jobs > 0, "{number}: nothing was passed on");
        assert_eq!(together, alone, "{number}");
    }
}

/// What the second worker gives back is what it opened, and nothing without the keys.
#[tokio::test]
async fn a_second_worker_without_keys_is_locked() {
    let data = tempfile::tempdir().expect("a folder");
    let host = TestHost::start(data.path(), None, MONDAY).await;
    let mut stranger = Member::new(host.addr());
    assert_eq!(stranger.must(MONDAY, "warmUp", json!({})).await, json!({}));
    assert_eq!(stranger.fails(MONDAY, "openEvents", json!({})).await, "locked");
    assert_eq!(stranger.fails(MONDAY, "handoverAccept", json!({ "sealed": "AAAA" })).await, "bad_call");
}
