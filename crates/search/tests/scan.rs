//! The search for canaries, as those use it who build on it.

#[path = "scan/borders.rs"]
mod borders;
#[path = "scan/canaries.rs"]
mod canaries;
#[path = "scan/clean.rs"]
mod clean;
#[path = "scan/forms.rs"]
mod forms;
#[path = "scan/members.rs"]
mod members;
#[path = "scan/support.rs"]
mod support;
#[path = "scan/values.rs"]
mod values;
