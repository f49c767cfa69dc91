//! Putting tools on PATH without replacing other tools.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use xtask::commands::setup::offer;

/// An executable in a cache like the real one, which [`offer`] knows by its directory.
fn tool(place: &Path, version: &str) -> PathBuf {
    let directory = place.join("latchkey/tools").join(version);
    fs::create_dir_all(&directory).expect("it can be made");
    let tool = directory.join("latchkey-test-tool");
    fs::write(&tool, "#!/bin/sh\n").expect("it can be written");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("it can be changed");
    tool
}

#[test]
fn a_free_name_is_linked_and_follows_newer_versions() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let (bin, old, new) = (place.path().join("bin"), tool(place.path(), "1"), tool(place.path(), "2"));
    for tool in [&old, &new] {
        offer(&bin, "latchkey-test-tool", tool).expect("the name is free");
        assert_eq!(&fs::read_link(bin.join("latchkey-test-tool")).expect("a link"), tool);
    }
}

#[test]
fn a_name_that_leads_elsewhere_on_path_is_left_alone() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let bin = place.path().join("bin");
    // `sh` is on every PATH.
    offer(&bin, "sh", &tool(place.path(), "1")).expect("nothing to do is no failure");
    assert!(!bin.join("sh").exists());
}

#[test]
fn a_file_of_another_owner_is_not_replaced() {
    let place = tempfile::tempdir().expect("a temporary directory");
    let bin = place.path().join("bin");
    fs::create_dir(&bin).expect("it can be made");
    let theirs = place.path().join("theirs");
    fs::write(&theirs, "").expect("it can be written");
    symlink(&theirs, bin.join("latchkey-test-tool")).expect("it can be linked");
    offer(&bin, "latchkey-test-tool", &tool(place.path(), "1")).expect("leaving it alone is no failure");
    assert_eq!(fs::read_link(bin.join("latchkey-test-tool")).expect("still a link"), theirs);
}
