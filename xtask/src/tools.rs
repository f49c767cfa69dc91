//! The tools the commands run: which version, and where the one on this machine is.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;
use latchkey_progress::Progress;
use latchkey_toolchain::{
    cache::Cache,
    cargo_tool::CargoTool,
    command::{capture, is_executable, on_path, on_paths},
    debian,
};

/// Agave's validator for tests, with SPL's programs in its genesis. 4.3 and later need a newer Rust than this tree.
pub const VALIDATOR: CargoTool = CargoTool {
    name: "solana-test-validator",
    package: "agave-validator",
    version: "4.2.2",
    binary: "solana-test-validator",
    core_seconds: 2760,
    is_optimised: true,
    packages: &[
        "build-essential",
        "libclang-dev",
        "clang",
        "protobuf-compiler",
        "libudev-dev",
        "pkg-config",
        "libssl-dev",
        "cmake",
    ],
};

/// Anchor's command line, of the version of anchor-lang.
pub const ANCHOR: CargoTool = CargoTool {
    name: "anchor-cli",
    package: "anchor-cli",
    version: "1.2.2",
    binary: "anchor",
    core_seconds: 1080,
    is_optimised: true,
    packages: &["build-essential", "libudev-dev", "pkg-config", "libssl-dev"],
};

/// The test runner.
pub const NEXTEST: CargoTool = CargoTool {
    name: "cargo-nextest",
    package: "cargo-nextest",
    version: "0.9.143",
    binary: "cargo-nextest",
    core_seconds: 720,
    is_optimised: true,
    packages: &[],
};

/// Licences, bans and sources of the dependency tree.
pub const DENY: CargoTool = CargoTool {
    name: "cargo-deny",
    package: "cargo-deny",
    version: "0.20.2",
    binary: "cargo-deny",
    core_seconds: 540,
    is_optimised: true,
    packages: &[],
};

/// Spelling.
pub const TYPOS: CargoTool = CargoTool {
    name: "typos",
    package: "typos-cli",
    version: "1.52.0",
    binary: "typos",
    core_seconds: 240,
    is_optimised: true,
    packages: &[],
};

/// OpenSSL's headers, for LiteSVM and for MQTT over TLS.
const LIBRARIES: [&str; 2] = ["libssl-dev", "pkg-config"];

/// Alerts are tested with Prometheus and the tool that comes with it.
const PROMETHEUS: &str = "prometheus";
const PROMTOOL: &str = "promtool";

/// The broker of the localnet demo and the validator suite.
const MOSQUITTO: &str = "mosquitto";

/// The tool on PATH if it is the exact version, otherwise the cache's, installed now where it is missing.
pub fn exact(tool: &CargoTool, cache: &Cache, progress: &mut dyn Progress) -> Result<PathBuf> {
    match on_paths(tool.binary).find(|path| reports(path, tool.version)) {
        Some(path) => Ok(path),
        None => tool.ensure(cache, progress),
    }
}

/// Whether [`exact`] would find it without installing it.
pub fn is_present(tool: &CargoTool, cache: &Cache) -> bool {
    tool.is_installed(cache) || on_paths(tool.binary).any(|path| reports(&path, tool.version))
}

/// The package that brings Prometheus and promtool, where that is missing.
pub fn missing_prometheus() -> Result<Vec<&'static str>> {
    if on_path(PROMTOOL).is_some() { Ok(Vec::new()) } else { debian::missing(&[PROMETHEUS]) }
}

/// Any version of the tool that is on PATH, otherwise the cache's.
pub fn any(tool: &CargoTool, cache: &Cache, progress: &mut dyn Progress) -> Result<PathBuf> {
    match on_path(tool.binary) {
        Some(path) => Ok(path),
        None => tool.ensure(cache, progress),
    }
}

/// Whether a `--version` line names exactly that version.
pub fn is_version(line: &str, version: &str) -> bool {
    line.split_whitespace().any(|word| word == version)
}

fn reports(tool: &Path, version: &str) -> bool {
    capture(Command::new(tool).arg("--version")).is_ok_and(|said| is_version(&said, version))
}

/// Mosquitto, from Debian where it is missing.
pub fn mosquitto(progress: &mut dyn Progress) -> Result<PathBuf> {
    if let Some(path) = find_mosquitto() {
        return Ok(path);
    }
    debian::ensure(&[MOSQUITTO], progress)?;
    find_mosquitto()
        .ok_or_else(|| anyhow::anyhow!("{MOSQUITTO} is installed, but not on PATH nor in /usr/sbin"))
}

/// The package that [`mosquitto`] would install.
pub fn missing_mosquitto() -> Result<Vec<&'static str>> {
    if find_mosquitto().is_some() { Ok(Vec::new()) } else { debian::missing(&[MOSQUITTO]) }
}

/// The packages that hold OpenSSL's headers. None where pkg-config finds them.
pub fn missing_libraries() -> Result<Vec<&'static str>> {
    let found = on_path("pkg-config")
        .is_some_and(|tool| capture(Command::new(tool).args(["--exists", "openssl"])).is_ok());
    if found { Ok(Vec::new()) } else { debian::missing(&LIBRARIES) }
}

/// Debian puts it where only root's PATH leads.
fn find_mosquitto() -> Option<PathBuf> {
    let beside_path = ["/usr/sbin", "/usr/local/sbin"].map(|directory| Path::new(directory).join(MOSQUITTO));
    on_path(MOSQUITTO).or_else(|| beside_path.into_iter().find(|path| is_executable(path)))
}
