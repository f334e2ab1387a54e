//! Not to be committed: a large honest file.
use std::time::Instant;
use rand_core::UnwrapErr;
use rusqlite::{Connection, params};
use souspli_attest::*;
use souspli_auditor::database::{Source, audit};
use souspli_auditor::policy::Policy;
use souspli_crypto::envelope::{Draft, Patient, Signers, seal};
use souspli_crypto::keys::{CalendarKey, EpochSeeds, EpochPublic, RecordKeys};
use souspli_crypto::Secret;
use souspli_protocol::claims::ClaimIds;
use souspli_protocol::event::*;
use souspli_protocol::publication::*;
use souspli_protocol::receipt::*;
use souspli_protocol::sizes::*;
use souspli_protocol::*;

fn random<const N: usize>() -> [u8; N] { let mut b = [0; N]; getrandom::fill(&mut b).unwrap(); b }
fn bytes(n: usize) -> Vec<u8> { let mut b = vec![0; n]; getrandom::fill(&mut b).unwrap(); b }
fn key() -> SigningKey { SigningKey::from_seed(&random()) }
const NOW: u32 = 29_923_680;
fn window() -> u32 { (NOW / 1440 - 4) / 28 }

struct Practice { context: Context, link: SigningKey, epoch: EpochPublic, calendar: CalendarKey, identity: Digest, seq: u64, head: Digest, root: SigningKey }

struct Db<'a> { db: &'a Connection, host: SigningKey }
impl Db<'_> {
    fn link(&self, p: &mut Practice, object: &Digest, of: Option<(RecordId, u32)>) {
        p.seq += 1;
        let leaf = leaf_of(object);
        let link = Link { context: p.context, generation: 0, sequence: p.seq, previous: p.head, leaf };
        p.head = head_after(&link);
        let minute = NOW + (p.seq % 1000) as u32;
        let statement = ReceiptStatement { link, minute, mmd: MMD_MINUTES };
        let signature = self.host.sign(&statement.encode());
        let (r, v) = of.map(|(r, v)| (Some(r.0), Some(v))).unwrap_or((None, None));
        self.db.prepare_cached("INSERT INTO chain VALUES (?,?,?,?,?,?)").unwrap().execute(params![p.context.calendar.0, p.seq as i64, leaf.0, Receipt { statement, signature }.encode(), r, v]).unwrap();
        self.db.prepare_cached("INSERT INTO unmerged VALUES (1,?,?,?,?)").unwrap().execute(params![p.context.calendar.0, p.seq as i64, object.0, minute]).unwrap();
    }
    fn publish(&self, p: &mut Practice, version: u64, kind: PublicationKind, slot: u32, payload: Vec<u8>) -> Digest {
        let st = PublicationStatement { kind, context: p.context, version, slot, not_before: NOW, not_after: u32::MAX, signer: p.root.verifying_key(), key_generation: 1, key_window: window(), payload_hash: sha256(&payload) };
        let sig = p.root.sign(&st.encode());
        let publ = Publication::assemble(st, &payload, &sig).unwrap();
        let hash = event_hash(publ.bytes());
        self.link(p, &hash, None);
        self.db.execute("INSERT INTO version VALUES (?,?,?,?)", params![p.context.calendar.0, version as i64, hash.0, p.seq as i64]).unwrap();
        self.db.execute("INSERT INTO publication VALUES (?,?,?,?,?)", params![p.context.calendar.0, kind.id(), slot, version as i64, publ.bytes()]).unwrap();
        hash
    }
    fn practice(&self) -> Practice {
        let mut rng = UnwrapErr(getrandom::SysRng);
        let root = key(); let nonce: [u8; 32] = random();
        let fp = fingerprint(&root.verifying_key());
        let context = Context { fp, calendar: calendar_id(&fp, &nonce) };
        let mut p = Practice { context, link: key(), epoch: EpochSeeds::make(epoch_of(NOW), &mut rng).public(), calendar: CalendarKey::new(1, window(), Secret::make(&mut rng)), identity: Digest::ZERO, seq: 0, head: Digest::ZERO, root };
        let reg = [&nonce[..], &p.root.verifying_key().0].concat();
        self.publish(&mut p, 1, PublicationKind::Registration, 0, reg);
        self.publish(&mut p, 2, PublicationKind::Acl, 0, (0..32).flat_map(|_| key().verifying_key().0).collect());
        let links = (0..16).flat_map(|n| { let link = if n == 0 { p.link.verifying_key() } else { key().verifying_key() }; LinkRow { link, flags: 0, expires: u32::MAX, sealed: random() }.encode() }).collect();
        self.publish(&mut p, 3, PublicationKind::Links, 0, links);
        p.identity = self.publish(&mut p, 4, PublicationKind::Identity, epoch_of(NOW), bytes(PublicationKind::Identity.payload_len()));
        for n in 0..7 { self.publish(&mut p, 5 + n, PublicationKind::Hours, window() + n as u32, bytes(4096)); }
        p
    }
}
fn event(p: &Practice) -> (Event, ClaimIds) {
    let mut rng = UnwrapErr(getrandom::SysRng);
    let mut ids = [Gid::ZERO; CLAIMS];
    for id in &mut ids { *id = Gid(random()); }
    let claims = ClaimIds::new(ids).unwrap();
    let record = RecordKeys::derive(&p.context, &Secret::make(&mut rng));
    let header = Header { context: p.context, record: record.record(), revision: 0, previous: Digest::ZERO, operation: Operation::Create, author_kind: AuthorKind::Link, author: p.link.verifying_key(), manage: record.manage().verifying_key(), view: record.view().verifying_key(), window: window(), claims: claims_digest(&p.context, window(), &claims), release: false, version: 11, identity: p.identity, catalogue: Digest::ZERO, hours: Digest::ZERO, claim_set: Digest::ZERO, epoch: epoch_of(NOW), not_after: NOW + 1440, head: Digest::ZERO, commit_d: Digest::ZERO, commit_c: Digest::ZERO };
    let draft = Draft { header, body_d: b"Patient Example", body_c: b"A reason", desk: &p.epoch.desk, clinical: p.epoch.clinical.first(), patient: Some(Patient { key: record.view().sealing().public(), access: &p.calendar }), signers: Signers { author: &p.link, manage: Some(record.manage()) } };
    (seal(&draft, &mut rng).unwrap(), claims)
}

#[test]
fn scale() {
    let count: usize = std::env::var("SCALE").ok().and_then(|n| n.parse().ok()).unwrap_or(2000);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scale.db");
    let db = Connection::open(&file).unwrap();
    for f in ["0001_host", "0002_host_key", "0003_arrival", "0004_log"] {
        db.execute_batch(&std::fs::read_to_string(format!("{}/../../migrations/sqlite/{f}.sql", env!("CARGO_MANIFEST_DIR"))).unwrap()).unwrap();
    }
    db.execute_batch("PRAGMA user_version=4; PRAGMA application_id=0x536f7573; PRAGMA synchronous=OFF; BEGIN").unwrap();
    let d = Db { db: &db, host: key() };
    db.execute("INSERT INTO host VALUES (1, ?)", [d.host.verifying_key().0]).unwrap();
    db.execute("INSERT INTO sequencer VALUES (1, ?, 1, ?, 16, ?)", params![random::<16>(), NOW, random::<32>()]).unwrap();
    let start = Instant::now();
    let mut practices: Vec<Practice> = (0..10).map(|_| d.practice()).collect();
    for chunk in 0..count.div_ceil(200) {
        let made: Vec<(usize, Event, ClaimIds)> = std::thread::scope(|s| {
            let ps = &practices;
            let hs: Vec<_> = (0..2).map(|t| s.spawn(move || (0..100).map(|n| { let i = (chunk * 200 + t * 100 + n) % ps.len(); let (e, c) = event(&ps[i]); (i, e, c) }).collect::<Vec<_>>())).collect();
            hs.into_iter().flat_map(|h| h.join().unwrap()).collect()
        });
        for (i, e, c) in made {
            let p = &mut practices[i];
            let h = *e.header();
            let hash = event_hash(e.bytes());
            d.link(p, &hash, Some((h.record, 0)));
            db.prepare_cached("INSERT INTO event VALUES (?,?,0,?,?,?)").unwrap().execute(params![h.context.calendar.0, h.record.0, p.seq as i64, hash.0, e.bytes()]).unwrap();
            db.prepare_cached("INSERT INTO record VALUES (?,?,0,?,?,0,?)").unwrap().execute(params![h.context.calendar.0, h.record.0, hash.0, h.window, c.encode()]).unwrap();
            for g in c.ids() { db.prepare_cached("INSERT INTO claim VALUES (?,?,?,?,0)").unwrap().execute(params![h.context.calendar.0, g.0, h.record.0, h.window]).unwrap(); }
        }
    }
    for p in &practices { db.execute("INSERT INTO calendar VALUES (?,?,?,11,0,?,?)", params![p.context.calendar.0, p.context.fp.0, p.root.verifying_key().0, p.seq as i64, p.head.0]).unwrap(); }
    db.execute_batch("COMMIT").unwrap();
    db.close().unwrap();
    println!("made in {:?}, {} MB", start.elapsed(), std::fs::metadata(&file).unwrap().len() >> 20);
    let policy = Policy::embedded().unwrap();
    let start = Instant::now();
    let outcome = audit(&Source::Sqlite(file), &policy, None, &[], &mut |_| {}).unwrap();
    println!("audited in {:?}", start.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().filter(|l| l.starts_with("VmHWM") || l.starts_with("VmRSS")).collect::<Vec<_>>().join(" "));
    for f in &outcome.findings { println!("{f:?}"); }
    println!("{} findings, {:?}", outcome.findings.len(), outcome.unchecked);
}
