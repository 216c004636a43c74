//! What a figure was measured on.

use std::process::Command;

use heimdall_tests::Database;

/// One line: date, commit, machine, versions.
pub fn line(database: &Database, scale: f64) -> String {
    let date = database.value("SELECT to_char(now(), 'FMDD FMMonth YYYY')");
    let version = database.value("SELECT current_setting('server_version')");
    let version = version.split(' ').next().unwrap_or_default();
    let extensions = database.value(
        "SELECT string_agg(name || ' ' || default_version, ', ' ORDER BY name) \
         FROM pg_available_extensions WHERE name IN ('age', 'heimdall', 'pgcrypto')",
    );
    let scale = if scale == 1.0 { String::new() } else { format!(" **A try at scale {scale}.**") };
    format!(
        "Measured {date} at commit {}; {}; PostgreSQL {version}, {extensions}.{scale}\n",
        commit(),
        hardware()
    )
}

/// The commit, with a plus where the tree is not as committed.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        output.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".to_owned() };
    // The page itself may have changed: an earlier run has written it.
    let changed =
        git(&["status", "--porcelain", "--", ":/", ":!/docs"]).is_none_or(|files| !files.is_empty());
    format!("`{}`{}", String::from_utf8_lossy(&commit).trim(), if changed { " with changes" } else { "" })
}

fn hardware() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (cpus, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?.split_once(':')?.1.trim().to_owned();
        Some(line)
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = field(&cpus, "model name").unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let kilobytes = field(&memory, "MemTotal")
        .and_then(|line| line.split(' ').next().and_then(|number| number.parse::<f64>().ok()))
        .unwrap_or_default();
    format!("{cores} cores ({model}), {:.0} GB", kilobytes / 1e6)
}
