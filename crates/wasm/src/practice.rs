//! The practice's session.

use souspli_client::practice::Practice as Session;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::flow::Flow;
use crate::rng;

/// A practice's session (`PracticeCalls` of `contract.ts`).
#[wasm_bindgen]
#[derive(Debug)]
pub struct Practice {
    session: Session,
}

#[wasm_bindgen]
impl Practice {
    /// A locked session. A second worker is a second one, to which the first hands over (`docs/spec/keys.md` §7).
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript has no defaults")]
    pub fn new() -> Self {
        Self { session: Session::new(rng::browser()) }
    }

    /// Starts a call by its name and JSON arguments; `now` is the device's UTC minute.
    pub fn start(&self, call: &str, arguments: &str, now: u32) -> Flow {
        self.session.start(call, arguments, now).map(|value| value.to_string()).into()
    }
}
