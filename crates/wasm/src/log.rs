//! The public log, and files that are judged by themselves.

use souspli_client::log::Log as Session;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::flow::Flow;

/// A session without a secret (`LogCalls` of `contract.ts`).
#[wasm_bindgen]
#[derive(Debug)]
pub struct Log {
    session: Session,
}

#[wasm_bindgen]
impl Log {
    /// A session that knows nothing yet.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default, reason = "JavaScript has no defaults")]
    pub fn new() -> Self {
        Self { session: Session::new() }
    }

    /// Starts a call by its name and JSON arguments; `now` is the device's UTC minute.
    pub fn start(&self, call: &str, arguments: &str, now: u32) -> Flow {
        self.session.start(call, arguments, now).into()
    }
}
