//! Flags and exit codes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

const TERMS: &str = "principal = \"10000\"\napr = \"18%\"\ncount = 3\nfirst_due = \"2027-02-14T12:00:00Z\"\n\
                     period = \"30d\"\ngrace = \"10d\"\nnotice = \"3d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\n\
                     emergency = \"24h\"\nemergency_max = 1\n";
/// Nothing listens on this port.
const NOWHERE: &str = "http://127.0.0.1:9";
const ADDRESS: &str = "CarNAqGj2B1GAizWrMkM7EFdewnbdzcS6fPgTygMbVpJ";

fn latchkey(directory: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latchkey"))
        .args(words)
        .current_dir(directory)
        .env("XDG_CONFIG_HOME", directory)
        .env_remove("LATCHKEY_KEYPAIR")
        .env_remove("LATCHKEY_CONFIG")
        .env("LATCHKEY_URL", NOWHERE)
        .output()
        .unwrap()
}

fn text_of(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn run(directory: &TempDir, words: &[&str]) -> (Option<i32>, String, String) {
    text_of(&latchkey(directory.path(), words))
}

#[test]
fn a_new_key_prints_its_address_and_is_private() {
    let directory = TempDir::new().unwrap();
    let (code, printed, _) = run(&directory, &["keygen", "--out", "key.json", "--json"]);
    assert_eq!(code, Some(0));
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert!(printed["address"].as_str().is_some_and(|address| address.len() > 31));
    let mode = fs::metadata(directory.path().join("key.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (code, _, said) = run(&directory, &["keygen", "--out", "key.json"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("never overwritten") && said.contains("choose another name"), "{said}");
}

#[test]
fn a_key_in_the_clusters_address_is_in_no_output() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("broken.toml"), "url = \"https://host/?api-key=SECRET").unwrap();
    let show = ["loan", "show", ADDRESS];
    for (words, shown) in [
        (&["--url", "http://127.0.0.1:9/SECRET?api-key=SECRET"][..], "http://127.0.0.1:9/"),
        (&["--url", "http://SECRET@127.0.0.1:9"], "http://127.0.0.1:9"),
        (&["--url", "htps://host/?api-key=SECRET"], "htps"),
        (&["--config", "broken.toml"], "https://host/"),
    ] {
        for json in [&[][..], &["--json"]] {
            let (code, printed, said) = run(&directory, &[&show, words, json].concat());
            assert_ne!(code, Some(0), "{words:?}");
            assert!(!printed.contains("SECRET") && !said.contains("SECRET"), "{words:?}: {printed}{said}");
            assert!(printed.contains(shown) || said.contains(shown), "{words:?}: {printed}{said}");
        }
    }
}

#[test]
fn a_quote_without_a_lender_needs_no_cluster() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("terms.toml"), TERMS).unwrap();
    let quote = ["loan", "quote", "--terms", "terms.toml", "--decimals", "2", "--at", "2027-01-15T12:00:00Z"];
    let (code, printed, _) = run(&directory, &quote);
    assert_eq!(code, Some(0));
    assert!(printed.contains("ANNUAL PERCENTAGE RATE") && printed.contains("Total of Payments"), "{printed}");
    let (code, printed, said) = run(&directory, &[&quote[..], &["--json"]].concat());
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let printed: Value = serde_json::from_str(&printed).unwrap();
    // Thirty days of $10,000 at 18%, in cents.
    assert_eq!(printed["payments"][0]["interest"], "147.94");
    assert_eq!(printed["annual_percentage_rate"], "18.00%");
}

#[test]
fn m15_a_quote_for_a_day_that_is_not_before_the_first_due_date_is_refused_with_the_rule() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("terms.toml"), TERMS).unwrap();
    let quote = |at: &str| {
        run(&directory, &["loan", "quote", "--terms", "terms.toml", "--decimals", "6", "--json", "--at", at])
    };
    assert_eq!(quote("2027-02-14T11:59:59Z").0, Some(0));
    for late in ["2027-02-14T12:00:00Z", "2027-02-14T12:00:01Z"] {
        let (code, printed, said) = quote(late);
        assert_eq!((code, printed.as_str()), (Some(1), ""), "{late}");
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&said["rule"], &said["number"]), (&Value::from("TermsFirstDue"), &Value::from(6301)));
        assert!(said["error"].as_str().unwrap().contains("must lie in the future"), "{said}");
    }
}

#[test]
fn a_lock_outside_an_hour_and_45_days_is_refused_in_a_quote() {
    let directory = TempDir::new().unwrap();
    for (ttl, is_accepted) in
        [("1s", false), ("59m59s", false), ("1h", true), ("45d", true), ("45d1s", false)]
    {
        fs::write(directory.path().join("terms.toml"), format!("{TERMS}lock_ttl = \"{ttl}\"\n")).unwrap();
        let (code, _, said) = run(
            &directory,
            &["loan", "quote", "--terms", "terms.toml", "--decimals", "6", "--at", "2027-01-15T12:00:00Z"],
        );
        assert_eq!(code == Some(0), is_accepted, "{ttl}: {said}");
        assert!(is_accepted || said.contains("TermsLockTtl"), "{ttl}: {said}");
    }
}

#[test]
fn a_mistake_in_the_input_exits_with_2_and_names_the_key() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("terms.toml"), TERMS.replace("10d", "ten days")).unwrap();
    let quote = ["loan", "quote", "--terms", "terms.toml", "--decimals", "6"];
    let (code, printed, said) = run(&directory, &quote);
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert!(said.contains("grace in the terms") && said.contains("such as 10d"), "{said}");
    let (code, _, said) = run(&directory, &[&quote[..], &["--json"]].concat());
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &said["error"]), (Some(2), &Value::from("grace in the terms")));
    assert!(said["rule"].is_null() && said["causes"][0].as_str().unwrap().contains("such as 10d"));

    for (words, named) in [
        (&["loan", "quote", "--terms", "nowhere.toml", "--decimals", "6"][..], "nowhere.toml"),
        (&["loan", "hold", ADDRESS, "--until", "tomorrow"], "RFC 3339"),
        (&["escrow", "fund", ADDRESS, "-1"], "-1"),
        (&["escrow", "fund", ADDRESS, "0.0000000001"], "9 decimals"),
        (&["lender", "pause", "1 hour"], "not a duration"),
        (&["loan", "show", "my-loan"], "my-loan"),
        (&["lender", "show", "--url", "mainet"], "mainnet"),
        (&["lender", "show"], "--keypair"),
        (&["lender", "show", "--keypair", "nowhere.json"], "nowhere.json"),
        (&["vehicle", "register", "00ff", "--keypair", ADDRESS], "latchkey-device enrol"),
        (&["sign", "nowhere.txt"], "nowhere.txt"),
        (&["loan", "notice", ADDRESS, "--channel", "mail"], "--evidence"),
    ] {
        let (code, printed, said) = run(&directory, words);
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{words:?}: {said}");
        assert!(said.contains(named), "{words:?}: {said}");
    }
}

#[test]
fn a_cluster_that_does_not_answer_is_named_in_the_error() {
    let directory = TempDir::new().unwrap();
    let (code, _, said) = run(&directory, &["loan", "show", ADDRESS]);
    assert_eq!(code, Some(1));
    assert!(said.contains(NOWHERE) && said.contains("check --url"), "{said}");
}

#[test]
fn settings_are_read_where_they_are_and_flags_come_first() {
    let directory = TempDir::new().unwrap();
    let settings = directory.path().join("latchkey");
    fs::create_dir(&settings).unwrap();
    fs::write(settings.join("config.toml"), format!("keypair = \"key.json\"\nlender = \"{ADDRESS}\"\n"))
        .unwrap();
    // The key file's path starts at the settings' directory, where there is no such file.
    let (code, _, said) = run(&directory, &["vehicle", "register", "-"]);
    assert_eq!(code, Some(2), "{said}");
    let (code, _, said) = run(&directory, &["loan", "emergency-start", ADDRESS]);
    assert_eq!(code, Some(1), "{said}");
    let (_, _, said) = run(&directory, &["lender", "pause", "1h"]);
    assert!(said.contains("latchkey/key.json"), "{said}");
    let (_, _, said) = run(&directory, &["lender", "pause", "1h", "--keypair", "other.json"]);
    assert!(said.contains("other.json") && !said.contains("latchkey/key.json"), "{said}");
    fs::write(directory.path().join("wrong.toml"), "keypar = \"key.json\"\n").unwrap();
    let (code, _, said) = run(&directory, &["lender", "show", "--config", "wrong.toml"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("keypar") && said.contains("keypair"), "{said}");
}

/// The names that help lists under `Commands:`.
fn commands_in(help: &str) -> Vec<&str> {
    let listed =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

#[test]
fn every_command_explains_itself() {
    let directory = TempDir::new().unwrap();
    let help = |words: &[&str]| {
        let (code, printed, _) = run(&directory, &[words, &["--help"]].concat());
        assert_eq!(code, Some(0), "{words:?}");
        assert!(printed.contains("Usage: latchkey") && printed.contains("--json"), "{words:?}");
        assert!(!printed.starts_with("Usage"), "{words:?} does not say what it does");
        printed
    };
    let mut explained = 0;
    for group in commands_in(&help(&[])) {
        let commands = help(&[group]);
        for command in commands_in(&commands) {
            help(&[group, command]);
            explained += 1;
        }
    }
    // As many as there were when this was written: a listing that is not understood fails here.
    assert!(explained >= 47, "only {explained} commands are listed");
}
