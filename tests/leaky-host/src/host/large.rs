//! Twenty thousand bookings: sealed once, and sent to a host on SQLite and to one on PostgreSQL, which have the same keys.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use souspli_auditor::scan::CanarySet;
use souspli_client::flow::Flow;
use souspli_client::http::{Host as Asked, Request, calendar_path};
use souspli_journey::crowd::{Crowd, name};
use souspli_journey::practice::{Look, Published, create};
use souspli_journey::{Device, Exchange, MONDAY, Member, Tap};
use souspli_protocol::private_link::PrivateLink;
use souspli_protocol::wire::{Append, Appended};
use souspli_server::config::{Limits, Secret};
use souspli_server::{Config, Host, ManualClock, Running};
use tempfile::TempDir;
use tokio::task::LocalSet;

use super::patients::Patients;
use super::{Booking, DATA, Honest, WITNESSES, canaries, filled};
use crate::copy::number_of;

/// Bookings of the crowd at each practice.
const CROWD: usize = 4_000;
const PRACTICES: usize = 5;
/// The auditor's own.
const PERSONS: u32 = 20;
/// Threads that seal, and connections of each.
const THREADS: usize = 2;
const AT_ONCE: usize = 3;
/// Practices answer by hand, so that bookings are all that there is.
const LOOK: Look = Look { confirm: "manual", ..Look::SMALL };
/// How long the log may take for all of it.
const MERGED: Duration = Duration::from_mins(5);

/// Fills a host on SQLite and one on an empty PostgreSQL database; and stops both.
pub fn large(database: &str) -> [Honest; 2] {
    let (mine, url) = (tempfile::tempdir().expect("a folder"), database.to_owned());
    let other = tempfile::tempdir().expect("a folder");
    let work = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(Twins::filled([mine, other], &url))
    };
    std::thread::spawn(work).join().expect("filled")
}

/// Two hosts with the same keys that are sent the same.
struct Twins {
    sqlite: Running,
    postgres: Running,
    clock: Arc<ManualClock>,
    minute: u32,
    canaries: CanarySet,
    bookings: Vec<Booking>,
    secrets: (String, String),
}

impl Twins {
    async fn filled(folders: [TempDir; 2], database: &str) -> [Honest; 2] {
        let clock = Arc::new(ManualClock::at(MONDAY));
        let [data, other] = folders.each_ref().map(|folder| folder.path().join(DATA));
        let sqlite = start(&data, None, &clock).await;
        std::fs::create_dir_all(&other).expect("a folder");
        std::fs::copy(data.join("host.key"), other.join("host.key")).expect("the same keys");
        let postgres = start(&other, Some(database), &clock).await;
        let canaries = canaries::invented(PERSONS);
        let (minute, bookings) = (MONDAY, Vec::new());
        let mut twins =
            Self { sqlite, postgres, clock, minute, canaries, bookings, secrets: (String::new(), String::new()) };
        for practice in 0..PRACTICES {
            twins.practice(practice).await;
        }
        twins.merge(&data, database).await;
        twins.ended(folders, database).await
    }

    fn wait(&mut self, minutes: u32) {
        self.minute += minutes;
        self.clock.set(self.minute);
    }

    async fn practice(&mut self, practice: usize) {
        let tap = Tap::default();
        let mut owner = Member::new(self.sqlite.addr);
        owner.device.tap = Some(tap.clone());
        let published = create(&mut owner, &LOOK, self.minute).await;
        if practice == 0 {
            self.secrets = (published.link.clone(), published.recovery_code.clone());
            self.book(&published, &tap).await;
        }
        let exchanges = std::mem::take(&mut *tap.lock().expect("the tap"));
        replay(exchanges, self.postgres.addr).await;
        let begun = Instant::now();
        self.crowd(&published.link).await;
        println!("leaky-host: {CROWD} bookings at each host in {:.1} s", begun.elapsed().as_secs_f64());
        self.wait(67);
    }

    /// The auditor's own bookings, late in the time that is published, where the crowd does not come.
    async fn book(&mut self, published: &Published, tap: &Tap) {
        let mut patients = Patients::of(self.sqlite.addr, published, tap);
        let free = patients.free(self.minute).await;
        for (order, person) in (0_u32..).zip(self.canaries.persons.clone()) {
            self.wait(2);
            let place = free.len() - 1 - usize::try_from(order).expect("small") * 9;
            let choice = [&free[place], &free[place - 4]];
            let booking = patients.book((order, self.minute), choice, Some(&person)).await;
            self.bookings.push(booking);
        }
    }

    /// Everybody else, on all cores.
    async fn crowd(&self, link: &str) {
        let hosts = [self.sqlite.addr, self.postgres.addr];
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (link, now) = (link.to_owned(), self.minute);
                std::thread::spawn(move || {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                    let set = LocalSet::new();
                    for lane in 0..AT_ONCE {
                        set.spawn_local(sent_to(hosts, link.clone(), thread * AT_ONCE + lane, now));
                    }
                    runtime.expect("a runtime").block_on(set);
                })
            })
            .collect();
        let joined = move || threads.into_iter().for_each(|thread| thread.join().expect("booked"));
        tokio::task::spawn_blocking(joined).await.expect("booked");
    }

    /// Minutes pass until the logs hold everything.
    async fn merge(&mut self, data: &Path, database: &str) {
        let (file, begun) = (data.join("souspli.db").display().to_string(), Instant::now());
        loop {
            self.wait(1);
            tokio::time::sleep(Duration::from_millis(500)).await;
            let mut waiting = 0;
            for place in [file.clone(), database.to_owned()] {
                let counted = tokio::task::spawn_blocking(move || number_of(&place, "SELECT count(*) FROM unmerged"));
                waiting += counted.await.expect("counted");
            }
            if waiting == 0 {
                return;
            }
            assert!(begun.elapsed() < MERGED, "{waiting} leaves wait");
        }
    }

    async fn ended(mut self, folders: [TempDir; 2], database: &str) -> [Honest; 2] {
        for (running, folder) in [&self.sqlite, &self.postgres].into_iter().zip(&folders) {
            let log = filled::log_key(running.addr, folder.path()).await;
            std::fs::write(folder.path().join(WITNESSES), format!("log {log}\nquorum none\n")).expect("written");
        }
        self.sqlite.shutdown().await;
        self.postgres.shutdown().await;
        let databases = [None, Some(database.to_owned())];
        let honest = folders.into_iter().zip(databases).map(|(folder, database)| {
            canaries::keep(&mut self.canaries, &self.bookings, folder.path());
            let (link, recovery_code) = self.secrets.clone();
            let (canaries, bookings, minute) = (self.canaries.clone(), self.bookings.clone(), self.minute);
            Honest {
                folder,
                database,
                canaries,
                bookings,
                link,
                recovery_code,
                exchanges: Vec::new(),
                minute,
                _witnesses: None,
            }
        });
        honest.collect::<Vec<_>>().try_into().expect("two")
    }
}

async fn start(data: &Path, database: Option<&str>, clock: &Arc<ManualClock>) -> Running {
    let config = Config {
        listen: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        data: data.to_owned(),
        database_url: database.map(Secret::new),
        limits: Limits { address_burst: 0, link_burst: 0, ..Limits::default() },
        ..Config::default()
    };
    Host::start(config, clock.clone()).await.expect("the host starts")
}

/// Sends what needed no nonce to another host, in order; it must be taken there as it was here.
async fn replay(exchanges: Vec<Exchange>, host: SocketAddr) {
    let mut device = Device::new(host);
    for exchange in exchanges {
        let signed = exchange.sent.iter().any(|(name, _)| name == "authorization");
        let Some(path) = exchange.request.strip_prefix("POST ").filter(|path| !signed && *path != "/v1/nonces") else {
            continue;
        };
        let headers = vec![("content-type", "application/json".to_owned())];
        let request = Request { method: "POST", path: path.to_owned(), headers, body: Some(exchange.body) };
        let answer = device.run(Flow::new(move |io| async move { io.send(request).await })).await.expect("an answer");
        assert_eq!(answer.status, exchange.status, "{}", exchange.request);
    }
}

/// One lane of the crowd: seals every so many-th booking, and sends it to both hosts.
async fn sent_to(hosts: [SocketAddr; 2], link: String, lane: usize, now: u32) {
    let calendar = PrivateLink::parse(&link).expect("a link").context.calendar;
    let [mut here, mut there] = hosts.map(Device::new);
    let crowd = here.run(Crowd::look(&link, now)).await.expect("what is free");
    for number in (lane..CROWD).step_by(THREADS * AT_ONCE) {
        let (_, body) = crowd.seal(number, &name(number, CROWD)).expect("sealed");
        let body = Rc::new(body);
        let path = || calendar_path(&calendar, "events");
        let (one, other) = tokio::join!(here.run(append(path(), &body)), there.run(append(path(), &body)));
        one.and(other).expect("booked");
        here.exchanges.clear();
        there.exchanges.clear();
    }
}

fn append(path: String, body: &Rc<Append>) -> Flow<Appended> {
    let body = Rc::clone(body);
    Flow::new(move |io| async move { Asked::default().post(&io, path, &*body).await })
}
