//! `souspli-server`: the command line around [`souspli_server::Host`].

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use souspli_server::cli::{Cli, Command, ConfigCommand, Options};
use souspli_server::{Host, StartError, SystemClock, allow_open_files, config, openapi, start_logging};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(options) => serve(options),
        Command::Config(ConfigCommand::Show(options)) => show(options),
        Command::Openapi => {
            println!("{}", openapi::document());
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("souspli-server: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn show(options: Options) -> Result<(), StartError> {
    let (config, figment) = config::load(&options.sources())?;
    print!("{}", config::show(&config, &figment));
    Ok(())
}

fn serve(options: Options) -> Result<(), StartError> {
    let (config, _) = config::load(&options.sources())?;
    start_logging(&config)?;
    allow_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::Config(format!("the runtime cannot be started: {error}")))?;
    runtime.block_on(async {
        let stop = stop_signal()?;
        let host = Host::start(config, Arc::new(SystemClock)).await?;
        println!("Souspli listens on http://{}", host.addr);
        if let Some(metrics) = host.metrics_addr {
            println!("Metrics: http://{metrics}/metrics");
        }
        stop.await;
        println!("Stopping; what is under way is finished first.");
        host.shutdown().await;
        println!("Stopped.");
        Ok(())
    })
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
