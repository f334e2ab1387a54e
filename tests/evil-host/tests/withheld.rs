//! A host that holds hours back: nobody is declined because of it.

use std::sync::Arc;

use serde_json::{Value, json};
use souspli_evil_host::{Lie, Proxy};
use souspli_journey::practice::{Look, PASSPHRASE, create, form};
use souspli_journey::{MONDAY, Member, Patient, TestHost};

#[tokio::test]
async fn a_booking_on_the_first_morning_of_a_window_waits_for_a_person() {
    let data = tempfile::tempdir().expect("a folder");
    let host = TestHost::start(data.path(), None, MONDAY).await;
    let mut owner = Member::new(host.addr());
    // Thirteen hours ahead of UTC, where that morning still belongs to the window before.
    let look = Look { zone: "Pacific/Auckland", ..Look::SMALL };
    let practice = create(&mut owner, &look, MONDAY).await;
    let mut patient = Patient::new(host.addr());
    patient.must(MONDAY, "open", json!({ "fragment": practice.link })).await;
    let wanted = json!({ "visitType": practice.visit_type(0), "practitioner": null });
    let times = patient.must(MONDAY, "times", wanted.clone()).await;
    let monday = times["days"].as_array().expect("days").iter().find(|day| day["date"] == "2026-12-21");
    let mut chosen = wanted;
    chosen["start"] = monday.expect("the first Monday of the next window")["times"][0]["start"].clone();
    patient.must(MONDAY, "hold", chosen).await;
    let booked = patient.must(MONDAY, "book", json!({ "form": form("Patient One", "") })).await;

    let proxy = Proxy::before(host.addr()).await;
    let mut member = Member::new(proxy.addr);
    member.must(MONDAY, "unlock", json!({ "accountKey": practice.account_key, "passphrase": PASSPHRASE })).await;
    proxy.tell(Arc::new(Lie::about::<Value, _>("/times", |times| times["hours"] = json!(vec![Value::Null; 7]))));
    member.must(MONDAY, "sync", json!({})).await;
    let detail = member.must(MONDAY, "detail", json!({ "record": booked["record"] })).await;
    assert_eq!((&detail["state"], &detail["attention"]), (&json!("reserved"), &json!("hours")), "{detail}");

    // With an honest host it is confirmed.
    owner.must(MONDAY, "sync", json!({})).await;
    let detail = owner.must(MONDAY, "detail", json!({ "record": booked["record"] })).await;
    assert_eq!(detail["state"], "confirmed");
}
