//! A host with two practices and some ninety bookings, twenty-four of them canaries'.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use souspli_auditor::http::{Address, Client};
use souspli_auditor::receipt::Host as Asked;
use souspli_auditor::scan::CanarySet;
use souspli_client::flow::Flow;
use souspli_client::http::{Host, calendar_path};
use souspli_journey::crowd::Crowd;
use souspli_journey::practice::{Look, create};
use souspli_journey::spawned::Spawned;
use souspli_journey::{Device, MONDAY, Member, Tap};
use souspli_protocol::private_link::PrivateLink;
use souspli_protocol::wire::Appended;
use souspli_tlog::vkey::{KeyType, VerifierKey};

use super::patients::Patients;
use super::witnesses::Witnesses;
use super::{Booking, DATA, EARLIER, HOST_INFO, HOST_LOG, Honest, WITNESSES, canaries};

/// Persons that the auditor invents.
const PERSONS: u32 = 24;
/// Bookings at each practice; of the first, every third is a canary's.
const BOOKINGS: [u32; 2] = [72, 16];
const HOUR: u32 = 60;

/// How long the log and its witnesses may take for a batch.
const BATCH: Duration = Duration::from_secs(40);

/// Starts the program that `binary` is as a host, on SQLite or on a database, fills it and stops it.
pub fn small(binary: &Path, database: Option<String>) -> Honest {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, binary) = (folder.path().to_owned(), binary.to_owned());
    let url = database.clone();
    // A client's session stays on one thread.
    let work = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (filled, witnesses) = runtime.block_on(Filling::whole(path, &binary, url.as_deref()));
        (filled, Some((runtime, witnesses)))
    };
    let (filled, witnesses) = std::thread::spawn(work).join().expect("filled");
    let Filling { canaries, bookings, tap, minute, secrets: (link, recovery_code), .. } = filled;
    let exchanges = std::mem::take(&mut *tap.lock().expect("the tap"));
    Honest { folder, database, canaries, bookings, link, recovery_code, exchanges, minute, _witnesses: witnesses }
}

/// A host while it is filled.
struct Filling {
    folder: PathBuf,
    canaries: CanarySet,
    bookings: Vec<Booking>,
    tap: Tap,
    minute: u32,
    orders: u32,
    /// Booking link and recovery code of the first practice.
    secrets: (String, String),
}

impl Filling {
    async fn whole(folder: PathBuf, binary: &Path, database: Option<&str>) -> (Self, Witnesses) {
        let data = folder.join(DATA);
        // The first start makes the keys that the witnesses need.
        let first = Spawned::start(binary, &data, database, MONDAY);
        let log = log_key(first.addr, &folder).await;
        first.stop();
        let witnesses = Witnesses::watch(&folder, &log, MONDAY).await;
        std::fs::write(data.with_extension("policy"), &witnesses.lines).expect("written");
        let policy = format!("log {log}\n{}", witnesses.lines);
        std::fs::write(folder.join(WITNESSES), policy).expect("written");

        let mut host = Spawned::start(binary, &data, database, MONDAY);
        log_key(host.addr, &folder).await;
        let canaries = canaries::invented(PERSONS);
        let mut filling = Self {
            folder,
            canaries,
            bookings: Vec::new(),
            tap: Tap::default(),
            minute: MONDAY,
            orders: 0,
            secrets: (String::new(), String::new()),
        };
        for practice in 0..BOOKINGS.len() {
            filling.practice(&mut host, &witnesses, practice).await;
        }
        filling.ends(&mut host, &witnesses).await;
        filling.last(host.addr).await;
        let log = host.stop();
        let log: String = log.iter().map(|line| dated(line) + "\n").collect();
        std::fs::write(filling.folder.join(HOST_LOG), log).expect("written");
        filling.keep_canaries();
        (filling, witnesses)
    }

    fn set(&mut self, host: &mut Spawned, witnesses: &Witnesses, minute: u32) {
        self.minute = minute;
        witnesses.set(minute);
        host.set(minute);
    }

    async fn practice(&mut self, host: &mut Spawned, witnesses: &Witnesses, practice: usize) {
        let bookings = BOOKINGS[practice];
        let mut owner = Member::new(host.addr);
        owner.device.tap = Some(self.tap.clone());
        let look = Look { name: ["Practice Example", "Another Practice"][practice], ..Look::SMALL };
        let published = create(&mut owner, &look, self.minute).await;
        if practice == 0 {
            self.secrets = (published.link.clone(), published.recovery_code.clone());
        }
        let mut patients = Patients::of(host.addr, &published, &self.tap.clone());
        let starts = patients.free(self.minute).await;
        let mut links = Vec::new();
        for number in 0..bookings {
            // A few minutes after the one before, as people come.
            self.set(host, witnesses, MONDAY + self.orders * 7 / 3);
            // Neither times nor names rise with the order in which the bookings are made.
            let place = |number| &starts[usize::try_from(number * 5).expect("small")];
            let mixed = number * 37 % bookings;
            // The claimed-id set hides a free time by chance now and then.
            let choice = [place(mixed), place(bookings + 10 + mixed)];
            let is_canary = practice == 0 && number % 3 == 1;
            let who = self.canaries.persons.get(self.bookings.len()).filter(|_| is_canary).cloned();
            let booking = patients.book((self.orders, self.minute), choice, who.as_ref()).await;
            match who {
                Some(_) => self.bookings.push(booking),
                None if number % 11 == 3 => links.push(booking.link),
                None => {}
            }
            self.orders += 1;
        }
        owner.must(self.minute, "sync", serde_json::json!({})).await;
        patients.change(&links, self.minute).await;
        owner.must(self.minute, "sync", serde_json::json!({})).await;
        patients.hold(&starts[usize::try_from((bookings + 3) * 5).expect("small")], self.minute).await;
    }

    /// One more booking, which waits for the log when the host is stopped.
    async fn last(&mut self, host: SocketAddr) {
        let link = PrivateLink::parse(&self.secrets.0).expect("a link");
        let crowd = Crowd::look(&self.secrets.0, self.minute);
        let mut device = Device::new(host);
        let crowd = device.run(crowd).await.expect("what is free");
        let (_, body) = crowd.seal(crowd.len() - 1, "Patient").expect("sealed");
        let path = calendar_path(&link.context.calendar, "events");
        let sent = Flow::new(move |io| async move { Host::default().post::<Appended>(&io, path, &body).await });
        device.run(sent).await.expect("booked");
    }

    /// Some minutes pass, in which the log takes up everything; an hour, so that the journal's rows are closed.
    async fn ends(&mut self, host: &mut Spawned, witnesses: &Witnesses) {
        for step in [1, HOUR, 1, 1] {
            let before = self.cosigned();
            if step == HOUR {
                std::fs::write(self.folder.join(EARLIER), before.as_deref().expect("one")).expect("written");
            }
            self.set(host, witnesses, self.minute + step);
            let begun = Instant::now();
            while self.cosigned() == before {
                assert!(begun.elapsed() < BATCH, "the log has not grown: {}", host.log().join("\n"));
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    /// The newest checkpoint that has its quorum.
    fn cosigned(&self) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join(DATA).join("log/cosigned")).ok()
    }

    fn keep_canaries(&mut self) {
        canaries::keep(&mut self.canaries, &self.bookings, &self.folder);
    }
}

/// A line of the log by the host's clock: this machine's may show the very minute of a canary's visit.
fn dated(line: &str) -> String {
    let Some((begin, rest)) = line.split_once("\"timestamp\":\"") else { return line.to_owned() };
    let end = rest.find('"').expect("the end of a text");
    format!("{begin}\"timestamp\":\"2026-11-23T08:00:00.000001Z{}", &rest[end..])
}

/// The key of a host's log; what the host says of itself is kept.
async fn log_key(addr: SocketAddr, folder: &Path) -> VerifierKey {
    let said = souspli_evil_host::get(addr, "/v1/host").await.body;
    std::fs::write(folder.join(HOST_INFO), said).expect("written");
    let client = Client::new(None).expect("a client");
    let host = Asked::new(client, Address::parse(&format!("http://{addr}")).expect("an address"));
    let info = host.info().await.expect("what it says of itself");
    VerifierKey::new(&info.log_origin, KeyType::Ed25519, info.log_key).expect("a log")
}
