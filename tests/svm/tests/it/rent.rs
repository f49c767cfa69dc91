//! Rent returns as it was paid, though the rent rate changed between origination and close.

use latchkey::errors::LatchkeyError;
use latchkey::state::Action;
use latchkey_tests_svm::{LoanFixture, due, fee};
use solana_sdk::signer::Signer;

use crate::only_event;

/// What a byte costs now, and what is planned, lamports.
const LATER: [u64; 3] = [5_080, 696, 6_960];

#[test]
fn m13_the_payer_of_the_rent_gets_it_all_back_and_the_lender_none_of_it() {
    for rate in LATER {
        let mut fixture = LoanFixture::before_loan();
        fixture.chain.set_rent_rate(6_960);
        let payer = fixture.payer.pubkey();
        let before = fixture.chain.lamports(&payer);
        fixture.originate().holds();
        let paid_in: u64 = [fixture.keys.loan, fixture.keys.escrow, fixture.keys.wallet]
            .iter()
            .map(|address| fixture.chain.rent_of(address))
            .sum();
        assert_eq!(fixture.chain.lamports(&payer), before - paid_in - 10_000_000);
        fixture.chain.set_rent_rate(rate);
        fixture.pay_all();
        let told = only_event!(fixture.close().holds(), LoanClosed);
        assert_eq!(told.escrow_returned, 10_000_000, "{rate}");
        assert_eq!(fixture.chain.lamports(&fixture.authority.pubkey()), 10_000_000, "{rate}");
        // All but what the stub costs at the rate of today.
        let stub = fixture.chain.lamports(&fixture.keys.loan);
        assert_eq!(stub, fixture.chain.rent_of(&fixture.keys.loan), "{rate}");
        assert_eq!(fixture.chain.lamports(&payer), before - 10_000_000 - stub, "{rate}");
    }
}

#[test]
fn a_lower_rate_lets_the_lender_take_no_rent_out_of_the_escrow() {
    let mut fixture = LoanFixture::new();
    let available = fixture.available();
    fixture.chain.set_rent_rate(696);
    let most = available - fee(Action::Unlock);
    fixture.withdraw_escrow(most + 1).breaks(LatchkeyError::EscrowShort);
    fixture.withdraw_escrow(most).holds();
}

#[test]
fn an_invocations_rent_returns_as_it_was_paid() {
    let mut fixture = LoanFixture::new();
    let payer = fixture.payer.pubkey();
    let before = fixture.chain.lamports(&payer);
    fixture.at(due(0) + 1).request(Action::Warn).holds();
    fixture.chain.set_rent_rate(696);
    fixture.fulfil(1);
    assert_eq!(fixture.chain.lamports(&payer), before);
}

/// No account is made to pay more: what the escrow lacks of a higher rate, it holds back from calls.
#[test]
fn a_higher_rate_takes_nothing_from_who_paid_the_lower_one() {
    let mut fixture = LoanFixture::before_loan();
    fixture.chain.set_rent_rate(5_080);
    let payer = fixture.payer.pubkey();
    let before = fixture.chain.lamports(&payer);
    fixture.originate().holds();
    fixture.chain.set_rent_rate(6_960);
    fixture.pay_all();
    fixture.close().holds();
    let stub = fixture.chain.lamports(&fixture.keys.loan);
    assert_eq!(fixture.chain.lamports(&payer), before - 10_000_000 - stub);
    assert_eq!(fixture.chain.lamports(&fixture.authority.pubkey()), 10_000_000);
}
