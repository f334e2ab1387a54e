//! What is asked of the engine: objects, lists, bytes, its reader of JSON. `js-sys` has all this too, and with it come
//! some dozen functions that nobody calls and no linker takes out.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// A plain object.
    pub(crate) type Object;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new() -> Object;

    #[wasm_bindgen(method, indexing_setter)]
    pub(crate) fn set(this: &Object, name: &str, value: &JsValue);

    /// A list.
    #[wasm_bindgen(js_name = Array)]
    pub(crate) type List;

    #[wasm_bindgen(constructor, js_class = "Array")]
    pub(crate) fn new() -> List;

    #[wasm_bindgen(method)]
    pub(crate) fn push(this: &List, item: &JsValue);

    #[wasm_bindgen(method, getter)]
    fn length(this: &List) -> u32;

    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn get(this: &List, place: u32) -> JsValue;

    /// Bytes of the engine's.
    #[wasm_bindgen(js_name = Uint8Array)]
    pub(crate) type Bytes;

    /// A copy: the worker may keep it while the wasm's memory grows and moves.
    #[wasm_bindgen(constructor, js_class = "Uint8Array")]
    pub(crate) fn copy(bytes: &[u8]) -> Bytes;

    /// Without bounds: all of them, as they are brought over.
    #[wasm_bindgen(method, js_class = "Uint8Array", js_name = subarray)]
    pub(crate) fn to_vec(this: &Bytes) -> Vec<u8>;

    /// Reads JSON.
    #[wasm_bindgen(catch, js_namespace = JSON)]
    pub(crate) fn parse(text: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Reflect, js_name = get)]
    pub(crate) fn field(object: &JsValue, name: &str) -> Result<JsValue, JsValue>;
}

impl List {
    /// A list of these items.
    pub(crate) fn of(items: impl IntoIterator<Item = JsValue>) -> JsValue {
        let list = Self::new();
        for item in items {
            list.push(&item);
        }
        list.into()
    }

    /// Its items.
    pub(crate) fn items(&self) -> impl Iterator<Item = JsValue> {
        (0..self.length()).map(|place| self.get(place))
    }
}

/// A value as what it must be; an error to throw for any other.
pub(crate) fn cast<T: JsCast>(value: JsValue, wrong: fn() -> JsValue) -> Result<T, JsValue> {
    value.dyn_into().map_err(|_| wrong())
}
