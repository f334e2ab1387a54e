//! Nothing is found in what an honest host says.

use std::os::unix::fs::PermissionsExt as _;

use souspli_auditor::Check;
use souspli_auditor::audit::Gap;
use souspli_auditor::http::{Address, Client};

use crate::scene::{Scene, judged, named, play};

#[tokio::test]
async fn a_whole_booking_through_the_proxy_gives_no_finding() {
    let mut scene = Scene::start().await;
    play(scene.proxy).await;
    let (client, address) = (Client::new(None).expect("a client"), format!("http://{}", scene.proxy));
    let address = Address::parse(&address).expect("an address");
    let others = [
        "/",
        "/practice",
        "/check",
        "/assets/a-1.js",
        "/assets/sealed-worker-1.js",
        "/mark.svg",
        "/healthz",
        "/readyz",
        "/log/checkpoint",
        "/openapi.json",
        "/favicon.ico",
        "/assets/a-1.js",
    ];
    for path in others {
        client.get(&address, path, 1 << 20).await.expect(path);
    }
    let (har, count) = scene.stop().await;
    assert!(count > 40, "{count} exchanges");
    assert_eq!(har["log"]["entries"].as_array().map(|entries| entries.len() as u64), Some(count));
    let mode = std::fs::metadata(scene.file()).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "nobody else reads it");

    let report = judged(&scene.file(), Some(&scene.origin));
    assert_eq!(named(&report), []);
    assert!(report.complete, "{:?}", report.unchecked);
    assert_eq!(report.unchecked.iter().map(|left| left.gap).collect::<Vec<_>>(), [Gap::OneSide]);
    assert_eq!(report.looked[0].rows, count);
    assert!(report.looked[0].checks.contains(&Check::Canary));
    assert_eq!(named(&judged(&scene.file(), None)), [], "the host is whom the recording asks first");
}
