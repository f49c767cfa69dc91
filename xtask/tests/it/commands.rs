//! What each command wants and passes on.

use std::{path::Path, process::Command};

use clap::Parser;
use serde_json::Value;
use xtask::{
    commands::{
        bench, demo,
        idl::first_difference,
        setup::{self, Part, Purpose, Tools},
        test::{self, Suite},
    },
    tools::is_version,
};

#[test]
fn the_demo_gets_what_was_asked_for_and_no_more() {
    let dist = Path::new("dist");
    let read = |words: &[&str]| demo::Args::parse_from([&["demo"], words].concat()).for_demo(dist);
    assert!(read(&[]).is_empty());
    assert_eq!(read(&["--json"]), ["--json"]);
    assert_eq!(
        read(&["--cluster", "localnet", "--json", "--", "-v"]),
        ["--cluster", "localnet", "--json", "-v"]
    );
    assert_eq!(read(&["--function", "lambda", "--json"]), ["--function", "lambda", "--json"]);
    assert!(read(&["--function", "embedded"]).is_empty());
    assert_eq!(read(&["--two-keys", "--json"]), ["--two-keys", "--json"]);
    assert_eq!(
        read(&["--app", "--function", "http"]),
        ["--cluster", "localnet", "--app", "dist", "--function", "http"]
    );
}

#[test]
fn the_bench_gets_the_page_only_to_write_or_to_check_it() {
    let read = |words: &[&str]| {
        let bench::What::Cu(cu) = bench::Args::parse_from([&["bench", "cu"], words].concat()).what else {
            panic!("costs");
        };
        cu.for_bench("cost.md".into())
    };
    assert!(read(&[]).is_empty());
    assert_eq!(read(&["--json"]), ["--json"]);
    assert_eq!(read(&["--write"]), ["--write", "cost.md"]);
    assert_eq!(read(&["--json", "--check"]), ["--json", "--check", "cost.md"]);
}

#[test]
fn a_bench_of_the_keeper_gets_its_own_options_and_the_page_only_to_write_it() {
    let read = |words: &[&str]| {
        let bench::What::Drain(keeper) = bench::Args::parse_from([&["bench", "drain"], words].concat()).what
        else {
            panic!("a drain");
        };
        keeper.for_bench("performance.md".into())
    };
    assert!(read(&[]).is_empty());
    assert_eq!(read(&["--json", "--", "--loans", "20"]), ["--loans", "20", "--json"]);
    assert_eq!(read(&["--write"]), ["--write", "performance.md"]);
}

#[test]
fn the_demo_on_its_embedded_ledger_needs_no_validator_and_no_broker() {
    let parts = Purpose::Demo.parts();
    let unwanted = [Part::Validator, Part::Broker, Part::Emulator];
    assert!(unwanted.iter().all(|part| !parts.contains(part)), "{parts:?}");
}

#[test]
fn who_sets_up_for_the_lambda_is_told_when_there_is_no_emulator_and_nobody_else_is_kept() {
    let (without, with) =
        (Tools::default(), Tools { emulator: Some("cargo-lambda".into()), ..Tools::default() });
    assert!(setup::complete(&[Purpose::Demo, Purpose::Lambda], &without).is_err());
    assert!(setup::complete(&[Purpose::Lambda], &with).is_ok());
    for named in [&[][..], &[Purpose::Test], &[Purpose::Demo]] {
        assert!(setup::complete(named, &without).is_ok(), "{named:?}");
    }
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

/// The names of the workspace's test targets, with their packages.
fn test_targets() -> Vec<(String, String)> {
    let cargo = std::env::var_os("CARGO").expect("cargo runs this test");
    let metadata = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .expect("cargo starts");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo's metadata");
    let mut found = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        for target in package["targets"].as_array().expect("targets") {
            if target["kind"][0] == "test" {
                let [package, target] =
                    [package, target].map(|named| named["name"].as_str().expect("a name"));
                found.push((package.to_owned(), target.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_test_target_belongs_to_the_suite_of_its_package() {
    let targets = test_targets();
    assert!(targets.len() > 15, "{targets:?}");
    for (package, target) in targets {
        let suite = match package.as_str() {
            "latchkey-tests-svm" | "latchkey-tests-model" => Suite::Svm,
            "latchkey-tests-chaos" => Suite::Chaos,
            "latchkey-tests-validator" => Suite::Validator,
            _ => Suite::Unit,
        };
        for other in [Suite::Unit, Suite::Svm, Suite::Chaos, Suite::Validator] {
            let is_selected = other.targets().contains(&target.as_str());
            assert_eq!(is_selected, other == suite, "{target} of {package} in the suite {other:?}");
        }
    }
}

#[test]
fn the_validator_suite_builds_the_processes_it_starts() {
    for suite in [None, Some(Suite::Validator)] {
        let (subcommand, arguments) = Suite::build(suite);
        assert!(subcommand == "build" && arguments.contains(&"--bins"), "{suite:?}");
    }
}

#[test]
fn a_suite_is_selected_by_its_targets_and_everything_by_none() {
    assert_eq!(Suite::selection(None), Vec::<&str>::new());
    assert_eq!(
        Suite::selection(Some(Suite::Chaos)),
        ["--test", "faults", "--test", "fleet", "--test", "lies"]
    );
    assert!(Suite::selection(Some(Suite::Unit)).starts_with(&["--lib", "--test"]));
}

#[test]
fn the_attacks_run_alone_and_only_they_print_json() {
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
