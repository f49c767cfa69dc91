//! The demo as its user sees it.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// The steps every reader of the JSON lines may rely on, in their order.
const STEPS: [&str; 15] = [
    "deployed",
    "originated",
    "escrow_funded",
    "collected",
    "lapsed",
    "warned",
    "defaulted",
    "locked",
    "topped_up",
    "cured",
    "unlocked",
    "paid_off",
    "released",
    "closed",
    "done",
];

fn demo(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_latchkey-demo"))
        .args(arguments)
        .env_remove("RUST_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn step<'a>(lines: &'a [Value], name: &str) -> &'a Value {
    lines.iter().find(|line| line["step"] == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_json_lines_tell_the_whole_story_and_balance() {
    let began = Instant::now();
    let output = demo(&["--json"]).wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "", "logs are off");
    let lines: Vec<Value> =
        output.stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();

    let told: Vec<&str> = lines.iter().map(|line| line["step"].as_str().unwrap()).collect();
    let promised: Vec<&str> = told.iter().copied().filter(|step| STEPS.contains(step)).collect();
    assert_eq!(promised, STEPS);
    assert!(lines.is_sorted_by_key(|line| line["time"].as_i64().unwrap()));
    for name in ["warned", "locked", "unlocked"] {
        let line = step(&lines, name);
        let signature: solana_sdk::signature::Signature =
            line["signature"].as_str().unwrap().parse().unwrap();
        assert_ne!(signature, solana_sdk::signature::Signature::default());
        assert!(line["fee_lamports"].as_u64().unwrap() > 0, "{line}");
    }
    assert_eq!(
        (&step(&lines, "locked")["starts"], &step(&lines, "unlocked")["starts"]),
        (&false.into(), &true.into())
    );

    let done = step(&lines, "done");
    assert_eq!(done["ok"], true, "{done}");
    assert_eq!(done["escrow_in_lamports"], done["escrow_out_lamports"]);
    assert_eq!(done["keeper_fees_lamports"], done["keeper_earned_lamports"]);
    assert!(done["keeper_fees_lamports"].as_u64().unwrap() > 0);
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
}

#[test]
fn people_read_one_plain_line_a_step() {
    let output = demo(&[]).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains('\x1b'), "no colours, no cursor: {text}");
    for said in [
        "originated        12,000.00 lent at 18 %, 12 instalments of 1,099.20",
        "warned            the car told its driver: A payment for this car is past due.",
        "LOCKED            the car does not start",
        "UNLOCKED          the car starts.",
        "done ok",
    ] {
        assert_eq!(text.lines().filter(|line| line.contains(said)).count(), 1, "{said}:\n{text}");
    }
}

#[test]
fn a_signal_ends_it_at_once() {
    let mut child = demo(&["--json"]);
    let mut first = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut first).unwrap();
    assert!(first.contains("deployed"), "{first}");
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(!rest.contains("\"done\""), "{rest}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("interrupted"));
}

#[test]
fn what_fails_says_so_in_both_languages() {
    let output = Command::new(env!("CARGO_BIN_EXE_latchkey-demo"))
        .arg("--json")
        .env("LATCHKEY_PROGRAM_SO", "/no/such/program.so")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line["step"], "failed");
    assert!(line["error"].as_str().unwrap().contains("/no/such/program.so"));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: /no/such/program.so is missing"));
}
