//! The patient's session.

use souspli_client::patient::Patient as Session;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::flow::Flow;
use crate::rng;

/// A patient's session (`PatientCalls` of `contract.ts`).
#[wasm_bindgen]
#[derive(Debug)]
pub struct Patient {
    session: Session,
}

#[wasm_bindgen]
impl Patient {
    /// A session that knows nothing yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript has no defaults")]
    pub fn new() -> Self {
        Self { session: Session::new(rng::browser()) }
    }

    /// Starts a call by its name and JSON arguments; `now` is the device's UTC minute.
    pub fn start(&self, call: &str, arguments: &str, now: u32) -> Flow {
        self.session.start(call, arguments, now).into()
    }
}
