//! Memory of a backend, beside what it shares with the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Looks at a process until it is stopped.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
    before: u64,
}

impl Watch {
    /// Begins with what the process has now.
    pub fn start(pid: i32) -> Watch {
        let before = anonymous_kilobytes(pid);
        let stop = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut peak = 0;
            while !seen.load(Ordering::Relaxed) {
                peak = peak.max(anonymous_kilobytes(pid));
                std::thread::sleep(Duration::from_millis(20));
            }
            peak
        });
        Watch { stop, thread, before }
    }

    /// The most that was seen above the beginning, in MB.
    pub fn stop(self) -> f64 {
        self.stop.store(true, Ordering::Relaxed);
        let peak = self.thread.join().unwrap_or_default();
        peak.saturating_sub(self.before) as f64 / 1000.0
    }
}

/// What a process has of its own now, in MB.
pub fn anonymous(pid: i32) -> f64 {
    anonymous_kilobytes(pid) as f64 / 1000.0
}

fn anonymous_kilobytes(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or_default()
}
