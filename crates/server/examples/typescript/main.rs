//! Prints the types of the host's bodies for TypeScript, made from the OpenAPI document:
//! `cargo run -p souspli-server --example typescript > web-client/src/sealed/host-api.ts`.

mod generate;

use std::process::ExitCode;

fn main() -> ExitCode {
    match generate::types(&souspli_server::openapi::document()) {
        Ok(types) => {
            print!("{types}");
            ExitCode::SUCCESS
        }
        Err(what) => {
            eprintln!("the document says more than this knows: {what}");
            ExitCode::FAILURE
        }
    }
}
