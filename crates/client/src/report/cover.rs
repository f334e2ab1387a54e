//! The sheet of numbers on top of a report: what an authority asks for first (GDPR art. 33(3)), as far as it is known.

use serde_json::Value;

use super::dates::utc;
use super::language::Language;
use super::plain::line;
use super::words::{all_data, hour_in_words, list, text, to_complete, who};

/// The sheet of a report about what keys were given.
pub(super) fn reads(report: &Value, language: Language) -> String {
    let mut sheet = Sheet::new(report, language);
    for key in list(report, "keys") {
        sheet.key(key);
    }
    sheet.numbers(report);
    sheet.data(report);
    sheet.limits(report);
    sheet.open_questions();
    sheet.text
}

/// The sheet of a report about a link.
pub(super) fn link(report: &Value, language: Language) -> String {
    let mut sheet = Sheet::new(report, language);
    let name = line(text(report, "name"));
    sheet.add("Booking link", "Lien de rendez-vous", if name.is_empty() { text(report, "key") } else { &name });
    sheet.add(
        "What it shows",
        "Ce qu’il montre",
        language.of(
            "name, address, texts, visit types and free times of the practice, as to every patient",
            "nom, adresse, textes, types de visite et horaires libres du cabinet, comme à tout patient",
        ),
    );
    sheet.add(
        "What it never shows",
        "Ce qu’il ne montre jamais",
        language.of(
            "anybody’s name, contact, appointment, reason, answers or notes: no record opens with it, and nobody has to be told because of it alone",
            "nom, coordonnées, rendez-vous, motif, réponses ou notes de qui que ce soit : il n’ouvre aucun dossier, et personne n’est à prévenir à cause de lui seul",
        ),
    );
    sheet.add("Bookings through it", "Rendez-vous pris par lui", &list(report, "bookings").len().to_string());
    if !list(report, "unreadable").is_empty() {
        sheet.add("Of these not readable here", "Dont illisibles ici", &list(report, "unreadable").len().to_string());
    }
    sheet.text
}

struct Sheet {
    text: String,
    language: Language,
}

impl Sheet {
    fn new(report: &Value, language: Language) -> Self {
        let title = language.of("What was exposed", "Ce qui a été exposé");
        let mut sheet = Self { text: format!("{title}\n{}\n\n", line(text(report, "practice"))), language };
        sheet.add("Made on", "Établi le", text(report, "today"));
        sheet.add("Times are of", "Heures de", text(report, "zone"));
        sheet
    }

    fn add(&mut self, english: &str, french: &str, value: &str) {
        self.text.extend([&format!("{:<34}", self.language.of(english, french)), "  ", value, "\n"]);
    }

    fn key(&mut self, key: &Value) {
        let language = self.language;
        self.add("Key", "Clé", text(key, "key"));
        self.add("Whose", "De qui", &who(&key["who"], language));
        if key["first"].is_null() {
            self.add("It fetched", "Elle a pris", language.of("nothing in this time", "rien dans cette période"));
            return;
        }
        self.add("It fetched since", "Elle a pris depuis", &hour_in_words(&key["first"], language));
        self.add(
            "It fetched until the hour from",
            "Elle a pris jusqu’à l’heure du",
            &hour_in_words(&key["last"], language),
        );
        let kinds: Vec<&str> = list(key, "publications").iter().filter_map(Value::as_str).collect();
        if !kinds.is_empty() {
            self.add("Sealed publications", "Publications scellées", &kinds.join(", "));
        }
        self.add("Events signed with it meanwhile", "Événements signés avec elle", &key["written"].to_string());
    }

    fn numbers(&mut self, report: &Value) {
        let records = list(report, "records");
        let blocks = records.iter().filter(|record| record["kind"] == "block").count();
        let nobody = records.iter().filter(|record| record["person"].is_null()).count().saturating_sub(blocks);
        self.text.push('\n');
        self.add(
            "Nature",
            "Nature",
            self.language.of("confidentiality: records were read", "confidentialité : des dossiers ont été lus"),
        );
        self.add(
            "Persons to tell (about)",
            "Personnes à prévenir (environ)",
            &list(report, "people").len().to_string(),
        );
        self.add("Records given", "Dossiers remis", &records.len().to_string());
        self.add("  of these times kept free", "  dont créneaux bloqués", &blocks.to_string());
        self.add("  of these with nothing to read", "  dont rien à lire", &nobody.to_string());
        self.add("Records not readable here", "Dossiers illisibles ici", &list(report, "unreadable").len().to_string());
        let silent = list(report, "silent")
            .iter()
            .filter_map(|range| range[1].as_u64()?.checked_sub(range[0].as_u64()?)?.checked_add(1));
        self.add("Entries without an event", "Entrées sans événement", &silent.sum::<u64>().to_string());
        let never = self.language.of("never", "jamais").to_owned();
        for (english, french, field) in
            [("Since", "Depuis", "first"), ("Until the hour from", "Jusqu’à l’heure du", "last")]
        {
            let hour = &report[field];
            let value = if hour.is_null() { never.clone() } else { hour_in_words(hour, self.language) };
            self.add(english, french, &value);
        }
    }

    fn data(&mut self, report: &Value) {
        let union = |field: &str| {
            let names = list(report, "records").iter().flat_map(|record| list(record, field)).cloned();
            all_data(&names.collect(), self.language)
        };
        let (desk, clinical) = (union("desk"), union("clinical"));
        let none = self.language.of("none", "aucune").to_owned();
        self.add("Data", "Données", if desk.is_empty() { &none } else { &desk });
        self.add(
            "Health data (GDPR art. 9)",
            "Données de santé (RGPD art. 9)",
            if clinical.is_empty() { &none } else { &clinical },
        );
        self.text.push_str(self.language.of(
            "  A practitioner’s name and specialty, and the kind of a visit, may say something about health too.\n",
            "  Le nom et la spécialité d’un praticien, comme le type d’une visite, peuvent aussi parler de santé.\n",
        ));
    }

    fn limits(&mut self, report: &Value) {
        let (language, journal) = (self.language, &report["journal"]);
        let minute =
            journal["minute"].as_u64().and_then(|minute| u32::try_from(minute).ok()).map(utc).unwrap_or_default();
        let begins =
            if journal["begins"].is_null() { "–".to_owned() } else { hour_in_words(&journal["begins"], language) };
        self.text.push('\n');
        let said = match language {
            Language::English => format!(
                "Taken from the journal of reads ({} closed rows, and those of the hours that last), which begins with {begins} and for\n\
                 which the host signed at {minute}.\n\
                 What was read before its first row is in none. It shows what the host has given through its interface by the keys\n\
                 that asked; not a host that reads its own disk, nor one that leaves reads out. Two devices with the same key are one.\n",
                journal["number"]
            ),
            Language::French => format!(
                "Tiré du journal des lectures ({} lignes closes, et celles des heures en cours), qui commence le {begins} et que\n\
                 l’hébergeur a signé à {minute}.\n\
                 Ce qui a été lu avant sa première ligne n’y est pas. Il montre ce que l’hébergeur a remis par son interface, selon la\n\
                 clé qui demandait ; ni un hébergeur qui lit son propre disque, ni un qui omet des lectures. Deux appareils qui ont\n\
                 la même clé n’y font qu’un.\n",
                journal["number"]
            ),
        };
        self.text.push_str(&said);
    }

    fn open_questions(&mut self) {
        self.text.push('\n');
        for (english, french) in [
            (
                "when the practice became aware: date and time (an authority is to be told within 72 hours, GDPR art. 33)",
                "quand le cabinet en a eu connaissance : date et heure (l’autorité est à prévenir dans les 72 heures, RGPD art. 33)",
            ),
            (
                "what happened, and how the key came into other hands",
                "ce qui s’est passé, et comment la clé est passée en d’autres mains",
            ),
            ("likely consequences", "conséquences probables"),
            ("measures taken and proposed", "mesures prises et proposées"),
            ("contact: data protection officer or another", "contact : délégué à la protection des données ou autre"),
        ] {
            self.text.extend([&to_complete(self.language.of(english, french), self.language), "\n"]);
        }
    }
}
