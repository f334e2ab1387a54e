//! A running host: an honest one gives no finding, each lie is named, and what is booked for the test can be read nowhere.

mod honest;
mod lies;
mod scene;
