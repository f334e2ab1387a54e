//! From records to people: whom a practice has to tell.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use souspli_booking::zone::Offsets;
use souspli_protocol::RecordId;

use super::exposure::{HourView, Hours};
use crate::body::Contact;

/// Somebody whose records were exposed.
#[derive(Debug, Serialize)]
pub(super) struct PersonView {
    name: String,
    email: String,
    phone: String,
    language: String,
    records: Vec<RecordId>,
    first: HourView,
    last: HourView,
    desk: BTreeSet<&'static str>,
    clinical: BTreeSet<&'static str>,
}

/// People, in the order in which they came up.
#[derive(Debug, Default)]
pub(super) struct People {
    people: Vec<Person>,
    known: HashMap<(String, String), usize>,
}

#[derive(Debug)]
struct Person {
    contact: Contact,
    records: Vec<RecordId>,
    hours: Hours,
    desk: BTreeSet<&'static str>,
    clinical: BTreeSet<&'static str>,
}

impl People {
    /// Adds a record of somebody: the same name with the same e-mail address or the same phone number is one person, and
    /// nobody else is, since two letters too many are better than one that is missing. Gives the person's place.
    pub(super) fn add(
        &mut self,
        contact: &Contact,
        record: RecordId,
        hours: Hours,
        desk: &BTreeSet<&'static str>,
        clinical: &BTreeSet<&'static str>,
    ) -> usize {
        let keys = keys_of(contact);
        let place = keys.iter().find_map(|key| self.known.get(key)).copied();
        let place = place.unwrap_or(self.people.len());
        match self.people.get_mut(place) {
            Some(person) => {
                person.records.push(record);
                person.hours = person.hours.with(hours);
                person.desk.extend(desk);
                person.clinical.extend(clinical);
                for (known, new) in
                    [(&mut person.contact.email, &contact.email), (&mut person.contact.phone, &contact.phone)]
                {
                    if known.is_empty() {
                        known.clone_from(new);
                    }
                }
            }
            None => self.people.push(Person {
                contact: contact.clone(),
                records: vec![record],
                hours,
                desk: desk.clone(),
                clinical: clinical.clone(),
            }),
        }
        self.known.extend(keys.into_iter().map(|key| (key, place)));
        place
    }

    pub(super) fn views(self, offsets: &Offsets) -> Vec<PersonView> {
        let view = |person: Person| PersonView {
            name: person.contact.name,
            email: person.contact.email,
            phone: person.contact.phone,
            language: person.contact.language,
            records: person.records,
            first: HourView::new(person.hours.first, offsets),
            last: HourView::new(person.hours.last, offsets),
            desk: person.desk,
            clinical: person.clinical,
        };
        self.people.into_iter().map(view).collect()
    }
}

/// Name with e-mail address, and name with phone number; the name alone where there is neither.
fn keys_of(contact: &Contact) -> Vec<(String, String)> {
    let words = contact.name.to_lowercase();
    let name = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let email = contact.email.trim().to_lowercase();
    let digits: String = contact.phone.chars().filter(char::is_ascii_digit).collect();
    let mut keys: Vec<(String, String)> =
        [email, digits].into_iter().filter(|way| !way.is_empty()).map(|way| (name.clone(), way)).collect();
    if keys.is_empty() {
        keys.push((name, String::new()));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(name: &str, email: &str, phone: &str) -> Contact {
        Contact { name: name.to_owned(), email: email.to_owned(), phone: phone.to_owned(), ..Contact::nobody() }
    }

    #[test]
    fn a_person_is_a_name_with_an_address_or_a_number() {
        let mut people = People::default();
        let mut add = |name, email, phone| {
            let (desk, clinical) = (BTreeSet::from(["name"]), BTreeSet::new());
            people.add(&contact(name, email, phone), RecordId([1; 16]), Hours::of(7), &desk, &clinical)
        };
        assert_eq!(add("Ana  Example", "ana@example.org", ""), 0);
        assert_eq!(add("ana example", "ANA@example.org ", "+33 6 00"), 0, "the same address");
        assert_eq!(add("Ana Example", "", "+33600"), 0, "the same number");
        assert_eq!(add("Ben Example", "ana@example.org", "+33600"), 1, "a family's address");
        assert_eq!(add("Ana Example", "other@example.org", ""), 2, "another Ana");
        assert_eq!((add("Carl", "", ""), add("Carl", "", "")), (3, 3));
        let views = people.views(&Offsets::UTC);
        assert_eq!(views.len(), 4);
        assert_eq!((views[0].records.len(), views[0].phone.as_str()), (3, "+33 6 00"), "what was missing is filled in");
    }
}
