//! What each command wants and passes on.

use clap::Parser;
use xtask::{
    commands::{
        bench, demo,
        idl::first_difference,
        setup::Part,
        setup::Purpose,
        test::{self, Suite},
    },
    tools::is_version,
};

#[test]
fn the_demo_gets_what_was_asked_for_and_no_more() {
    let read = |words: &[&str]| demo::Args::parse_from([&["demo"], words].concat()).for_demo();
    assert_eq!(read(&[]), Vec::<String>::new());
    assert_eq!(read(&["--json"]), ["--json"]);
    assert_eq!(
        read(&["--cluster", "localnet", "--json", "--", "-v"]),
        ["--cluster", "localnet", "--json", "-v"]
    );
}

#[test]
fn the_bench_gets_the_page_only_to_write_or_to_check_it() {
    let read = |words: &[&str]| {
        let bench::What::Cu(cu) = bench::Args::parse_from([&["bench", "cu"], words].concat()).what;
        cu.for_bench("cost.md".into())
    };
    assert!(read(&[]).is_empty());
    assert_eq!(read(&["--json"]), ["--json"]);
    assert_eq!(read(&["--write"]), ["--write", "cost.md"]);
    assert_eq!(read(&["--json", "--check"]), ["--json", "--check", "cost.md"]);
}

#[test]
fn the_demo_on_its_embedded_ledger_needs_no_validator_and_no_broker() {
    let parts = Purpose::Demo.parts();
    assert!(!parts.contains(&Part::Validator) && !parts.contains(&Part::Broker), "{parts:?}");
}

#[test]
fn only_anchors_users_wait_for_anchor() {
    for purpose in [Purpose::Build, Purpose::Demo, Purpose::Localnet, Purpose::Test, Purpose::Lint] {
        assert!(!purpose.parts().contains(&Part::Anchor), "{purpose:?}");
    }
    assert!(Purpose::Anchor.parts().contains(&Part::Anchor));
}

#[test]
fn a_version_is_a_whole_word() {
    let said = "solana-test-validator 4.2.2 (src:adba8c2d; feat:21b0d33a, client:Agave)";
    assert!(is_version(said, "4.2.2"));
    assert!(!is_version(said, "4.2"));
    assert!(!is_version("anchor-cli 1.2.20", "1.2.2"));
}

#[test]
fn the_validator_suite_builds_the_processes_it_starts() {
    let packages = Suite::packages(Some(Suite::Validator));
    assert!(packages.contains(&"latchkey-keeper") && packages.contains(&"latchkey-device"), "{packages:?}");
}

#[test]
fn the_attacks_run_alone_and_only_they_are_told_as_json() {
    let read = |words: &[&str]| test::Args::try_parse_from([&["test"], words].concat());
    let args = read(&["--attacks", "--json"]).expect("they go together");
    assert!(args.attacks && args.json);
    for words in [&["--attacks", "--suite", "svm"][..], &["--attacks", "--deep"], &["--json"]] {
        assert!(read(words).is_err(), "{words:?}");
    }
}

#[test]
fn the_first_line_that_differs_is_named() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
    assert_eq!(first_difference("a\nb", "a"), Some(2));
    assert_eq!(first_difference("", "{"), Some(1));
}
