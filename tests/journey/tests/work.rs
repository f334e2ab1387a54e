//! A link through which much is booked: the host asks for a proof of work, and the real client does it.

use std::sync::Arc;

use serde_json::json;
use souspli_journey::practice::{Look, create, form};
use souspli_journey::{MONDAY, Member, Patient};
use souspli_server::config::Limits;
use souspli_server::{Config, Host, ManualClock};

#[tokio::test]
async fn a_drained_link_asks_for_work_and_still_books() {
    let data = tempfile::tempdir().expect("a folder");
    let limits = Limits { link_burst: 1, ..Limits::default() };
    let config = Config { port: 0, data: data.path().to_owned(), limits, ..Config::default() };
    let host = Host::start(config, Arc::new(ManualClock::at(MONDAY))).await.expect("the host starts");
    let practice = create(&mut Member::new(host.addr), &Look::SMALL, MONDAY).await;
    for (name, refused) in [("First", 1), ("Second", 2)] {
        let mut patient = Patient::new(host.addr);
        patient.must(MONDAY, "open", json!({ "fragment": practice.link })).await;
        let wanted = json!({ "visitType": practice.visit_type(0), "practitioner": null });
        let days = patient.must(MONDAY, "times", wanted.clone()).await;
        let mut times =
            days["days"].as_array().expect("days").iter().flat_map(|day| day["times"].as_array().expect("times"));
        let start = times.next().expect("a free time")["start"].clone();
        let mut chosen = wanted;
        chosen["start"] = start;
        patient.must(MONDAY, "hold", chosen).await;
        let booked = patient.must(MONDAY, "book", json!({ "form": form(name, "A reason") })).await;
        assert_eq!(booked["state"], "reserved");
        let asked = patient.device.exchanges.iter().filter(|exchange| exchange.status == 429).count();
        assert_eq!(asked, refused, "{name}: hold and booking are each asked for work once the link is drained");
    }
    host.shutdown().await;
}
