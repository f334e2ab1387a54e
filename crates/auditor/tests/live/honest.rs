//! Nothing is found at an honest host, and what was booked there can be read nowhere.

use souspli_auditor::audit::Gap;
use souspli_auditor::http::Address;
use souspli_auditor::live::{At, Bookings, System};
use souspli_auditor::scan::{CanarySet, Needles};
use souspli_journey::MONDAY;

use crate::scene::{Scene, looked, named, persons, random};

#[tokio::test]
async fn an_honest_host_gives_no_finding_and_holds_no_word_of_what_was_booked() {
    let scene = Scene::start().await;
    let (persons, needles) = persons(3);
    let bookings = Bookings { at: At::Founded, persons, cancel: true, random: System(random), now: MONDAY };
    let mut bookings = bookings;
    let metrics = scene.running.metrics_addr.map(|at| Address::parse(&format!("http://{at}")).expect("an address"));
    let manifest = Some(scene.manifest.clone());
    let (report, made) = looked(scene.address(), metrics, manifest, Some(&needles), Some(&mut bookings)).await;
    assert_eq!(named(&report), []);
    assert_eq!(made, 3, "{:?}", report.unchecked);
    let left: Vec<(Gap, String)> = report.unchecked.iter().map(|left| (left.gap, left.place.path.join(" "))).collect();
    assert_eq!(left, [(Gap::LeftOut, "transport".to_owned())], "on this machine there is no TLS");
    assert!(report.looked[0].rows > 200, "{}", report.looked[0].rows);

    let times: Vec<&String> = bookings.persons.persons.iter().filter_map(|person| person.time.as_ref()).collect();
    assert_eq!(times.len(), 3, "when it was booked is written down");
    let mut file = Vec::new();
    bookings.persons.write(&mut file).expect("written");
    let read = CanarySet::read(file.as_slice()).expect("read");
    let needles = Needles::build(&read.canaries(), &[]).expect("needles");
    for entry in std::fs::read_dir(scene.data()).expect("the data").flatten().filter(|entry| entry.path().is_file()) {
        let bytes = std::fs::read(entry.path()).expect("a file");
        assert_eq!(needles.find(&bytes), [], "{}", entry.path().display());
    }
}

#[tokio::test]
async fn without_a_manifest_the_hosts_own_word_is_taken_and_nobody_there_is_said() {
    let scene = Scene::start().await;
    let (report, _) = looked(scene.address(), None, None, None, None).await;
    assert_eq!(named(&report), []);
    assert!(report.unchecked.iter().any(|left| left.gap == Gap::OwnWord), "{:?}", report.unchecked);
    let nobody = Address::parse("http://127.0.0.1:1").expect("an address");
    let (report, _) = looked(nobody, None, None, None, None).await;
    assert!(report.unchecked.iter().any(|left| left.gap == Gap::Unreachable) && !report.complete);
    assert!(report.looked.is_empty(), "nothing was looked at");
}
