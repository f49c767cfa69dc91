//! `docs/contract.md` against the program and its tests: every refusal and every instruction has its rule there, and every
//! test it names exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use latchkey_client::latchkey::errors::{ALL, LatchkeyError};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Words in backquotes.
fn quoted(page: &str) -> BTreeSet<&str> {
    page.split('`').skip(1).step_by(2).collect()
}

fn sources(directory: &Path) -> String {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let text =
        entries.map(|path| if path.is_dir() { sources(&path) } else { fs::read_to_string(path).unwrap() });
    text.collect()
}

#[test]
fn every_refusal_has_its_rule() {
    let page = fs::read_to_string(root().join("docs/contract.md")).unwrap();
    let quoted = quoted(&page);
    let names = ALL.iter().map(LatchkeyError::name);
    let missing: Vec<_> = names.filter(|name| !quoted.contains(name.as_str())).collect();
    assert!(missing.is_empty(), "not in docs/contract.md: {missing:?}");
}

#[test]
fn every_instruction_has_its_rule() {
    let page = fs::read_to_string(root().join("docs/contract.md")).unwrap();
    let quoted = quoted(&page);
    let idl = fs::read_to_string(root().join("idl/latchkey.json")).unwrap();
    let idl: serde_json::Value = serde_json::from_str(&idl).unwrap();
    let instructions = idl["instructions"].as_array().unwrap().iter();
    let names = instructions.map(|instruction| instruction["name"].as_str().unwrap());
    let missing: Vec<_> = names.filter(|name| !quoted.contains(name)).collect();
    assert!(missing.is_empty(), "not in docs/contract.md: {missing:?}");
}

#[test]
fn every_test_it_names_exists() {
    let page = fs::read_to_string(root().join("docs/contract.md")).unwrap();
    let tests = sources(&root().join("tests/svm/tests"));
    // A test reads as a claim: longer than any instruction's name.
    let named =
        quoted(&page).into_iter().filter(|word| word.matches('_').count() >= 3 && !word.contains('/'));
    let missing: Vec<_> = named.filter(|name| !tests.contains(&format!("fn {name}("))).collect();
    assert!(missing.is_empty(), "no such test in tests/svm: {missing:?}");
}
