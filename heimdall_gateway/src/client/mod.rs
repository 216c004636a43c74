//! The command-line client: dumps into a gateway, one after the other, each of them whole or not at all.

mod failure;
mod gateway;
mod input;
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
use self::patience::Patience;
use self::progress::{Kind, Progress};
use self::token::Tokens;
use self::told::Told;
use self::upload::Upload;
use crate::config::{Sources, client::Identity, gateway_url};
use crate::tls;

/// Wrong usage, as the parser of arguments has it.
const USAGE: u8 = 2;

/// Who does not answer on any layer for so long is away.
const SILENCE: Duration = Duration::from_secs(20);

/// `ingest`
#[derive(clap::Args, Debug)]
pub struct Options {
    /// The gateway: https://host[:port]
    #[arg(long, value_parser = url)]
    url: Url,
    /// The source that the dumps are of
    #[arg(long, value_name = "NAME")]
    source: String,
    /// Authorities to believe beside those of the system, PEM
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

/// Uploads all files. 0 where all of them are stored, 1 where one is not, 2 where it could not begin.
pub fn ingest(options: &Options, sources: &Sources) -> ExitCode {
    let begun = client(options, sources).and_then(|gateway| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map(|runtime| (gateway, runtime)).map_err(|error| error.to_string())
    });
    match begun {
        Ok((gateway, runtime)) => {
            let stored = runtime.block_on(upload_all(&gateway, options));
            // A read of standard input that still waits keeps nobody.
            runtime.shutdown_background();
            if stored { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(mistakes) => {
            let _ = writeln!(std::io::stderr(), "{mistakes}");
            ExitCode::from(USAGE)
        }
    }
}

fn client(options: &Options, sources: &Sources) -> Result<Gateway, String> {
    let identity = Identity::read(sources).map_err(|mistakes| mistakes.to_string())?;
    let tls = tls::client_config(options.ca.as_deref()).map_err(|problem| format!("--ca: {problem}"))?;
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
    Ok(Gateway::new(http, options.url.clone(), tokens))
}

async fn upload_all(gateway: &Gateway, options: &Options) -> bool {
    let mut all = true;
    for file in &options.files {
        let name = file.display().to_string();
        let outcome = upload(gateway, options, file, &name).await;
        let hopeless = outcome.as_ref().is_err_and(Failure::is_of_all);
        let told = Told::new(&name, outcome).say(options.json);
        all &= told.is_ok_and(|stored| stored);
        if hopeless {
            break;
        }
    }
    all
}

async fn upload(gateway: &Gateway, options: &Options, file: &Path, name: &str) -> Result<Value, Failure> {
    let mut input = Input::open(file).await?;
    let progress = Progress::new(name, input.length(), Kind::of_terminal(options.quiet));
    let upload = Upload {
        gateway,
        source: &options.source,
        progress: &progress,
        patience: Patience::new(options.retries),
        furthest: 0,
    };
    let outcome = upload.run(&mut input).await;
    progress.end();
    outcome
}
