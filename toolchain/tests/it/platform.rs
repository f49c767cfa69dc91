//! Telling Solana's own tools from ours.

use std::fs;

use latchkey_toolchain::platform::{has_platform_tools, is_solanas};

#[test]
fn solanas_tool_names_its_platform_tools() {
    assert!(is_solanas("solana-cargo-build-sbf 4.0.1\nplatform-tools v1.57\nrustc 1.89.0\n"));
    assert!(!is_solanas("cargo-build-sbf 0.1.0\n"));
}

#[test]
fn platform_tools_count_only_with_their_compiler() {
    let home = tempfile::tempdir().expect("a temporary directory");
    assert!(!has_platform_tools(home.path()));
    let tools = home.path().join(".cache/solana/v1.57/platform-tools");
    fs::create_dir_all(tools.join("rust/bin")).expect("it can be made");
    assert!(!has_platform_tools(home.path()), "a download that broke off");
    fs::write(tools.join("rust/bin/rustc"), "").expect("it can be written");
    assert!(has_platform_tools(home.path()));
}
