//! The whole path in this process: the program's real bytes, a real broker, the real keeper, function and car.

use std::{collections::HashSet, io};

use latchkey_harness::{
    stage::EmbeddedStage,
    story::{Audience, Books, Cast, Payment, Script, Settlement, Step},
};
use solana_sdk::{pubkey::Pubkey, signature::Signature};

/// Remembers what it is told.
#[derive(Default)]
struct Listener(Vec<(i64, Step)>);

impl Audience for Listener {
    fn step(&mut self, at: i64, step: &Step) -> io::Result<()> {
        self.0.push((at, step.clone()));
        Ok(())
    }

    fn waiting(&mut self, _: &str, _: i64, _: Option<i64>) -> io::Result<()> {
        Ok(())
    }
}

/// A whole life, and the keeper that served it.
async fn lived(script: Script) -> (Vec<(i64, Step)>, Pubkey) {
    let cast = Cast::new();
    let mut stage = EmbeddedStage::start(&cast).unwrap();
    let mut listener = Listener::default();
    let told = stage.live(&cast, script, &mut listener).await.unwrap();
    let keeper = stage.keeper;
    stage.stop().await.unwrap();
    let Some((_, Step::Done { ok, .. })) = listener.0.last() else { panic!("{:?}", listener.0.last()) };
    assert_eq!(told, *ok);
    (listener.0, keeper)
}

fn payments(step: &Step) -> &[Payment] {
    match step {
        Step::Collected { payments, .. } | Step::BackOnSchedule { payments, .. } => payments,
        other => panic!("no payments: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loan_is_paid_missed_warned_locked_cured_unlocked_paid_off_and_closed_and_the_books_balance() {
    let script = Script::year();
    let (told, the_keeper) = lived(script).await;
    assert!(told.is_sorted_by_key(|(at, _)| at), "time runs one way");
    let times: Vec<i64> = told.iter().map(|(at, _)| *at).collect();
    let steps: Vec<Step> = told.into_iter().map(|(_, step)| step).collect();
    let [
        Step::Deployed { .. },
        Step::Registered { .. },
        Step::Originated { instalment, first_due, .. },
        Step::EscrowFunded { .. },
        paid_before @ Step::Collected { .. },
        Step::Lapsed { past_due, wallet: 0, due, .. },
        Step::Warned { message: Some(message), settlement: warned },
        Step::Defaulted { at, .. },
        Step::Locked { starts: false, until, settlement: locked },
        Step::ToppedUp { amount, .. },
        Step::Cured { paid, fees, .. },
        Step::Unlocked { starts: true, settlement: unlocked },
        paid_after @ Step::BackOnSchedule { .. },
        Step::PaidOff { payment },
        Step::Closed { wallet_returned: 0, .. },
        Step::Done { ok: true, books, keeper_earned_lamports, wrong, .. },
    ] = &steps[..]
    else {
        panic!("another story: {steps:#?}")
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
    // The missed instalment and its late fee.
    assert_eq!((*fees, *paid), (script.terms.late_fee, instalment + fees));
    assert_eq!(paid, amount);
    assert!(payment.to_principal > 0 && payment.to_interest > 0);

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
