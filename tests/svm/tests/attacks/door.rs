//! Every instruction at a moment where it succeeds for who may call it. An attack changes one thing about it.

use std::sync::OnceLock;

use latchkey::instructions::InitLenderArgs;
use latchkey::state::{Action, NoticeChannels};
use latchkey_client::instructions::{self as build, Secured};
use latchkey_client::{Instruction, Pubkey};
use latchkey_tests_svm::{Car, LoanFixture, Outcome, floors, person};
use serde_json::Value;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::checkpoint::{Checkpoint, Checkpoints};

/// An instruction, and when it succeeds.
pub struct Door {
    /// The instruction's name in the program's interface.
    pub name: &'static str,
    /// Which of its uses, where there is more than one.
    pub of: &'static str,
    /// When it succeeds.
    pub checkpoint: Checkpoint,
    build: fn(&LoanFixture) -> Vec<Instruction>,
}

const fn door(
    name: &'static str,
    checkpoint: Checkpoint,
    build: fn(&LoanFixture) -> Vec<Instruction>,
) -> Door {
    Door { name, of: "", checkpoint, build }
}

const fn door_of(
    name: &'static str,
    of: &'static str,
    checkpoint: Checkpoint,
    build: fn(&LoanFixture) -> Vec<Instruction>,
) -> Door {
    Door { name, of, checkpoint, build }
}

/// Every way in.
pub const DOORS: &[Door] = &[
    door("init_lender", Checkpoint::Bare, |s| {
        let args = InitLenderArgs { servicer: s.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
        vec![build::init_lender(&s.lender_parties(), args)]
    }),
    door("set_policy", Checkpoint::Fresh, |s| {
        vec![build::set_policy(s.lender, s.authority.pubkey(), floors())]
    }),
    door("nominate_authority", Checkpoint::Fresh, |s| {
        vec![build::nominate_authority(s.lender, s.authority.pubkey(), Some(person("nominee").pubkey()))]
    }),
    door("accept_authority", Checkpoint::Nominated, |s| {
        let nominee = person("nominee").pubkey();
        vec![build::accept_authority(s.lender, nominee, s.money.account(&nominee))]
    }),
    door("set_servicer", Checkpoint::Fresh, |s| {
        vec![build::set_servicer(s.lender, s.authority.pubkey(), s.rival.pubkey())]
    }),
    door("set_keepers", Checkpoint::Fresh, |s| {
        vec![build::set_keepers(s.lender, s.authority.pubkey(), vec![s.keeper.pubkey()])]
    }),
    door("set_function", Checkpoint::Fresh, |s| {
        let who =
            build::SetFunction { payer: s.payer.pubkey(), authority: s.authority.pubkey(), lender: s.lender };
        vec![build::set_function(&who, Action::Lock, s.offer(Action::Lock))]
    }),
    door("pause", Checkpoint::Fresh, |s| vec![build::pause(s.lender, s.servicer.pubkey(), 60)]),
    door("unpause", Checkpoint::Fresh, |s| vec![build::unpause(s.lender, s.servicer.pubkey())]),
    door("register_vehicle", Checkpoint::BeforeLoan, |s| {
        let car = Car::new("new car");
        let enrolment = car.sign(&car.enrolment(&s.lender).encode());
        build::register_vehicle(s.payer.pubkey(), s.servicer.pubkey(), &enrolment).expect("it is one").into()
    }),
    door("rotate_device_key", Checkpoint::Fresh, |s| {
        let device = s.car.successor("new device");
        let enrolment = device.sign(&device.enrolment(&s.lender).encode());
        let secured = Some(Secured { loan: s.keys.loan, borrower: s.borrower.pubkey() });
        build::rotate_device_key(s.keys.vehicle, s.servicer.pubkey(), secured, &enrolment)
            .expect("it is one")
            .into()
    }),
    door("retire_vehicle", Checkpoint::BeforeLoan, |s| {
        vec![build::retire_vehicle(s.lender, s.keys.vehicle, s.servicer.pubkey())]
    }),
    door("originate", Checkpoint::BeforeLoan, |s| vec![s.origination(s.terms, s.fees())]),
    door("fund_escrow", Checkpoint::Fresh, |s| vec![build::fund_escrow(s.payer.pubkey(), &s.keys.loan, 1)]),
    door("withdraw_escrow", Checkpoint::Fresh, |s| {
        vec![build::withdraw_escrow(&s.keys, s.authority.pubkey(), 1_000_000)]
    }),
    door("collect", Checkpoint::Funded, |s| vec![build::collect(&s.keys)]),
    door("prepay", Checkpoint::Funded, |s| vec![build::prepay(&s.keys, s.borrower.pubkey(), 500)]),
    door("pay_off", Checkpoint::Funded, |s| vec![build::pay_off(&s.keys, s.borrower.pubkey())]),
    door("withdraw_surplus", Checkpoint::Funded, |s| {
        vec![build::withdraw_surplus(&s.keys, s.borrower.pubkey(), s.savings, 100)]
    }),
    door("declare_default", Checkpoint::GraceOver, |s| vec![build::declare_default(&s.keys)]),
    door("serve_notice", Checkpoint::Due, |s| {
        vec![build::serve_notice(&s.keys, s.servicer.pubkey(), [9; 32], NoticeChannels::MAIL)]
    }),
    door("place_hold", Checkpoint::Fresh, |s| {
        vec![build::place_hold(&s.keys, s.servicer.pubkey(), s.terms.first_due)]
    }),
    door("lift_hold", Checkpoint::Held, |s| {
        vec![build::lift_hold(&s.keys, s.servicer.pubkey(), s.borrower.pubkey())]
    }),
    door("extend", Checkpoint::Fresh, |s| {
        vec![build::extend(&s.keys, s.servicer.pubkey(), s.borrower.pubkey())]
    }),
    door("waive_fees", Checkpoint::Late, |s| vec![build::waive_fees(&s.keys, s.servicer.pubkey(), 25)]),
    door("emergency_start", Checkpoint::Locked, |s| {
        vec![build::emergency_start(&s.keys, s.borrower.pubkey())]
    }),
    door("charge_off", Checkpoint::Hopeless, |s| vec![build::charge_off(&s.keys, s.servicer.pubkey())]),
    door_of("request", "a warning", Checkpoint::Due, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Warn, 1)]
    }),
    door_of("request", "a lock", Checkpoint::Defaulted, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Lock, 1)]
    }),
    door_of("request", "an unlock", Checkpoint::Cured, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), None, Action::Unlock, 2)]
    }),
    door_of("request", "an unlock by the lender", Checkpoint::Locked, |s| {
        vec![build::request(&s.keys, s.payer.pubkey(), Some(s.servicer.pubkey()), Action::Unlock, 2)]
    }),
    door("claim", Checkpoint::Asked, |s| vec![build::claim(&s.keys, s.keeper.pubkey(), 1)]),
    door("confirm", Checkpoint::Claimed, |s| s.confirmation(&s.car.sign(&s.receipt(1).encode())).into()),
    door("yield_claim", Checkpoint::Claimed, |s| {
        vec![build::yield_claim(&s.keys.vehicle, s.keeper.pubkey(), 1)]
    }),
    door("expire", Checkpoint::Over, |s| vec![build::expire(&s.keys, 1, s.payer.pubkey())]),
    door("close_loan", Checkpoint::PaidOff, |s| vec![s.closing(&s.borrower.pubkey())]),
];

/// The first door of an instruction.
pub fn find(name: &str) -> &'static Door {
    DOORS.iter().find(|door| door.name == name).expect("every instruction has a door")
}

impl Door {
    /// Its name and use.
    pub fn label(&self) -> String {
        if self.of.is_empty() { self.name.to_owned() } else { format!("{} {}", self.name, self.of) }
    }

    /// Its accounts' names by the program's interface, in order.
    pub fn accounts(&self) -> Vec<&'static str> {
        interface_of(self.name).iter().map(|account| account["name"].as_str().expect("it has one")).collect()
    }

    /// The accounts that sign, by the program's interface; the lender only where it asks for an unlock itself.
    pub fn signing(&self) -> Vec<&'static str> {
        let signers = interface_of(self.name).iter().filter(|account| account["signer"] == true);
        signers
            .map(|account| account["name"].as_str().expect("it has one"))
            .filter(|name| {
                (self.name, *name) != ("request", "lender_signer") || self.of.contains("by the lender")
            })
            .collect()
    }

    /// The honest call, to be changed.
    pub fn attempt(&'static self, checkpoints: &mut Checkpoints) -> Attempt {
        let fixture = checkpoints.at(self.checkpoint);
        let instructions = (self.build)(&fixture);
        Attempt { door: self, fixture, instructions }
    }
}

/// The accounts of an instruction in the committed interface, which every test run holds against the program.
fn interface_of(instruction: &str) -> &'static [Value] {
    static INTERFACE: OnceLock<Value> = OnceLock::new();
    let interface = INTERFACE.get_or_init(|| {
        serde_json::from_str(include_str!("../../../../idl/latchkey.json")).expect("the interface is JSON")
    });
    let all = interface["instructions"].as_array().expect("it has instructions");
    let one = all.iter().find(|it| it["name"] == instruction).expect("the interface has this instruction");
    one["accounts"].as_array().expect("it has accounts")
}

/// A call about to be made, its last instruction the door's.
pub struct Attempt {
    door: &'static Door,
    /// Where it is made.
    pub fixture: LoanFixture,
    /// What is sent.
    pub instructions: Vec<Instruction>,
}

impl Attempt {
    /// The door's own instruction.
    pub fn last(&mut self) -> &mut Instruction {
        self.instructions.last_mut().expect("a door has an instruction")
    }

    fn place(&self, account: &str) -> usize {
        let names = self.door.accounts();
        names.iter().position(|name| *name == account).expect("the instruction has this account")
    }

    /// The account of this name.
    pub fn account(&mut self, name: &str) -> Pubkey {
        let place = self.place(name);
        self.last().accounts[place].pubkey
    }

    /// Another account in the place of this name's.
    #[must_use]
    pub fn swap(mut self, name: &str, to: Pubkey) -> Self {
        let place = self.place(name);
        self.last().accounts[place].pubkey = to;
        self
    }

    /// The account of this name without its signature.
    #[must_use]
    pub fn unsigned(mut self, name: &str) -> Self {
        let place = self.place(name);
        self.last().accounts[place].is_signer = false;
        self
    }

    /// Sends it, signed by everybody it asks to.
    pub fn send(self) -> Outcome {
        let Self { mut fixture, instructions, .. } = self;
        send(&mut fixture, &instructions)
    }
}

/// Sends instructions, signed by everybody they ask to sign.
pub fn send(fixture: &mut LoanFixture, instructions: &[Instruction]) -> Outcome {
    let signers = signers(instructions);
    fixture.chain.send(instructions, &signers.iter().collect::<Vec<_>>())
}

/// The keys of everybody who must sign.
pub fn signers(instructions: &[Instruction]) -> Vec<Keypair> {
    let names = [
        "authority",
        "servicer",
        "borrower",
        "payer",
        "keeper",
        "rival",
        "stranger",
        "nominee",
        "foreign authority",
        "foreign servicer",
    ];
    let asked: Vec<_> = instructions
        .iter()
        .flat_map(|it| &it.accounts)
        .filter(|it| it.is_signer)
        .map(|it| it.pubkey)
        .collect();
    names.map(person).into_iter().filter(|key| asked.contains(&key.pubkey())).collect()
}
