//! libFuzzer on the target that `HEIMDALL_FUZZ_TARGET` names. One binary for all of them: building is what takes
//! time, and libFuzzer counts only what runs.
#![no_main]

use std::sync::LazyLock;

use heimdall_fuzz::Target;
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("HEIMDALL_FUZZ_TARGET").unwrap_or_default();
    heimdall_fuzz::target(&name).unwrap_or_else(|| panic!("there is no fuzz target {name:?}"))
});

fuzz_target!(
    init: {
        // libFuzzer reads its corpus after this: what the target starts from is put there.
        if let Some(folder) = std::env::var_os("HEIMDALL_FUZZ_CORPUS") {
            for (at, sample) in TARGET.samples.iter().enumerate() {
                std::fs::write(std::path::Path::new(&folder).join(format!("sample-{at}")), sample).expect("a folder");
            }
        }
    },
    |data: &[u8]| (TARGET.run)(data)
);
