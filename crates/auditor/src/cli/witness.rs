//! `souspli-audit witness`: confirms that logs only grow.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use zeroize::Zeroizing;

use super::files::read;
use super::online::runtime;
use super::print::print_line;
use super::stop::{Exit, Stop};
use super::{Run, Session};
use crate::report::{Language, reason, visible};
use crate::witness::{self as library, FolderError, KeyError, Logs, WitnessKey};

/// Watch logs as an independent witness: confirm that they only grow
///
/// A witness signs a log's newest state only if it goes on from the last one that it has signed. A host whose log is
/// confirmed by witnesses cannot show one history to one person and another to the next. Any log and any auditor that
/// speak C2SP tlog-witness can use it.
#[derive(Debug, Args)]
pub struct Witness {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What to do with a witness.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Answer logs and auditors until Ctrl-C or SIGTERM
    ///
    /// Needs a key (`souspli-audit witness key new`), a folder of its own, and the keys of the logs that it watches. A
    /// host says its log's key in the answer of /v1/host: the first line of `witnessPolicy` is a policy for --policy.
    #[command(after_help = "\
Example:
  souspli-audit witness key new witness.key --name witness.example/w1
  souspli-audit witness run --key witness.key --folder witness --policy logs.policy --listen 127.0.0.1:8099

It speaks plain HTTP. To be reached from elsewhere it needs a proxy in front that speaks HTTPS.
What it has signed last is kept in the folder. Never run it with an older copy of that folder: it would
confirm a second history.

Exit codes:
  0   it was told to stop, and did
  2   the command line is wrong, or the address to listen at cannot be had
  5   the policy cannot be used
  6   the folder or a file cannot be used, or another witness runs in that folder
  7   the key, or what is kept of a log, does not hold")]
    Run(Serve),
    /// Make a witness's key, or show its public half
    Key(Key),
}

/// How a witness runs.
#[derive(Debug, Args)]
pub struct Serve {
    /// The witness's key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The folder where it keeps what it has signed last
    #[arg(long, value_name = "FOLDER")]
    pub folder: PathBuf,
    /// A file whose `log` lines name the logs to watch (C2SP tlog-policy)
    #[arg(long, value_name = "FILE", required_unless_present = "log")]
    pub policy: Option<PathBuf>,
    /// The key of a log to watch, as NAME+HASH+KEY; may stand several times
    #[arg(long, value_name = "VKEY")]
    pub log: Vec<String>,
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8099")]
    pub listen: SocketAddr,
    /// The path below which it answers
    #[arg(long, value_name = "PATH", default_value = "/")]
    pub prefix: String,
}

/// A witness's key.
#[derive(Debug, Args)]
pub struct Key {
    /// What to do.
    #[command(subcommand)]
    pub what: KeyWhat,
}

/// What to do with a witness's key.
#[derive(Debug, Subcommand)]
pub enum KeyWhat {
    /// Make a key, and print its public half
    ///
    /// Only you may read the file; the public half is written beside it, with .pub behind. Neither is ever overwritten.
    New {
        /// Where to keep it
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The witness's name: by custom an address of yours without https://, such as witness.example/w1
        #[arg(long, value_name = "NAME")]
        name: String,
    },
    /// Print the public half of a key
    Show {
        /// Where it is kept
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

impl Run for Witness {
    fn run(&self, session: &mut Session) -> Result<Exit, Stop> {
        match &self.what {
            What::Run(serve) => return serve.run(session),
            What::Key(Key { what: KeyWhat::New { file, name } }) => {
                let seed = (session.surroundings.random)().map(Zeroizing::new).ok_or_else(|| {
                    let english = "The system gives no random numbers; no key was made.";
                    let french = "Le système ne fournit pas de nombres aléatoires ; aucune clé n’a été créée.";
                    Stop::said(Exit::Files, english, french)
                })?;
                let key = WitnessKey::create(file, name, &seed).map_err(|error| unusable(&error, file))?;
                print_line(&key.verifier().to_string());
            }
            What::Key(Key { what: KeyWhat::Show { file } }) => print_line(&open(file)?.verifier().to_string()),
        }
        Ok(Exit::Done)
    }
}

impl Serve {
    fn run(&self, session: &Session) -> Result<Exit, Stop> {
        let key = open(&self.key)?;
        let verifier = key.verifier().clone();
        let logs = self.logs()?;
        let seconds = session.surroundings.seconds;
        let witness = library::Witness::open(key, logs, &self.folder, Arc::new(seconds));
        let witness = Arc::new(witness.map_err(|error| not_opened(&error))?);
        // Whoever runs it must hear of a log that goes back.
        let told = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_writer(std::io::stderr);
        let _ = told.try_init();
        runtime()?.block_on(async {
            let listener = TcpListener::bind(self.listen).await.map_err(|error| not_heard(&error))?;
            let address = listener.local_addr().map_err(|error| not_heard(&error))?;
            let stop = stop_signal().map_err(|error| not_heard(&error))?;
            let served = library::serve(witness, listener, &self.prefix, library::Limits::default()).map_err(|_| {
                let english = "The path must be like /witness: letters, digits and slashes.";
                Stop::said(Exit::Usage, english, "Le chemin doit être comme /temoin : lettres, chiffres et barres.")
            })?;
            if !session.quiet {
                let url = format!("http://{address}{}", self.prefix.trim_end_matches('/'));
                announce(&url, &verifier.to_string(), verifier.name(), session.language);
            }
            stop.await;
            served.stop().await;
            Ok(Exit::Done)
        })
    }

    fn logs(&self) -> Result<Logs, Stop> {
        let mut logs = Logs::new();
        if let Some(file) = &self.policy {
            let policy = read(file, souspli_tlog::policy::MAX_POLICY)?;
            logs = logs.with_policy(&policy).map_err(|error| {
                let why = visible(&error.to_string());
                let french = format!("Elle ne peut pas servir de règle : {why}.");
                Stop::said(Exit::Config, format!("It cannot be used as a policy: {why}."), french).about(file)
            })?;
        }
        for key in &self.log {
            logs = logs.with_key(key).map_err(|error| {
                let (key, why) = (visible(key), visible(&error.to_string()));
                let english = format!("{key} is not the key of a log: {why}.");
                Stop::said(Exit::Usage, english, format!("{key} n’est pas la clé d’un registre : {why}."))
            })?;
        }
        if logs.origins().next().is_none() {
            let english = "No log is named: the policy has no `log` line.";
            return Err(Stop::said(
                Exit::Config,
                english,
                "Aucun registre n’est nommé : la règle n’a pas de ligne `log`.",
            ));
        }
        Ok(logs)
    }
}

fn announce(url: &str, verifier: &str, name: &str, language: Language) {
    print_line(&format!("{} {url}", language.of("Listening at", "À l’écoute sur")));
    print_line(language.of(
        "The line for a policy (put the address in it under which others reach this witness):",
        "La ligne pour une règle (mettez-y l’adresse sous laquelle d’autres joignent ce témoin) :",
    ));
    print_line(&format!("witness {name} {verifier} {url}"));
}

/// Ends with Ctrl-C or SIGTERM.
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

fn open(file: &Path) -> Result<WitnessKey, Stop> {
    WitnessKey::read(file).map_err(|error| unusable(&error, file))
}

fn unusable(error: &KeyError, file: &Path) -> Stop {
    let stop = match error {
        KeyError::Name(_) => {
            let english = "The name cannot name a key: it has a space, a plus or nothing in it.";
            return Stop::said(
                Exit::Usage,
                english,
                "Ce nom ne peut pas nommer une clé : il est vide, ou contient un espace ou un plus.",
            );
        }
        KeyError::Exists(_) => Stop::said(
            Exit::Files,
            "A file is there already, and keys are never overwritten.",
            "Un fichier existe déjà, et une clé n’en remplace jamais une autre.",
        ),
        KeyError::Open(_) => Stop::said(
            Exit::NotVerified,
            "Others may read this key: run chmod 600 on it, or make a new one if they may have.",
            "D’autres peuvent lire cette clé : faites chmod 600, ou créez-en une nouvelle s’ils ont pu le faire.",
        ),
        KeyError::Shape(_) => Stop::said(
            Exit::NotVerified,
            "It is not a witness's key of this version, or it is damaged.",
            "Ce n’est pas une clé de témoin de cette version, ou elle est abîmée.",
        ),
        KeyError::File(_, error) => {
            let because = |language| reason(error, language);
            let english = format!("The key cannot be used: {}.", because(Language::English));
            Stop::said(Exit::Files, english, format!("La clé est inutilisable : {}.", because(Language::French)))
        }
    };
    stop.about(file)
}

fn not_opened(error: &FolderError) -> Stop {
    match error {
        FolderError::Taken(folder) => Stop::said(
            Exit::Files,
            "Another witness runs in this folder; two would confirm two histories.",
            "Un autre témoin emploie ce dossier ; deux témoins confirmeraient deux histoires.",
        )
        .about(Path::new(folder)),
        FolderError::Damaged { file, .. } => Stop::said(
            Exit::NotVerified,
            "It is not what this witness has kept of that log, or it is damaged. To begin anew would mean to confirm whatever the log shows next.",
            "Ce n’est pas ce que ce témoin a gardé de ce registre, ou le fichier est abîmé. Recommencer reviendrait à confirmer n’importe quelle suite du registre.",
        )
        .about(Path::new(file)),
        FolderError::File(file, error) => {
            let because = |language| reason(error, language);
            let english = format!("It cannot be used: {}.", because(Language::English));
            Stop::said(Exit::Files, english, format!("Il est inutilisable : {}.", because(Language::French)))
                .about(Path::new(file))
        }
    }
}

fn not_heard(error: &std::io::Error) -> Stop {
    let because = |language| reason(error, language);
    let english = format!("It cannot listen there: {}.", because(Language::English));
    Stop::said(Exit::Usage, english, format!("L’écoute y est impossible : {}.", because(Language::French)))
}
