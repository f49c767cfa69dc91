//! A loan's life in a few worlds, each instruction measured once on the way.
//!
//! The loan is an ordinary one: monthly instalments with interest, a notice that is owed, late fees, everybody
//! admitted as a keeper, SPL Token. Where an instruction can go several ways it goes a long one: `collect` accrues,
//! charges a late fee and moves tokens, `expire` takes a lapsed keeper's bond.

use latchkey::instructions::InitLenderArgs;
use latchkey::state::{Action, NoticeChannels, Period, Terms};
use latchkey_client::instructions::{self as build, Secured, lock_now};
use latchkey_tests_svm::{Car, DAY, LEASE, Money, START, Scene, World, floors, person, terms};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::measurement::{Measurement, Meter};

/// The program's interface, which lists its instructions.
const IDL: &str = include_str!("../../../idl/latchkey.json");

/// What the loader keeps in front of a program's bytes.
const PROGRAM_DATA_HEADER: usize = 45;

/// When the first instalment falls due: 2027-02-01.
const DUE: i64 = START + 31 * DAY;
/// When its late fee has fallen.
const LATE: i64 = DUE + 6 * DAY;
/// When its grace is over.
const DEFAULT: i64 = DUE + 10 * DAY;

/// What the program costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Every instruction, in the order of the IDL.
    pub instructions: Vec<Measurement>,
    /// Transactions of several instructions.
    pub transactions: Vec<Measurement>,
    /// The program's size.
    pub program_bytes: u64,
}

/// Measures everything. The program is the one that `latchkey-tests-svm` finds.
///
/// # Panics
///
/// If an instruction of the IDL is not measured, or refuses.
pub fn measure() -> Costs {
    let mut meter = Meter::default();
    for life in [lender, vehicle, surplus, payments, waiver, recovery, lapse, charge_off] {
        life(&mut meter);
    }
    let measured = meter.into_measured();
    let instructions: Vec<_> = names().iter().map(|name| find(&measured, name)).collect();
    assert_eq!(instructions.len(), measured.len(), "each instruction is measured once");

    let mut meter = Meter::default();
    lock_from_nothing(&mut meter);
    Costs { instructions, transactions: meter.into_measured(), program_bytes: program_bytes() }
}

fn names() -> Vec<String> {
    let idl: serde_json::Value = serde_json::from_str(IDL).expect("the IDL is JSON");
    let instructions = idl["instructions"].as_array().expect("it lists instructions");
    instructions.iter().filter_map(|instruction| instruction["name"].as_str().map(str::to_owned)).collect()
}

fn find(measured: &[Measurement], name: &str) -> Measurement {
    let found = measured.iter().find(|measurement| measurement.instruction == name);
    found.unwrap_or_else(|| panic!("{name} is not measured")).clone()
}

fn program_bytes() -> u64 {
    let loader = solana_sdk::pubkey!("BPFLoaderUpgradeab1e11111111111111111111111");
    let (data, _) = Pubkey::find_program_address(&[latchkey::ID.as_ref()], &loader);
    let account = World::new().svm().get_account(&data).expect("the program is loaded");
    (account.data.len() - PROGRAM_DATA_HEADER) as u64
}

/// 60 monthly instalments at 18 % a year. A late fee falls after five days, the grace ends after ten, and so does the
/// notice that is owed.
fn monthly() -> Terms {
    Terms {
        principal: 900_000_000,
        apr_bps: 1_800,
        instalment: 22_854_000,
        count: 60,
        first_due: DUE,
        period: Period::Months(1),
        grace_secs: 10 * 86_400,
        notice_secs: 10 * 86_400,
        late_fee: 1_000_000,
        late_after_secs: 5 * 86_400,
        emergency_secs: 86_400,
        emergency_max: 2,
        max_extensions: 2,
        ..terms()
    }
}

/// A lender and a car, no loan yet.
fn before_loan() -> Scene {
    let mut scene = Scene::before_loan();
    scene.terms = monthly();
    scene
}

/// A loan just written.
fn loan() -> Scene {
    let mut scene = before_loan();
    scene.originate().holds();
    scene
}

/// A loan in default, its notice matured.
fn default() -> Scene {
    let mut scene = loan();
    scene.at(DUE).serve_notice().holds();
    scene.at(DEFAULT).declare_default().holds();
    scene
}

/// The bump of an address that the program derives from these seeds.
fn bump(seeds: &[&[u8]]) -> u8 {
    Pubkey::find_program_address(seeds, &latchkey::ID).1
}

fn invocation_bump(scene: &Scene, seq: u64) -> u8 {
    bump(&[b"invocation", scene.keys.vehicle.as_ref(), &seq.to_le_bytes()])
}

fn wallet_bump(scene: &Scene) -> u8 {
    let keys = &scene.keys;
    let seeds = [keys.loan.as_ref(), keys.token_program.as_ref(), keys.mint.as_ref()];
    Pubkey::find_program_address(&seeds, &anchor_spl::associated_token::ID).1
}

fn lender(meter: &mut Meter) {
    let mut world = World::new();
    let money = Money::spl(&mut world);
    let mut scene = Scene::before_lender(world, money);
    let args = InitLenderArgs { servicer: scene.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
    let create = build::init_lender(&scene.lender_parties(), args);
    let lender_bump = bump(&[b"lender", scene.authority.pubkey().as_ref()]);
    let signers = [&scene.payer, &scene.authority];
    meter.measure("init_lender", &mut scene.world, &[create], &signers, &[lender_bump]);

    let (lender, authority) = (scene.lender, scene.authority.pubkey());
    let who = build::SetFunction { payer: scene.payer.pubkey(), authority, lender };
    let offer = build::set_function(&who, Action::Lock, scene.offer(Action::Lock));
    let function_bump = bump(&[b"function", lender.as_ref(), &[Action::Lock as u8]]);
    let signers = [&scene.payer, &scene.authority];
    meter.measure("set_function", &mut scene.world, &[offer], &signers, &[function_bump]);

    let heir = person("heir");
    let keepers = (0..8).map(|n| person(&format!("keeper {n}")).pubkey()).collect();
    for (name, instruction) in [
        ("set_policy", build::set_policy(lender, authority, floors())),
        ("set_servicer", build::set_servicer(lender, authority, person("another servicer").pubkey())),
        ("set_keepers", build::set_keepers(lender, authority, keepers)),
        ("pause", build::pause(lender, authority, 3_600)),
        ("unpause", build::unpause(lender, authority)),
        ("nominate_authority", build::nominate_authority(lender, authority, Some(heir.pubkey()))),
    ] {
        meter.measure(name, &mut scene.world, &[instruction], &[&scene.authority], &[]);
    }
    let treasury = scene.money.open(&mut scene.world, &heir.pubkey(), 0);
    let accept = build::accept_authority(lender, heir.pubkey(), treasury);
    meter.measure("accept_authority", &mut scene.world, &[accept], &[&heir], &[]);
}

fn vehicle(meter: &mut Meter) {
    let mut scene = loan();
    let car = Car::new("another car");
    let enrolment = car.sign(&car.enrolment(&scene.lender).encode());
    let register = build::register_vehicle(scene.payer.pubkey(), scene.servicer.pubkey(), &enrolment);
    let register = register.expect("it is an enrolment");
    let vehicle_bump = bump(&[b"vehicle", car.device_key().as_ref()]);
    let signers = [&scene.payer, &scene.servicer];
    meter.measure("register_vehicle", &mut scene.world, &register, &signers, &[vehicle_bump]);

    let retire = build::retire_vehicle(scene.lender, car.vehicle, scene.servicer.pubkey());
    meter.measure("retire_vehicle", &mut scene.world, &[retire], &[&scene.servicer], &[]);

    let device = Car::new("a new device");
    let enrolment = device.sign(&scene.car.enrolment(&scene.lender).encode());
    let secured = Secured { loan: scene.keys.loan, borrower: scene.borrower.pubkey() };
    let rotate =
        build::rotate_device_key(scene.keys.vehicle, scene.servicer.pubkey(), Some(secured), &enrolment)
            .expect("it is an enrolment");
    let signers = [&scene.servicer, &scene.borrower];
    meter.measure("rotate_device_key", &mut scene.world, &rotate, &signers, &[]);
}

/// Before anything is due: origination, escrow, and what lender and borrower agree on.
fn surplus(meter: &mut Meter) {
    let mut scene = before_loan();
    let originate = scene.origination(scene.terms, scene.fees());
    let bumps = [
        bump(&[b"loan", scene.keys.vehicle.as_ref(), &0_u32.to_le_bytes()]),
        bump(&[b"escrow", scene.keys.loan.as_ref()]),
        wallet_bump(&scene),
    ];
    let signers = [&scene.payer, &scene.authority, &scene.borrower];
    meter.measure("originate", &mut scene.world, &[originate], &signers, &bumps);

    let fund = build::fund_escrow(scene.stranger.pubkey(), &scene.keys.loan, 1_000_000);
    meter.measure("fund_escrow", &mut scene.world, &[fund], &[&scene.stranger], &[]);
    let withdraw = build::withdraw_escrow(&scene.keys, scene.authority.pubkey(), 1_000_000);
    meter.measure("withdraw_escrow", &mut scene.world, &[withdraw], &[&scene.authority], &[]);

    scene.top_up(1_000);
    let (borrower, servicer) = (scene.borrower.pubkey(), scene.servicer.pubkey());
    let withdraw = build::withdraw_surplus(&scene.keys, borrower, scene.savings, 400);
    meter.measure("withdraw_surplus", &mut scene.world, &[withdraw], &[&scene.borrower], &[]);
    let hold = build::place_hold(&scene.keys, servicer, DUE);
    meter.measure("place_hold", &mut scene.world, &[hold], &[&scene.servicer], &[]);
    let both = [&scene.servicer, &scene.borrower];
    let lift = build::lift_hold(&scene.keys, servicer, borrower);
    meter.measure("lift_hold", &mut scene.world, &[lift], &both, &[]);
    scene.world.set_time(LATE);
    let extend = build::extend(&scene.keys, servicer, borrower);
    meter.measure("extend", &mut scene.world, &[extend], &both, &[]);
}

fn payments(meter: &mut Meter) {
    let mut scene = loan();
    scene.at(LATE).top_up(20_000_000);
    let collect = build::collect(&scene.keys);
    meter.measure("collect", &mut scene.world, &[collect], &[], &[]);
    scene.top_up(40_000_000);
    let prepay = build::prepay(&scene.keys, scene.borrower.pubkey(), 10_000_000);
    meter.measure("prepay", &mut scene.world, &[prepay], &[&scene.borrower], &[]);
    scene.top_up(900_000_000);
    let pay_off = build::pay_off(&scene.keys, scene.borrower.pubkey());
    meter.measure("pay_off", &mut scene.world, &[pay_off], &[&scene.borrower], &[]);
    let close = scene.closing(&scene.borrower.pubkey());
    meter.measure("close_loan", &mut scene.world, &[close], &[&scene.borrower], &[]);
}

fn waiver(meter: &mut Meter) {
    let mut scene = loan();
    scene.at(LATE).collect().holds();
    let waive = build::waive_fees(&scene.keys, scene.servicer.pubkey(), 500_000);
    meter.measure("waive_fees", &mut scene.world, &[waive], &[&scene.servicer], &[]);
}

/// From the notice to the proven lock.
fn recovery(meter: &mut Meter) {
    let mut scene = loan();
    scene.at(DUE);
    let notice = build::serve_notice(&scene.keys, scene.servicer.pubkey(), [9; 32], NoticeChannels::MAIL);
    meter.measure("serve_notice", &mut scene.world, &[notice], &[&scene.servicer], &[]);
    scene.at(DEFAULT);
    let declare = build::declare_default(&scene.keys);
    meter.measure("declare_default", &mut scene.world, &[declare], &[], &[]);

    let request = build::request(&scene.keys, scene.payer.pubkey(), None, Action::Lock, 1);
    let bumps = [invocation_bump(&scene, 1)];
    meter.measure("request", &mut scene.world, &[request], &[&scene.payer], &bumps);
    let keeper = scene.keeper.pubkey();
    let claim = build::claim(&scene.keys, keeper, 1);
    meter.measure("claim", &mut scene.world, std::slice::from_ref(&claim), &[&scene.keeper], &[]);
    let give_back = build::yield_claim(&scene.keys.vehicle, keeper, 1);
    meter.measure("yield_claim", &mut scene.world, &[give_back], &[&scene.keeper], &[]);
    scene.world.send(&[claim], &[&scene.keeper]).holds();
    let confirm = scene.confirmation(&scene.car.sign(&scene.receipt(1).encode()));
    meter.measure("confirm", &mut scene.world, &confirm, &[], &[]);

    let start = build::emergency_start(&scene.keys, scene.borrower.pubkey());
    meter.measure("emergency_start", &mut scene.world, &[start], &[&scene.borrower], &[]);
}

fn lapse(meter: &mut Meter) {
    let mut scene = default();
    scene.request(Action::Lock).holds();
    let keeper: Keypair = scene.keeper.insecure_clone();
    scene.claim(&keeper, 1).holds();
    scene.request_as(&scene.servicer.insecure_clone(), Action::Unlock).holds();
    scene.at(DEFAULT + LEASE);
    let expire = build::expire(&scene.keys, 1, scene.payer.pubkey());
    meter.measure("expire", &mut scene.world, &[expire], &[], &[]);
}

fn charge_off(meter: &mut Meter) {
    let mut scene = default();
    scene.at(DUE + 120 * DAY);
    let charge_off = build::charge_off(&scene.keys, scene.servicer.pubkey());
    meter.measure("charge_off", &mut scene.world, &[charge_off], &[&scene.servicer], &[]);
}

/// What a keeper sends when the grace is over.
fn lock_from_nothing(meter: &mut Meter) {
    let mut scene = loan();
    scene.at(DUE).serve_notice().holds();
    scene.at(DEFAULT);
    let all = lock_now(&scene.keys, scene.keeper.pubkey(), 1);
    let bumps = [invocation_bump(&scene, 1)];
    let name = "collect + declare_default + request + claim";
    meter.measure_all(name, &mut scene.world, &all, &[&scene.keeper], &bumps);
}
