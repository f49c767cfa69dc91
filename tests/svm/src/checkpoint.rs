//! Where attacks begin: moments in the life of a loan, each built once and copied for every attack.

use std::collections::BTreeMap;
use std::mem::swap;

use crate::{Car, DAY, LoanFixture, Money, START, TTL, TestChain, due, person};
use latchkey::rules::recovery::RECOVERY_SECS;
use latchkey::state::Action;
use latchkey_client::instructions::LoanKeys;
use latchkey_client::{Pubkey, pda};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

/// A moment in the life of a loan. From `BeforeLoan` on there are two more loans: a sibling of the same parties on
/// another car, and a foreign one that the attacker wrote for itself, as lender and as borrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checkpoint {
    /// People and money, but no lender.
    Bare,
    /// A lender and a car, but no loan on it.
    BeforeLoan,
    /// The loan was just written.
    Fresh,
    /// A successor of the authority is nominated.
    Nominated,
    /// The wallet holds twice what is owed.
    Funded,
    /// The lender has promised not to lock.
    Held,
    /// The first instalment was due a second ago and is unpaid: the car may warn.
    Due,
    /// Its late fee has fallen.
    Late,
    /// Its grace is over.
    GraceOver,
    /// The loan is in default.
    Defaulted,
    /// A lock is asked for, number 1.
    Asked,
    /// The keeper has claimed it.
    Claimed,
    /// The request expired without a claim.
    Over,
    /// The car is locked.
    Locked,
    /// What was past due is paid; the car is still locked.
    Cured,
    /// What was past due is paid, and an unlock is asked for, number 2.
    Unlocking,
    /// The loan is 120 days past due.
    Hopeless,
    /// Nothing is owed.
    PaidOff,
    /// A key is proposed to take the place of the borrower's.
    Proposed,
    /// The proposed key may take over.
    Recoverable,
    /// There is a lender who may buy the loan.
    Sellable,
}

/// Every checkpoint that was needed so far.
#[derive(Default)]
pub struct Checkpoints(BTreeMap<Checkpoint, LoanFixture>);

impl Checkpoints {
    /// A copy of the fixture at a checkpoint.
    pub fn at(&mut self, checkpoint: Checkpoint) -> LoanFixture {
        if !self.0.contains_key(&checkpoint) {
            let fixture = self.build(checkpoint);
            self.0.insert(checkpoint, fixture);
        }
        self.0[&checkpoint].clone()
    }

    fn build(&mut self, checkpoint: Checkpoint) -> LoanFixture {
        match checkpoint {
            Checkpoint::Bare => {
                let mut chain = TestChain::new();
                let money = Money::spl(&mut chain);
                LoanFixture::before_lender(chain, money)
            }
            Checkpoint::BeforeLoan => before_loan(self.at(Checkpoint::Bare)),
            Checkpoint::Fresh => {
                let mut fixture = self.at(Checkpoint::BeforeLoan);
                fixture.originate().holds();
                fixture.fund(1_000_000_000).holds();
                fixture
            }
            Checkpoint::Nominated => {
                let mut fixture = self.at(Checkpoint::Fresh);
                let nominee = person("nominee").pubkey();
                let LoanFixture { chain, money, .. } = &mut fixture;
                money.open(chain, &nominee, 0);
                fixture.nominate(Some(nominee)).holds();
                fixture
            }
            Checkpoint::Funded => {
                let mut fixture = self.at(Checkpoint::Fresh);
                fixture.top_up(20_000);
                fixture
            }
            Checkpoint::Held => {
                let mut fixture = self.at(Checkpoint::Fresh);
                fixture.place_hold(due(4)).holds();
                fixture
            }
            Checkpoint::Due => self.later(Checkpoint::Fresh, due(0) + 1),
            Checkpoint::Late => {
                let mut fixture = self.later(Checkpoint::Fresh, due(0) + DAY);
                fixture.collect().holds();
                fixture
            }
            Checkpoint::GraceOver => self.later(Checkpoint::Fresh, LoanFixture::default_at()),
            Checkpoint::Defaulted => {
                let mut fixture = self.at(Checkpoint::GraceOver);
                everywhere(&mut fixture, |fixture| drop(fixture.declare_default().holds()));
                fixture
            }
            Checkpoint::Asked => {
                let mut fixture = self.at(Checkpoint::Defaulted);
                everywhere(&mut fixture, |fixture| drop(fixture.request(Action::Lock).holds()));
                fixture
            }
            Checkpoint::Claimed => {
                let mut fixture = self.at(Checkpoint::Asked);
                let own = fixture.lender;
                everywhere(&mut fixture, |fixture| {
                    let keeper = if fixture.lender == own { &fixture.keeper } else { &fixture.rival };
                    let keeper = keeper.insecure_clone();
                    fixture.claim(&keeper, 1).holds();
                });
                fixture
            }
            Checkpoint::Over => self.later(Checkpoint::Asked, LoanFixture::default_at() + TTL),
            Checkpoint::Locked => {
                let mut fixture = self.at(Checkpoint::Claimed);
                let receipt = fixture.receipt(1);
                fixture.confirm(&receipt).holds();
                fixture
            }
            Checkpoint::Cured => {
                let mut fixture = self.at(Checkpoint::Locked);
                fixture.top_up(1_000);
                fixture.collect().holds();
                fixture
            }
            Checkpoint::Unlocking => {
                let mut fixture = self.at(Checkpoint::Cured);
                fixture.request(Action::Unlock).holds();
                fixture
            }
            Checkpoint::Hopeless => self.later(Checkpoint::Defaulted, due(0) + 120 * DAY),
            Checkpoint::PaidOff => {
                let mut fixture = self.at(Checkpoint::Fresh);
                fixture.pay_all();
                fixture
            }
            Checkpoint::Proposed => {
                let mut fixture = self.at(Checkpoint::Fresh);
                fixture.propose_recovery(person("new borrower").pubkey()).holds();
                fixture
            }
            Checkpoint::Recoverable => self.later(Checkpoint::Proposed, START + RECOVERY_SECS),
            Checkpoint::Sellable => {
                let mut fixture = self.at(Checkpoint::Fresh);
                fixture.found_buyer();
                fixture
            }
        }
    }

    fn later(&mut self, checkpoint: Checkpoint, now: i64) -> LoanFixture {
        let mut fixture = self.at(checkpoint);
        fixture.at(now);
        fixture
    }
}

fn before_loan(mut fixture: LoanFixture) -> LoanFixture {
    (fixture.terms.emergency_secs, fixture.terms.emergency_max) = (86_400, 2);
    fixture.terms.max_extensions = 2;
    let args = fixture.lender_args();
    fixture.init_lender(args).holds();
    offer_and_register(&mut fixture);
    on(&mut fixture, Other::Sibling, |fixture| {
        let car = fixture.car.clone();
        fixture.register(&car).holds();
        fixture.originate().holds();
        fixture.fund(1_000_000_000).holds();
    });
    on(&mut fixture, Other::Foreign, |fixture| {
        let LoanFixture { chain, money, .. } = fixture;
        money.open(chain, &person("foreign authority").pubkey(), 1_000_000);
        money.open(chain, &fixture.stranger.pubkey(), 1_000_000);
        let args = fixture.lender_args();
        fixture.init_lender(args).holds();
        offer_and_register(fixture);
        fixture.originate().holds();
        fixture.fund(1_000_000_000).holds();
    });
    fixture
}

fn offer_and_register(fixture: &mut LoanFixture) {
    for action in Action::ALL {
        let offer = fixture.offer(action);
        fixture.set_function(action, offer).holds();
    }
    let car = fixture.car.clone();
    fixture.register(&car).holds();
}

/// A loan beside the one under attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// Of the same lender and borrower, on another car.
    Sibling,
    /// Of another lender, on that one's car, to the stranger.
    Foreign,
}

/// The addresses around another loan.
pub fn keys_of(fixture: &LoanFixture, other: Other) -> LoanKeys {
    let (vehicle, lender, treasury) = match other {
        Other::Sibling => (Car::new("another car").vehicle, fixture.lender, fixture.keys.treasury),
        Other::Foreign => {
            let authority = person("foreign authority").pubkey();
            (Car::new("foreign car").vehicle, pda::lender(&authority), fixture.money.account(&authority))
        }
    };
    let loan = pda::loan(&vehicle, 0);
    let wallet = pda::wallet(&loan, &fixture.keys.mint, &fixture.keys.token_program);
    LoanKeys { vehicle, lender, treasury, loan, wallet, escrow: pda::escrow(&loan), ..fixture.keys }
}

/// Acts on another loan with its own people, and comes back.
pub fn on<T>(fixture: &mut LoanFixture, other: Other, act: impl FnOnce(&mut LoanFixture) -> T) -> T {
    let mut keys = keys_of(fixture, other);
    let mut car = Car::new(if other == Other::Sibling { "another car" } else { "foreign car" });
    let mut lender = keys.lender;
    let mut people: [Keypair; 3] = match other {
        Other::Sibling => {
            [&fixture.authority, &fixture.servicer, &fixture.borrower].map(Keypair::insecure_clone)
        }
        Other::Foreign => [person("foreign authority"), person("foreign servicer"), person("stranger")],
    };
    let mut savings =
        if other == Other::Sibling { fixture.savings } else { fixture.money.account(&people[2].pubkey()) };
    let mut turn = |fixture: &mut LoanFixture| {
        swap(&mut fixture.keys, &mut keys);
        swap(&mut fixture.car, &mut car);
        swap(&mut fixture.lender, &mut lender);
        swap(&mut fixture.savings, &mut savings);
        swap(&mut fixture.authority, &mut people[0]);
        swap(&mut fixture.servicer, &mut people[1]);
        swap(&mut fixture.borrower, &mut people[2]);
    };
    turn(fixture);
    let done = act(fixture);
    turn(fixture);
    done
}

/// Does the same for the loan under attack and the two beside it.
fn everywhere(fixture: &mut LoanFixture, act: impl Fn(&mut LoanFixture)) {
    act(fixture);
    on(fixture, Other::Sibling, &act);
    on(fixture, Other::Foreign, &act);
}

/// The address of an open invocation of another loan's car.
pub fn invocation_of(fixture: &LoanFixture, other: Other) -> Pubkey {
    pda::invocation(&keys_of(fixture, other).vehicle, 1)
}
