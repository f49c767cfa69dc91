//! Choosing what to build, and finding what was built.

use std::path::{Path, PathBuf};

use latchkey_toolchain::program::{Workspace, program_in};
use serde_json::{Value, json};

fn package(name: &str, kinds: &[&str]) -> Value {
    json!({
        "name": name,
        "manifest_path": format!("/w/{name}/Cargo.toml"),
        "targets": [{ "crate_types": kinds }],
    })
}

fn metadata() -> Value {
    json!({
        "target_directory": "/w/target",
        "packages": [package("loan", &["cdylib", "lib"]), package("keeper", &["bin"]), package("other", &["cdylib"])],
    })
}

#[test]
fn in_a_programs_directory_that_program_is_built() {
    let chosen = Workspace::from_metadata(&metadata(), Some(Path::new("/w/loan/Cargo.toml")), false)
        .expect("a program");
    assert_eq!(chosen, Workspace { target_directory: "/w/target".into(), programs: vec!["loan".into()] });
}

#[test]
fn at_the_root_every_program_is_built_and_nothing_else() {
    let at_root =
        Workspace::from_metadata(&metadata(), Some(Path::new("/w/Cargo.toml")), false).expect("programs");
    let asked = Workspace::from_metadata(&metadata(), None, false).expect("programs");
    assert_eq!(at_root.programs, ["loan", "other"]);
    assert_eq!(asked, at_root);
}

#[test]
fn packages_that_the_caller_names_are_left_to_cargo() {
    let chosen = Workspace::from_metadata(&metadata(), None, true).expect("nothing to choose");
    assert_eq!(chosen.programs, Vec::<String>::new());
}

#[test]
fn a_package_that_is_no_program_is_refused() {
    let refusal = Workspace::from_metadata(&metadata(), Some(Path::new("/w/keeper/Cargo.toml")), false)
        .expect_err("a daemon is no program")
        .to_string();
    assert!(refusal.contains("cdylib"), "{refusal}");
}

fn artifact(kinds: &[&str], file: &str) -> String {
    json!({ "reason": "compiler-artifact", "target": { "crate_types": kinds }, "filenames": [file] })
        .to_string()
}

#[test]
fn a_built_program_is_found_in_cargos_messages() {
    let file = "/w/target/sbf/sbpf-solana-solana/release/libloan.so";
    assert_eq!(program_in(&artifact(&["cdylib", "lib"], file)), Some(PathBuf::from(file)));
}

#[test]
fn the_library_of_a_dependency_is_no_program() {
    assert_eq!(
        program_in(&artifact(&["lib"], "/w/target/sbf/sbpf-solana-solana/release/deps/libx.rlib")),
        None
    );
    assert_eq!(
        program_in(&artifact(&["cdylib"], "/w/target/sbf/sbpf-solana-solana/release/deps/libx.so")),
        None
    );
    assert_eq!(program_in(r#"{"reason":"build-finished","success":true}"#), None);
    assert_eq!(program_in("warning: not a message"), None);
}
