//! Cargo as a step: its bar, its lines, the compiler's lines.

use std::{process::Command, time::Duration};

use latchkey_progress::{
    Progress,
    cargo::{self, bar, cargo_verb},
};

#[test]
fn cargos_bar_is_read() {
    let line = "    Building [=======>                 ] 312/741: solana-runtime, solana-core(build.rs)";
    assert_eq!(bar(line), Some((312, 741)));
    assert_eq!(bar("    Building [                         ] 0/9: libc"), Some((0, 9)));
}

#[test]
fn cargos_other_lines_are_no_bar() {
    for line in
        ["   Compiling libc v0.2.0", "    Building", " Downloading [==> ] 3/9", "    Building [==>] x/y", ""]
    {
        assert_eq!(bar(line), None, "{line}");
    }
}

#[test]
fn cargos_lines_are_distinguished_from_the_compilers() {
    assert_eq!(cargo_verb("   Compiling libc v0.2.0"), Some("Compiling"));
    assert_eq!(cargo_verb(" Downloading crates ..."), Some("Downloading"));
    for line in ["warning: unused", "  --> src/lib.rs:1:1", "   |", "12 |     let x = 1;", "", "   = note: é"]
    {
        assert_eq!(cargo_verb(line), None, "{line}");
    }
}

/// Records the calls.
#[derive(Default)]
struct Recorder {
    calls: Vec<String>,
}

impl Progress for Recorder {
    fn begin(&mut self, step: &str, _: Option<Duration>) {
        self.calls.push(format!("begin {step}"));
    }

    fn advance(&mut self, done: u64, of: u64) {
        self.calls.push(format!("{done}/{of}"));
    }

    fn end(&mut self) {
        self.calls.push("end".to_owned());
    }
}

/// A shell script in cargo's place.
fn run(script: &str) -> (Recorder, cargo::Finished, Vec<String>) {
    let (mut recorder, mut printed) = (Recorder::default(), Vec::new());
    let mut command = Command::new("sh");
    let finished = cargo::run(command.args(["-c", script]), "work", None, &mut recorder, |line| {
        printed.push(line.to_owned());
    });
    (recorder, finished.expect("a shell starts"), printed)
}

#[test]
fn a_build_is_a_step_and_its_warnings_are_kept() {
    let script =
        r"printf '   Compiling a v1\n    Building [=> ] 1/2: b\r\033[Kwarning: odd\n' >&2; echo said";
    let (recorder, finished, printed) = run(script);
    assert!(finished.status.success());
    assert_eq!(recorder.calls, ["begin work", "1/2", "end"]);
    assert_eq!(finished.diagnostics(), "warning: odd");
    assert_eq!(printed, ["said"]);
}

#[test]
fn a_build_of_nothing_is_no_step() {
    let (recorder, finished, _) = run(r"printf '    Finished `dev` profile\n  Executable it (x)\n' >&2");
    assert!(recorder.calls.is_empty(), "{:?}", recorder.calls);
    assert_eq!(finished.diagnostics(), "");
}

#[test]
fn a_failure_keeps_every_line_and_ends_no_step() {
    let (recorder, finished, _) = run(r"printf '   Compiling a v1\nerror: no\n' >&2; exit 101");
    assert_eq!(recorder.calls, ["begin work"]);
    assert_eq!(finished.status.code(), Some(101));
    assert_eq!(finished.said, "   Compiling a v1\nerror: no\n");
}
