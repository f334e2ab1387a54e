//! The command line, by running the program: what it prints, what it writes, and each way to end.

mod all;
mod keys;
mod looking;
mod program;
mod reports;
mod said;
