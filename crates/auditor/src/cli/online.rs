//! What commands that ask a host have in common: a client, and the keys that a host is judged by.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use http::StatusCode;
use souspli_protocol::json::{self, FromJson as _};
use souspli_protocol::private_link::PrivateLink;
use souspli_protocol::wire::{HostInfo, Profile};
use tokio::runtime::{Builder, Runtime};
use zeroize::Zeroizing;

use super::files::read;
use super::stop::{Exit, Stop};
use crate::audit::Gap;
use crate::http::{Address, Client};
use crate::receipt::{BadKeys, Host, HostError, HostKeys};
use crate::report::visible;

/// Bytes of the longest answer about keys: a profile, with every registration that a practice has.
const LONGEST: usize = 4 << 20;
/// Bytes of the longest file with a link.
const LONGEST_LINK: u64 = 4_096;

/// What runs requests.
pub(super) fn runtime() -> Result<Runtime, Stop> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| {
        let why = visible(&error.to_string());
        let english = format!("The system starts no thread: {why}.");
        Stop::said(Exit::Files, english, format!("Le système ne démarre aucun fil d’exécution : {why}."))
    })
}

/// What sends requests.
pub(super) fn client() -> Result<Client, Stop> {
    Client::new(None).map_err(|error| {
        let why = visible(&error.to_string());
        let english = format!("No connection can be made: {why}.");
        Stop::said(Exit::Files, english, format!("Aucune connexion ne peut être établie : {why}."))
    })
}

/// Reads an address from the command line.
pub(super) fn address(text: &str) -> Result<Address, Stop> {
    Address::parse(text).map_err(|error| {
        let (english, text) = (visible(&error.to_string()), visible(text));
        let french = format!(
            "{text} n’est pas une adresse telle que https://hote.example ; http:// ne vaut que pour cette machine."
        );
        Stop::said(Exit::Usage, format!("{english}."), french)
    })
}

/// Why a host gave no keys: what it means for a report, and the reason.
pub(super) type NoKeys = (Gap, String);

/// The keys of a host, as it says them itself.
pub(super) async fn keys_of(host: &Host) -> Result<HostKeys, NoKeys> {
    let info = host.info().await.map_err(|error| match &error {
        HostError::Http(_) => (Gap::Unreachable, error.to_string()),
        HostError::Answer { .. } | HostError::Unknown => (Gap::UnknownForm, error.to_string()),
    })?;
    HostKeys::of_host(&info).map_err(|error| (Gap::Damaged, error.to_string()))
}

/// Where a host's keys come from.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "The host's keys")]
pub struct KeyOptions {
    /// A file with what the host said of its keys on an earlier day: the answer of its address /v1/host
    #[arg(long, value_name = "FILE", conflicts_with = "link")]
    pub keys: Option<PathBuf>,
    /// A file with a practice's booking link, or - for standard input: the keys that the practice has signed
    ///
    /// Better than what the host says: it cannot put others in their place. The link is a secret, and a command line can
    /// be seen by everybody on a machine, so the link itself is never taken there. It is not printed, not written and not
    /// sent; the host is only asked for the practice's public profile. Needs --host.
    #[arg(long, value_name = "FILE", requires = "host")]
    pub link: Option<PathBuf>,
}

/// Keys, and whether nothing but the host's own word stands behind them.
#[derive(Debug)]
pub(super) struct Keys {
    pub(super) keys: HostKeys,
    pub(super) own_word: bool,
}

impl KeyOptions {
    /// The keys to judge by. `minute` is now.
    pub(super) async fn find(&self, client: &Client, address: Option<&Address>, minute: u32) -> Result<Keys, Stop> {
        let keys = match (&self.keys, &self.link, address) {
            (Some(file), ..) => of_file(file)?,
            (None, Some(file), Some(address)) => of_link(file, client, address, minute).await?,
            (None, _, Some(address)) => {
                let keys = keys_of(&Host::new(client.clone(), address.clone())).await;
                let keys = keys.map_err(|(_, why)| no_keys(&why))?;
                return Ok(Keys { keys, own_word: true });
            }
            (None, _, None) => {
                let english = "Say whose receipt or evidence it is: --host with its address, or --keys with a file.";
                let french = "Dites de quel hébergeur il s’agit : --host avec son adresse, ou --keys avec un fichier.";
                return Err(Stop::said(Exit::Usage, english, french));
            }
        };
        Ok(Keys { keys, own_word: false })
    }
}

fn of_file(file: &Path) -> Result<HostKeys, Stop> {
    let bytes = read(file, LONGEST)?;
    let info = json::parse(&bytes).and_then(HostInfo::read);
    let keys = info.and_then(|info| HostKeys::of_host(&info).ok());
    keys.ok_or_else(|| {
        let english = "It is not what a host answers about its keys at /v1/host.";
        Stop::said(Exit::NotVerified, english, "Ce n’est pas ce qu’un hébergeur répond de ses clés à /v1/host.")
            .about(file)
    })
}

async fn of_link(file: &Path, client: &Client, address: &Address, minute: u32) -> Result<HostKeys, Stop> {
    let text = read_link(file)?;
    let link = text.rsplit('#').next().unwrap_or_default().trim();
    let context = PrivateLink::parse(link).map_err(|error| unusable(&error.into()))?.context;
    let path = format!("v1/calendars/{}/profile", context.calendar);
    let answer = client.get(address, &path, LONGEST).await.map_err(|error| no_keys(&error.to_string()))?;
    let profile = json::parse(&answer.body).filter(|_| answer.status == StatusCode::OK).and_then(Profile::read);
    let profile = profile.ok_or_else(|| no_keys("the host answered nothing that can be read of this practice"))?;
    HostKeys::of_practice(link, &profile, minute).map_err(|error| unusable(&error))
}

/// Nothing that goes wrong here may name what the file holds, nor the file where somebody has put the link in its place.
pub(super) fn read_link(file: &Path) -> Result<Zeroizing<String>, Stop> {
    let mut text = Zeroizing::new(String::new());
    let most = LONGEST_LINK;
    let came = if file == Path::new("-") {
        std::io::stdin().take(most).read_to_string(&mut text)
    } else {
        fs::File::open(file).and_then(|file| file.take(most).read_to_string(&mut text))
    };
    came.map(|_| text).map_err(|_| {
        Stop::said(
            Exit::Files,
            "The file that --link names cannot be read. It takes a file, or - for standard input, and never the link itself: others can see a command line.",
            "Le fichier que nomme --link est illisible. L’option attend un fichier, ou - pour l’entrée standard, jamais le lien lui-même : d’autres peuvent voir une ligne de commande.",
        )
    })
}

fn unusable(error: &BadKeys) -> Stop {
    let (english, french) = match error {
        BadKeys::Link(_) => {
            ("The file holds no complete Souspli link.", "Le fichier ne contient pas de lien Souspli complet.")
        }
        BadKeys::NotBooking => (
            "This link opens one appointment; the practice's booking link is needed.",
            "Ce lien ouvre un rendez-vous ; il faut le lien de rendez-vous du cabinet.",
        ),
        BadKeys::Silent => {
            ("The practice has published no keys at present.", "Le cabinet n’a publié aucune clé à présent.")
        }
        BadKeys::Practice(_) => (
            "What the host shows as the practice's publications is not what the practice has signed.",
            "Ce que l’hébergeur montre comme les publications du cabinet n’est pas ce que le cabinet a signé.",
        ),
        BadKeys::Policy(_) | BadKeys::OtherLog(_) => (
            "The witness policy that the practice has signed cannot be used.",
            "La règle des témoins que le cabinet a signée est inutilisable.",
        ),
    };
    Stop::said(Exit::NotVerified, english, french)
}

fn no_keys(why: &str) -> Stop {
    let why = visible(why);
    let english = format!("The host gives no keys to judge by: {why}. Nothing was judged.");
    let french = format!("L’hébergeur ne donne pas les clés pour juger : {why}. Rien n’a été jugé.");
    Stop::said(Exit::Incomplete, english, french)
}
