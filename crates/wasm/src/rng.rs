//! Randomness of the browser.

use getrandom::SysRng;
use rand_core::UnwrapErr;
use souspli_client::seal::Rng;

/// The browser's generator. A worker without one does not go on.
pub(crate) fn browser() -> Rng {
    Box::new(UnwrapErr(SysRng))
}
