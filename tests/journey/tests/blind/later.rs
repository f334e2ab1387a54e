//! The rest of the play: staff, keys, lost answers, months.

use serde_json::{Value, json};
use souspli_journey::Member;

use crate::play::World;

const DAY: u32 = 1_440;

impl World<'_> {
    /// A desk member comes, reads, decides; two decide at once.
    pub(crate) async fn desk_works(&mut self) -> Member {
        let (name, passphrase) = (self.script.desk, self.script.passphrases[3]);
        let kit = self.owner.must(self.now, "addDesk", json!({ "name": name, "passphrase": passphrase })).await;
        self.owner.must(self.now, "members", json!({})).await;
        let mut desk = self.member();
        let unlock = json!({ "accountKey": kit["accountKey"], "passphrase": passphrase });
        desk.must(self.now, "unlock", unlock).await;
        desk.must(self.now, "sync", json!({})).await;
        desk.must(self.now, "maintain", json!({})).await;
        let mut stream = desk.listen(self.now).await;
        stream.next().await;
        let link = self.practice.link.clone();
        let booked = self.book(&link, self.who(9), 0).await;
        stream.next().await;
        stream.close();
        let record = &booked["record"];
        desk.must(self.now, "sync", json!({})).await;
        self.owner.must(self.now, "sync", json!({})).await;
        desk.must(self.now, "confirm", json!({ "record": record, "text": self.script.words[0] })).await;
        let late = json!({ "record": record, "text": self.script.words[1] });
        assert_eq!(self.owner.fails(self.now, "decline", late).await, "revision_conflict");
        desk.must(self.now, "note", json!({ "record": record, "text": self.script.note })).await;
        self.owner.must(self.now, "sync", json!({})).await;
        self.reads_are_looked_at(&mut desk).await;
        self.something_is_erased(record).await;
        desk.must(self.now, "sync", json!({})).await;
        desk
    }

    /// The owner has an appointment erased, which is cancelled before; its patient asks for it. Nobody has had its time before.
    async fn something_is_erased(&mut self, kept: &Value) {
        let link = self.practice.link.clone();
        let booked = self.book(&link, self.who(13), 1).await;
        self.answer(&booked["record"]).await;
        let record = &booked["record"];
        assert_eq!(self.owner.fails(self.now, "erase", json!({ "record": record })).await, "record_live");
        self.owner.must(self.now, "cancel", json!({ "record": record, "text": self.script.words[2] })).await;
        self.owner.must(self.now, "erase", json!({ "record": record })).await;
        self.is_told_of_erasure(&booked).await;
        self.owner.must(self.now, "detail", json!({ "record": kept })).await;
    }

    /// Both ask who read what; the owner has a report of what the desk member could read, and of a link.
    async fn reads_are_looked_at(&mut self, desk: &mut Member) {
        self.wait(60).await;
        desk.must(self.now, "journal", json!({})).await;
        let journal = self.owner.must(self.now, "journal", json!({ "since": null, "until": null })).await;
        let lines = journal["lines"].as_array().expect("lines");
        let of_the_desk = lines.iter().find(|line| line["who"]["role"] == "desk").expect("the desk has read");
        let records = json!({ "key": of_the_desk["key"], "minute": of_the_desk["minute"] });
        self.owner.must(self.now, "journalRecords", records).await;
        let about = json!({ "of": { "key": of_the_desk["key"] }, "since": null, "until": self.now });
        let report = self.owner.must(self.now, "breachReport", about).await;
        assert!(report["people"].as_array().is_some_and(|people| !people.is_empty()), "{report}");
        self.owner.must(self.now, "breachReport", json!({ "of": { "link": self.script.second_link } })).await;
    }

    /// A second device, a wrong passphrase, a new one, the recovery code; a link is taken back.
    pub(crate) async fn keys_change(&mut self) {
        let [first, changed, recovered, _] = self.script.passphrases;
        let account = self.practice.account_key.clone();
        let mut second = self.member();
        let wrong = json!({ "accountKey": account, "passphrase": recovered });
        assert_eq!(second.fails(self.now, "unlock", wrong).await, "cannot_unlock");
        second.must(self.now, "unlock", json!({ "accountKey": account, "passphrase": first })).await;
        second.must(self.now, "sync", json!({})).await;
        let change = json!({ "accountKey": account, "old": first, "passphrase": changed });
        second.must(self.now, "changePassphrase", change).await;
        let mut third = self.member();
        let code = json!({ "recoveryCode": self.practice.recovery_code, "passphrase": recovered });
        let kit = third.must(self.now, "recover", code).await;
        third.must(self.now, "sync", json!({})).await;
        let gone = json!({ "accountKey": account, "passphrase": changed });
        assert_eq!(self.member().fails(self.now, "unlock", gone).await, "no_vault");
        self.entry = (kit["accountKey"].as_str().expect("a key").to_owned(), recovered);

        let links = self.owner.must(self.now, "links", json!({})).await;
        let second_link = &links["links"][1]["fragment"];
        self.owner.must(self.now, "revokeLink", json!({ "fragment": second_link })).await;
        let opened = self.patient().fails(self.now, "open", json!({ "fragment": second_link })).await;
        assert_eq!(opened, "link_revoked");
    }

    /// Answers that are lost, requests that never leave: the same bytes go again, from the page's outbox.
    pub(crate) async fn answers_are_lost(&mut self) {
        let link = self.practice.link.clone();
        let mut patient = self.opened(&link).await;
        let chosen = self.chosen(&mut patient, self.who(10), 3).await;
        patient.must(self.now, "hold", chosen).await;
        patient.device.deaf_from = Some(patient.device.exchanges.len());
        let form = json!({ "form": self.form(self.who(10)) });
        assert_eq!(patient.fails(self.now, "book", form).await, "outcome_unknown");
        patient.device.deaf_from = None;
        patient.reload();
        patient.must(self.now, "open", json!({ "fragment": link })).await;
        let resumed = patient.must(self.now, "resume", json!({})).await;
        self.answer(&resumed["bookings"][0]["record"]).await;

        let who = self.who(13);
        let mut phone = self.wanted(who);
        let times = self.owner.must(self.now, "times", phone.clone()).await;
        phone["start"] = self.pick(&times, 0, who.place + 2);
        phone["form"] = self.form(who);
        // Profile and times are heard; what comes of the event is not.
        self.owner.device.deaf_from = Some(self.owner.device.exchanges.len() + 2);
        assert_eq!(self.owner.fails(self.now, "phoneBooking", phone).await, "outcome_unknown");
        self.owner.device.deaf_from = None;
        self.owner.reload();
        self.unlock_owner().await;
        self.resend().await;
        let note = json!({ "record": resumed["bookings"][0]["record"], "text": self.script.note });
        self.owner.device.offline_from = Some(self.owner.device.exchanges.len());
        assert_eq!(self.owner.fails(self.now, "note", note).await, "outcome_unknown");
        self.owner.device.offline_from = None;
        self.resend().await;
    }

    async fn resend(&mut self) {
        let synced = self.owner.must(self.now, "sync", json!({})).await;
        assert_eq!(synced["resent"].as_array().map(Vec::len), Some(1), "{synced}");
    }

    async fn unlock_owner(&mut self) {
        let (account, passphrase) = self.entry.clone();
        self.owner.must(self.now, "unlock", json!({ "accountKey": account, "passphrase": passphrase })).await;
    }

    /// Epochs and windows pass, keys and hours are renewed; after a year the zone's table too; then nobody comes.
    pub(crate) async fn months_pass(&mut self, old: &[Value; 2], desk: &mut Member) {
        let link = self.practice.link.clone();
        self.wait(35 * DAY).await;
        self.owner.must(self.now, "maintain", json!({})).await;
        self.owner.must(self.now, "sync", json!({})).await;
        desk.must(self.now, "maintain", json!({})).await;
        desk.must(self.now, "sync", json!({})).await;
        for booked in old {
            self.managed(booked).await.must(self.now, "read", json!({})).await;
        }
        let booked = self.book(&link, self.who(12), 1).await;
        self.answer(&booked["record"]).await;

        // Each look after half a year; at the third the zone's table is more than four hundred days old.
        for _ in 0..3 {
            self.wait(150 * DAY).await;
            self.unlock_owner().await;
            self.owner.must(self.now, "maintain", json!({})).await;
            self.owner.must(self.now, "maintain", json!({})).await;
            self.is_told_of_erasure(&booked).await;
        }
        let last = self.book(&link, self.who(0), 1).await;
        self.answer(&last["record"]).await;
        for (number, window) in [(1, 1), (2, 2), (3, 3)] {
            let booked = self.book(&link, self.who(number), window).await;
            self.answer(&booked["record"]).await;
        }
        // A device that never saw what was erased.
        let mut late = self.member();
        let (account, passphrase) = self.entry.clone();
        late.must(self.now, "unlock", json!({ "accountKey": account, "passphrase": passphrase })).await;
        late.must(self.now, "sync", json!({})).await;

        // Not so long that these are due.
        self.wait(112 * DAY).await;
        let opened = self.patient().must(self.now, "open", json!({ "fragment": link })).await;
        assert!(opened["practice"].is_null(), "not taking bookings: {opened}");
        self.managed(&last).await;

        // All rows cross the wire once more, on a device that has kept none.
        self.unlock_owner().await;
        self.owner.must(self.now, "maintain", json!({})).await;
        self.owner.device.kept.retain(|key, _| !key.starts_with("reads/"));
        self.unlock_owner().await;
        self.owner.must(self.now, "journal", json!({})).await;
    }
}
