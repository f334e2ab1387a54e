//! The malicious-host catalogue, rows 1, 3, 4, 12, 13, 19, 20 and 22: each lie against the real client code.
//!
//! A case passes only if the client stops with the one error that is named for it, and if what it asked up to then is
//! what it asks of an honest host. The honest run of each case comes first, so that a client that refuses everything
//! fails here.

mod case;
mod forge;
mod log;
mod row01;
mod row03;
mod row04;
mod row12;
mod row13;
mod row19;
mod row20;
mod scene;
mod stories;
mod world;

use case::{Case, Verdict};
use world::World;

#[tokio::test]
async fn a_host_that_lies_is_found_out() {
    let mut world = World::new().await;
    let rows = [
        row19::against_the_chain,
        row01::cases,
        row03::cases,
        row04::cases,
        row12::cases,
        row13::cases,
        row19::cases,
        row20::cases,
    ];
    let cases: Vec<Case> = rows.iter().flat_map(|cases| cases(&world)).collect();
    let (mut stopped, mut wrong, mut requests) = (0, Vec::new(), 0);
    for case in &cases {
        match case.judge(&mut world).await {
            Verdict::Stopped { requests: compared } => (stopped, requests) = (stopped + 1, requests + compared),
            Verdict::Wrong(why) => wrong.push(format!("row {}, {}: {why}", case.row, case.name)),
        }
    }
    println!("evil: {} scenes with an honest host, {requests} requests compared with them", world.honest.len());
    println!("evil: {} cases, {stopped} stopped, {} wrong", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
