//! A loan's whole life, as `cargo xtask demo --cluster localnet` shows it.

use std::io;

use latchkey_harness::story::{Milestone, Observer, Parties, Script};
use latchkey_harness::testbed::LocalTestbed;
use latchkey_tests_validator::tails;

/// Keeps every milestone.
#[derive(Default)]
struct Memory(Vec<Milestone>);

impl Observer for Memory {
    fn milestone(&mut self, _at: i64, milestone: &Milestone) -> io::Result<()> {
        self.0.push(milestone.clone());
        Ok(())
    }

    fn waiting(&mut self, _what: &str, _now: i64, _until: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_lives_from_origination_to_its_end() {
    let parties = Parties::new();
    let mut testbed = LocalTestbed::start(&parties).await.expect("a testbed");
    let mut memory = Memory::default();
    let lived = testbed.live(&parties, Script::minute(), &mut memory).await;
    let told: Vec<String> = memory.0.iter().map(|milestone| format!("{milestone:?}")).collect();
    let ok = lived.unwrap_or_else(|failed| panic!("{failed:?}\n{}\n{}", told.join("\n"), tails(&testbed)));
    assert!(ok, "{}", told.join("\n"));
    let locked =
        memory.0.iter().any(|milestone| matches!(milestone, Milestone::Locked { starts: false, .. }));
    let unlocked =
        memory.0.iter().any(|milestone| matches!(milestone, Milestone::Unlocked { starts: true, .. }));
    assert!(locked && unlocked, "{}", told.join("\n"));
    testbed.stop().await.expect("keeper and car end when they are asked to");
}
