//! Where attacks begin: moments in the life of a loan, each built once and copied for every attack.

use std::collections::BTreeMap;
use std::mem::swap;

use latchkey::instructions::InitLenderArgs;
use latchkey::state::Action;
use latchkey_client::instructions::LoanKeys;
use latchkey_client::{Pubkey, pda};
use latchkey_tests_svm::{Car, DAY, Money, Scene, TTL, World, due, floors, person};
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

/// A moment. From `BeforeLoan` on there are two more loans: a sibling of the same parties on another car, and a
/// foreign one that the attacker wrote for itself, as lender and as borrower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
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
    /// The first instalment is due and unpaid.
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
    /// Nobody claimed it, and its time is over.
    Over,
    /// The car is locked.
    Locked,
    /// What was past due is paid; the car is still locked.
    Cured,
    /// The loan is 120 days past due.
    Hopeless,
    /// Nothing is owed.
    PaidOff,
}

/// Every moment that was needed so far.
#[derive(Default)]
pub struct Stages(BTreeMap<Stage, Scene>);

impl Stages {
    /// The scene at a moment, to do with what one likes.
    pub fn at(&mut self, stage: Stage) -> Scene {
        if !self.0.contains_key(&stage) {
            let scene = self.build(stage);
            self.0.insert(stage, scene);
        }
        self.0[&stage].clone()
    }

    fn build(&mut self, stage: Stage) -> Scene {
        match stage {
            Stage::Bare => {
                let mut world = World::new();
                let money = Money::spl(&mut world);
                Scene::before_lender(world, money)
            }
            Stage::BeforeLoan => before_loan(self.at(Stage::Bare)),
            Stage::Fresh => {
                let mut scene = self.at(Stage::BeforeLoan);
                scene.originate().holds();
                scene.fund(1_000_000_000).holds();
                scene
            }
            Stage::Nominated => {
                let mut scene = self.at(Stage::Fresh);
                let nominee = person("nominee").pubkey();
                let Scene { world, money, .. } = &mut scene;
                money.open(world, &nominee, 0);
                scene.nominate(Some(nominee)).holds();
                scene
            }
            Stage::Funded => {
                let mut scene = self.at(Stage::Fresh);
                scene.top_up(20_000);
                scene
            }
            Stage::Held => {
                let mut scene = self.at(Stage::Fresh);
                scene.place_hold(due(9)).holds();
                scene
            }
            Stage::Due => self.later(Stage::Fresh, due(0)),
            Stage::Late => {
                let mut scene = self.later(Stage::Fresh, due(0) + DAY);
                scene.collect().holds();
                scene
            }
            Stage::GraceOver => self.later(Stage::Fresh, Scene::default_at()),
            Stage::Defaulted => {
                let mut scene = self.at(Stage::GraceOver);
                everywhere(&mut scene, |scene| drop(scene.declare_default().holds()));
                scene
            }
            Stage::Asked => {
                let mut scene = self.at(Stage::Defaulted);
                everywhere(&mut scene, |scene| drop(scene.request(Action::Lock).holds()));
                scene
            }
            Stage::Claimed => {
                let mut scene = self.at(Stage::Asked);
                let own = scene.lender;
                everywhere(&mut scene, |scene| {
                    let keeper = if scene.lender == own { &scene.keeper } else { &scene.rival };
                    let keeper = keeper.insecure_clone();
                    scene.claim(&keeper, 1).holds();
                });
                scene
            }
            Stage::Over => self.later(Stage::Asked, Scene::default_at() + TTL),
            Stage::Locked => {
                let mut scene = self.at(Stage::Claimed);
                let receipt = scene.receipt(1);
                scene.confirm(&receipt).holds();
                scene
            }
            Stage::Cured => {
                let mut scene = self.at(Stage::Locked);
                scene.top_up(1_000);
                scene.collect().holds();
                scene
            }
            Stage::Hopeless => self.later(Stage::Defaulted, due(0) + 120 * DAY),
            Stage::PaidOff => {
                let mut scene = self.at(Stage::Fresh);
                scene.pay_all();
                scene
            }
        }
    }

    fn later(&mut self, stage: Stage, now: i64) -> Scene {
        let mut scene = self.at(stage);
        scene.at(now);
        scene
    }
}

fn before_loan(mut scene: Scene) -> Scene {
    (scene.terms.emergency_secs, scene.terms.emergency_max) = (86_400, 2);
    scene.terms.max_extensions = 2;
    let args = InitLenderArgs { servicer: scene.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
    scene.init_lender(args.clone()).holds();
    offer_and_register(&mut scene);
    on(&mut scene, Other::Sibling, |scene| {
        let car = scene.car.clone();
        scene.register(&car).holds();
        scene.originate().holds();
        scene.fund(1_000_000_000).holds();
    });
    on(&mut scene, Other::Foreign, |scene| {
        let Scene { world, money, .. } = scene;
        money.open(world, &person("foreign authority").pubkey(), 1_000_000);
        money.open(world, &scene.stranger.pubkey(), 1_000_000);
        scene.init_lender(InitLenderArgs { servicer: scene.servicer.pubkey(), ..args }).holds();
        offer_and_register(scene);
        scene.originate().holds();
        scene.fund(1_000_000_000).holds();
    });
    scene
}

fn offer_and_register(scene: &mut Scene) {
    for action in Action::ALL {
        let offer = scene.offer(action);
        scene.set_function(action, offer).holds();
    }
    let car = scene.car.clone();
    scene.register(&car).holds();
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
pub fn keys_of(scene: &Scene, other: Other) -> LoanKeys {
    let (vehicle, lender, treasury) = match other {
        Other::Sibling => (Car::new("another car").vehicle, scene.lender, scene.keys.treasury),
        Other::Foreign => {
            let authority = person("foreign authority").pubkey();
            (Car::new("foreign car").vehicle, pda::lender(&authority), scene.money.account(&authority))
        }
    };
    let loan = pda::loan(&vehicle, 0);
    let wallet = pda::wallet(&loan, &scene.keys.mint, &scene.keys.token_program);
    LoanKeys { vehicle, lender, treasury, loan, wallet, escrow: pda::escrow(&loan), ..scene.keys }
}

/// Acts on another loan with its own people, and comes back.
pub fn on<T>(scene: &mut Scene, other: Other, act: impl FnOnce(&mut Scene) -> T) -> T {
    let mut keys = keys_of(scene, other);
    let mut car = Car::new(if other == Other::Sibling { "another car" } else { "foreign car" });
    let mut lender = keys.lender;
    let mut people: [Keypair; 3] = match other {
        Other::Sibling => [&scene.authority, &scene.servicer, &scene.borrower].map(Keypair::insecure_clone),
        Other::Foreign => [person("foreign authority"), person("foreign servicer"), person("stranger")],
    };
    let mut savings =
        if other == Other::Sibling { scene.savings } else { scene.money.account(&people[2].pubkey()) };
    let mut turn = |scene: &mut Scene| {
        swap(&mut scene.keys, &mut keys);
        swap(&mut scene.car, &mut car);
        swap(&mut scene.lender, &mut lender);
        swap(&mut scene.savings, &mut savings);
        swap(&mut scene.authority, &mut people[0]);
        swap(&mut scene.servicer, &mut people[1]);
        swap(&mut scene.borrower, &mut people[2]);
    };
    turn(scene);
    let done = act(scene);
    turn(scene);
    done
}

/// Does the same for the loan under attack and the two beside it.
fn everywhere(scene: &mut Scene, act: impl Fn(&mut Scene)) {
    act(scene);
    on(scene, Other::Sibling, &act);
    on(scene, Other::Foreign, &act);
}

/// The address of an open invocation of another loan's car.
pub fn invocation_of(scene: &Scene, other: Other) -> Pubkey {
    pda::invocation(&keys_of(scene, other).vehicle, 1)
}
