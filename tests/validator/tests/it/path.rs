//! A loan's whole life, as `cargo xtask demo --cluster localnet` shows it.

use std::io;

use latchkey_harness::stage::LocalStage;
use latchkey_harness::story::{Audience, Cast, Script, Step};
use latchkey_tests_validator::tails;

/// Remembers what it is told.
#[derive(Default)]
struct Memory(Vec<Step>);

impl Audience for Memory {
    fn step(&mut self, _at: i64, step: &Step) -> io::Result<()> {
        self.0.push(step.clone());
        Ok(())
    }

    fn waiting(&mut self, _what: &str, _now: i64, _until: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_lives_from_origination_to_its_end() {
    let cast = Cast::new();
    let mut stage = LocalStage::start(&cast).await.expect("a stage");
    let mut memory = Memory::default();
    let lived = stage.live(&cast, Script::minute(), &mut memory).await;
    let told: Vec<String> = memory.0.iter().map(|step| format!("{step:?}")).collect();
    let ok = lived.unwrap_or_else(|failed| panic!("{failed:?}\n{}\n{}", told.join("\n"), tails(&stage)));
    assert!(ok, "{}", told.join("\n"));
    let locked = memory.0.iter().any(|step| matches!(step, Step::Locked { starts: false, .. }));
    let unlocked = memory.0.iter().any(|step| matches!(step, Step::Unlocked { starts: true, .. }));
    assert!(locked && unlocked, "{}", told.join("\n"));
    stage.stop().await.expect("keeper and car end when they are asked to");
}
