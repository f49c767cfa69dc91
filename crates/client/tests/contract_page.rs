//! `docs/contract.md` against the program and its tests: every refusal and every instruction has its rule there. Every test
//! that it or another page about the contract names exists.

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

/// The Rust below a directory.
fn rust(directory: &Path) -> String {
    let paths = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let text = paths.map(|path| match path.extension() {
        None if path.is_dir() => rust(&path),
        Some(extension) if extension == "rs" => fs::read_to_string(path).unwrap(),
        _ => String::new(),
    });
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

/// Names of tests in a page, without such a test in these directories. A test reads as a claim: longer than any
/// instruction's name.
fn without_a_test(page: &str, directories: &[&str]) -> Vec<String> {
    let page = fs::read_to_string(root().join(page)).unwrap();
    let tests: String = directories.iter().map(|directory| rust(&root().join(directory))).collect();
    let is_name = |word: &&str| word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let named = quoted(&page).into_iter().filter(is_name).filter(|word| word.matches('_').count() >= 3);
    named.filter(|name| !tests.contains(&format!("fn {name}("))).map(str::to_owned).collect()
}

#[test]
fn every_test_it_names_exists() {
    let missing = without_a_test("docs/contract.md", &["tests/svm/tests"]);
    assert!(missing.is_empty(), "no such test in tests/svm: {missing:?}");
}

#[test]
fn every_test_that_the_other_pages_name_exists() {
    for page in ["docs/arithmetic.md", "docs/security.md"] {
        let missing =
            without_a_test(page, &["tests/svm/tests", "tests/model/tests", "programs/latchkey/src"]);
        assert!(missing.is_empty(), "{page} names no such test: {missing:?}");
    }
}

/// A test's name begins with the number of the fault that it is about.
#[test]
fn every_fault_from_the_field_has_a_test() {
    let tests: String = ["programs", "tests", "crates"].iter().map(|part| rust(&root().join(part))).collect();
    let numbers =
        (1..=20).map(|number| format!("m{number}_")).chain((1..=18).map(|number| format!("n{number}_")));
    let without = numbers.filter(|number| !tests.contains(&format!("fn {number}")));
    // n11: what a car does with a key whose loan has ended comes with its keyring's hand-over.
    let missing: Vec<_> = without.filter(|number| number != "n11_").collect();
    assert!(missing.is_empty(), "no test: {missing:?}");
}
