//! A practice's session on this machine: calls of the contract (`PracticeCalls`) by name.

use std::path::PathBuf;

use getrandom::SysRng;
use rand_core::UnwrapErr;
use serde_json::{Value, json};
use souspli_client::failure::Failure;
use souspli_client::practice::Practice;
use souspli_client::seal::Rng;
use zeroize::Zeroizing;

use crate::cli::{Access, Keys};
use crate::clock::now;
use crate::driver::Driver;
use crate::exit::{Exit, Stop};
use crate::host::Host;
use crate::language::Language;
use crate::secrets::Secrets;
use crate::shelf::Shelf;

/// A session and the device that carries it out.
pub(crate) struct Office {
    session: Practice,
    pub(crate) driver: Driver,
}

impl Office {
    /// A locked session.
    pub(crate) fn new(driver: Driver) -> Self {
        Self { session: Practice::new(randomness()), driver }
    }

    /// A locked session on the host that the command line names, and the secrets that will open it.
    pub(crate) fn locked(access: &Access, language: Language) -> Result<(Self, Secrets), Stop> {
        let host = Host::at(&access.place.host, access.place.ca_file.as_deref())?;
        let shelf = shelf(&access.keys)?;
        let secrets = Secrets::read(&access.keys, language)?;
        Ok((Self::new(Driver::new(host, shelf).with_progress()), secrets))
    }

    /// The same with the vault open.
    pub(crate) async fn open(access: &Access, language: Language) -> Result<(Self, Role), Stop> {
        let (mut office, secrets) = Self::locked(access, language)?;
        let role = office.unlock(&secrets).await?;
        Ok((office, role))
    }

    /// Opens the vault.
    pub(crate) async fn unlock(&mut self, secrets: &Secrets) -> Result<Role, Stop> {
        let arguments =
            json!({ "accountKey": secrets.account_key.as_str(), "passphrase": secrets.passphrase.as_str() });
        let value = self.call("unlock", arguments).await?;
        Ok(if value["role"] == "owner" { Role::Owner } else { Role::Member })
    }

    /// Carries a call out.
    pub(crate) async fn call(&mut self, call: &str, arguments: Value) -> Result<Value, Stop> {
        let arguments = Zeroizing::new(arguments.to_string());
        let flow = self.session.start(call, &arguments, now());
        self.driver.run(flow).await.map_err(|failure| match failure.code {
            "offline" if self.driver.host.is_untrusted() => Failure::new("untrusted_certificate").into(),
            _ => failure.into(),
        })
    }

    /// Fetches what is new.
    pub(crate) async fn sync(&mut self) -> Result<Value, Stop> {
        self.call("sync", json!({})).await
    }

    /// The id of the one record that begins so.
    pub(crate) async fn record(&mut self, beginning: &str) -> Result<String, Stop> {
        let all = self.call("agenda", json!({ "from": "0000-01-01", "to": "9999-12-31" })).await?;
        let ids = all["items"].as_array().into_iter().flatten().filter_map(|item| item["record"].as_str());
        let mut found = ids.filter(|id| id.starts_with(beginning));
        match (found.next(), found.next()) {
            (Some(id), None) => Ok(id.to_owned()),
            (Some(_), Some(_)) => Err(Stop::said(
                Exit::NotDone,
                format!("Several records begin with {beginning}. Give more of it."),
                format!("Plusieurs rendez-vous commencent par {beginning}. Indiquez la suite."),
            )),
            (None, _) => Err(Stop::said(
                Exit::NotDone,
                format!("No record begins with {beginning}. `souspli agenda` prints the ids."),
                format!("Aucun rendez-vous ne commence par {beginning}. `souspli agenda` affiche les identifiants."),
            )),
        }
    }
}

/// What a member may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Signs keys and settings.
    Owner,
    /// A practitioner or a desk member.
    Member,
}

/// The system's randomness. A system without any stops the program.
pub(crate) fn randomness() -> Rng {
    Box::new(UnwrapErr(SysRng))
}

fn shelf(keys: &Keys) -> Result<Shelf, Stop> {
    let folder = keys.state.clone().or_else(state_folder).ok_or_else(|| {
        Stop::said(
            Exit::Usage,
            "There is no home folder for the state. Give --state.",
            "Il n’y a pas de dossier personnel où garder l’état. Indiquez --state.",
        )
    })?;
    Shelf::in_folder(&folder).map_err(|error| {
        Stop::said(
            Exit::NotDone,
            format!("The state folder {} cannot be used: {error}.", folder.display()),
            format!("Le dossier d’état {} est inutilisable : {error}.", folder.display()),
        )
    })
}

fn state_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = variable("XDG_STATE_HOME").or_else(|| Some(variable("HOME")?.join(".local/state")));
    Some(state?.join("souspli"))
}
