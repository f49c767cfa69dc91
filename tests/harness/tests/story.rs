//! The whole path in this process: the program's real bytes, a real broker, the real keeper, function and car.

use std::{collections::HashSet, io};

use latchkey_harness::{
    story::{Books, Milestone, Observer, Parties, Payment, Script, Settlement},
    testbed::EmbeddedTestbed,
};
use solana_sdk::{pubkey::Pubkey, signature::Signature};

/// Keeps every milestone.
#[derive(Default)]
struct Listener(Vec<(i64, Milestone)>);

impl Observer for Listener {
    fn milestone(&mut self, at: i64, milestone: &Milestone) -> io::Result<()> {
        self.0.push((at, milestone.clone()));
        Ok(())
    }

    fn waiting(&mut self, _: &str, _: i64, _: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}

/// A whole life, and the keeper that served it.
async fn lived(script: Script) -> (Vec<(i64, Milestone)>, Pubkey) {
    let parties = Parties::new();
    let mut testbed = EmbeddedTestbed::start(&parties).await.unwrap();
    let mut listener = Listener::default();
    let told = testbed.live(&parties, script, &mut listener).await.unwrap();
    let keeper = testbed.keeper;
    testbed.stop().await.unwrap();
    let Some((_, Milestone::Done { ok, .. })) = listener.0.last() else { panic!("{:?}", listener.0.last()) };
    assert_eq!(told, *ok);
    (listener.0, keeper)
}

fn payments(milestone: &Milestone) -> &[Payment] {
    match milestone {
        Milestone::Collected { payments, .. } | Milestone::BackOnSchedule { payments, .. } => payments,
        other => panic!("no payments: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_is_paid_missed_warned_locked_cured_unlocked_paid_off_and_closed_and_the_books_balance() {
    let script = Script::year();
    let (told, the_keeper) = lived(script).await;
    assert!(told.is_sorted_by_key(|(at, _)| at), "time never runs back");
    let times: Vec<i64> = told.iter().map(|(at, _)| *at).collect();
    let milestones: Vec<Milestone> = told.into_iter().map(|(_, milestone)| milestone).collect();
    let [
        Milestone::Deployed { .. },
        Milestone::Registered { .. },
        Milestone::Originated { instalment, first_due, .. },
        Milestone::EscrowFunded { .. },
        paid_before @ Milestone::Collected { .. },
        Milestone::Lapsed { past_due, wallet: 0, due, .. },
        Milestone::Warned { message: Some(message), settlement: warned },
        Milestone::Defaulted { at, .. },
        Milestone::Locked { starts: false, until, settlement: locked },
        Milestone::ToppedUp { amount, .. },
        Milestone::Cured { paid, .. },
        Milestone::Unlocked { starts: true, settlement: unlocked },
        paid_after @ Milestone::BackOnSchedule { .. },
        Milestone::PaidOff { payment },
        Milestone::Released,
        Milestone::Closed { wallet_returned: 0, .. },
        Milestone::Done { ok: true, books, keeper_earned_lamports, wrong, .. },
    ] = &milestones[..]
    else {
        panic!("another story: {milestones:#?}")
    };

    assert_eq!(*first_due, times[0] + script.terms.first_due);
    for (paid, expected) in [(paid_before, script.paid_before), (paid_after, script.paid_after)] {
        let whole = |payment: &Payment| payment.to_principal + payment.to_interest == *instalment;
        assert!(payments(paid).iter().all(whole) && payments(paid).len() == usize::from(expected));
    }
    assert_eq!(past_due, instalment);
    assert!(!message.is_empty());
    // Not before the contract allows it, and then at once: a second passes in a second while the story waits.
    let soon = |time: i64, earliest: i64| (earliest..earliest + 60).contains(&time);
    assert!(soon(*at, due + i64::from(script.terms.grace_secs)), "{at}");
    assert!(soon(*until, at + i64::from(script.terms.lock_ttl_secs)), "{until}");
    // The missed instalment cures the loan; its late fee comes last of all.
    assert_eq!((paid, amount), (instalment, instalment));
    assert!(payment.to_principal > 0 && payment.to_interest > 0);
    assert_eq!(payment.to_fees, script.terms.late_fee);

    let receipts = [warned, locked, unlocked];
    let signatures: HashSet<Signature> = receipts.map(|receipt| receipt.signature.parse().unwrap()).into();
    assert_eq!(signatures.len(), 3);
    for (receipt, number) in receipts.into_iter().zip(1..) {
        let Settlement { fee_lamports, keeper, seq, .. } = receipt;
        assert_eq!((*fee_lamports, *keeper, *seq), (script.offer.fee, the_keeper, number));
    }
    let fees = 3 * script.offer.fee;
    let paid_in = fees + script.funding;
    assert_eq!(
        *books,
        Books {
            escrow_in_lamports: paid_in,
            escrow_out_lamports: paid_in,
            keeper_fees_lamports: fees,
            calls: 3
        }
    );
    assert_eq!(u64::try_from(*keeper_earned_lamports), Ok(fees));
    assert!(wrong.is_empty());
}
