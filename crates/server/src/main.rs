//! `souspli-server`: the command line around [`souspli_server::Host`].

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use souspli_server::cli::{Cli, Command, ConfigCommand, Options, Restore};
use souspli_server::restore::{self, Restoring};
use souspli_server::{Host, StartError, SystemClock, allow_open_files, config, manifest, openapi, start_logging};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(options) => serve(options),
        Command::Restore(how) => restore(how),
        Command::Config(ConfigCommand::Show(options)) => show(options),
        Command::Openapi => {
            say(&format!("{}\n", openapi::document()));
            Ok(())
        }
        Command::Manifest { web } => {
            say(&manifest(web));
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "souspli-server: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn show(options: Options) -> Result<(), StartError> {
    let (config, figment) = config::load(&options.sources())?;
    say(&config::show(&config, &figment));
    Ok(())
}

fn restore(how: Restore) -> Result<(), StartError> {
    let Restore { copy, dry_run, even_so, options } = how;
    let (config, _) = config::load(&options.sources())?;
    start_logging(&config)?;
    let restoring = Restoring { copy, dry_run, even_so };
    let report = runtime()?.block_on(restore::restore(&config, &restoring, &SystemClock))?;
    say(&format!("{report}\n"));
    Ok(())
}

fn runtime() -> Result<tokio::runtime::Runtime, StartError> {
    let built = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    built.map_err(|error| StartError::Config(format!("the runtime cannot be started: {error}")))
}

fn serve(options: Options) -> Result<(), StartError> {
    let (config, _) = config::load(&options.sources())?;
    start_logging(&config)?;
    allow_open_files();
    runtime()?.block_on(async {
        let stop = stop_signal()?;
        let host = Host::start(config, Arc::new(SystemClock)).await?;
        say(&format!("Souspli listens on http://{}\n", host.addr));
        if let Some(metrics) = host.metrics_addr {
            say(&format!("Metrics: http://{metrics}/metrics\n"));
        }
        stop.await;
        say("Stopping; what is under way is finished first.\n");
        host.shutdown().await;
        say("Stopped.\n");
        Ok(())
    })
}

/// Says something on standard output. Nobody may listen there any more: that is no reason to fail, least of all while
/// bookings are finished.
fn say(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Ends with SIGINT or SIGTERM.
fn stop_signal() -> Result<impl Future<Output = ()>, StartError> {
    let listen =
        |kind| signal(kind).map_err(|error| StartError::Config(format!("signals cannot be received: {error}")));
    let (mut interrupt, mut terminate) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
