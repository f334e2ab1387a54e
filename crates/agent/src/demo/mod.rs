//! `souspli demo`: a synthetic practice, filled in by the same sessions that practices and patients use.

mod bookings;
mod kit;
mod offer;
mod staff;

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use serde_json::json;

use crate::cli::Demo;
use crate::driver::Driver;
use crate::exit::{Exit, Stop};
use crate::host::Host;
use crate::language::Language;
use crate::office::Office;
use crate::print::{print_line, print_text};
use crate::secrets::Secrets;
use crate::shelf::Shelf;

pub(crate) use kit::Kit;

/// The kit's file.
const FILE: &str = "demo.txt";

/// Fills in what is not there yet, and says how to look at it.
pub(crate) async fn run(demo: &Demo, language: Language) -> Result<(), Stop> {
    let host = Host::at(&demo.place.host, demo.place.ca_file.as_deref())?;
    let file = demo.data.join(FILE);
    DirBuilder::new().recursive(true).mode(0o700).create(&demo.data).map_err(|error| unwritable(&file, &error))?;
    let mut office = Office::new(Driver::new(host.clone(), Shelf::in_memory()));
    let kit = match Kit::find(&file)? {
        Some(kit) => found(&mut office, kit, &file).await?,
        None => None,
    };
    let kit = match kit {
        Some(kit) if kit.complete => {
            // The hours of a practice that nobody opened for a while have run out.
            office.call("maintain", json!({})).await?;
            kit
        }
        Some(begun) => fill(&mut office, begun, &host, &file, language).await?,
        None => {
            let made = staff::create(&mut office, host.origin(), &file).await?;
            fill(&mut office, made, &host, &file, language).await?
        }
    };
    print_text(&how_to(&kit, host.origin(), &demo.data, language));
    Ok(())
}

/// Does what is left to do in an open practice; each step is in the kit before the next begins.
async fn fill(office: &mut Office, mut kit: Kit, host: &Host, file: &Path, language: Language) -> Result<Kit, Stop> {
    let offer = offer::published(office, &mut kit, language).await?;
    kit.write(file)?;
    staff::add_desk(office, &mut kit).await?;
    kit.write(file)?;
    let booked = bookings::fill(office, host, &kit, &offer, language).await?;
    kit.complete = true;
    kit.write(file)?;
    print_line(&match language {
        Language::English => format!("Filled in: {booked} bookings through the booking link."),
        Language::French => format!("Rempli : {booked} rendez-vous pris par le lien."),
    });
    Ok(kit)
}

/// Opens the practice of a kit that was found. One that was never registered is made anew.
async fn found(office: &mut Office, kit: Kit, file: &Path) -> Result<Option<Kit>, Stop> {
    let secrets = Secrets { account_key: kit.account_key.clone(), passphrase: kit.passphrase.clone() };
    match office.unlock(&secrets).await {
        Ok(_) => Ok(Some(kit)),
        // Cut short before its vault was stored, or before it was registered.
        Err(Stop::Failure(failure)) if matches!(failure.code, "no_vault" | "no_calendar") && !kit.registered() => {
            Ok(None)
        }
        Err(Stop::Failure(failure)) if failure.code == "no_vault" => {
            let file = file.display();
            Err(Stop::said(
                Exit::NotDone,
                format!(
                    "{file} is the kit of a practice that this host does not have. Move it away to make a new one."
                ),
                format!(
                    "{file} est le trousseau d’un cabinet que cet hébergeur n’a pas. Déplacez-le pour en créer un autre."
                ),
            ))
        }
        Err(stop) => Err(stop),
    }
}

fn how_to(kit: &Kit, origin: &str, data: &Path, language: Language) -> String {
    let Kit { account_key, passphrase, link, .. } = kit;
    let (account_key, passphrase) = (account_key.as_str(), passphrase.as_str());
    let file = data.join(FILE);
    let file = file.display();
    match language {
        Language::English => format!(
            "
Book as a patient:   {origin}/#{link}
Open the practice:   {origin}/practice
  account key        {account_key}
  passphrase         {passphrase}
From a shell:        souspli agenda --host {origin} --kit {file}
Everything, with the recovery code and a desk member’s keys, is in {file}
"
        ),
        Language::French => format!(
            "
Prendre rendez-vous : {origin}/#{link}
Ouvrir le cabinet :   {origin}/practice
  clé de compte       {account_key}
  phrase de passe     {passphrase}
Depuis un terminal :  souspli agenda --host {origin} --kit {file}
Tout, avec le code de secours et les clés d’un membre du secrétariat, est dans {file}
"
        ),
    }
}

fn unwritable(file: &Path, error: &std::io::Error) -> Stop {
    let file = file.display();
    Stop::said(
        Exit::NotDone,
        format!("{file} cannot be written: {error}."),
        format!("{file} ne peut pas être écrit : {error}."),
    )
}

/// A fresh opaque id.
async fn new_id(office: &mut Office) -> Result<serde_json::Value, Stop> {
    Ok(office.call("newId", json!({})).await?["id"].take())
}
