//! Two practices with their patients that differ in everything readable: specialty, names and their letters and
//! lengths, practitioners, rooms, visit types, hours, zone, durations, reasons, who confirms.

use souspli_journey::practice::{Asked, Look};

/// Somebody who books: what is typed, and which visit is chosen.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) language: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) answer: &'static str,
    /// Which visit type; with whom, or with anybody.
    pub(crate) visit: (usize, Option<usize>),
    /// Which of the free times of the window that the play says.
    pub(crate) place: usize,
}

/// A practice, its patients, and what it writes.
pub(crate) struct Script {
    pub(crate) look: Look,
    /// Dates that it closes later on.
    pub(crate) closes: &'static [(&'static str, &'static str, &'static str)],
    pub(crate) people: [Person; 14],
    pub(crate) passphrases: [&'static str; 4],
    pub(crate) second_link: &'static str,
    pub(crate) desk: &'static str,
    pub(crate) note: &'static str,
    pub(crate) block: (&'static str, &'static str, &'static str),
    /// Said with a decision or a cancellation.
    pub(crate) words: [&'static str; 4],
}

const fn person(
    name: &'static str,
    (email, phone, language): (&'static str, &'static str, &'static str),
    (reason, answer): (&'static str, &'static str),
    visit: (usize, Option<usize>),
    place: usize,
) -> Person {
    Person { name, email, phone, language, reason, answer, visit, place }
}

const MAIL: (&str, &str, &str) = ("marblewing@example.org", "", "fr");
const BOTH: (&str, &str, &str) = ("thaddeus.wigglesworthington@example.org", "+30 210 555 0100", "en");
const CALL: (&str, &str, &str) = ("", "+33 6 55 50 01 00", "fr");

/// Small, one practitioner, answers by hand; its clocks change twice a year.
pub(crate) const ONE: Script = Script {
    look: Look {
        name: "Quillwort",
        address: &["Rue Zinnober 3"],
        phone: "+1 709 555 0101",
        website: "",
        languages: &["fr"],
        introduction: "",
        zone: "America/St_Johns",
        practitioners: &[("Zephyrine", "Podology")],
        rooms: &[],
        visit_types: &[("Checkup", 5), ("Orthotics", 20)],
        buffer: 0,
        step: None,
        instructions: "",
        questions: &[Asked { text: "Allergies?", kind: "free", options: &[] }],
        open: (480, 720),
        closed: &[("2027-01-18", "2027-02-14", "Seaside")],
        confirm: "manual",
        response_time: 60,
        notice: 0,
        deadline: 0,
        horizon: 130,
    },
    closes: &[("2026-12-24", "2026-12-24", "Eveclose")],
    people: [
        person("Marblewing", MAIL, ("Tendon", "Latexine"), (0, Some(0)), 0),
        person("Ostrakon", CALL, ("Heelspur", ""), (1, None), 1),
        person("Pimpernel", MAIL, ("", ""), (0, Some(0)), 2),
        person("Ζηνοβία Ω", CALL, ("Ονυχας", "Χωρίς"), (0, Some(0)), 3),
        person("Brindlewood", BOTH, ("Blister", ""), (0, None), 4),
        person("Quicksilver", MAIL, ("", "Pollenese"), (0, Some(0)), 5),
        person("Oystercatcher", MAIL, ("Bunionette", ""), (0, Some(0)), 6),
        person("Larkspurry", CALL, ("", ""), (0, Some(0)), 7),
        person("Tamarisk", MAIL, ("Ankletwist", ""), (1, Some(0)), 8),
        person("Umberleaf", MAIL, ("", ""), (0, Some(0)), 9),
        person("Vetchling", CALL, ("Archfall", "Iodinous"), (0, None), 10),
        person("Fennimore", CALL, ("Insoles", ""), (0, Some(0)), 11),
        person("Yarrowby", MAIL, ("", ""), (0, Some(0)), 12),
        person("Zwanziger", MAIL, ("Cornflake", ""), (0, Some(0)), 13),
    ],
    passphrases: ["twelve little ants", "another little ant", "third little ants", "desk's little ants"],
    second_link: "Kiosk7",
    desk: "Deskhand",
    note: "Ordered the insoles",
    block: ("09:00", "10:00", "Delivery"),
    words: ["See you", "", "Cannot", ""],
};

/// Large, five practitioners, answers by itself; its clocks never change.
pub(crate) const TWO: Script = Script {
    look: Look {
        name: "The Long-Established Thistledown Centre for Psychotraumatology and Sleep 🌙",
        address: &["Thistledown House, Gate B", "117 Featherbridge Avenue", "Kita-ku", "Tōkyō"],
        phone: "+81 3 5550 0199",
        website: "https://thistledown.example/psychotraumatology",
        languages: &["en", "fr", "el", "ar", "ja"],
        introduction: "We treat the consequences of violence, war and disaster; referral letters are welcome.",
        zone: "Asia/Tokyo",
        practitioners: &[
            ("Wilhelmina Featherstonehaugh", "Psychiatry and psychotherapy of adolescents"),
            ("Ingeborg Vandersloot-Kettle", "Somnology"),
            ("Bartholomew Quackenbush", "Addiction medicine"),
            ("Ελευθερία Παπαδοπούλου-Κωνσταντινίδη", "Παιδοψυχιατρική"),
            ("نور الدين المصري", "طب النوم"),
        ],
        rooms: &["The blue room with the large window", "Laboratory of the second floor"],
        visit_types: &[
            ("First psychotherapeutic conversation after a traumatic event", 50),
            ("Polysomnography preparation", 30),
            ("Opioid substitution, follow-up", 15),
            ("Medication review", 45),
        ],
        buffer: 10,
        step: Some(30),
        instructions: "Bring the letter of the hospital. Do not drink coffee on the day of the visit.",
        questions: &[
            Asked { text: "Which substances have you taken in the last twelve months?", kind: "free", options: &[] },
            Asked { text: "Are you in treatment elsewhere?", kind: "yesNo", options: &[] },
            Asked { text: "How do you sleep?", kind: "choice", options: &["Soundly", "Restlessly", "Hardly at all"] },
        ],
        open: (420, 1_200),
        closed: &[],
        confirm: "automatic",
        response_time: 4_320,
        notice: 720,
        deadline: 2_880,
        horizon: 196,
    },
    closes: &[
        ("2026-12-29", "2027-01-03", "New year with the whole team in the mountains"),
        ("2027-02-01", "2027-02-07", "Congress of psychotraumatology"),
        ("2027-03-20", "2027-03-21", "Works in the laboratory"),
    ],
    people: [
        person(
            "Maximiliana Ottoline von Hohenfurt-Blumenthal",
            CALL,
            ("Recurring nightmares since the accident on the motorway", ""),
            (0, Some(2)),
            117,
        ),
        person(
            "Liutgard",
            BOTH,
            ("", "Benzodiazepines, and cannabis most evenings since the spring"),
            (2, Some(1)),
            40,
        ),
        person("Thaddeus Wigglesworthington", BOTH, ("Withdrawal", ""), (3, Some(4)), 93),
        person("Ødegård-Þórðarson 🦊🌧️", CALL, ("", ""), (3, Some(4)), 31),
        person(
            "Αικατερίνη Δημητρακοπούλου",
            MAIL,
            ("Κρίσεις πανικού σε κλειστούς χώρους, κυρίως τη νύχτα", "Τίποτα απολύτως"),
            (1, None),
            77,
        ),
        person("محمد عبد الرحمن الشريف", CALL, ("أرق شديد بعد الحادث", ""), (0, Some(3)), 5),
        person("Persephone Achterberg", MAIL, ("", "Naltrexone under supervision"), (0, Some(3)), 64),
        person(
            "Balthazar Nightingale-Ashworth",
            BOTH,
            ("Sleepwalking on the balcony of the fourth floor", ""),
            (2, None),
            12,
        ),
        person("Xiu", MAIL, ("Panicattack", "Lorazepam"), (0, Some(0)), 50),
        person("Hyacinth Bucketwright", CALL, ("", ""), (1, Some(2)), 88),
        person("Evangeline Summerscale", BOTH, ("Flashbacks during the night shift", ""), (2, None), 23),
        person("Cornelius Abernathy-Brockenhurst", CALL, ("Insomnia after discharge from the ward", ""), (3, None), 9),
        person("Ferdinanda Ravensbourne", MAIL, ("Second opinion on a diagnosis", "Clozapine"), (0, None), 71),
        person("Leopoldine Starhemberg", CALL, ("", ""), (1, None), 19),
    ],
    passphrases: [
        "the correct horse of a very long stable in the north",
        "a passphrase that nobody at the other practice would think of, not even once",
        "recovered in the third week, on the grey tablet",
        "reception, ground floor, behind the tall ferns",
    ],
    second_link: "Leaflet in the waiting room of the hospital, second edition",
    desk: "Kunigunde Meerscheidt-Hüllessem, reception",
    note: "Spoke with the mother; the family does not know about the medication yet",
    block: ("11:00", "12:45", "Supervision of the whole team in the large conference room"),
    words: [
        "Please bring the letter of the hospital and the list of all your medicines with you",
        "This is not for us: the emergency department is open day and night",
        "",
        "Frau Doktor is ill; please choose another day",
    ],
};

impl Script {
    /// Every readable value.
    pub(crate) fn typed(&self) -> Vec<String> {
        let look = &self.look;
        let mut values = vec![look.name, look.phone, look.website, look.introduction, look.instructions, self.note];
        values.extend([self.second_link, self.desk, self.block.2]);
        values.extend(look.address.iter().chain(look.rooms).chain(&self.words).chain(&self.passphrases));
        values.extend(look.practitioners.iter().flat_map(|(name, specialty)| [*name, *specialty]));
        values.extend(look.visit_types.iter().map(|(name, _)| *name));
        values.extend(look.questions.iter().flat_map(|asked| asked.options.iter().chain([&asked.text])));
        values.extend(look.closed.iter().chain(self.closes).map(|(_, _, note)| *note));
        values.extend(self.people.iter().flat_map(|who| [who.name, who.email, who.phone, who.reason, who.answer]));
        values.push(look.zone);
        values.into_iter().filter(|value| value.len() >= 6).map(str::to_owned).collect()
    }
}
