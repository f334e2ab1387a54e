//! Sets of canaries: what an auditor types into the forms of a practice, and keeps to search for it later.

use std::io::{self, Read, Write};

use rand_core::Rng;
use serde::{Deserialize, Serialize};
use souspli_protocol::private_link::{Opens, PrivateLink};
use souspli_protocol::{RecordId, to_base64url};

use super::invent::{WordList, below, word};
use super::{Canary, CanaryKind};

/// The form of the file.
const VERSION: u32 = 1;
/// Bytes of a file, at most.
const FILE: u64 = 4 * 1024 * 1024;
/// How many times a word is tried for until the list is taken for one that knows everything.
const TRIES: usize = 1_000;

/// What a person that does not exist types into the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanaryPerson {
    /// Two invented words, one with an accent.
    pub name: String,
    /// An address under `.example` (RFC 2606 §2).
    pub email: String,
    /// A number that is kept free for fiction in France (ARCEP, décision 2018-0881) or the United Kingdom (Ofcom).
    pub phone: String,
    /// The reason of the visit: some invented words.
    pub reason: String,
    /// A longer text, for an answer or a message.
    pub text: String,
    /// The beginning of the appointment that was booked, once it is known (RFC 3339 with an offset).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The private link that the page gave for the appointment, or what stands behind its `#`. Nobody but the patient
    /// may hold it, so it is looked for too; and it tells which rows are this booking's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl CanaryPerson {
    /// The booking that the link opens, and the link's secret.
    pub fn booking(&self) -> Option<(RecordId, [u8; 32])> {
        let fragment = self.link.as_deref()?.rsplit('#').next()?.trim();
        match PrivateLink::parse(fragment).ok()?.opens {
            Opens::Manage { record, cap_seed: seed } | Opens::View { record, view_seed: seed } => Some((record, seed)),
            Opens::Book { .. } => None,
        }
    }
}

/// Persons that do not exist. The file holds what was booked, so it is kept away from the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CanarySet {
    version: u32,
    /// The persons; the first one is called `canary 1`.
    pub persons: Vec<CanaryPerson>,
}

/// Why there is no set.
#[derive(Debug, thiserror::Error)]
pub enum CanaryError {
    /// More persons than there are numbers kept free.
    #[error("{0} canaries; there are phone numbers for {max} at most", max = CanarySet::PERSONS)]
    TooMany(u32),
    /// The list knows every word that was tried.
    #[error("no word could be invented that is not in the list")]
    NoWord,
    /// Not a file of this form.
    #[error("not a file of canaries: {0}")]
    File(#[from] serde_json::Error),
    /// A version that is not known.
    #[error("canaries of version {0}; this program reads version 1")]
    Version(u32),
    /// It could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl CanarySet {
    /// As many persons as there are numbers in each country.
    pub const PERSONS: u32 = 2_000;

    /// Invents persons whose words are not in the list, nor in each other. The same randomness gives the same set.
    pub fn invent(rng: &mut impl Rng, persons: u32, known: &WordList) -> Result<Self, CanaryError> {
        if persons > Self::PERSONS {
            return Err(CanaryError::TooMany(persons));
        }
        let mut inventor = Inventor { rng, known, used: WordList::default() };
        let first = below(inventor.rng, 1_000);
        let persons = (0..persons).map(|number| inventor.person(number, first)).collect::<Result<_, _>>()?;
        Ok(Self { version: VERSION, persons })
    }

    /// Every value of every person, such as `canary 3, phone`.
    pub fn canaries(&self) -> Vec<Canary> {
        let values = |(place, person): (usize, &CanaryPerson)| {
            let canary =
                |kind, what: &str, value: &str| Canary::new(format!("canary {}, {what}", place + 1), kind, value);
            let mut values = vec![
                canary(CanaryKind::Name, "name", &person.name),
                canary(CanaryKind::Email, "e-mail", &person.email),
                canary(CanaryKind::Phone, "phone", &person.phone),
                canary(CanaryKind::Text, "reason", &person.reason),
                canary(CanaryKind::Text, "text", &person.text),
            ];
            values.extend(person.time.as_deref().map(|time| canary(CanaryKind::Time, "time", time)));
            let secret = person.booking().map(|(_, secret)| to_base64url(&secret));
            values.extend(secret.map(|secret| canary(CanaryKind::Secret, "link", &secret)));
            values
        };
        self.persons.iter().enumerate().flat_map(values).collect()
    }

    /// Reads what [`CanarySet::write`] wrote.
    pub fn read(reader: impl Read) -> Result<Self, CanaryError> {
        let set: Self = serde_json::from_reader(reader.take(FILE))?;
        if set.version == VERSION { Ok(set) } else { Err(CanaryError::Version(set.version)) }
    }

    /// Writes the set as JSON.
    pub fn write(&self, mut writer: impl Write) -> Result<(), CanaryError> {
        serde_json::to_writer_pretty(&mut writer, self)?;
        writer.write_all(b"\n")?;
        Ok(())
    }
}

struct Inventor<'a, R> {
    rng: &'a mut R,
    known: &'a WordList,
    used: WordList,
}

impl<R: Rng> Inventor<'_, R> {
    fn person(&mut self, number: u32, first: u32) -> Result<CanaryPerson, CanaryError> {
        let name = format!("{} {}", capital(&self.word(true)?), capital(&self.word(false)?));
        let email = format!("{}@{}.example", self.word(false)?, self.word(false)?);
        let (reason, text) = (self.words(4)?, self.words(9)?);
        let phone = phone(number, first);
        Ok(CanaryPerson { name, email, phone, reason, text, time: None, link: None })
    }

    fn words(&mut self, count: usize) -> Result<String, CanaryError> {
        let words: Vec<String> = (0..count).map(|place| self.word(place == 0)).collect::<Result<_, _>>()?;
        Ok(words.join(" "))
    }

    fn word(&mut self, accent: bool) -> Result<String, CanaryError> {
        for _ in 0..TRIES {
            let word = word(self.rng, accent);
            if !self.known.knows(&word) && !self.used.knows(&word) {
                self.used.add(&word);
                return Ok(word);
            }
        }
        Err(CanaryError::NoWord)
    }
}

/// Numbers kept free for fiction: 06 39 98 xx xx in France, 07700 900xxx in the United Kingdom, in turn.
fn phone(number: u32, first: u32) -> String {
    let place = (first + number / 2) % 1_000;
    if number.is_multiple_of(2) {
        // Ten thousand numbers: they are spread, so that the last four digits say something.
        let digits = (place * 7 + 1_234) % 10_000;
        format!("+33 6 39 98 {:02} {:02}", digits / 100, digits % 100)
    } else {
        format!("07700 900{place:03}")
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
