//! A log that lies, against the code that follows it (`docs/spec/log.md` §8): rows 4 and 22 of the malicious-host
//! catalogue, with a log that is made here, so that it can be made to lie in any way.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use souspli_attest::{SigningKey, leaf_of, sha256};
use souspli_client::failure::Failure;
use souspli_client::flow::{Effect, Flow, Io, Outcome, Step};
use souspli_client::http::{Host, Response};
use souspli_client::log::{Follower, Keys, Leaf, Time};
use souspli_protocol::receipt::{GENERATION, Link, Receipt, ReceiptStatement};
use souspli_protocol::sizes::MMD_MINUTES;
use souspli_protocol::wire::{Blob, ProofAnswer, ProofRead};
use souspli_protocol::{Context, Digest};
use souspli_tlog::checkpoint::{Checkpoint, sign};
use souspli_tlog::cosignature::cosign;
use souspli_tlog::note::Note;
use souspli_tlog::policy::Policy;
use souspli_tlog::proof::Proof;
use souspli_tlog::store::{StoreError, Tiles, inclusion_path};
use souspli_tlog::tile::{Level, TileId, encode_hashes};
use souspli_tlog::tree::root_of_leaves;
use souspli_tlog::vkey::{KeyType, VerifierKey};

const NOW: u32 = 29_923_680;
const ORIGIN: &str = "log.example";

/// Of an address, status and body; none where the host answers as it should.
type Lie = dyn Fn(&str) -> Option<(u16, Vec<u8>)>;

/// A log, its witnesses, and what its host says of it.
struct World {
    leaves: Vec<Digest>,
    /// How many of them the newest checkpoint has.
    size: usize,
    log: SigningKey,
    /// Who cosigns, and when (seconds).
    cosigns: Vec<(usize, u64)>,
    witnesses: [SigningKey; 3],
    keys: Keys,
    kept: RefCell<BTreeMap<String, Vec<u8>>>,
    asked: RefCell<Vec<String>>,
    /// What the host says in the place of an answer.
    lie: Option<Box<Lie>>,
    proof: Option<Vec<u8>>,
}

fn witness_key(at: usize, secret: &SigningKey) -> VerifierKey {
    VerifierKey::new(&format!("witness.example/{at}"), KeyType::Cosignature, secret.verifying_key()).expect("a key")
}

fn log_key(secret: &SigningKey) -> VerifierKey {
    VerifierKey::new(ORIGIN, KeyType::Ed25519, secret.verifying_key()).expect("a key")
}

impl World {
    /// A log of so many leaves, with a policy of two of three witnesses.
    fn of(size: usize) -> Self {
        Self::with_room(size, 1_200)
    }

    /// The same, which can grow to so many.
    fn with_room(size: usize, room: u32) -> Self {
        let log = SigningKey::from_seed(&[1; 32]);
        let witnesses = [2, 3, 4].map(|seed| SigningKey::from_seed(&[seed; 32]));
        let key = log_key(&log);
        let lines = (0..).zip(&witnesses).map(|(at, secret)| format!("witness w{at} {}\n", witness_key(at, secret)));
        let policy = format!("log {key}\n{}group all 2 w0 w1 w2\nquorum all\n", lines.collect::<String>());
        let policy = Policy::parse(policy.as_bytes()).expect("a policy");
        let receipt = SigningKey::from_seed(&[9; 32]).verifying_key();
        let now = u64::from(NOW) * 60;
        Self {
            leaves: (0..room).map(|at| sha256(&at.to_be_bytes())).collect(),
            size,
            keys: Keys { receipt, log: key, policy },
            log,
            cosigns: vec![(0, now), (2, now)],
            witnesses,
            kept: RefCell::default(),
            asked: RefCell::default(),
            lie: None,
            proof: None,
        }
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(ORIGIN, self.size as u64, root_of_leaves(&self.leaves[..self.size]))
    }

    fn note(&self) -> Note {
        self.note_of(&self.checkpoint(), &self.log)
    }

    fn note_of(&self, checkpoint: &Checkpoint, log: &SigningKey) -> Note {
        let key = VerifierKey::new(&checkpoint.origin, KeyType::Ed25519, log.verifying_key()).expect("a key");
        let mut signed = sign(checkpoint.clone(), &key, log).expect("signed");
        for (at, time) in &self.cosigns {
            let secret = &self.witnesses[*at];
            let line = cosign(checkpoint, *time, &witness_key(*at, secret), secret).expect("cosigned");
            signed.add(line).expect("room");
        }
        signed.note().clone()
    }

    fn answer(&self, path: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        self.asked.borrow_mut().push(path.to_owned());
        if let Some(told) = self.lie.as_ref().and_then(|lie| lie(path)) {
            return (told.0 != 0).then_some(told);
        }
        if path == "/log/checkpoint" {
            return Some((200, self.note().encode()));
        }
        if let Some(tile) = path.strip_prefix("/log/").and_then(TileId::parse) {
            return Some((200, self.read(tile).expect("a tile")));
        }
        assert!(path.ends_with("/proofs"), "{path}");
        let _: ProofRead = serde_json::from_slice(body).expect("a question");
        let answer = ProofAnswer { proof: self.proof.clone().map(Blob) };
        Some((200, serde_json::to_vec(&answer).expect("JSON")))
    }

    /// Drives a flow with a device of these entries.
    fn run<T: 'static, F>(&self, work: impl FnOnce(Io, Keys) -> F) -> Result<T, &'static str>
    where
        F: Future<Output = Result<T, Failure>> + 'static,
    {
        let keys = self.keys.clone();
        let mut flow = Flow::new(move |io| work(io, keys));
        let mut outcome = Outcome::Go;
        loop {
            outcome = match flow.step(outcome) {
                Step::Done(result) => return result.map_err(|failure| failure.code),
                Step::Do(Effect::Send(request)) => {
                    match self.answer(&request.path, &request.body.unwrap_or_default()) {
                        Some((status, body)) => Outcome::Response(Response { status, headers: Vec::new(), body }),
                        None => Outcome::Offline,
                    }
                }
                Step::Do(Effect::Keep { key, bytes }) => {
                    self.kept.borrow_mut().insert(key, bytes);
                    Outcome::Kept
                }
                Step::Do(Effect::Load { prefix }) => {
                    let kept = self.kept.borrow();
                    let entries = kept.iter().filter(|(name, _)| name.starts_with(&prefix));
                    Outcome::Loaded(entries.map(|(name, bytes)| (name.clone(), bytes.clone())).collect())
                }
                Step::Do(other) => panic!("{other:?}"),
            };
        }
    }

    /// A device looks at the newest checkpoint. Gives the size that is pinned then.
    fn look(&self) -> Result<u64, &'static str> {
        self.look_at(NOW)
    }

    fn look_at(&self, now: u32) -> Result<u64, &'static str> {
        self.run(move |io, keys| async move {
            let mut follower = Follower::load(&io, keys, now).await;
            follower.look(&mut Host::default(), &io, now).await?;
            Ok(follower.size())
        })
    }

    fn ask(&self, receipt: &Receipt, time: Time) -> Result<Leaf, &'static str> {
        let receipt = *receipt;
        self.run(move |io, keys| async move {
            let mut follower = Follower::load(&io, keys, time.now).await;
            follower.leaf(&mut Host::default(), &io, &receipt, time).await
        })
    }

    fn evidence(&self) -> Vec<String> {
        let kept = self.kept.borrow();
        let files = kept.iter().filter(|(name, _)| name.starts_with("evidence/"));
        files.map(|(_, bytes)| String::from_utf8(bytes.clone()).expect("text")).collect()
    }

    /// Another leaf in the place of one: another tree from there on.
    fn fork(&mut self, at: usize) {
        self.leaves[at] = sha256(b"another");
    }

    fn cosigned_at(&mut self, seconds: u64) {
        self.cosigns.iter_mut().for_each(|(_, time)| *time = seconds);
    }
}

impl Tiles for World {
    type Error = ();

    fn read(&self, id: TileId) -> Result<Vec<u8>, ()> {
        let Level::Hashes(level) = id.level else { return Err(()) };
        let span = 256_usize.pow(u32::from(level));
        let first = usize::try_from(id.index).expect("a tile's place") * 256;
        let hashes = (first..first + usize::from(id.width))
            .map(|at| root_of_leaves(&self.leaves[at * span..(at + 1) * span]))
            .collect::<Vec<_>>();
        Ok(encode_hashes(&hashes))
    }
}

#[test]
fn a_log_that_grows_is_followed_with_few_tiles() {
    let mut world = World::with_room(66_123, 70_000);
    assert_eq!(world.look(), Ok(66_123));
    assert_eq!(world.asked.take(), ["/log/checkpoint"], "the first one is believed as it is");
    for size in [66_124, 66_139, 69_999] {
        world.size = size;
        assert_eq!(world.look(), Ok(size as u64));
        let asked = world.asked.take();
        assert!(asked.len() <= 8, "{size}: {asked:?}");
        assert_eq!(world.look(), Ok(size as u64), "and once more");
        assert_eq!(world.asked.take(), ["/log/checkpoint"]);
    }
    assert!(world.evidence().is_empty());
}

#[test]
fn from_every_small_size_to_every_later_one() {
    let mut world = World::of(1);
    for old in 1..40 {
        for new in old..45 {
            world.kept.borrow_mut().clear();
            world.size = old;
            assert_eq!(world.look(), Ok(old as u64));
            world.size = new;
            assert_eq!(world.look(), Ok(new as u64), "{old} to {new}");
        }
    }
}

#[test]
fn a_log_that_goes_back_is_found_out() {
    let mut world = World::of(300);
    assert_eq!(world.look(), Ok(300));
    world.size = 299;
    assert_eq!(world.look(), Err("log_rolled_back"));
    world.size = 301;
    assert_eq!(world.look(), Ok(301), "the pin has stayed");
}

#[test]
fn another_tree_is_found_out_and_convicts() {
    for (later, tiles) in [(300, false), (301, true), (512, true), (1_111, true)] {
        for at in [0, 150, 299] {
            let mut world = World::of(300);
            assert_eq!(world.look(), Ok(300));
            let first = world.note().encode();
            world.size = later;
            world.fork(at);
            assert_eq!(world.look(), Err("log_forked"), "leaf {at}, size {later}");
            let files = world.evidence();
            let [file] = files.as_slice() else { panic!("{files:?}") };
            assert!(file.starts_with("souspli/evidence/log-fork@v1\ncheckpoint "), "{file}");
            assert_eq!(file.contains("\npath "), tiles, "{file}");
            // The log's signature and no witness's: it is the log that has said both.
            let note = |line: &str| souspli_protocol::from_base64url(line.strip_prefix("checkpoint ")?).ok();
            for shown in file.lines().filter_map(note) {
                assert_eq!(Note::parse(&shown).expect("a note").signatures().len(), 1);
            }
            assert_eq!(world.look(), Err("log_forked"), "the pin stays, and so does the finding");
            let pinned =
                world.kept.borrow().iter().find(|(name, _)| name.starts_with("log/")).map(|(_, note)| note.clone());
            assert_eq!(pinned, Some(first));
        }
    }
}

#[test]
fn a_checkpoint_that_is_not_the_logs_is_refused() {
    let other = SigningKey::from_seed(&[77; 32]);
    let world = World::of(20);
    let checkpoint = world.checkpoint();
    let extended = Checkpoint { extensions: vec!["more".to_owned()], ..checkpoint.clone() };
    let elsewhere = Checkpoint { origin: "elsewhere.example".to_owned(), ..checkpoint.clone() };
    let mut flipped = world.note().encode();
    flipped[ORIGIN.len() + 1] ^= 1;
    for (what, note) in [
        ("another key", world.note_of(&checkpoint, &other).encode()),
        ("another origin", world.note_of(&elsewhere, &world.log).encode()),
        ("an extension", world.note_of(&extended, &world.log).encode()),
        ("another size", flipped),
        ("nothing", Vec::new()),
        ("no text", vec![0xff; 100]),
    ] {
        let mut world = World::of(20);
        world.lie = Some(Box::new(move |_| Some((200, note.clone()))));
        assert_eq!(world.look(), Err("bad_checkpoint"), "{what}");
        assert!(world.kept.borrow().is_empty(), "{what}");
    }
}

#[test]
fn every_byte_of_a_checkpoint_counts() {
    let world = World::of(20);
    let note = world.note().encode();
    for at in 0..note.len() {
        let mut changed = note.clone();
        changed[at] ^= 0x10;
        let mut world = World::of(20);
        world.lie = Some(Box::new(move |_| Some((200, changed.clone()))));
        // A witness's line that names nobody is no line of a witness of the policy.
        let outcome = world.look();
        assert!(matches!(outcome, Err("bad_checkpoint" | "no_quorum")), "byte {at}: {outcome:?}");
    }
}

#[test]
fn too_few_witnesses_are_told() {
    let now = u64::from(NOW) * 60;
    for (what, cosigns) in [
        ("none", vec![]),
        ("one of three", vec![(1, now)]),
        ("one of them twice", vec![(1, now), (1, now - 60)]),
        ("one of them from the future", vec![(1, now), (2, now + 901)]),
        ("all from the future", vec![(0, now + 86_400), (1, now + 86_400), (2, now + 86_400)]),
    ] {
        let mut world = World::of(20);
        world.cosigns = cosigns;
        assert_eq!(world.look(), Err("no_quorum"), "{what}");
        assert!(world.kept.borrow().is_empty(), "{what}: nothing is pinned");
    }
    let mut world = World::of(20);
    world.cosigned_at(now + 900);
    assert_eq!(world.look(), Ok(20), "a clock may be a little ahead");
}

#[test]
fn a_witness_may_be_away_for_a_day_and_no_longer() {
    let mut world = World::of(20);
    assert_eq!(world.look(), Ok(20));
    (world.size, world.cosigns) = (25, Vec::new());
    assert_eq!(world.look_at(NOW + 1_440), Ok(20), "verified, and not pinned");
    assert_eq!(world.look_at(NOW + 1_441), Err("no_quorum"));
    world.fork(3);
    assert_eq!(world.look_at(NOW + 60), Err("log_forked"), "without witnesses it is a lie all the same");
}

#[test]
fn a_policy_without_witnesses_asks_for_none() {
    let mut world = World::of(20);
    world.keys.policy = Policy::parse(format!("log {}\nquorum none\n", world.keys.log).as_bytes()).expect("a policy");
    world.cosigns.clear();
    assert_eq!(world.look(), Ok(20));
    world.size = 40;
    assert_eq!(world.look_at(NOW + 9_999), Ok(40));
}

#[test]
fn tiles_that_are_not_of_the_tree_are_refused() {
    type Said = Box<dyn Fn(&str) -> Option<(u16, Vec<u8>)>>;
    let on_tiles = |status: u16, body: Vec<u8>| -> Said {
        Box::new(move |path: &str| path.starts_with("/log/tile/").then(|| (status, body.clone())))
    };
    let problem = br#"{"type":"urn:souspli:problem:no_route","title":"x","status":404,"code":"no_route"}"#.to_vec();
    for (what, lie, code) in [
        ("none", on_tiles(404, problem), "bad_tile"),
        ("empty", on_tiles(200, Vec::new()), "bad_tile"),
        ("too long", on_tiles(200, vec![0; 1 << 20]), "bad_tile"),
        ("zeros", on_tiles(200, vec![0; 32 * 144]), "bad_tile"),
        ("away", on_tiles(0, Vec::new()), "offline"),
    ] {
        let mut world = World::of(300);
        assert_eq!(world.look(), Ok(300));
        (world.size, world.lie) = (400, Some(lie));
        assert_eq!(world.look(), Err(code), "{what}");
        world.lie = None;
        assert_eq!(world.look(), Ok(400), "{what}: the pin has stayed");
    }
}

#[test]
fn an_answer_without_end_is_refused() {
    let mut world = World::of(20);
    world.lie = Some(Box::new(|_| Some((200, vec![b'a'; 2 << 20]))));
    assert_eq!(world.look(), Err("host_answer"));
    world.lie = Some(Box::new(|_| Some((0, Vec::new()))));
    assert_eq!(world.look(), Err("offline"));
}

fn receipt(object: &[u8], minute: u32) -> Receipt {
    let link = Link {
        context: Context::NONE,
        generation: GENERATION,
        sequence: 7,
        previous: Digest::ZERO,
        leaf: leaf_of(&sha256(object)),
    };
    let statement = ReceiptStatement { link, minute, mmd: MMD_MINUTES };
    Receipt { statement, signature: SigningKey::from_seed(&[9; 32]).sign(&statement.encode()) }
}

/// The world with a receipt whose leaf lies somewhere in the tree, and its proof.
fn world_with(receipt: &Receipt, at: usize) -> World {
    let mut world = World::of(300);
    world.leaves[at] = receipt.statement.link.leaf;
    world.proof = Some(proof(&world, receipt, at));
    world
}

fn proof(world: &World, receipt: &Receipt, at: usize) -> Vec<u8> {
    let path = inclusion_path(world, at as u64, world.size as u64);
    let path = path.unwrap_or_else(|_: StoreError<()>| panic!("a path"));
    let proof = Proof { extra: receipt.encode(), index: at as u64, path, checkpoint: world.note() };
    proof.encode().expect("a proof")
}

const TIME: Time = Time { now: NOW, told: NOW };

#[test]
fn a_leaf_is_verified_down_from_the_witnesses() {
    let mine = receipt(b"mine", NOW - 10);
    let world = world_with(&mine, 33);
    assert!(matches!(world.ask(&mine, TIME), Ok(Leaf::Included(_))));
    assert_eq!(world.look(), Ok(300), "its checkpoint is the pin");

    let other = receipt(b"other", NOW - 10);
    let mut world = world_with(&mine, 33);
    assert_eq!(world.ask(&other, TIME), Err("bad_proof"), "the proof of another receipt");
    world.proof = Some(proof(&world, &other, 33));
    assert_eq!(world.ask(&other, TIME), Err("bad_proof"), "a path that begins elsewhere");
    world.proof = Some(b"c2sp.org/tlog-proof@v1\n".to_vec());
    assert_eq!(world.ask(&mine, TIME), Err("bad_proof"));

    let mut world = world_with(&mine, 33);
    world.cosigns.truncate(1);
    world.proof = Some(proof(&world, &mine, 33));
    assert_eq!(world.ask(&mine, TIME), Err("no_quorum"));
}

#[test]
fn a_proof_in_another_tree_than_the_pinned_one_is_a_fork() {
    let mine = receipt(b"mine", NOW - 10);
    for pinned in [250, 300, 350] {
        let mut world = World::of(pinned);
        assert_eq!(world.look(), Ok(pinned as u64));
        // The host makes a log for this one patient.
        world.leaves[33] = mine.statement.link.leaf;
        world.size = 300;
        world.proof = Some(proof(&world, &mine, 33));
        if pinned > 300 {
            // Its tiles are those of the log that everybody sees.
            world.leaves[33] = sha256(&33_u32.to_be_bytes());
        }
        assert_eq!(world.ask(&mine, TIME), Err("log_forked"), "pinned {pinned}");
        assert_eq!(world.evidence().len(), 1);
    }
}

#[test]
fn what_agreed_with_an_older_pin_is_compared_with_the_newer_one() {
    let mine = receipt(b"mine", NOW - 10);
    // One tree of 100 leaves goes on in two ways; nobody has cosigned how the first one does.
    let mut first = World::of(100);
    let begins = first.note().encode();
    (first.size, first.cosigns) = (300, Vec::new());
    let goes_on = first.note().encode();
    let mut second = World::of(200);
    second.leaves[150] = mine.statement.link.leaf;
    let proof = serde_json::to_vec(&ProofAnswer { proof: Some(Blob(proof(&second, &mine, 150))) }).expect("JSON");
    let (looks, asks_second) = (Cell::new(0), Cell::new(false));
    let mut world = World::of(1);
    world.lie = Some(Box::new(move |path| {
        let is_proof = path.ends_with("/proofs");
        if let Some(tile) = path.strip_prefix("/log/").and_then(TileId::parse) {
            let tree = if asks_second.get() { &second } else { &first };
            return Some((200, tree.read(tile).expect("a tile")));
        }
        asks_second.set(is_proof);
        looks.set(looks.get() + 1);
        Some((
            200,
            if is_proof {
                proof.clone()
            } else if looks.get() == 1 {
                begins.clone()
            } else {
                goes_on.clone()
            },
        ))
    }));
    let said = world.run(move |io, keys| async move {
        let mut host = Host::default();
        let mut follower = Follower::load(&io, keys, NOW).await;
        follower.look(&mut host, &io, NOW).await?;
        follower.look(&mut host, &io, NOW).await?;
        follower.leaf(&mut host, &io, &mine, TIME).await?;
        Ok(follower.look(&mut host, &io, NOW).await.map_err(|failure| failure.code))
    });
    assert_eq!(said, Ok(Err("log_forked")));
    assert_eq!(world.evidence().len(), 1);
}

#[test]
fn an_older_proof_of_the_pinned_tree_is_one() {
    let mine = receipt(b"mine", NOW - 10);
    let mut world = world_with(&mine, 33);
    world.size = 420;
    assert_eq!(world.look(), Ok(420));
    assert!(matches!(world.ask(&mine, TIME), Ok(Leaf::Included(_))));
}

#[test]
fn a_promise_is_broken_when_its_time_is_over() {
    let mine = receipt(b"mine", NOW);
    let until = NOW + MMD_MINUTES;
    let world = World::of(20);
    let at = |now, told| world.ask(&mine, Time { now, told });
    assert_eq!(at(until, until), Ok(Leaf::Waits));
    assert_eq!(at(until, until + 1), Ok(Leaf::Broken), "by the host's own word");
    assert_eq!(at(until + 1_440, until), Ok(Leaf::Waits), "a clock may be wrong by a day");
    assert_eq!(at(until + 1_441, until), Ok(Leaf::Broken));
    let mut denies = World::of(20);
    let problem = br#"{"type":"urn:souspli:problem:no_record","title":"x","status":404,"code":"no_record"}"#.to_vec();
    denies.lie = Some(Box::new(move |path| path.ends_with("/proofs").then(|| (404, problem.clone()))));
    assert_eq!(denies.ask(&mine, TIME), Ok(Leaf::Waits));
    assert_eq!(denies.ask(&mine, Time { now: NOW, told: until + 1 }), Ok(Leaf::Broken));
}
