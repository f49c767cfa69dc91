//! The cache directory.

use std::fs;

use anyhow::bail;
use latchkey_toolchain::cache::Cache;

#[test]
fn a_tool_lives_under_its_name_and_version() {
    let cache = Cache::at("somewhere");
    assert_eq!(cache.tool("sbpf-linker", "0.2.6"), cache.root().join("tools/sbpf-linker-0.2.6"));
}

#[test]
fn a_directory_is_filled_once() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let cache = Cache::at(place.path());
    for text in ["first", "second"] {
        cache.directory("part", |draft| Ok(fs::write(draft.join("file"), text)?)).expect("filling works");
    }
    let text = fs::read_to_string(place.path().join("part/file")).expect("the file was written");
    assert_eq!(text, "first");
}

#[test]
fn a_failure_leaves_nothing_behind() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let cache = Cache::at(place.path());
    let outcome = cache.directory("part", |draft| {
        fs::write(draft.join("file"), "half")?;
        bail!("power cut")
    });
    assert!(outcome.is_err());
    assert_eq!(fs::read_dir(place.path()).expect("it can be listed").count(), 0);
}

#[test]
fn a_directory_that_another_process_finished_meanwhile_is_used() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let cache = Cache::at(place.path());
    let other = place.path().join("part");
    let found = cache
        .directory("part", |draft| {
            fs::create_dir(&other)?;
            fs::write(other.join("file"), "theirs")?;
            Ok(fs::write(draft.join("file"), "ours")?)
        })
        .expect("the other's is as good");
    assert_eq!(fs::read_to_string(found.join("file")).expect("it is whole"), "theirs");
    assert_eq!(fs::read_dir(place.path()).expect("it can be listed").count(), 1);
}
