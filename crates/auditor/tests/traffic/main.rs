//! Recorded traffic: an honest host's gives no finding, and each thing that is put in is named where it is.

mod honest;
mod put_in;
mod scene;
mod stream;
