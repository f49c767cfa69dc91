//! Every instruction, measured once on the way through a few lives of a loan.
//!
//! The loan is an ordinary one: monthly instalments with interest, a required notice, late fees, an open keeper
//! list, SPL Token. Where an instruction can go several ways it goes a long one: `collect` accrues,
//! charges a late fee and moves tokens, `pay_off` brings what the wallet lacks, `expire` takes a lapsed keeper's bond.

use latchkey::state::{Action, Calendar, Function, Invocation, Lender, Loan, NoticeChannels, Terms};
use latchkey_client::instructions::{self as build, Secured, lock_now};
use latchkey_tests_svm::checkpoint::Checkpoints;
use latchkey_tests_svm::doors;
use latchkey_tests_svm::interface::instructions;
use latchkey_tests_svm::{Car, DAY, LEASE, LoanFixture, Money, START, TestChain, floors, person, terms};
use solana_sdk::pubkey::Pubkey;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::measurement::{BUMP_UNITS, Measurement, Meter, RUNTIME_BUMP_UNITS};

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
    for instruction in instructions() {
        if !meter.has_measured(&instruction.name) {
            at_its_door(&mut meter, &instruction.name);
        }
    }
    let measured = meter.into_measured();
    let instructions: Vec<_> = instructions().iter().map(|it| find(&measured, &it.name)).collect();
    assert_eq!(instructions.len(), measured.len(), "each instruction of the interface is measured once");

    let mut meter = Meter::default();
    lock_from_nothing(&mut meter);
    Costs { instructions, transactions: meter.into_measured(), program_bytes: program_bytes() }
}

/// An instruction without a life of its own here, where the attack suite calls it.
fn at_its_door(meter: &mut Meter, name: &str) {
    let mut honest = doors::find(name).attempt(&mut Checkpoints::default());
    let signers = doors::signers(&honest.instructions);
    let signers: Vec<_> = signers.iter().collect();
    meter.measure(name, &mut honest.fixture.chain, &honest.instructions, &signers, 0);
}

fn find(measured: &[Measurement], name: &str) -> Measurement {
    let found = measured.iter().find(|measurement| measurement.instruction == name);
    found.expect("every instruction is measured").clone()
}

fn program_bytes() -> u64 {
    let loader = solana_sdk::pubkey!("BPFLoaderUpgradeab1e11111111111111111111111");
    let (data, _) = Pubkey::find_program_address(&[latchkey::ID.as_ref()], &loader);
    let account = TestChain::new().svm().get_account(&data).expect("the program is loaded");
    (account.data.len() - PROGRAM_DATA_HEADER) as u64
}

/// 60 monthly instalments at 18 % a year. A late fee falls after five days, the grace ends after ten, and so does the
/// notice that is owed.
fn monthly() -> Terms {
    Terms {
        principal: 900_000_000,
        apr_ppm: 180_000,
        instalment: 22_854_000,
        count: 60,
        first_due: DUE,
        calendar: Calendar::months(1, 1, 0),
        grace_secs: 10 * 86_400,
        notice_secs: 10 * 86_400,
        min_channels: 1,
        notice_max_age_secs: 60 * 86_400,
        late_fee: 1_000_000,
        late_after_secs: 5 * 86_400,
        emergency_secs: 86_400,
        emergency_max: 2,
        max_extensions: 2,
        ..terms()
    }
}

/// A lender and a car, no loan yet.
fn before_loan() -> LoanFixture {
    let mut fixture = LoanFixture::before_loan();
    fixture.terms = monthly();
    fixture
}

/// A loan just written.
fn loan() -> LoanFixture {
    let mut fixture = before_loan();
    fixture.originate().holds();
    fixture
}

/// A loan in default, its notice matured.
fn default() -> LoanFixture {
    let mut fixture = loan();
    fixture.at(DUE).serve_notice().holds();
    fixture.at(DEFAULT).declare_default().holds();
    fixture
}

/// The units that the program spends on bumps that miss before it finds the address of these seeds.
fn missed(seeds: &[&[u8]]) -> u64 {
    misses(seeds, &latchkey::ID) * BUMP_UNITS
}

fn misses(seeds: &[&[u8]], program: &Pubkey) -> u64 {
    u64::from(u8::MAX - Pubkey::find_program_address(seeds, program).1)
}

fn missed_of_invocation(fixture: &LoanFixture, seq: u64) -> u64 {
    missed(&[Invocation::SEED, fixture.keys.vehicle.as_ref(), &seq.to_le_bytes()])
}

/// The wallet's address is found by the runtime.
fn missed_of_wallet(fixture: &LoanFixture) -> u64 {
    let keys = &fixture.keys;
    let seeds = [keys.loan.as_ref(), keys.token_program.as_ref(), keys.mint.as_ref()];
    misses(&seeds, &anchor_spl::associated_token::ID) * RUNTIME_BUMP_UNITS
}

/// The registrations of some cars: how many bumps missed, and what each cost.
pub fn registrations() -> Vec<(u64, u64)> {
    let mut fixture = loan();
    let cars = (0..8).map(|n| Car::new(&format!("car {n}")));
    cars.map(|car| {
        let enrolment = car.sign(&car.enrolment(&fixture.lender).encode());
        let register = build::register_vehicle(fixture.payer.pubkey(), fixture.servicer.pubkey(), &enrolment)
            .expect("it is an enrolment");
        let sent = fixture.chain.send(&register, &[&fixture.payer, &fixture.servicer]).holds();
        (misses(&[b"vehicle", car.device_key().as_ref()], &latchkey::ID), sent.compute_units)
    })
    .collect()
}

fn lender(meter: &mut Meter) {
    let mut chain = TestChain::new();
    let money = Money::spl(&mut chain);
    let mut fixture = LoanFixture::before_lender(chain, money);
    let create = build::init_lender(&fixture.lender_parties(), fixture.lender_args());
    let units = missed(&[Lender::SEED, fixture.authority.pubkey().as_ref()]);
    let signers = [&fixture.payer, &fixture.authority];
    meter.measure("init_lender", &mut fixture.chain, &[create], &signers, units);

    let (lender, authority) = (fixture.lender, fixture.authority.pubkey());
    let who = build::SetFunction { payer: fixture.payer.pubkey(), authority, lender };
    let offer = build::set_function(&who, Action::Lock, fixture.offer(Action::Lock));
    let units = missed(&[Function::SEED, lender.as_ref(), &[Action::Lock as u8]]);
    let signers = [&fixture.payer, &fixture.authority];
    meter.measure("set_function", &mut fixture.chain, &[offer], &signers, units);

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
        meter.measure(name, &mut fixture.chain, &[instruction], &[&fixture.authority], 0);
    }
    let treasury = fixture.money.open(&mut fixture.chain, &heir.pubkey(), 0);
    let accept = build::accept_authority(lender, heir.pubkey(), treasury, fixture.keys.mint);
    meter.measure("accept_authority", &mut fixture.chain, &[accept], &[&heir], 0);
}

fn vehicle(meter: &mut Meter) {
    let mut fixture = loan();
    let car = Car::new("another car");
    let enrolment = car.sign(&car.enrolment(&fixture.lender).encode());
    let register = build::register_vehicle(fixture.payer.pubkey(), fixture.servicer.pubkey(), &enrolment);
    let register = register.expect("it is an enrolment");
    let units = missed(&[b"vehicle", car.device_key().as_ref()]);
    let signers = [&fixture.payer, &fixture.servicer];
    meter.measure("register_vehicle", &mut fixture.chain, &register, &signers, units);

    let retire = build::retire_vehicle(fixture.lender, car.vehicle, fixture.servicer.pubkey());
    meter.measure("retire_vehicle", &mut fixture.chain, &[retire], &[&fixture.servicer], 0);

    let device = Car::new("a new device");
    let enrolment = device.sign(&fixture.car.enrolment(&fixture.lender).encode());
    let secured = Secured { loan: fixture.keys.loan, borrower: fixture.borrower.pubkey() };
    let rotate =
        build::rotate_device_key(fixture.keys.vehicle, fixture.servicer.pubkey(), Some(secured), &enrolment)
            .expect("it is an enrolment");
    let signers = [&fixture.servicer, &fixture.borrower];
    meter.measure("rotate_device_key", &mut fixture.chain, &rotate, &signers, 0);
}

/// Before anything is due: origination, escrow, and what lender and borrower agree on.
fn surplus(meter: &mut Meter) {
    let mut fixture = before_loan();
    let originate = fixture.origination(fixture.terms, fixture.fees());
    let units = missed(&[Loan::SEED, fixture.keys.vehicle.as_ref(), &0_u32.to_le_bytes()])
        + missed(&[b"escrow", fixture.keys.loan.as_ref()])
        + missed_of_wallet(&fixture);
    let signers = [&fixture.payer, &fixture.authority, &fixture.borrower];
    meter.measure("originate", &mut fixture.chain, &[originate], &signers, units);

    let fund = build::fund_escrow(fixture.stranger.pubkey(), &fixture.keys.loan, 1_000_000);
    meter.measure("fund_escrow", &mut fixture.chain, &[fund], &[&fixture.stranger], 0);
    let withdraw = build::withdraw_escrow(&fixture.keys, fixture.authority.pubkey(), 1_000_000);
    meter.measure("withdraw_escrow", &mut fixture.chain, &[withdraw], &[&fixture.authority], 0);

    fixture.top_up(1_000);
    let (borrower, servicer) = (fixture.borrower.pubkey(), fixture.servicer.pubkey());
    let withdraw = build::withdraw_surplus(&fixture.keys, borrower, fixture.savings, 400);
    meter.measure("withdraw_surplus", &mut fixture.chain, &[withdraw], &[&fixture.borrower], 0);
    let hold = build::place_hold(&fixture.keys, servicer, DUE);
    meter.measure("place_hold", &mut fixture.chain, &[hold], &[&fixture.servicer], 0);
    let both = [&fixture.servicer, &fixture.borrower];
    let lift = build::lift_hold(&fixture.keys, servicer, borrower, fixture.agreed_now());
    meter.measure("lift_hold", &mut fixture.chain, &[lift], &both, 0);
    fixture.chain.set_time(LATE);
    let extend = build::extend(&fixture.keys, servicer, borrower, fixture.agreed_now());
    meter.measure("extend", &mut fixture.chain, &[extend], &both, 0);
}

fn payments(meter: &mut Meter) {
    let mut fixture = loan();
    fixture.at(LATE).top_up(20_000_000);
    let collect = build::collect(&fixture.keys);
    meter.measure("collect", &mut fixture.chain, &[collect], &[], 0);
    fixture.top_up(40_000_000);
    let prepay = build::prepay(&fixture.keys, fixture.borrower.pubkey(), 10_000_000, 0);
    meter.measure("prepay", &mut fixture.chain, &[prepay], &[&fixture.borrower], 0);
    let pay_off = build::pay_off(&fixture.keys, fixture.borrower.pubkey(), Some(fixture.savings));
    meter.measure("pay_off", &mut fixture.chain, &[pay_off], &[&fixture.borrower], 0);
    let close = fixture.closing(&fixture.borrower.pubkey());
    meter.measure("close_loan", &mut fixture.chain, &[close], &[&fixture.borrower], 0);
}

fn waiver(meter: &mut Meter) {
    let mut fixture = loan();
    fixture.at(LATE).collect().holds();
    let waive = build::waive_fees(&fixture.keys, fixture.servicer.pubkey(), 500_000);
    meter.measure("waive_fees", &mut fixture.chain, &[waive], &[&fixture.servicer], 0);
}

/// From the notice to the proven lock.
fn recovery(meter: &mut Meter) {
    let mut fixture = loan();
    fixture.at(DUE);
    let notice = build::serve_notice(&fixture.keys, fixture.servicer.pubkey(), [9; 32], NoticeChannels::MAIL);
    meter.measure("serve_notice", &mut fixture.chain, &[notice], &[&fixture.servicer], 0);
    fixture.at(DEFAULT);
    let declare = build::declare_default(&fixture.keys);
    meter.measure("declare_default", &mut fixture.chain, &[declare], &[], 0);

    let request = build::request(&fixture.keys, fixture.payer.pubkey(), None, Action::Lock, 1);
    let missed = missed_of_invocation(&fixture, 1);
    meter.measure("request", &mut fixture.chain, &[request], &[&fixture.payer], missed);
    let keeper = fixture.keeper.pubkey();
    let claim = build::claim(&fixture.keys, keeper, 1);
    meter.measure("claim", &mut fixture.chain, std::slice::from_ref(&claim), &[&fixture.keeper], 0);
    let give_back = build::yield_claim(&fixture.keys.vehicle, keeper, 1);
    meter.measure("yield_claim", &mut fixture.chain, &[give_back], &[&fixture.keeper], 0);
    fixture.chain.send(&[claim], &[&fixture.keeper]).holds();
    let confirm = fixture.confirmation(&fixture.car.sign(&fixture.receipt(1).encode()));
    meter.measure("confirm", &mut fixture.chain, &confirm, &[], 0);

    let start = build::emergency_start(&fixture.keys, fixture.borrower.pubkey());
    meter.measure("emergency_start", &mut fixture.chain, &[start], &[&fixture.borrower], 0);
}

fn lapse(meter: &mut Meter) {
    let mut fixture = default();
    fixture.request(Action::Lock).holds();
    let keeper: Keypair = fixture.keeper.insecure_clone();
    fixture.claim(&keeper, 1).holds();
    fixture.request_as(&fixture.servicer.insecure_clone(), Action::Unlock).holds();
    fixture.at(DEFAULT + LEASE);
    let expire = build::expire(&fixture.keys, 1, fixture.payer.pubkey(), None);
    meter.measure("expire", &mut fixture.chain, &[expire], &[], 0);
}

fn charge_off(meter: &mut Meter) {
    let mut fixture = default();
    fixture.at(DUE + 120 * DAY);
    let charge_off = build::charge_off(&fixture.keys, fixture.authority.pubkey());
    meter.measure("charge_off", &mut fixture.chain, &[charge_off], &[&fixture.authority], 0);
}

/// What a keeper sends when the grace is over.
fn lock_from_nothing(meter: &mut Meter) {
    let mut fixture = loan();
    fixture.at(DUE).serve_notice().holds();
    fixture.at(DEFAULT);
    let all = lock_now(&fixture.keys, fixture.keeper.pubkey(), 1);
    let missed = missed_of_invocation(&fixture, 1);
    let name = "declare_default + request + claim";
    meter.measure_all(name, &mut fixture.chain, &all, &fixture.keeper, missed);
}
