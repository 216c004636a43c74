//! One dump into the gateway: begun, sent, taken up again after a cut, and where the upload is gone, sent anew. The same dump
//! twice is one dump, so that nothing is lost or doubled by trying again.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{sleep, timeout};
use url::Url;

use super::failure::{Failure, Problem};
use super::gateway::{Arrived, Ended, Gateway};
use super::input::Input;
use super::patience::Patience;
use super::progress::Progress;

/// What the gateway gets to take an upload back.
const PARTING: Duration = Duration::from_secs(5);

/// Of an upload of which the gateway does not know that nobody goes on with it.
pub const UNTOLD: &str =
    "interrupted; the gateway, which does not know, throws away what has come when nothing follows";

/// Between two looks at an upload that is being stored.
const LOOK: Duration = Duration::from_secs(1);

/// An upload on its way.
pub struct Upload<'a> {
    /// Where it goes.
    pub gateway: &'a Gateway,
    /// Of which source it is.
    pub source: &'a str,
    /// How far it is.
    pub progress: &'a Progress,
    /// Tries that are left.
    pub patience: Patience,
    /// Bytes that have come at best: who is sent back again and again does not get on.
    pub furthest: u64,
    /// Where it is, from when the gateway has said so.
    pub at: Option<Url>,
}

impl Upload<'_> {
    /// Sends it all: the report.
    ///
    /// # Errors
    /// Why it is not stored.
    pub async fn run(&mut self, input: &mut Input) -> Result<Value, Failure> {
        loop {
            match self.attempt(input).await {
                Err(Failure::Gone) if input.length().is_none() => return Err(Failure::Spent),
                Err(Failure::Gone) => {
                    self.wait(Failure::Unreachable(Failure::Gone.to_string())).await?;
                    self.progress.note(
                        "it is sent again from the beginning; what is there already is not stored twice",
                    );
                }
                ended => return ended,
            }
        }
    }

    /// Nobody goes on with it: what has come is thrown away, and its place is free for others.
    pub async fn take_back(&self) -> Failure {
        let Some(upload) = &self.at else {
            return Failure::Interrupted("interrupted; nothing of it is stored");
        };
        Failure::Interrupted(match timeout(PARTING, self.gateway.take_back(upload)).await {
            Ok(Ok(()) | Err(Failure::Gone)) => "interrupted; nothing of it is stored",
            Ok(Err(Failure::Refused { problem, .. })) if problem.status == 409 => {
                "interrupted when all of it had come: it may be stored; sent again, it is not stored twice"
            }
            _ => UNTOLD,
        })
    }

    async fn attempt(&mut self, input: &mut Input) -> Result<Value, Failure> {
        let upload = self.create(input.length()).await?;
        self.at = Some(upload.clone());
        let mut here = Arrived { offset: 0, whole: input.length() == Some(0) };
        while !here.whole {
            self.progress.at(here.offset);
            let piece = input.from(here.offset, self.progress).await?;
            let empty = piece.length == 0;
            let before = here.offset;
            here = match self.gateway.send(&upload, before, piece).await {
                Ok(here) => here,
                Err(failure) => self.resume(&upload, failure).await?,
            };
            if here.offset > self.furthest {
                self.furthest = here.offset;
                self.patience.renew();
            } else if here.offset == before && !empty {
                self.wait(Failure::Unreachable("the gateway takes nothing".to_owned())).await?;
            }
        }
        self.outcome(&upload).await
    }

    async fn create(&mut self, length: Option<u64>) -> Result<Url, Failure> {
        loop {
            match self.gateway.create(self.source, length).await {
                Err(failure) => self.wait(failure).await?,
                created => return created,
            }
        }
    }

    /// After a request that has not got through: how much of it has.
    async fn resume(&mut self, upload: &Url, failure: Failure) -> Result<Arrived, Failure> {
        let unauthorized = matches!(&failure, Failure::Refused { problem, .. } if problem.status == 401);
        if !(unauthorized && self.gateway.renew().await) {
            self.wait(failure).await?;
        }
        loop {
            match self.gateway.arrived(upload).await {
                Ok(here) => {
                    self.progress.note(&format!("taken up again after {} bytes", here.offset));
                    return Ok(here);
                }
                Err(refused @ Failure::Refused { .. }) => self.explain(upload, refused).await?,
                Err(other) => self.wait(other).await?,
            }
        }
    }

    /// An answer to HEAD has no words, and may be about the upload or about the moment. The latter is waited for before anything
    /// else is asked.
    async fn explain(&mut self, upload: &Url, refused: Failure) -> Result<(), Failure> {
        let lasting = match refused.is_passing() {
            true => self.wait(refused).await.map(|()| None)?,
            false => Some(refused),
        };
        match self.gateway.upload(upload).await {
            Ok(Ended { problem: Some(problem), .. }) => Err(failed(problem)),
            Ok(_) => lasting.map_or(Ok(()), Err),
            Err(other) => self.wait(other).await,
        }
    }

    /// What became of an upload of which all has come, or that was ended.
    async fn outcome(&mut self, upload: &Url) -> Result<Value, Failure> {
        self.progress.stores();
        loop {
            match self.gateway.upload(upload).await {
                Ok(ended) => match (ended.report, ended.problem) {
                    (Some(report), _) => return Ok(report),
                    (None, Some(problem)) => return Err(failed(problem)),
                    (None, None) => sleep(LOOK).await,
                },
                Err(failure) => self.wait(failure).await?,
            }
        }
    }

    async fn wait(&mut self, failure: Failure) -> Result<(), Failure> {
        let why = failure.to_string();
        let pause = self.patience.after(failure)?;
        self.progress.note(&format!("{why}\n  trying again in {:.1} s", pause.as_secs_f64()));
        sleep(pause).await;
        Ok(())
    }
}

/// An upload that has failed cannot be taken up again, but where the reason passes the dump can be sent anew.
fn failed(problem: Problem) -> Failure {
    match problem.is_passing() {
        true => Failure::Gone,
        false => Failure::Refused { problem, retry_after: None },
    }
}
