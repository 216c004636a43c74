//! systemd is told how it goes (sd_notify(3)). Without `NOTIFY_SOCKET` nothing is sent.

use std::future;
use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::{Instant, Interval, MissedTickBehavior};

/// Requests are served.
pub fn ready(status: &str) {
    send(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The certificate is read anew; [`ready`] ends it.
pub fn reloading() {
    let mut states = vec![NotifyState::Reloading];
    states.extend(NotifyState::monotonic_usec_now());
    send(&states);
}

/// What runs is finished, and nothing else begun.
pub fn stopping() {
    send(&[NotifyState::Stopping, NotifyState::Status("finishing what runs")]);
}

fn send(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "systemd could not be told");
    }
}

/// Says twice in the interval of `WatchdogSec=` that we live. It speaks only while [`Watchdog::due`] is polled, which the loops of
/// the server do: a gateway that accepts nobody any more is silent, and is started anew.
pub struct Watchdog(Option<Interval>);

impl Watchdog {
    /// With the interval that systemd has given, if any.
    pub fn new() -> Watchdog {
        let interval = sd_notify::watchdog_enabled().map(|interval| interval / 2);
        Watchdog(interval.filter(|interval| *interval > Duration::ZERO).map(|interval| {
            let mut ticks = tokio::time::interval_at(Instant::now() + interval, interval);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        }))
    }

    /// Waits until it is time, and says so.
    pub async fn due(&mut self) {
        match &mut self.0 {
            Some(ticks) => {
                ticks.tick().await;
                send(&[NotifyState::Watchdog]);
            }
            None => future::pending().await,
        }
    }
}
