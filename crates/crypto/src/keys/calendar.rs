//! The calendar's key chain (`docs/spec/keys.md` §4): forward only, one link a window.

use rand_core::CryptoRng;
use souspli_protocol::{Context, Label};

use super::{GidKey, HoursKey, ProfileKey};
use crate::kdf::derive;
use crate::{Secret, WrongLength};

/// A hundred years: no reader walks further, whatever window it is told.
const MAX_STEPS: u32 = 1_305;

/// Why a calendar key does not reach a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarKeyError {
    /// The window lies before the key's.
    #[error("the window lies before the one that this key begins with")]
    Past,
    /// The window lies more than a hundred years ahead.
    #[error("the window lies too far ahead")]
    TooFar,
}

impl CalendarKeyError {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Past => "window_past",
            Self::TooFar => "window_too_far",
        }
    }
}

/// `k(g, w)`: reads window w and all later ones of generation g.
#[derive(Debug, PartialEq, Eq)]
pub struct CalendarKey {
    generation: u32,
    window: u32,
    key: Secret<32>,
}

impl CalendarKey {
    /// Bytes of an access.
    pub const ACCESS: usize = 40;

    /// Makes the first key of a new generation.
    pub fn make(generation: u32, window: u32, rng: &mut impl CryptoRng) -> Self {
        Self { generation, window, key: Secret::make(rng) }
    }

    /// The key of a generation and window.
    pub fn new(generation: u32, window: u32, key: Secret<32>) -> Self {
        Self { generation, window, key }
    }

    /// Its generation.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The first window that it reads.
    pub fn window(&self) -> u32 {
        self.window
    }

    /// The key of the next window; `TooFar` after the last window there is.
    pub fn next(&self, context: &Context) -> Result<Self, CalendarKeyError> {
        let window = self.window.checked_add(1).ok_or(CalendarKeyError::TooFar)?;
        Ok(Self { generation: self.generation, window, key: self.purpose(Label::KeyNext, context) })
    }

    /// The key of a later window, or of the same one.
    pub fn advance_to(&self, context: &Context, window: u32) -> Result<Self, CalendarKeyError> {
        let steps = window.checked_sub(self.window).ok_or(CalendarKeyError::Past)?;
        if steps > MAX_STEPS {
            return Err(CalendarKeyError::TooFar);
        }
        let mut key = self.duplicate();
        for _ in 0..steps {
            key = key.next(context)?;
        }
        Ok(key)
    }

    /// k_hours of this window.
    pub fn k_hours(&self, context: &Context) -> HoursKey {
        HoursKey::new(self.purpose(Label::KeyHours, context))
    }

    /// k_gid of this window.
    pub fn k_gid(&self, context: &Context) -> GidKey {
        GidKey::new(self.purpose(Label::KeyGid, context))
    }

    /// k_profile of this window.
    pub fn k_profile(&self, context: &Context) -> ProfileKey {
        ProfileKey::new(self.purpose(Label::KeyProfile, context))
    }

    /// The access: `g (u32) || w (u32) || k(g, w)`, 40 bytes. For a box, a wrap or a vault alone.
    pub fn expose_access(&self) -> Secret<{ Self::ACCESS }> {
        Secret::fill(|place| {
            let (generation, rest) = place.split_at_mut(4);
            let (window, key) = rest.split_at_mut(4);
            generation.copy_from_slice(&self.generation.to_be_bytes());
            window.copy_from_slice(&self.window.to_be_bytes());
            key.copy_from_slice(self.key.expose_secret());
        })
    }

    /// Reads an access of 40 bytes.
    pub fn from_access(access: &[u8]) -> Result<Self, WrongLength> {
        let (generation, rest) = access.split_first_chunk::<4>().ok_or(WrongLength)?;
        let (window, key) = rest.split_first_chunk::<4>().ok_or(WrongLength)?;
        Ok(Self {
            generation: u32::from_be_bytes(*generation),
            window: u32::from_be_bytes(*window),
            key: Secret::from_slice(key)?,
        })
    }

    /// A second owner of the same key.
    pub fn duplicate(&self) -> Self {
        Self { generation: self.generation, window: self.window, key: self.key.duplicate() }
    }

    fn purpose(&self, label: Label, context: &Context) -> Secret<32> {
        derive(&self.key, label, context, &[&self.generation.to_be_bytes(), &self.window.to_be_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_goes_forward_only_and_never_for_ever() {
        let key = CalendarKey::new(3, 700, Secret::new([9; 32]));
        let here = Context::NONE;
        let two = key.next(&here).and_then(|key| key.next(&here)).expect("two windows on");
        assert_eq!(key.advance_to(&here, 702), Ok(two.duplicate()));
        assert_eq!(key.advance_to(&here, 700), Ok(key.duplicate()));
        assert_eq!(two.advance_to(&here, 701), Err(CalendarKeyError::Past));
        assert_eq!(key.advance_to(&here, u32::MAX), Err(CalendarKeyError::TooFar));
        let last = CalendarKey::new(3, u32::MAX, Secret::new([9; 32]));
        assert_eq!(last.next(&here), Err(CalendarKeyError::TooFar));
    }

    #[test]
    fn an_access_comes_back() {
        let key = CalendarKey::new(1, 2, Secret::new([7; 32]));
        let access = key.expose_access();
        assert_eq!(access.expose_secret()[..9], [0, 0, 0, 1, 0, 0, 0, 2, 7]);
        assert_eq!(CalendarKey::from_access(access.expose_secret()), Ok(key));
        assert_eq!(CalendarKey::from_access(&[0; 39]), Err(WrongLength));
        assert_eq!(CalendarKey::from_access(&[0; 41]), Err(WrongLength));
    }

    #[test]
    fn every_purpose_window_and_generation_has_its_own_key() {
        let here = Context::NONE;
        let key = CalendarKey::new(1, 2, Secret::new([7; 32]));
        let later = key.next(&here).expect("next");
        let other = CalendarKey::new(2, 2, Secret::new([7; 32]));
        let keys: Vec<_> = [&key, &later, &other]
            .iter()
            .flat_map(|key| {
                [key.k_hours(&here).expose().duplicate(), key.k_gid(&here).expose().duplicate()]
                    .into_iter()
                    .chain([key.k_profile(&here).expose().duplicate(), key.key.duplicate()])
            })
            .collect();
        let same = keys.iter().enumerate().flat_map(|(n, a)| keys[n + 1..].iter().filter(move |b| a == *b)).count();
        assert_eq!(same, 1, "the random key itself, twice in this test, and nothing else");
    }
}
