//! Leaks that are put in, one at a time: each must be seen. Most are of the same length at both practices, so that a
//! comparison of lengths alone would pass them.

use souspli_journey::view::{Cell, canaries_in};

use crate::script::{ONE, TWO};
use crate::see::Seen;

/// Puts a leak into what each of the two hosts sees.
type Plant = fn(&mut Seen, &mut Seen);

/// Leaks that make the two views differ.
const DIFFERENCES: [(&str, Plant); 13] = [
    ("a header that tells", |_, two| answer_header(two, "x-visit-minutes", "50")),
    ("a header's value", |one, two| {
        answer_header(one, "x-kind", "podology");
        answer_header(two, "x-kind", "somnolog");
    }),
    ("a request's header", |one, two| {
        sent_header(one, "accept-language", "fr");
        sent_header(two, "accept-language", "en");
    }),
    ("a length that follows a name", |_, two| two.exchanges[40].answer.extend(vec![b' '; TWO.look.name.len()])),
    ("a number of the same width", |one, two| {
        answer_field(one, "\"open\":41");
        answer_field(two, "\"open\":97");
    }),
    ("a text of the same length", |one, two| {
        answer_field(one, "\"kind\":\"confirmed\"");
        answer_field(two, "\"kind\":\"message..\"");
    }),
    ("a request more for each practitioner", |_, two| {
        let again = two.exchanges[60].clone();
        two.exchanges.insert(61, again);
    }),
    ("decoys that do not follow from the time", fresh_decoys),
    ("claims in the order of the visit", |_, two| unsorted_claims(two)),
    ("a log field", |one, two| {
        one.log.push("{\"message\":\"booked\",\"specialty\":17}".to_owned());
        two.log.push("{\"message\":\"booked\",\"specialty\":23}".to_owned());
    }),
    ("a metric's label", |one, two| {
        one.metrics.push_str("souspli_bookings_total{zone=\"-3\"} 9\n");
        two.metrics.push_str("souspli_bookings_total{zone=\"+9\"} 9\n");
    }),
    ("a column with the start of the visit", |one, two| {
        column(one, |row| Cell::Plain((29_923_680 + row).to_string()));
        column(two, |row| Cell::Plain((29_924_680 + row).to_string()));
    }),
    ("a column with the number of decoys", |one, two| {
        column(one, |_| Cell::Plain("23".to_owned()));
        column(two, |_| Cell::Plain("10".to_owned()));
    }),
];

/// Puts each leak in and says which were not seen.
pub(crate) fn unseen(one: &Seen, two: &Seen, values: &[String]) -> Vec<&'static str> {
    let (early, other) = (one.beginning(), two.beginning());
    assert!(early.compared(&other).differences.is_empty(), "nothing to see before");
    let mut unseen = Vec::new();
    for (leak, plant) in DIFFERENCES {
        let (mut early, mut other) = (early.clone(), other.clone());
        plant(&mut early, &mut other);
        if early.compared(&other).differences.is_empty() {
            unseen.push(leak);
        }
    }
    let (mut hashed, mut too) = (one.clone(), two.clone());
    column(&mut hashed, |_| Cell::Bytes(vec![17; 32]));
    column(&mut too, |_| Cell::Bytes(vec![23; 32]));
    if hashed.compared(&too).unexplained.is_empty() {
        unseen.push("a column with a hash of the specialty");
    }
    let (mut first, mut too) = (one.clone(), two.clone());
    for seen in [&mut first, &mut too] {
        members_first(seen);
    }
    if first.compared(&too).telling_orders.is_empty() {
        unseen.push("members before throw-away keys");
    }
    let (mut timed, mut too) = (one.clone(), two.clone());
    column_of("journal", &mut timed, |_| Cell::Plain("17".to_owned()));
    column_of("journal", &mut too, |_| Cell::Plain("23".to_owned()));
    if timed.compared(&too).differences.is_empty() {
        unseen.push("a column with the minute of a read");
    }
    let (mut first, mut too) = (one.clone(), two.clone());
    if !reads_as_they_came(&mut first) || !reads_as_they_came(&mut too) || first.compared(&too).differences.is_empty() {
        unseen.push("reads in the order in which they came");
    }
    let mut typed = other.clone();
    typed.log.push(format!("{{\"message\":\"booked\",\"who\":\"{}\"}}", hex(TWO.people[2].name)));
    if canaries_in(&typed.heap(), values) != [TWO.people[2].name] {
        unseen.push("a log line with a name");
    }
    let mut typed = early.clone();
    let name = souspli_protocol::to_base64url(format!("at {}", ONE.people[3].name).as_bytes());
    typed.exchanges[30].answer.extend(name.bytes());
    if canaries_in(&typed.heap(), values) != [ONE.people[3].name] {
        unseen.push("a name in an answer");
    }
    unseen
}

/// What a leaking host would write to its disk, while it runs.
pub(crate) async fn name_into_sqlite(path: &std::path::Path, name: &str) {
    use sqlx::{ConnectOptions as _, Connection as _};
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut db = options.connect().await.expect("the database");
    sqlx::raw_sql("alter table event add column who text").execute(&mut db).await.expect("planted");
    sqlx::query("update event set who = ?").bind(name).execute(&mut db).await.expect("planted");
    db.close().await.expect("closed");
}

fn answer_header(seen: &mut Seen, name: &str, value: &str) {
    seen.exchanges[5].headers.push((name.to_owned(), value.to_owned()));
}

fn sent_header(seen: &mut Seen, name: &str, value: &str) {
    seen.exchanges[5].sent.push((name.to_owned(), value.to_owned()));
}

/// A field more in the first answer that is an object with fields.
fn answer_field(seen: &mut Seen, field: &str) {
    let answers = seen.exchanges.iter_mut().map(|exchange| &mut exchange.answer);
    let answer = answers.skip(20).find(|answer| answer.starts_with(b"{\"")).expect("an answer");
    let rest = answer.split_off(1);
    answer.extend(format!("{field},").bytes());
    answer.extend(rest);
}

/// Two attempts at one time share their real ids only: how many those are would be plain.
fn fresh_decoys(one: &mut Seen, two: &mut Seen) {
    for (seen, real) in [(one, 1), (two, 22)] {
        let refused = seen.exchanges.iter_mut().find(|exchange| exchange.status == 409).expect("a time was taken");
        let hold = hold_of(&refused.body);
        let ids = hold.claims.ids();
        let kept = ids.iter().copied().take(real);
        let fresh = ids.iter().skip(real).map(|id| souspli_protocol::Gid(id.0.map(|byte| byte ^ 0x5a)));
        let ids: Vec<_> = kept.chain(fresh).collect();
        let claims = souspli_protocol::claims::ClaimIds::new(ids.try_into().expect("24")).expect("distinct");
        put_hold(&mut refused.body, &souspli_protocol::claims::HoldRequest { claims, ..hold });
    }
}

fn hold_of(body: &[u8]) -> souspli_protocol::claims::HoldRequest {
    let body: souspli_protocol::wire::Hold = serde_json::from_slice(body).expect("a hold");
    souspli_protocol::claims::HoldRequest::decode(&body.hold.0).expect("a hold")
}

fn put_hold(body: &mut Vec<u8>, hold: &souspli_protocol::claims::HoldRequest) {
    let mut all: souspli_protocol::wire::Hold = serde_json::from_slice(body).expect("a hold");
    all.hold.0 = hold.encode();
    *body = serde_json::to_vec(&all).expect("JSON");
}

/// The last ids first, as they would stand if real ones went before decoys.
fn unsorted_claims(seen: &mut Seen) {
    let is_booking =
        |body: &&mut Vec<u8>| body.starts_with(b"{\"event\"") && !body.windows(11).any(|w| w == b"\"claims\":\"\"");
    let body = seen.exchanges.iter_mut().map(|exchange| &mut exchange.body).find(is_booking).expect("a booking");
    let mut all: souspli_protocol::wire::Append = serde_json::from_slice(body).expect("an event");
    all.claims.0.rotate_right(64);
    *body = serde_json::to_vec(&all).expect("JSON");
}

/// The throw-away keys after those that act.
fn members_first(seen: &mut Seen) {
    use souspli_protocol::publication::{Publication, PublicationKind, acl_keys};
    let acting: Vec<_> = seen.exchanges.iter().flat_map(|exchange| &exchange.sent).filter_map(acting_key).collect();
    for exchange in &mut seen.exchanges {
        let Ok(mut body) = serde_json::from_slice::<souspli_protocol::wire::Publish>(&exchange.body) else { continue };
        for blob in &mut body.publications {
            let publication = Publication::parse(blob.0.clone()).expect("a publication");
            if publication.statement().kind == PublicationKind::Acl {
                let mut keys: Vec<_> = acl_keys(publication.payload()).collect();
                keys.sort_by_key(|key| acting.iter().position(|acting| acting == key).unwrap_or(usize::MAX));
                let payload: Vec<u8> = keys.iter().flat_map(|key| key.0).collect();
                let (statement, signature) = (*publication.statement(), publication.signature());
                blob.0 = Publication::assemble(statement, &payload, &signature).expect("an acl").bytes().to_vec();
            }
        }
        exchange.body = serde_json::to_vec(&body).expect("JSON");
    }
}

/// Two closed rows of one hour in the order in which their keys came; whether there were such rows.
fn reads_as_they_came(seen: &mut Seen) -> bool {
    let answers = seen.exchanges.iter_mut().filter(|one| one.request.ends_with("/journal") && one.status == 200);
    let mut swapped = false;
    for exchange in answers {
        let mut answer: souspli_protocol::wire::JournalAnswer =
            serde_json::from_slice(&exchange.answer).expect("a journal");
        let hour = |place: usize| {
            let row = answer.rows.get(place)?;
            Some(souspli_protocol::journal::ReadRow::decode(&row.0).expect("a row").hour)
        };
        let place = (1..answer.rows.len()).find(|place| hour(*place) == hour(*place - 1));
        if let Some(place) = place {
            answer.rows.swap(place, place - 1);
            exchange.answer = serde_json::to_vec(&answer).expect("JSON");
            swapped = true;
        }
    }
    swapped
}

fn acting_key((name, value): &(String, String)) -> Option<souspli_protocol::VerifyingKey> {
    let signed = name == "authorization";
    signed.then(|| souspli_protocol::request::Authorization::decode(value).expect("an authorization").key)
}

fn column(seen: &mut Seen, value: impl Fn(usize) -> Cell) {
    column_of("event", seen, value);
}

fn column_of(table: &str, seen: &mut Seen, value: impl Fn(usize) -> Cell) {
    let rows = seen.rows.get_mut(table).expect("a table");
    for (number, row) in rows.iter_mut().enumerate() {
        row.push(("more".to_owned(), value(number)));
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}
