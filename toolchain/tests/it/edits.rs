//! The edits to std: applied to the text they expect, and to no other.

use std::{fs, path::Path};

use latchkey_toolchain::std_source::{DEBIAN_LIBRARY, EDITS, Edit};

const EDIT: Edit = Edit { file: "file.rs", from: "begin", to: "end\n", becomes: "new\n" };

#[test]
fn the_text_between_both_marks_is_replaced() {
    assert_eq!(EDIT.apply("a\nbegin 1 2 end\nb\n").expect("it is as expected"), "a\nnew\nb\n");
}

#[test]
fn a_text_without_the_passage_is_refused() {
    let refusal = EDIT.apply("a\nb\n").expect_err("nothing to replace").to_string();
    assert!(refusal.contains("file.rs"), "{refusal}");
}

#[test]
fn a_text_with_the_passage_twice_is_refused() {
    EDIT.apply("begin end\nbegin end\n").expect_err("which one?");
}

#[test]
fn a_passage_that_ends_otherwise_is_refused() {
    EDIT.apply("begin 1 2 END\n").expect_err("the end is not there");
}

/// Where Debian's sources are installed, they must be the ones the edits were written for.
#[test]
fn the_sources_on_this_machine_take_every_edit() {
    let library = Path::new(DEBIAN_LIBRARY);
    if !library.exists() {
        eprintln!("skipped: no sources in {DEBIAN_LIBRARY}");
        return;
    }
    for edit in EDITS {
        let text = fs::read_to_string(library.join(edit.file)).expect("std has that file");
        let edited = edit.apply(&text).expect("the text is as expected");
        assert!(edited.contains(edit.becomes));
        assert_ne!(edited, text);
    }
}
