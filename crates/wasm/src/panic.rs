//! A panic says where it happened, and nothing else: a message could hold what a person typed.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn error(what: &str, file: &str, line: u32);
}

#[wasm_bindgen(start)]
fn begin() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            error("The sealed side has stopped.", place.file(), place.line());
        }
    }));
}
