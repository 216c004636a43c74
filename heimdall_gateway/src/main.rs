//! `vanopticon_heimdall`: the gateway of Heimdall.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use heimdall_gateway::config::Config;
use heimdall_gateway::gateway::Gateway;
use heimdall_gateway::{dev, server};

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
    /// Make a certificate authority for development, and a certificate for this machine
    DevCertificates {
        /// Where they go; what is there and lasts stays
        folder: PathBuf,
    },
    /// Serve an identity provider for development: made-up people, no passwords
    DevIdentity {
        /// Its keys and secrets, and the certificates of dev-certificates
        folder: PathBuf,
        /// An address of this machine
        #[arg(long, default_value = "127.0.0.1:8444")]
        listen: SocketAddr,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run => run(),
        Command::Validate => Config::load().map(|_| ()).map_err(|mistakes| mistakes.to_string()),
        Command::DevCertificates { folder } => {
            dev::only_here().and_then(|()| dev::certificates::make(&folder)).map(|_| ())
        }
        Command::DevIdentity { folder, listen } => {
            block_on(async { dev::identity::serve(&folder, listen).await })
        }
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
    block_on(async { server::serve(Gateway::new(config)?).await })
}

fn block_on(serving: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    tracing_subscriber::fmt().json().with_writer(std::io::stdout).init();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    runtime.block_on(serving)
}
