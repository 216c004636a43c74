//! `vanopticon_heimdall`: the gateway of Heimdall.

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use heimdall_gateway::config::Config;
use heimdall_gateway::gateway::Gateway;
use heimdall_gateway::{server, telemetry};

#[derive(Parser)]
#[command(name = "vanopticon_heimdall", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM
    Run,
    /// Say what is wrong with the configuration, and stop
    Validate,
}

fn main() -> ExitCode {
    // What is not given a provider of cryptography takes this one. It is the first, so it is taken.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match Arguments::parse().command {
        Command::Run => run(),
        Command::Validate => Config::load().map(|_| ()).map_err(|mistakes| mistakes.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let config = Config::load().map_err(|mistakes| mistakes.to_string())?;
    let _telemetry = telemetry::start("info")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(async { server::serve(Gateway::new(config)?).await })
}
