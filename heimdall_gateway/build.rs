//! Compiles the gRPC service without a protoc of the machine's.

// Cargo reads what a build script prints.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=proto/heimdall.proto");
    let descriptors = protox::compile(["heimdall.proto"], ["proto"])?;
    let folder = PathBuf::from(std::env::var("OUT_DIR")?);
    // For reflection.
    std::fs::write(folder.join("heimdall.bin"), prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure()
        .bytes(".heimdall.v1.IngestRequest.data")
        .build_client(false)
        .build_transport(false)
        .compile_fds(descriptors)?;
    Ok(())
}
