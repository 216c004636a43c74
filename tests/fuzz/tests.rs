use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use fastrand::Rng;

use super::mutate::mutant;
use super::{TARGETS, Target};

/// Mutants of each target in one test run.
const MUTANTS: u64 = 8_000;

fn survives(target: &Target, input: &[u8], origin: &str) {
    let run = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    assert!(run.is_ok(), "{}: {origin} breaks a promise: {}", target.name, input.escape_ascii());
}

/// What broke a promise once: `found/<target>/<digest>`.
fn found(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("found").join(target.name);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.map(|entry| std::fs::read(entry.expect("an entry").path()).expect("a file")).collect()
}

fn run(target: &Target) {
    let mut inputs = found(target);
    inputs.iter().for_each(|input| survives(target, input, "an earlier finding"));
    for sample in target.samples {
        survives(target, sample.as_bytes(), "a sample");
        inputs.push(sample.as_bytes().to_vec());
    }
    let seed = std::env::var("HEIMDALL_FUZZ_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed =
        seed.unwrap_or_else(|| std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos() as u64));
    let mut random = Rng::with_seed(seed);
    for _ in 0..MUTANTS {
        let (sample, other) = (random.usize(..inputs.len()), random.usize(..inputs.len()));
        let input = mutant(&inputs[sample], &inputs[other], &mut random);
        survives(target, &input, &format!("a mutant of seed {seed}"));
    }
}

macro_rules! targets {
    ($($test:ident: $name:literal;)*) => {
        $(#[test]
        fn $test() {
            run(super::target($name).expect("a target"));
        })*

        #[test]
        fn every_target_is_run() {
            let run = [$($name),*];
            assert!(TARGETS.iter().map(|target| target.name).eq(run));
        }
    };
}

targets! {
    values: "value";
    names: "name";
    times: "time";
    reports: "report";
    dumps: "dump";
    personal: "detect";
}

#[test]
fn make_fuzz_knows_every_target() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docker/runtime/fuzz.sh");
    let script = std::fs::read_to_string(script).expect("the script");
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert!(script.contains(&format!("\nALL=({})\n", names.join(" "))));
}
