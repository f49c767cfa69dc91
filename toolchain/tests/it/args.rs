//! The command line that Anchor and people use.

use std::{ffi::OsString, path::PathBuf};

use latchkey_toolchain::args::{Arch, Args};

fn read(line: &str) -> Result<Args, clap::Error> {
    Args::try_from_command_line(line.split(' ').map(OsString::from))
}

#[test]
fn what_anchor_passes_is_accepted() {
    let args = read("cargo-build-sbf build-sbf --tools-version v1.57 --arch v3").expect("Anchor's own line");
    assert_eq!(args.arch, Arch::V3);
    assert_eq!(args.tools_version.as_deref(), Some("v1.57"));
    assert_eq!(args.for_cargo(), Vec::<String>::new());
}

#[test]
fn it_works_with_and_without_cargo_in_front() {
    let through_cargo = read("cargo-build-sbf build-sbf --offline").expect("as cargo calls it");
    let by_hand = read("cargo-build-sbf --offline").expect("as people call it");
    assert_eq!(through_cargo, by_hand);
}

#[test]
fn paths_are_kept() {
    let args = read("cargo-build-sbf --manifest-path p/Cargo.toml --sbf-out-dir out").expect("a plain line");
    assert_eq!(args.manifest_path, Some(PathBuf::from("p/Cargo.toml")));
    assert_eq!(args.sbf_out_dir, Some(PathBuf::from("out")));
}

#[test]
fn cargo_gets_its_own_arguments_last() {
    let line = "cargo-build-sbf --features a --features b,c --no-default-features -j 3 --offline -q -- --locked -p x";
    let args = read(line).expect("a plain line");
    let words = [
        "--features",
        "a,b,c",
        "--jobs",
        "3",
        "--no-default-features",
        "--offline",
        "--quiet",
        "--locked",
        "-p",
        "x",
    ];
    assert_eq!(args.for_cargo(), words);
}

#[test]
fn an_instruction_set_that_cannot_be_built_is_refused() {
    let complaint = read("cargo-build-sbf --arch v0").expect_err("only v3 can be built").to_string();
    assert!(complaint.contains("v3"), "{complaint}");
}

#[test]
fn an_unknown_argument_is_refused() {
    read("cargo-build-sbf --dump").expect_err("there is no --dump");
}
