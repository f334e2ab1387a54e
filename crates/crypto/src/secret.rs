//! Secret bytes: wiped when dropped, compared in constant time, never printed, copied or serialised.

use rand_core::CryptoRng;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

/// A secret has another length than its type says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret has the wrong length")]
pub struct WrongLength;

/// A seal does not open: wrong key, wrong place or changed bytes; which one is not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this cannot be opened")]
pub struct CannotOpen;

impl CannotOpen {
    /// The stable name of this error.
    pub const fn code(self) -> &'static str {
        "cannot_open"
    }
}

/// A seal cannot be made: the text that it is bound to is longer than any that this crate writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this cannot be sealed")]
pub struct CannotSeal;

/// `N` secret bytes, on the heap so that a move leaves no copy behind.
///
/// The only way out is [`Secret::expose_secret`].
pub struct Secret<const N: usize>(Box<Zeroizing<[u8; N]>>);

impl<const N: usize> Secret<N> {
    /// Takes bytes over. The caller's array is not wiped: read into place with [`Secret::fill`] where that matters.
    pub fn new(mut bytes: [u8; N]) -> Self {
        let secret = Self::fill(|place| place.copy_from_slice(&bytes));
        bytes.zeroize();
        secret
    }

    /// Makes a secret in its final place.
    pub fn fill(write: impl FnOnce(&mut [u8; N])) -> Self {
        let mut bytes = Box::new(Zeroizing::new([0; N]));
        write(&mut bytes);
        Self(bytes)
    }

    /// Makes a random secret.
    pub fn make(rng: &mut impl CryptoRng) -> Self {
        Self::fill(|place| rng.fill_bytes(place))
    }

    /// Copies bytes whose length is not known yet.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, WrongLength> {
        let bytes: &[u8; N] = bytes.try_into().map_err(|_| WrongLength)?;
        Ok(Self::fill(|place| place.copy_from_slice(bytes)))
    }

    /// The bytes. What they are written to must be wiped or sealed.
    pub fn expose_secret(&self) -> &[u8; N] {
        &self.0
    }

    /// A second owner of the same secret; deliberately not `Clone`.
    pub fn duplicate(&self) -> Self {
        Self::fill(|place| place.copy_from_slice(self.expose_secret()))
    }
}

impl<const N: usize> PartialEq for Secret<N> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl<const N: usize> Eq for Secret<N> {}

impl<const N: usize> core::fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Secret({N} bytes)")
    }
}

/// Secret bytes of any length: what a seal held.
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes bytes over; they are wiped when this is dropped.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes. What they are written to must be wiped or sealed.
    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PartialEq for SecretBytes {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for SecretBytes {}

impl core::fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_and_its_length_is_checked() {
        let secret = Secret::new([0xab; 32]);
        assert_eq!(format!("{secret:?}"), "Secret(32 bytes)");
        assert_eq!(format!("{:?}", SecretBytes::new(vec![0xab; 5])), "SecretBytes(5 bytes)");
        assert_eq!(Secret::<32>::from_slice(&[0; 31]), Err(WrongLength));
        assert_eq!(Secret::<32>::from_slice(&[0xab; 32]), Ok(secret.duplicate()));
        assert_ne!(secret, Secret::new([0xac; 32]));
    }
}
