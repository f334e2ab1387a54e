//! What people do at a practice, each thing at least once; the same at both practices.

use serde_json::{Value, json};
use souspli_journey::practice::{Published, create_with, exceptions};
use souspli_journey::spawned::Spawned;
use souspli_journey::{MONDAY, Member, Patient, Tap};

use crate::script::{Person, Script};
use crate::see::Database;

const DAY: u32 = 1_440;
const WINDOW: u32 = 28 * DAY;
/// Monday, 5 January 1970.
const FIRST_MONDAY: u32 = 4 * DAY;
/// Past a hold's ten minutes.
const HOLD_OVER: u32 = 11;

/// One practice at one host, and the minute that it is.
pub(crate) struct World<'a> {
    pub(crate) script: &'static Script,
    pub(crate) now: u32,
    host: &'a mut Spawned,
    database: &'a Database<'a>,
    tap: Tap,
    pub(crate) owner: Member,
    pub(crate) practice: Published,
    by_hand: bool,
    /// The account key of the owner, and the passphrase that goes with it.
    pub(crate) entry: (String, &'static str),
}

/// Everything, in order; the minute at its end.
pub(crate) async fn play(script: &'static Script, host: &mut Spawned, database: &Database<'_>, tap: &Tap) -> u32 {
    let mut owner = Member::new(host.addr);
    owner.device.tap = Some(tap.clone());
    let practice = create_with(&mut owner, &script.look, script.passphrases[0], MONDAY).await;
    let entry = (practice.account_key.clone(), script.passphrases[0]);
    let by_hand = script.look.confirm == "manual";
    let mut world = World { script, now: MONDAY, host, database, tap: tap.clone(), owner, practice, by_hand, entry };
    let kept = world.patients_book().await;
    world.appointments_change(&kept).await;
    world.holds_run_out().await;
    let declined = world.settings_change().await;
    world.practice_enters().await;
    let mut desk = world.desk_works().await;
    world.keys_change().await;
    world.answers_are_lost().await;
    world.months_pass(&declined, &mut desk).await;
    world.now
}

impl World<'_> {
    pub(crate) fn patient(&self) -> Patient {
        let mut patient = Patient::new(self.host.addr);
        patient.device.tap = Some(self.tap.clone());
        patient
    }

    pub(crate) fn member(&self) -> Member {
        let mut member = Member::new(self.host.addr);
        member.device.tap = Some(self.tap.clone());
        member
    }

    /// Lets time pass; what is due then is erased before anybody goes on.
    pub(crate) async fn wait(&mut self, minutes: u32) {
        self.now += minutes;
        self.host.set(self.now);
        self.database.has_nothing_due((self.now - FIRST_MONDAY) / WINDOW).await;
    }

    pub(crate) fn who(&self, number: usize) -> &'static Person {
        &self.script.people[number]
    }

    /// Visit type and practitioner that somebody wants.
    pub(crate) fn wanted(&self, who: &Person) -> Value {
        let practitioner = who.visit.1.map(|place| self.practice.practitioner(place));
        json!({ "visitType": self.practice.visit_type(who.visit.0), "practitioner": practitioner })
    }

    pub(crate) fn form(&self, who: &Person) -> Value {
        let asked = &self.practice.catalogue["visitTypes"][who.visit.0]["questions"][0]["id"];
        let answers =
            if who.answer.is_empty() { json!([]) } else { json!([{ "question": asked, "text": who.answer }]) };
        json!({ "name": who.name, "email": who.email, "phone": who.phone, "language": who.language,
            "reason": who.reason, "answers": answers,
            "consents": { "email": who.email.len() > 30, "sms": !who.phone.is_empty() } })
    }

    /// A free time in a window from now, well inside it: which window it is the host may see.
    pub(crate) fn pick(&self, times: &Value, window: u32, place: usize) -> Value {
        let first = FIRST_MONDAY + ((self.now - FIRST_MONDAY) / WINDOW + window) * WINDOW;
        let inside = |time: &&Value| {
            let minute = time["start"].as_u64().expect("a granule") * 5;
            (u64::from(first + 2 * DAY)..u64::from(first + 26 * DAY)).contains(&minute)
        };
        let days = times["days"].as_array().expect("days").iter();
        let times: Vec<&Value> = days.flat_map(|day| day["times"].as_array().expect("times")).filter(inside).collect();
        assert!(times.len() > 20, "free times in window {window}: {}", times.len());
        times[place % times.len()]["start"].clone()
    }

    pub(crate) async fn opened(&self, link: &str) -> Patient {
        let mut patient = self.patient();
        patient.must(self.now, "open", json!({ "fragment": link })).await;
        patient
    }

    pub(crate) async fn chosen(&self, patient: &mut Patient, who: &Person, window: u32) -> Value {
        let mut chosen = self.wanted(who);
        let times = patient.must(self.now, "times", chosen.clone()).await;
        chosen["start"] = self.pick(&times, window, who.place);
        chosen
    }

    /// Opens the link, looks, holds, books.
    pub(crate) async fn book(&self, link: &str, who: &Person, window: u32) -> Value {
        let mut patient = self.opened(link).await;
        let chosen = self.chosen(&mut patient, who, window).await;
        patient.must(self.now, "hold", chosen).await;
        patient.must(self.now, "book", json!({ "form": self.form(who) })).await
    }

    pub(crate) async fn managed(&self, booked: &Value) -> Patient {
        self.opened(booked["manageLink"].as_str().expect("a link")).await
    }

    /// The patient of an erased record asks for it.
    pub(crate) async fn is_told_of_erasure(&self, booked: &Value) {
        let fragment = json!({ "fragment": booked["manageLink"] });
        assert_eq!(self.patient().fails(self.now, "open", fragment).await, "record_erased");
    }

    /// The practice hears of a booking and says yes: by itself, or the owner does.
    pub(crate) async fn answer(&mut self, record: &Value) {
        let synced = self.owner.must(self.now, "sync", json!({})).await;
        assert_eq!(synced["broken"], 0);
        if self.by_hand {
            self.confirm(record, "").await;
        } else {
            assert_eq!(synced["confirmed"], json!([record]));
        }
    }

    pub(crate) async fn confirm(&mut self, record: &Value, text: &str) {
        self.owner.must(self.now, "confirm", json!({ "record": record, "text": text })).await;
    }

    /// Booking with all that goes with it: a hold that is extended, given back, taken anew; a time that is gone.
    async fn patients_book(&mut self) -> Vec<Value> {
        self.owner.must(self.now, "settings", json!({})).await;
        self.owner.must(self.now, "addLink", json!({ "name": self.script.second_link })).await;
        let links = self.owner.must(self.now, "links", json!({})).await;
        let second = links["links"][1]["fragment"].as_str().expect("a link").to_owned();
        let mut stream = self.owner.listen(self.now).await;
        stream.next().await;
        let link = self.practice.link.clone();
        let mut patient = self.opened(&link).await;
        patient.must(self.now, "times", self.wanted(self.who(1))).await;
        let chosen = self.chosen(&mut patient, self.who(0), 0).await;
        patient.must(self.now, "hold", chosen.clone()).await;
        patient.must(self.now, "extendHold", json!({})).await;
        patient.must(self.now, "releaseHold", json!({})).await;
        patient.must(self.now, "hold", chosen).await;
        let mut kept = vec![patient.must(self.now, "book", json!({ "form": self.form(self.who(0)) })).await];
        stream.next().await;
        self.answer(&kept[0]["record"]).await;
        stream.next().await;
        stream.close();
        kept.push(self.book(&second, self.who(1), 1).await);
        self.answer(&kept[1]["record"]).await;
        kept.extend(self.two_want_one_time(&link).await);
        kept
    }

    async fn two_want_one_time(&mut self, link: &str) -> [Value; 2] {
        let (mut one, mut two) = (self.opened(link).await, self.opened(link).await);
        let chosen = self.chosen(&mut one, self.who(2), 1).await;
        two.must(self.now, "times", self.wanted(self.who(3))).await;
        one.must(self.now, "hold", chosen.clone()).await;
        assert_eq!(two.fails(self.now, "hold", chosen).await, "slot_taken");
        let first = one.must(self.now, "book", json!({ "form": self.form(self.who(2)) })).await;
        self.answer(&first["record"]).await;
        let other = self.chosen(&mut two, self.who(3), 3).await;
        two.must(self.now, "hold", other).await;
        let second = two.must(self.now, "book", json!({ "form": self.form(self.who(3)) })).await;
        self.answer(&second["record"]).await;
        [first, second]
    }

    /// Both sides move and cancel; the practice notes and marks.
    async fn appointments_change(&mut self, kept: &[Value]) {
        let mut patient = self.managed(&kept[0]).await;
        patient.must(self.now, "read", json!({})).await;
        let wanted = self.wanted(self.who(0));
        let times = patient.must(self.now, "times", wanted.clone()).await;
        let start = self.pick(&times, 1, self.who(6).place);
        let moved = json!({ "start": start, "practitioner": wanted["practitioner"] });
        patient.must(self.now, "move", moved).await;
        self.answer(&kept[0]["record"]).await;
        patient.must(self.now, "read", json!({})).await;
        patient.must(self.now, "cancel", json!({ "text": self.script.words[2] })).await;
        self.owner.must(self.now, "sync", json!({})).await;

        let times = self.owner.must(self.now, "times", self.wanted(self.who(1))).await;
        let start = self.pick(&times, 3, self.who(9).place);
        let practitioner = self.wanted(self.who(1))["practitioner"].clone();
        let moved = json!({ "record": kept[1]["record"], "start": start, "practitioner": practitioner });
        self.owner.must(self.now, "move", moved).await;
        let mut patient = self.managed(&kept[1]).await;
        let cancelled = json!({ "record": kept[1]["record"], "text": self.script.words[3] });
        self.owner.must(self.now, "cancel", cancelled).await;
        patient.must(self.now, "read", json!({})).await;

        let record = &kept[2]["record"];
        self.owner.must(self.now, "note", json!({ "record": record, "text": self.script.note })).await;
        self.owner.must(self.now, "noShow", json!({ "record": record })).await;
        self.managed(&kept[2]).await;
    }

    /// A hold runs out, and the time is still there; another one runs out, and it has gone.
    async fn holds_run_out(&mut self) {
        let link = self.practice.link.clone();
        let mut slow = self.opened(&link).await;
        let chosen = self.chosen(&mut slow, self.who(4), 0).await;
        slow.must(self.now, "hold", chosen).await;
        self.wait(HOLD_OVER).await;
        let booked = slow.must(self.now, "book", json!({ "form": self.form(self.who(4)) })).await;
        self.answer(&booked["record"]).await;

        let (mut slow, mut quick) = (self.opened(&link).await, self.opened(&link).await);
        let chosen = self.chosen(&mut slow, self.who(5), 3).await;
        slow.must(self.now, "hold", chosen.clone()).await;
        self.wait(HOLD_OVER).await;
        quick.must(self.now, "times", self.wanted(self.who(5))).await;
        quick.must(self.now, "hold", chosen).await;
        let booked = quick.must(self.now, "book", json!({ "form": self.form(self.who(6)) })).await;
        self.answer(&booked["record"]).await;
        assert_eq!(slow.fails(self.now, "book", json!({ "form": self.form(self.who(5)) })).await, "slot_taken");
    }

    /// The practice publishes anew, with closed days and confirmation by hand; a patient had looked before.
    async fn settings_change(&mut self) -> [Value; 2] {
        let link = self.practice.link.clone();
        let mut early = self.opened(&link).await;
        let chosen = self.chosen(&mut early, self.who(7), 1).await;
        let mut catalogue = self.practice.catalogue.clone();
        catalogue["confirm"] = json!("manual");
        catalogue["introduction"] = json!(self.script.words[0]);
        let mut rules = self.practice.rules.clone();
        rules["exceptions"] = json!(exceptions(self.script.closes));
        self.owner.must(self.now, "publish", json!({ "catalogue": catalogue, "rules": rules })).await;
        self.by_hand = true;
        assert_eq!(early.fails(self.now, "hold", chosen).await, "stale_version");
        let chosen = self.chosen(&mut early, self.who(7), 1).await;
        early.must(self.now, "hold", chosen).await;
        let declined = early.must(self.now, "book", json!({ "form": self.form(self.who(7)) })).await;
        self.owner.must(self.now, "sync", json!({})).await;
        let answer = json!({ "record": declined["record"], "text": self.script.words[1] });
        self.owner.must(self.now, "decline", answer).await;
        self.managed(&declined).await;
        let confirmed = self.book(&link, self.who(8), 0).await;
        self.owner.must(self.now, "sync", json!({})).await;
        self.confirm(&confirmed["record"], self.script.words[0]).await;
        self.managed(&confirmed).await;
        [declined, confirmed]
    }

    /// A booking by telephone with its printed link; a time that is blocked, freed, and blocked again.
    async fn practice_enters(&mut self) {
        let who = self.who(11);
        let mut phone = self.wanted(who);
        let times = self.owner.must(self.now, "times", phone.clone()).await;
        phone["start"] = self.pick(&times, 1, who.place);
        phone["form"] = self.form(who);
        let booked = self.owner.must(self.now, "phoneBooking", phone).await;
        self.managed(&booked).await;
        let days = times["days"].as_array().expect("days");
        let date = &days.iter().filter(|day| day["times"][0].is_object()).nth(10 + who.place).expect("a day")["date"];
        let (from, to, text) = self.script.block;
        let practitioner = self.practice.practitioner(0);
        let block = json!({ "practitioner": practitioner, "date": date, "from": from, "to": to, "text": text });
        let blocked = self.owner.must(self.now, "block", block.clone()).await;
        self.owner.must(self.now, "cancel", json!({ "record": blocked["records"][0], "text": "" })).await;
        self.owner.must(self.now, "block", block).await;
    }
}
