//! The settings of `audit.toml`: one table, from which the file is read, refused and explained.

/// What a setting's value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// `"en"` or `"fr"`.
    Language,
    /// A path; a relative one is relative to the file.
    Path,
    /// Several paths.
    Paths,
    /// Paths of SQLite files, or addresses of PostgreSQL databases.
    Databases,
    /// A web address, or a path.
    Address,
}

impl Shape {
    /// What is expected, in English and in French.
    pub(super) const fn expected(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("a text in quotation marks", "un texte entre guillemets droits"),
            Self::Language => ("\"en\" or \"fr\"", "\"en\" ou \"fr\""),
            Self::Path => ("a path in quotation marks", "un chemin entre guillemets droits"),
            Self::Paths => (
                "a list of paths in square brackets, such as [\"one\", \"two\"]",
                "une liste de chemins entre crochets, comme [\"un\", \"deux\"]",
            ),
            Self::Databases => (
                "a list of SQLite files or PostgreSQL addresses in square brackets; an address carries no password, which belongs in ~/.pgpass",
                "une liste de fichiers SQLite ou d’adresses PostgreSQL entre crochets ; une adresse ne porte pas de mot de passe, dont la place est dans ~/.pgpass",
            ),
            Self::Address => (
                "a web address or a path in quotation marks; an address carries no password",
                "une adresse web ou un chemin entre guillemets droits ; une adresse ne porte pas de mot de passe",
            ),
        }
    }
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) example: &'static str,
    pub(super) english: &'static str,
    pub(super) french: &'static str,
}

macro_rules! settings {
    ($($name:ident $shape:ident $example:literal $english:literal $french:literal)*) => {
        /// All of them, in the order of the example.
        pub(super) const SETTINGS: &[Setting] = &[$(Setting {
            name: stringify!($name),
            shape: Shape::$shape,
            example: $example,
            english: $english,
            french: $french,
        },)*];
    };
}

settings! {
    host Text "\"https://rdv.example.org\""
    "The host under examination, as the report names it. This one must be set."
    "L’hébergeur examiné, tel que le rapport le nomme. Ce réglage est obligatoire."

    auditor Text "\"A. Example, sworn expert\""
    "Who runs the audit, as the report names that person."
    "La personne qui mène l’audit, telle que le rapport la nomme."

    key Path "\"auditor.key\""
    "The key that signs reports; `souspli-audit key new auditor.key` makes one."
    "La clé qui signe les rapports ; `souspli-audit key new auditor.key` en crée une."

    reports Path "\"reports\""
    "The folder that reports are written to, each with the minute of its beginning in its name."
    "Le dossier où les rapports sont écrits, chacun avec la minute de son début dans son nom."

    language Language "\"en\""
    "The language of the report: \"en\" or \"fr\"."
    "La langue du rapport : \"en\" ou \"fr\"."

    baseline Path "\"reports/earlier.json\""
    "An earlier report to compare with; its signature file lies beside it."
    "Un rapport antérieur auquel comparer ; son fichier de signature est à côté."

    baseline_key Text "\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
    "The public key that signed the earlier report, if it is not the key above."
    "La clé publique qui a signé le rapport antérieur, si ce n’est pas la clé ci-dessus."

    policy Path "\"policy.toml\""
    "The policy that says what a host may hold."
    "Le référentiel qui dit ce qu’un hébergeur peut détenir."

    canaries Path "\"canaries.json\""
    "The words that were invented for the test and typed on the host’s pages."
    "Les mots inventés pour le test et saisis sur les pages de l’hébergeur."

    databases Databases "[\"souspli.db\", \"postgres://auditor@127.0.0.1/souspli\"]"
    "Databases of the host, or copies of them."
    "Les bases de données de l’hébergeur, ou leurs copies."

    folders Paths "[\"/var/lib/souspli\", \"backups\"]"
    "Folders with the host’s files and backups."
    "Les dossiers des fichiers et des sauvegardes de l’hébergeur."

    logs Paths "[\"souspli-server.log\"]"
    "Files with what the host wrote to its log."
    "Les fichiers de ce que l’hébergeur a écrit dans son journal."

    traffic Paths "[\"evening.har\"]"
    "Recorded traffic between browsers and the host."
    "Le trafic enregistré entre des navigateurs et l’hébergeur."

    live Address "\"https://rdv.example.org\""
    "The address of the running host."
    "L’adresse de l’hébergeur en marche."

    manifest Path "\"release.txt\""
    "The manifest of the release that the host should serve; without it, the one that it serves."
    "Le manifeste de la version que l’hébergeur doit servir ; sans lui, celui qu’il sert."

    log Address "\"https://rdv.example.org/log\""
    "The public log: its address, or a folder with a copy of it."
    "Le registre public : son adresse, ou un dossier avec sa copie."

    witnesses Path "\"witnesses.policy\""
    "The policy (C2SP tlog-policy) that says who must have confirmed the log; without it, the host’s."
    "La règle (C2SP tlog-policy) qui dit qui doit avoir confirmé le registre ; sans elle, celle de l’hébergeur."

    receipts Paths "[\"booking.receipt\", \"log-fork.evidence\"]"
    "Receipts, proof files and evidence files; the host that `live` or `log` names is asked for its keys."
    "Des reçus, fichiers de preuve et preuves ; l’hébergeur nommé par `live` ou `log` est interrogé sur ses clés."
}

/// The setting of a name.
pub(super) fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The setting whose name is like the one given, if it can hardly be meant otherwise.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let name: Vec<char> = name.chars().take(32).collect();
    let near = |setting: &&Setting| {
        let known: Vec<char> = setting.name.chars().collect();
        distance(&name, &known) <= known.len() / 3
    };
    SETTINGS.iter().filter(near).map(|setting| setting.name).next()
}

/// How many letters must be put in, taken out or exchanged (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (up, x) in a.iter().enumerate() {
        let mut left = up.saturating_add(1);
        let mut next = vec![left];
        for (y, pair) in b.iter().zip(row.windows(2)) {
            let [corner, above] = pair else { continue };
            let exchange = corner.saturating_add(usize::from(x != y));
            left = exchange.min(above.saturating_add(1)).min(left.saturating_add(1));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
