//! A call under way.

use souspli_client::flow::Flow as Work;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use crate::{outcome, step};

/// A call under way: each step says what to do, and its outcome goes into the next.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Flow {
    work: Work<String>,
}

#[wasm_bindgen]
impl Flow {
    /// Takes the outcome of the step before (`{kind: "go"}` at first), gives the next step (`flow.ts`, `contract.ts`).
    /// Throws on what is no outcome: a mistake of the worker, after which the flow is of no use.
    pub fn step(&mut self, outcome: &JsValue) -> Result<JsValue, JsValue> {
        let outcome = outcome::read(outcome)?;
        step::write(self.work.step(outcome))
    }
}

impl From<Work<String>> for Flow {
    fn from(work: Work<String>) -> Self {
        Self { work }
    }
}
