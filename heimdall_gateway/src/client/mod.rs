//! The command-line client: dumps into a gateway, one after the other, each of them whole or not at all.

mod failure;
mod gateway;
mod input;
mod interrupted;
mod patience;
mod progress;
mod token;
mod told;
mod upload;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;
use url::Url;

use self::failure::Failure;
use self::gateway::Gateway;
use self::input::Input;
use self::interrupted::Interrupted;
use self::patience::Patience;
use self::progress::{Kind, Progress};
use self::token::Tokens;
use self::told::Told;
use self::upload::Upload;
use crate::config::client::{Identity, Place};
use crate::config::{Sources, gateway_url};
use crate::tls;

/// Wrong usage, as the parser of arguments has it.
const USAGE: u8 = 2;

/// A process that Ctrl-C has ended, as shells have it: 128 and the number of SIGINT.
const INTERRUPTED: u8 = 130;

/// Who does not answer on any layer for so long is away.
const SILENCE: Duration = Duration::from_secs(20);

/// `ingest`
#[derive(clap::Args, Debug)]
pub struct Options {
    /// The gateway: https://host[:port] [default: $HMD_URL]
    #[arg(long, value_parser = url)]
    url: Option<Url>,
    /// The source that the dumps are of
    #[arg(long, value_name = "NAME")]
    source: String,
    /// Authorities to believe beside those of the system, PEM [default: $HMD_TLS_CA]
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Say nothing on standard error but what went wrong
    #[arg(long)]
    quiet: bool,
    /// One JSON object for each file on standard output
    #[arg(long)]
    json: bool,
    /// Give up when so many tries in a row have failed
    #[arg(long, value_name = "N", default_value_t = 8)]
    retries: u32,
    /// The dumps, plain or packed; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn url(text: &str) -> Result<Url, &'static str> {
    gateway_url(text).ok_or("expected https://host[:port]")
}

/// Uploads all files. 0 where all of them are stored, 1 where one is not, 2 where it could not begin, 130 where it was told to stop.
pub fn ingest(options: &Options, sources: &Sources) -> ExitCode {
    let begun = client(options, sources).and_then(|gateway| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map(|runtime| (gateway, runtime)).map_err(|error| error.to_string())
    });
    match begun {
        Ok((gateway, runtime)) => {
            let code = runtime.block_on(upload_all(&gateway, options));
            // A read of standard input that still waits keeps nobody.
            runtime.shutdown_background();
            code
        }
        Err(mistakes) => {
            let _ = writeln!(std::io::stderr(), "{mistakes}");
            ExitCode::from(USAGE)
        }
    }
}

fn client(options: &Options, sources: &Sources) -> Result<Gateway, String> {
    let place = Place::read(sources, options.url.clone(), options.ca.clone());
    let (place, identity) = match (place, Identity::read(sources)) {
        (Ok(place), Ok(identity)) => (place, identity),
        (place, identity) => {
            let mistakes = [place.err(), identity.err()].into_iter().flatten();
            return Err(mistakes.map(|mistakes| mistakes.to_string()).collect::<Vec<_>>().join("\n"));
        }
    };
    let tls = tls::client_config(place.authorities.as_deref())
        .map_err(|problem| format!("--ca, HMD_TLS_CA: {problem}"))?;
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured((*tls).clone())
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(SILENCE)
        .tcp_keepalive(SILENCE)
        .http2_keep_alive_interval(SILENCE)
        .http2_keep_alive_timeout(SILENCE)
        .build()
        .map_err(|error| error.to_string())?;
    let tokens = Tokens::new(http.clone(), identity);
    Ok(Gateway::new(http, place.url, tokens))
}

async fn upload_all(gateway: &Gateway, options: &Options) -> ExitCode {
    let mut interrupted = Interrupted::new();
    let mut code = ExitCode::SUCCESS;
    for file in &options.files {
        let name = file.display().to_string();
        let outcome = upload(gateway, options, file, &name, &mut interrupted).await;
        let hopeless = outcome.as_ref().is_err_and(Failure::is_of_all);
        let stopped = matches!(outcome, Err(Failure::Interrupted(_)));
        let told = Told::new(&name, outcome).say(options.json);
        if stopped {
            return ExitCode::from(INTERRUPTED);
        }
        if !told.is_ok_and(|stored| stored) {
            code = ExitCode::FAILURE;
        }
        if hopeless {
            break;
        }
    }
    code
}

async fn upload(
    gateway: &Gateway,
    options: &Options,
    file: &Path,
    name: &str,
    interrupted: &mut Interrupted,
) -> Result<Value, Failure> {
    let mut input = Input::open(file).await?;
    let progress = Progress::new(name, input.length(), Kind::of_terminal(options.quiet));
    let mut upload = Upload {
        gateway,
        source: &options.source,
        progress: &progress,
        patience: Patience::new(options.retries),
        furthest: 0,
        at: None,
    };
    let outcome = tokio::select! {
        outcome = upload.run(&mut input) => outcome,
        () = interrupted.once() => tokio::select! {
            left = upload.take_back() => Err(left),
            () = interrupted.once() => Err(Failure::Interrupted(upload::UNTOLD)),
        },
    };
    progress.end();
    outcome
}
