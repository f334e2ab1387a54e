//! A second worker of the same page: it gets the epoch seeds sealed, verifies and opens events, and does
//! nothing else (`docs/spec/keys.md` §7).

use souspli_attest::{SigningKey, verify};
use souspli_crypto::handover::{open_handover, seal_handover};
use souspli_crypto::{PrivateKey, PublicKey, Secret, SecretBytes};
use souspli_protocol::sizes::CLINICAL;
use souspli_protocol::wire::Blob;
use souspli_protocol::{CalendarId, Context, Fingerprint};
use zeroize::Zeroizing;

use super::Session;
use super::staff::{EpochKeys, Openers, Seeds};
use crate::failure::Failure;

/// Bytes of an epoch's seeds: its number, the desk's, and eight behind a byte that says whether they were granted.
const EPOCH: usize = 4 + 32 + CLINICAL * 33;

/// Bytes of a body, and how many are opened to warm up.
const BODY: usize = 4_096;
const OPENINGS: usize = 64;

/// The second worker's side.
#[derive(Default)]
pub(super) struct Helper {
    ephemeral: Option<PrivateKey>,
    pub(super) opens: Option<(Context, Openers)>,
}

impl Session {
    /// The second worker makes a key for its next hand-over.
    pub(super) fn handover_key(&mut self) -> Blob {
        let key = PrivateKey::from_seed(&Secret::make(&mut self.rng));
        let public = key.public().to_bytes();
        self.helper.ephemeral = Some(key);
        Blob(public)
    }

    /// The first worker seals its epoch seeds to that key.
    pub(super) fn handover_seal(&mut self, to: &Blob) -> Result<Blob, Failure> {
        let to = PublicKey::from_bytes(&to.0).map_err(|_| Failure::new("bad_call"))?;
        let open = self.unlocked.as_deref().ok_or_else(|| Failure::new("locked"))?;
        // Room for all of it: growing would leave copies of seeds behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(48 + open.openers.epochs().count() * EPOCH));
        plain.extend_from_slice(open.context.fp.as_bytes());
        plain.extend_from_slice(open.context.calendar.as_bytes());
        for (epoch, keys) in open.openers.epochs() {
            plain.extend_from_slice(&epoch.to_be_bytes());
            plain.extend_from_slice(keys.seeds().desk.expose_secret());
            for seed in &keys.seeds().clinical {
                plain.extend_from_slice(&[u8::from(seed.is_some())]);
                plain.extend_from_slice(seed.as_ref().map_or(&[0; 32], |seed| seed.expose_secret()));
            }
        }
        let session = SecretBytes::new(plain.to_vec());
        seal_handover(&to, &session, &mut self.rng).map(Blob).map_err(|_| Failure::new("internal"))
    }

    /// The second worker does what it will have to do, with a key of its own, while nobody waits for it: a browser makes
    /// code fast once it has run for a while, and not while the first events are waiting.
    #[inline(never)]
    pub(super) fn warm_up(&mut self) -> Result<(), Failure> {
        let broken = || Failure::new("internal");
        let seed = Secret::make(&mut self.rng);
        let signer = SigningKey::from_seed(seed.expose_secret());
        let key = PrivateKey::from_seed(&seed);
        let body = SecretBytes::new(vec![0; BODY]);
        let sealed = seal_handover(key.public(), &body, &mut self.rng).map_err(|_| broken())?;
        let signature = signer.sign(&sealed);
        for _ in 0..OPENINGS {
            verify(&signer.verifying_key(), &sealed, &signature).map_err(|_| broken())?;
            open_handover(&key, &sealed).map_err(|_| broken())?;
        }
        Ok(())
    }

    /// The second worker opens what was sealed to its key; the key is used once.
    pub(super) fn handover_accept(&mut self, sealed: &Blob) -> Result<(), Failure> {
        let key = self.helper.ephemeral.take().ok_or_else(|| Failure::new("bad_call"))?;
        let plain = open_handover(&key, &sealed.0).map_err(|_| Failure::new("cannot_unlock"))?;
        self.helper.opens = Some(read(plain.expose_secret()).ok_or_else(|| Failure::new("cannot_unlock"))?);
        Ok(())
    }
}

fn read(bytes: &[u8]) -> Option<(Context, Openers)> {
    let (fp, rest) = bytes.split_first_chunk::<32>()?;
    let (calendar, mut rest) = rest.split_first_chunk::<16>()?;
    let mut openers = Openers::default();
    while let Some((epoch, after)) = rest.split_first_chunk::<4>() {
        let (desk, mut after) = after.split_at_checked(32)?;
        let mut clinical: [Option<Secret<32>>; CLINICAL] = [const { None }; CLINICAL];
        for seed in &mut clinical {
            let ([granted, bytes @ ..], next) = after.split_first_chunk::<33>()?;
            *seed = (*granted == 1).then(|| Secret::from_slice(bytes).ok()).flatten();
            after = next;
        }
        let desk = Secret::from_slice(desk).ok()?;
        openers.add(u32::from_be_bytes(*epoch), EpochKeys::new(Seeds { desk, clinical }));
        rest = after;
    }
    rest.is_empty().then_some((Context { fp: Fingerprint(*fp), calendar: CalendarId(*calendar) }, openers))
}
