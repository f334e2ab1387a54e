//! Log lines on standard error, as text or JSON.

use std::panic;

use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Config, LogFormat};
use crate::failure::StartError;

/// Ours never names what came from outside. What the libraries say below a warning may: addresses, paths, headers.
fn tells_nothing_of_a_request(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("souspli") || *metadata.level() <= LevelFilter::WARN
}

/// Starts logging for the whole process, panics included: of those the place only, never the message.
pub fn start_logging(config: &Config) -> Result<(), StartError> {
    let filter =
        EnvFilter::try_new(&config.log_filter).map_err(|error| StartError::Config(format!("log_filter: {error}")))?;
    let registry = tracing_subscriber::registry().with(filter).with(FilterFn::new(tells_nothing_of_a_request));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    let started = match config.log {
        LogFormat::Text => registry.with(lines.with_ansi(false)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
    started.map_err(|error| StartError::Config(format!("logging cannot be started: {error}")))?;
    panic::set_hook(Box::new(|panic| {
        let place = panic.location();
        let (file, line) = place.map_or(("", 0), |place| (place.file(), place.line()));
        tracing::error!(file, line, "panicked");
    }));
    Ok(())
}
