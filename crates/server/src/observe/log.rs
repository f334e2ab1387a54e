//! Log lines on standard error, as text or JSON.

use std::panic;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::failure::StartError;

/// Starts logging for the whole process, panics included: of those the place only, never the message.
pub fn start_logging(config: &Config) -> Result<(), StartError> {
    let filter =
        EnvFilter::try_new(&config.log_filter).map_err(|error| StartError::Config(format!("log_filter: {error}")))?;
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match config.log {
        LogFormat::Text => subscriber.with_ansi(false).with_target(false).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).with_target(false).try_init(),
    };
    started.map_err(|error| StartError::Config(format!("logging cannot be started: {error}")))?;
    panic::set_hook(Box::new(|panic| {
        let place = panic.location();
        let (file, line) = place.map_or(("", 0), |place| (place.file(), place.line()));
        tracing::error!(file, line, "panicked");
    }));
    Ok(())
}
