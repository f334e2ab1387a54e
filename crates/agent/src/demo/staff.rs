//! The owner's keys and the desk member's.

use std::path::Path;

use rand_core::Rng as _;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::Kit;
use crate::exit::Stop;
use crate::office::{Office, randomness};

/// Makes and registers the practice; the kit is on the disk before the host hears of it.
pub(super) async fn create(office: &mut Office, origin: &str, file: &Path) -> Result<Kit, Stop> {
    let passphrase = make_passphrase();
    let made = office.call("create", json!({ "passphrase": passphrase.as_str(), "origin": origin })).await?;
    let (account_key, recovery_code) = (secret(&made, "accountKey"), secret(&made, "recoveryCode"));
    let mut kit = Kit { account_key, passphrase, recovery_code, ..Kit::default() };
    kit.write(file)?;
    office.call("finishCreate", json!({ "recoveryCode": kit.recovery_code.as_str() })).await?;
    kit.known = true;
    kit.write(file)?;
    Ok(kit)
}

/// Adds a desk member, unless the kit has one.
pub(super) async fn add_desk(office: &mut Office, kit: &mut Kit) -> Result<(), Stop> {
    if !kit.desk[0].is_empty() {
        return Ok(());
    }
    let passphrase = make_passphrase();
    let made = office.call("addDesk", json!({ "name": "Desk One", "passphrase": passphrase.as_str() })).await?;
    kit.desk = [secret(&made, "accountKey"), passphrase, secret(&made, "recoveryCode")];
    Ok(())
}

fn secret(made: &Value, field: &str) -> Zeroizing<String> {
    Zeroizing::new(made[field].as_str().unwrap_or_default().to_owned())
}

/// Eighty random bits in letters that are hard to confuse.
fn make_passphrase() -> Zeroizing<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = Zeroizing::new([0; 16]);
    randomness().fill_bytes(random.as_mut_slice());
    let letters = random.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let mut passphrase = Zeroizing::new(String::from("demo"));
    for (place, letter) in letters.enumerate() {
        if place % 4 == 0 {
            passphrase.push('-');
        }
        passphrase.push(letter);
    }
    passphrase
}

#[cfg(test)]
mod tests {
    use super::make_passphrase;

    #[test]
    fn passphrases_differ_and_are_long_enough() {
        let (one, two) = (make_passphrase(), make_passphrase());
        assert_ne!(*one, *two);
        assert_eq!((one.len(), one.matches('-').count()), (24, 4));
    }
}
