//! `vanopticon_heimdall`: the gateway of Heimdall.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use heimdall_gateway::config::Sources;
use heimdall_gateway::gateway::Gateway;
use heimdall_gateway::{client, server, telemetry, validate};

#[derive(Parser)]
#[command(name = "vanopticon_heimdall", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until SIGTERM
    Run(Configuration),
    /// Say what the configuration is and what is wrong with it, and stop
    Validate {
        #[command(flatten)]
        configuration: Configuration,
        /// How to say it
        #[arg(long, value_enum, default_value = "text")]
        format: validate::Format,
    },
    /// Upload dumps; who does it is HMD_TOKEN, or HMD_OAUTH_M2M_ID and _SECRET at HMD_OAUTH_DISCOVERY_URL
    Ingest(client::Options),
}

#[derive(Args)]
struct Configuration {
    /// Settings in TOML; what the environment says comes first [default: $HMD_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn main() -> ExitCode {
    // What is not given a provider of cryptography takes this one. It is the first, so it is taken.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let done = match Arguments::parse().command {
        Command::Run(configuration) => run(configuration),
        Command::Validate { configuration, format } => return validate(configuration, format),
        Command::Ingest(options) => return client::ingest(&options, &Sources::of_process(None)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn validate(configuration: Configuration, format: validate::Format) -> ExitCode {
    let reading = validate::read(&Sources::of_process(configuration.config));
    let told = validate::tell(&reading, format, std::io::stdout().lock());
    if told.is_ok() && reading.mistakes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(configuration: Configuration) -> Result<(), String> {
    let reading = validate::read(&Sources::of_process(configuration.config));
    let warnings = reading.warnings.clone();
    let config = reading.into_config().map_err(|mistakes| mistakes.to_string())?;
    let _telemetry = telemetry::start(&config.log)?;
    for warning in warnings {
        tracing::warn!(%warning, "the configuration is odd");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let served = runtime.block_on(async { server::serve(Gateway::new(config)?).await });
    // What was not finished in time does not hold the end up.
    runtime.shutdown_background();
    served
}
