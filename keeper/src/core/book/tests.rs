use latchkey::state::{Action, Lender, Loan, LoanStub};

use super::row::Row;
use super::*;
use crate::core::account::{RawAccount, Snapshot};
use crate::core::fixture::{KEEPER, LoanFixture, OTHER, raw};

fn book(fixture: &LoanFixture) -> Book {
    let mut book = Book::new(KEEPER);
    take(&mut book, fixture.snapshot(10));
    assert_eq!(views(&book), 1);
    book
}

/// Takes a snapshot in whole.
fn take(book: &mut Book, snapshot: Snapshot) {
    book.begin(snapshot);
    while book.is_taking_in() {
        book.take_in(2);
    }
}

fn views(book: &Book) -> usize {
    book.all().into_iter().filter(|id| book.view(*id).is_some()).count()
}

fn the(book: &Book) -> LoanView<'_> {
    book.all().into_iter().find_map(|id| book.view(id)).unwrap()
}

fn update(book: &mut Book, slot: u64, key: Pubkey, account: Option<RawAccount>) {
    book.update(Update { slot, accounts: vec![(key, account)], wallets: Vec::new() });
}

/// How much there is in the book, of every kind.
fn sizes(book: &Book) -> [usize; 8] {
    [
        book.rows.len(),
        book.calls.len(),
        book.strays.len(),
        book.closed.len(),
        book.unreadable.len(),
        book.unlocks.len(),
        book.lenders.find(&Pubkey::default()).map_or(0, |id| book.lenders.get(id).loans.len()),
        book.untold.len(),
    ]
}

#[test]
fn a_loan_is_judged_as_its_accounts_say() {
    let mut fixture = LoanFixture { wallet: 77, ..LoanFixture::defaulted() };
    fixture.lock();
    fixture.loan.hold_until = 5;
    (fixture.loan.stay_from, fixture.loan.stay_until) = (1, 2);
    fixture.loan.emergency_from = 3;
    fixture.request(Action::Unlock, 1_060);
    let book = book(&fixture);
    let (read, told) = (the(&book), fixture.view());
    // What decides, of the loan and of the vehicle.
    let loan = |view: &LoanView<'_>| {
        let loan = &view.loan;
        (
            (loan.terms, loan.ledger, loan.notices, loan.status, loan.invocations_open),
            (loan.hold_until, loan.stay_from, loan.stay_until, loan.emergency_from),
            (loan.unlock_fee, loan.unlock_ttl_secs, loan.unlock_keys),
            (view.keys(), view.wallet, view.escrow),
        )
    };
    let vehicle = |view: &LoanView<'_>| {
        let it = &view.vehicle;
        (
            (it.lock, it.asked, it.open, it.distrusted, it.device_key),
            (it.last_seq_asked, it.last_seq_proven, it.void_through, it.last_unlock_asked),
        )
    };
    assert_eq!(loan(&read), loan(&told));
    assert_eq!(vehicle(&read), vehicle(&told));
    assert_eq!(read.invocations.len(), 1);
    assert_eq!(read.function(Action::Lock).map(|function| function.fee), Some(1_000));
}

#[test]
fn a_loan_that_was_closed_is_a_stub_and_no_loan() {
    let fixture = LoanFixture::new();
    let mut book = book(&fixture);
    let loan = fixture.keys().loan;
    update(&mut book, 11, loan, Some(raw(&LoanStub::from(&fixture.loan))));
    assert_eq!(views(&book), 0);
    assert!(book.take_unreadable().is_empty(), "a stub is no stranger");
    // What an older node says does not bring it back, not even after the next snapshot.
    update(&mut book, 10, loan, Some(raw(&fixture.loan)));
    assert_eq!(views(&book), 0);
    take(&mut book, Snapshot { slot: 12, ..Snapshot::default() });
    update(&mut book, 11, loan, Some(raw(&fixture.loan)));
    assert_eq!(views(&book), 0);
}

#[test]
fn a_loan_that_was_sold_is_the_buyers() {
    let fixture = LoanFixture::new();
    let mut book = book(&fixture);
    update(&mut book, 11, OTHER, Some(raw(&fixture.lender)));
    let sold = Loan { lender: OTHER, ..fixture.loan.clone() };
    update(&mut book, 11, fixture.keys().loan, Some(raw(&sold)));
    assert_eq!(the(&book).lender_key, OTHER);
    let buyer = book.lenders.find(&OTHER).unwrap();
    let seller = book.lenders.find(&Pubkey::default()).unwrap();
    let loans = [buyer, seller].map(|lender| book.rows_of_lender(lender, RowId::FIRST, 9).len());
    assert_eq!(loans, [1, 0]);
}

#[test]
fn an_account_of_another_version_is_skipped_and_told_of_once() {
    let fixture = LoanFixture::new();
    let mut book = book(&fixture);
    let (loan, mut account) = (fixture.keys().loan, raw(&fixture.loan));
    // After the discriminator.
    account.data[8] += 1;
    for slot in [12, 13] {
        update(&mut book, slot, loan, Some(account.clone()));
        assert_eq!(views(&book), 0);
    }
    assert_eq!(book.take_unreadable(), [loan]);
    assert!(book.take_unreadable().is_empty());
    update(&mut book, 14, loan, Some(raw(&fixture.loan)));
    assert_eq!(views(&book), 1);
}

#[test]
fn the_accounts_of_a_new_loan_may_arrive_in_any_order() {
    let mut fixture = LoanFixture { wallet: 7, ..LoanFixture::defaulted() };
    fixture.request(Action::Lock, 1_060);
    let snapshot = fixture.snapshot(10);
    let parts = snapshot.accounts.len();
    for shift in 0..parts {
        let mut book = Book::new(KEEPER);
        take(
            &mut book,
            Snapshot { slot: 1, token_programs: snapshot.token_programs.clone(), ..Snapshot::default() },
        );
        book.update(Update { slot: 10, accounts: Vec::new(), wallets: snapshot.wallets.clone() });
        for at in 0..parts {
            let (key, account) = snapshot.accounts[(at + shift) % parts].clone();
            update(&mut book, 10, key, Some(account));
        }
        let view = the(&book);
        assert_eq!((view.invocations.len(), view.wallet), (1, 7), "from {shift}");
        assert_eq!(book.strays.len(), 0);
    }
}

#[test]
fn what_a_snapshot_lacks_and_was_read_before_it_is_gone() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock, 1_060);
    let mut book = book(&fixture);
    let (call, _) = fixture.invocations[0];
    let mut without_call = fixture.snapshot(11);
    without_call.accounts.retain(|(key, _)| *key != call);
    // As old as what is known: it says nothing new.
    take(&mut book, Snapshot { slot: 9, ..Snapshot::default() });
    assert_eq!(the(&book).invocations.len(), 1);
    take(&mut book, without_call);
    assert_eq!(the(&book).invocations.len(), 0);
    // An account read after the snapshot stays, though the snapshot comes later.
    update(&mut book, 13, fixture.keys().loan, Some(raw(&fixture.loan)));
    take(&mut book, Snapshot { slot: 12, ..Snapshot::default() });
    assert_eq!((book.len(), views(&book)), (1, 0));
    take(&mut book, Snapshot { slot: 14, ..Snapshot::default() });
    assert_eq!(book.len(), 0);
}

#[test]
fn an_update_during_a_snapshot_is_not_undone_by_it() {
    let fixture = LoanFixture::new();
    let mut book = book(&fixture);
    book.begin(fixture.snapshot(20));
    book.take_in(1);
    let wallet = fixture.keys().wallet;
    book.update(Update { slot: 21, accounts: Vec::new(), wallets: vec![(wallet, 5)] });
    while book.is_taking_in() {
        book.take_in(1);
    }
    assert_eq!(the(&book).wallet, 5);
}

#[test]
fn a_call_that_a_rival_closed_is_gone_as_soon_as_loan_or_vehicle_show_it() {
    let mut fixture = LoanFixture::defaulted();
    fixture.request(Action::Lock, 1_060);
    let keys = fixture.keys();
    let closed = |change: &dyn Fn(&mut LoanFixture) -> (Pubkey, RawAccount)| {
        let mut book = book(&fixture);
        let (key, account) = change(&mut fixture.clone());
        update(&mut book, 11, key, Some(account));
        let known = the(&book).invocations.len();
        // The call itself, as an older notice still has it.
        let (call, invocation) = &fixture.invocations[0];
        update(&mut book, 10, *call, Some(raw(invocation)));
        assert_eq!(the(&book).invocations.len(), known);
        known == 0
    };
    assert!(!closed(&|it| (keys.loan, raw(&it.loan))));
    assert!(!closed(&|it| (keys.vehicle, raw(&it.vehicle))));
    assert!(closed(&|it| {
        it.loan.invocations_open = 0;
        (keys.loan, raw(&it.loan))
    }));
    assert!(closed(&|it| {
        it.vehicle.open = latchkey::state::OpenInvocation::NONE;
        (keys.vehicle, raw(&it.vehicle))
    }));
    assert!(closed(&|it| {
        it.vehicle.last_seq_proven = 1;
        (keys.vehicle, raw(&it.vehicle))
    }));
}

#[test]
fn a_lender_that_changes_names_its_loans_and_one_that_only_counts_does_not() {
    let fixture = LoanFixture::new();
    let mut book = book(&fixture);
    book.take_changes();
    let counted = Lender { loans_opened: 9, ..fixture.lender.clone() };
    update(&mut book, 11, Pubkey::default(), Some(raw(&counted)));
    assert!(book.take_changes().lenders.is_empty());
    let paused = Lender { paused_until: 9, ..fixture.lender.clone() };
    update(&mut book, 12, Pubkey::default(), Some(raw(&paused)));
    let lenders = book.take_changes().lenders;
    assert_eq!(lenders.len(), 1);
    assert_eq!(book.rows_of_lender(lenders[0], RowId::FIRST, 9).len(), 1);
}

#[test]
fn thousands_of_lives_leave_nothing_behind() {
    const LIVES: u8 = 200;
    let lender = LoanFixture::new();
    let mut book = Book::new(KEEPER);
    let parties = || {
        let mut snapshot = lender.snapshot(1);
        snapshot.accounts.retain(|(key, _)| *key == Pubkey::default());
        snapshot.wallets.clear();
        snapshot
    };
    take(&mut book, parties());
    let empty = sizes(&book);
    let mut slot = 1;
    for round in 0..10 {
        for life in 0..LIVES {
            slot += 1;
            let mut fixture = LoanFixture::on_vehicle(Pubkey::new_from_array([life + 50; 32]), round);
            fixture.loan.unlock_fee = u64::from(life);
            fixture.request(Action::Warn, 1_060);
            let accounts =
                fixture.snapshot(slot).accounts.into_iter().filter(|(key, _)| *key != Pubkey::default());
            let mut accounts: Vec<_> = accounts.map(|(key, account)| (key, Some(account))).collect();
            // Out of order every other time.
            if life % 2 == 0 {
                accounts.reverse();
            }
            let wallets = vec![(fixture.keys().wallet, 1)];
            for account in accounts {
                book.update(Update { slot, accounts: vec![account], wallets: wallets.clone() });
            }
        }
        assert_eq!(views(&book), usize::from(LIVES));
        for life in 0..LIVES {
            slot += 1;
            let fixture = LoanFixture::on_vehicle(Pubkey::new_from_array([life + 50; 32]), round);
            update(&mut book, slot, fixture.keys().loan, Some(raw(&LoanStub::from(&fixture.loan))));
        }
        assert_eq!(book.len(), 0);
    }
    take(&mut book, Snapshot { slot: slot + 1, ..parties() });
    assert_eq!(sizes(&book), empty);
    // The places of the closed loans are used again.
    let (_, next) = book.rows.slice(RowId::FIRST, usize::from(LIVES));
    assert_eq!(next, None);
}

#[test]
fn a_loan_at_rest_takes_at_most_600_bytes_with_all_that_finds_it() {
    let row = size_of::<Option<Row>>();
    // An entry of each index has four bytes and one of its table's own, and a table is at least 7/16 full.
    let indices = 3 * (size_of::<RowId>() + 1) * 16 / 7;
    // An entry in the agenda and one with the lender, in nodes that are half full at worst, and what joins the nodes.
    let ordered = 3 * (size_of::<(i64, RowId)>() + size_of::<RowId>());
    assert!(row + indices + ordered <= 600, "{row} + {indices} + {ordered}");
}
