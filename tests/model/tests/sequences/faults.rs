//! The sequences find what a contract like this got wrong before, or could. Each fault is put into the reference: on a
//! short sequence in which it matters, program and reference agree without it and disagree with it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use latchkey::state::{Action, Calendar, Overpayment, Terms};
use latchkey_tests_model::calls::Call;
use latchkey_tests_model::generate::Flavour;
use latchkey_tests_model::moves::{Moment, Move, Proof, Sum, Tampering};
use latchkey_tests_model::parties::Who;
use latchkey_tests_model::reference::{Agreement, Fault};
use latchkey_tests_model::run::{Sequence, run, run_with};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Ten instalments of 1,000 a week apart, the first a day after signing; a late fee after a day, default after two.
fn terms() -> Terms {
    Terms {
        principal: 10_000,
        apr_ppm: 180_000,
        instalment: 1_000,
        count: 10,
        first_due: DAY,
        calendar: Calendar::seconds(7 * 86_400),
        grace_secs: 2 * 86_400,
        late_fee: 25,
        late_after_secs: 86_400,
        warn_after_secs: 1,
        notice_secs: 0,
        min_channels: 0,
        notice_after_default: false,
        final_notice_secs: 0,
        notice_max_age_secs: 0,
        emergency_secs: 86_400,
        emergency_max: 1,
        lock_ttl_secs: 30 * 86_400,
        max_extensions: 2,
        deferred: 0,
        overpayment: Overpayment::ReducePrincipal,
        public_unlock: false,
    }
}

fn with_notice() -> Terms {
    Terms { notice_secs: 3_600, min_channels: 1, notice_max_age_secs: 30 * 86_400, ..terms() }
}

/// Forty daily instalments, each late half a day after it was due.
fn daily() -> Terms {
    Terms { count: 40, calendar: Calendar::seconds(86_400), late_after_secs: 43_200, ..terms() }
}

fn wait(secs: i64) -> Move {
    Move::Wait(Moment::In(secs), 0)
}

fn go(call: Call) -> Move {
    Move::Do(call, Tampering::None)
}

fn top_up(units: u64) -> Move {
    Move::TopUp(Sum::Units(units))
}

fn ask(action: Action) -> Move {
    go(Call::Request(action, None))
}

fn claim() -> Move {
    go(Call::Claim(Who::Keeper, 0))
}

fn prove() -> Move {
    go(Call::Confirm(0, Who::Keeper, Proof::Right))
}

fn collect() -> Move {
    go(Call::Collect(false))
}

/// In default, two days after the first due date.
fn defaulted() -> Vec<Move> {
    vec![wait(3 * DAY), go(Call::DeclareDefault)]
}

/// The same, and its car locked.
fn locked() -> Vec<Move> {
    [defaulted(), vec![ask(Action::Lock), claim(), prove()]].concat()
}

/// Asked to warn, and a keeper at work, a second after the first due date.
fn warning() -> Vec<Move> {
    vec![wait(DAY + 1), ask(Action::Warn), claim()]
}

/// A life in which the fault matters.
fn life(fault: Fault) -> (Terms, Vec<Move>) {
    let then = |begin: Vec<Move>, moves: Vec<Move>| [begin, moves].concat();
    match fault {
        Fault::FeesFirst => (terms(), vec![wait(2 * DAY), collect(), top_up(1_000), collect()]),
        Fault::FeesFromSurplus => (terms(), vec![wait(2 * DAY), collect(), top_up(1_500), collect()]),
        Fault::MoneyCountsFromNow => (terms(), vec![top_up(1_000), wait(4 * DAY), collect()]),
        Fault::ChangesWhatIsPaidOff => {
            let extend = Call::Extend(Who::Servicer, Who::Borrower, Agreement::Sound);
            (terms(), vec![top_up(20_000), wait(70 * DAY), go(extend)])
        }
        Fault::DecidedDatesCountAgain => {
            let extend = Call::Extend(Who::Servicer, Who::Borrower, Agreement::Sound);
            let half = DAY / 2;
            // 32 moments after the look; with the one decided late date that an extension moves ahead, 33.
            let moves = vec![wait(16 * DAY + half), collect(), go(extend), wait(16 * DAY + half)];
            (daily(), then(moves, vec![go(Call::PlaceStay(Who::Authority, 0, DAY))]))
        }
        Fault::TellsInAStay => {
            let stay = go(Call::PlaceStay(Who::Authority, 0, 5 * DAY));
            (with_notice(), then(warning(), vec![stay, prove()]))
        }
        Fault::TellsAfterAChargeOff => {
            let given_up = go(Call::ChargeOff(Who::Authority));
            (with_notice(), vec![wait(121 * DAY), ask(Action::Warn), claim(), given_up, prove()])
        }
        Fault::OldWarningsCount => {
            (with_notice(), then(warning(), vec![top_up(1_000), collect(), wait(7 * DAY), prove()]))
        }
        Fault::WarnsAgain => {
            let unheard = vec![ask(Action::Warn), wait(6 * HOUR), go(Call::Expire(0))];
            (terms(), [vec![wait(DAY + 1)], unheard.clone(), unheard.clone(), unheard].concat())
        }
        Fault::LocksWhatTheWalletCures => {
            (terms(), then(defaulted(), vec![top_up(1_000), ask(Action::Lock)]))
        }
        Fault::LocksOnHold => {
            let hold = go(Call::PlaceHold(Who::Servicer, DAY));
            (terms(), then(defaulted(), vec![hold, ask(Action::Lock)]))
        }
        Fault::LocksInAnEmergency => {
            let start = go(Call::EmergencyStart(Who::Borrower));
            let rich = go(Call::FundEscrow(Who::Payer, 20_000_000));
            let moves = vec![rich, start, ask(Action::Unlock), prove(), ask(Action::Lock)];
            (terms(), then(locked(), moves))
        }
        Fault::RenewsAtOnce => (terms(), then(locked(), vec![wait(60), ask(Action::Lock)])),
        Fault::LocksTwice => (terms(), then(defaulted(), vec![ask(Action::Lock), ask(Action::Lock)])),
        Fault::DefaultsEarly => (terms(), vec![wait(3 * DAY - 1), go(Call::DeclareDefault)]),
        Fault::StaysTakeGrace => {
            let stay = go(Call::PlaceStay(Who::Authority, 0, 5 * DAY));
            (terms(), vec![wait(DAY), stay, wait(5 * DAY), go(Call::DeclareDefault)])
        }
        Fault::UnlocksWaitForThePause => {
            let pause = go(Call::Pause(Who::Servicer, 3_600));
            (terms(), then(locked(), vec![pause, top_up(1_000), collect(), ask(Action::Unlock)]))
        }
        Fault::UnlocksNeedTheFee => {
            // Two unlocks that nobody had done keep their fees until they are cleared away.
            let asked = vec![ask(Action::Unlock), wait(6 * HOUR)];
            let cured = vec![top_up(1_000), collect()];
            (terms(), [locked(), cured, asked.clone(), asked.clone(), asked].concat())
        }
        Fault::SettlesTooMuch => {
            (terms(), vec![top_up(5_000), wait(DAY), go(Call::Settle(Who::Authority, 0))])
        }
        Fault::RecoversAtOnce => {
            let recover = |signs| go(Call::RecoverBorrower(Who::Authority, Who::Heir, signs));
            (terms(), vec![recover(false), recover(true)])
        }
    }
}

#[test]
fn every_fault_makes_program_and_reference_disagree() {
    for fault in Fault::ALL {
        let (terms, moves) = life(fault);
        let sequence = Sequence { flavour: Flavour::Money, terms, from_nothing: false, moves: vec![moves] };
        run(&sequence);
        let found = catch_unwind(AssertUnwindSafe(|| run_with(&sequence, Some(fault)))).is_err();
        assert!(found, "{fault:?} is not found");
    }
}
