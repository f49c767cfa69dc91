use latchkey::instructions::{InitLenderArgs, SetFunctionArgs};
use latchkey::state::{Action, Escrow, Function, Invocation, Lender, Loan, NoticeChannels, Terms, Vehicle};
use latchkey_client::instructions::{self as build, LoanKeys};
use latchkey_client::{Instruction, Pubkey, pda};
use latchkey_protocol::Receipt;
use latchkey_protocol::sealed::Envelope;
use solana_sdk::native_token::LAMPORTS_PER_SOL;
use solana_sdk::signature::Keypair;
use solana_sdk::signer::Signer;

use crate::{Car, DAY, Money, Outcome, TestChain, due, floors, person, terms};

/// What a claimer puts up, lamports.
pub const BOND: u64 = 7_000_000;
/// How long a claim lasts, seconds.
pub const LEASE: i64 = 600;
/// How long an invocation can be claimed, seconds.
pub const TTL: i64 = 6 * 3_600;

/// What each function pays, lamports: all different, so that none can stand for another.
pub const fn fee(action: Action) -> u64 {
    match action {
        Action::Warn => 2_000_000,
        Action::Lock => 3_000_000,
        Action::Unlock => 5_000_000,
    }
}

/// The instruction with another account in the place of one.
pub fn swap(mut instruction: Instruction, from: &Pubkey, to: &Pubkey) -> Instruction {
    let places = instruction.accounts.iter_mut().filter(|meta| meta.pubkey == *from);
    let swapped = places.map(|meta| meta.pubkey = *to).count();
    assert!(swapped > 0, "the instruction does not name {from}");
    instruction
}

/// One lender, one car, one loan, and the people around them.
pub struct LoanFixture {
    /// The chain.
    pub chain: TestChain,
    /// What the loan is paid in.
    pub money: Money,
    /// Owns the lender. Has no lamports of its own.
    pub authority: Keypair,
    /// Does the lender's daily work.
    pub servicer: Keypair,
    /// Owes.
    pub borrower: Keypair,
    /// Pays rent and deposits, and asks for function calls.
    pub payer: Keypair,
    /// Fulfils function calls.
    pub keeper: Keypair,
    /// Another keeper.
    pub rival: Keypair,
    /// Nobody's friend, with lamports.
    pub stranger: Keypair,
    /// The lender's account.
    pub lender: Pubkey,
    /// The borrower's tokens.
    pub savings: Pubkey,
    /// The seller's tokens.
    pub seller: Pubkey,
    /// The car.
    pub car: Car,
    /// The addresses around the loan.
    pub keys: LoanKeys,
    /// What lender and borrower sign.
    pub terms: Terms,
}

impl Clone for LoanFixture {
    /// The same people on another chain, on which the same has happened so far.
    fn clone(&self) -> Self {
        let [authority, servicer, borrower] =
            [&self.authority, &self.servicer, &self.borrower].map(Keypair::insecure_clone);
        let [payer, keeper, rival, stranger] =
            [&self.payer, &self.keeper, &self.rival, &self.stranger].map(Keypair::insecure_clone);
        Self {
            chain: self.chain.clone(),
            money: self.money.clone(),
            car: self.car.clone(),
            authority,
            servicer,
            borrower,
            payer,
            keeper,
            rival,
            stranger,
            ..*self
        }
    }
}

impl LoanFixture {
    /// A loan on [`terms`], just written.
    pub fn new() -> Self {
        Self::on(|_| {})
    }

    /// A loan on [`terms`] with a change, just written.
    pub fn on(change: impl FnOnce(&mut Terms)) -> Self {
        let mut fixture = Self::before_loan();
        change(&mut fixture.terms);
        fixture.originate().holds();
        fixture
    }

    /// A loan in default since this moment, at [`LoanFixture::default_at`].
    pub fn defaulted() -> Self {
        Self::new().fall_into_default()
    }

    /// A loan in default with its car locked in the same second, by invocation 1.
    pub fn locked() -> Self {
        let mut fixture = Self::defaulted();
        fixture.request(Action::Lock).holds();
        fixture.fulfil(1);
        fixture
    }

    /// When the grace of the first instalment of [`terms`] is over.
    pub fn default_at() -> i64 {
        due(0) + 2 * DAY
    }

    /// Lets the grace of the first instalment pass and declares the default.
    #[must_use]
    pub fn fall_into_default(mut self) -> Self {
        self.at(Self::default_at()).declare_default().holds();
        self
    }

    /// Everybody and a registered car, but no loan yet.
    pub fn before_loan() -> Self {
        let mut chain = TestChain::new();
        let money = Money::spl(&mut chain);
        Self::with_money(chain, money)
    }

    /// Everybody and a registered car, the lender lending this.
    pub fn with_money(chain: TestChain, money: Money) -> Self {
        let mut fixture = Self::before_lender(chain, money);
        let args =
            InitLenderArgs { servicer: fixture.servicer.pubkey(), floors: floors(), keepers: Vec::new() };
        fixture.init_lender(args).holds();
        for action in Action::ALL {
            let args = fixture.offer(action);
            fixture.set_function(action, args).holds();
        }
        let car = Car::new("car");
        fixture.register(&car).holds();
        fixture
    }

    /// Everybody, but no lender yet.
    pub fn before_lender(mut chain: TestChain, money: Money) -> Self {
        let authority = person("authority");
        let borrower = person("borrower");
        let people = ["payer", "keeper", "rival", "stranger", "borrower"].map(|name| person(name).pubkey());
        chain.endow(&people, 10 * LAMPORTS_PER_SOL);
        let treasury = money.open(&mut chain, &authority.pubkey(), 1_000_000_000);
        let savings = money.open(&mut chain, &borrower.pubkey(), 1_000_000_000);
        let seller = money.open(&mut chain, &person("seller").pubkey(), 0);
        let lender = pda::lender(&authority.pubkey());
        let car = Car::new("car");
        let loan = pda::loan(&car.vehicle, 0);
        let keys = LoanKeys {
            lender,
            vehicle: car.vehicle,
            loan,
            escrow: pda::escrow(&loan),
            wallet: pda::wallet(&loan, &money.mint, &money.token_program),
            mint: money.mint,
            treasury,
            token_program: money.token_program,
        };
        Self {
            chain,
            money,
            authority,
            servicer: person("servicer"),
            borrower,
            payer: person("payer"),
            keeper: person("keeper"),
            rival: person("rival"),
            stranger: person("stranger"),
            lender,
            savings,
            seller,
            car,
            keys,
            terms: terms(),
        }
    }

    /// Sets the clock.
    pub fn at(&mut self, now: i64) -> &mut Self {
        self.chain.set_time(now);
        self
    }

    // The lender.

    /// `init_lender`, signed by payer and authority.
    pub fn init_lender(&mut self, args: InitLenderArgs) -> Outcome {
        let instruction = build::init_lender(&self.lender_parties(), args);
        self.chain.send(&[instruction], &[&self.payer, &self.authority])
    }

    /// Who creates the lender.
    pub fn lender_parties(&self) -> build::InitLender {
        build::InitLender {
            payer: self.payer.pubkey(),
            authority: self.authority.pubkey(),
            mint: self.keys.mint,
            treasury: self.keys.treasury,
        }
    }

    /// A function as the lender offers it.
    pub fn offer(&self, action: Action) -> SetFunctionArgs {
        SetFunctionArgs {
            fee: fee(action),
            bond: BOND,
            lease_secs: u32::try_from(LEASE).expect("it fits"),
            ttl_secs: u32::try_from(TTL).expect("it fits"),
            command_key: person("command key").pubkey(),
            uri: String::new(),
            code_hash: [7; 32],
        }
    }

    /// `set_function`, signed by payer and authority.
    pub fn set_function(&mut self, action: Action, args: SetFunctionArgs) -> Outcome {
        let who = build::SetFunction {
            payer: self.payer.pubkey(),
            authority: self.authority.pubkey(),
            lender: self.lender,
        };
        let instruction = build::set_function(&who, action, args);
        self.chain.send(&[instruction], &[&self.payer, &self.authority])
    }

    /// `register_vehicle`, signed by payer and servicer.
    pub fn register(&mut self, car: &Car) -> Outcome {
        let enrolment = car.sign(&car.enrolment(&self.lender).encode());
        let instructions = build::register_vehicle(self.payer.pubkey(), self.servicer.pubkey(), &enrolment)
            .expect("it is an enrolment");
        self.chain.send(&instructions, &[&self.payer, &self.servicer])
    }

    // The loan.

    /// `originate` of the fixture's terms, with one fee of each function in the escrow.
    pub fn originate(&mut self) -> Outcome {
        let instruction = self.origination(self.terms, self.fees());
        self.sign_origination(instruction)
    }

    /// The instruction that writes the loan.
    pub fn origination(&self, terms: Terms, escrow: u64) -> Instruction {
        let who = build::Originate {
            payer: self.payer.pubkey(),
            lender_signer: self.authority.pubkey(),
            borrower: self.borrower.pubkey(),
            seller: self.seller,
        };
        build::originate(&self.keys, &who, terms, escrow)
    }

    /// Sends an origination with everybody's signature.
    pub fn sign_origination(&mut self, instruction: Instruction) -> Outcome {
        self.chain.send(&[instruction], &[&self.payer, &self.authority, &self.borrower])
    }

    /// One fee of each function.
    pub fn fees(&self) -> u64 {
        Action::ALL.map(fee).iter().sum()
    }

    /// Registers another car and writes a loan on it, on the same terms but due in the next second at the earliest.
    /// The fixture turns to it; the first car and its loan come back.
    pub fn turn_to_another_car(&mut self) -> (Car, LoanKeys) {
        self.terms.first_due = self.terms.first_due.max(self.chain.now() + 1);
        let car = Car::new("another car");
        self.register(&car).holds();
        let lender = self.lender_account();
        let keys = LoanKeys::new(self.lender, &lender, car.vehicle, 0, self.keys.token_program);
        let first = (std::mem::replace(&mut self.car, car), std::mem::replace(&mut self.keys, keys));
        self.originate().holds();
        first
    }

    /// `fund_escrow` by a stranger.
    pub fn fund(&mut self, lamports: u64) -> Outcome {
        let instruction = build::fund_escrow(self.stranger.pubkey(), &self.keys.loan, lamports);
        self.chain.send(&[instruction], &[&self.stranger])
    }

    /// A plain token transfer from the borrower to the car wallet.
    pub fn top_up(&mut self, amount: u64) {
        let Self { chain, money, borrower, savings, keys, .. } = self;
        money.transfer(chain, savings, &keys.wallet, borrower, amount).holds();
    }

    /// `collect`, which nobody signs.
    pub fn collect(&mut self) -> Outcome {
        self.chain.send(&[build::collect(&self.keys)], &[])
    }

    /// `prepay` by the borrower.
    pub fn prepay(&mut self, amount: u64) -> Outcome {
        let instruction = build::prepay(&self.keys, self.borrower.pubkey(), amount);
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// `pay_off` by the borrower.
    pub fn pay_off(&mut self) -> Outcome {
        let instruction = build::pay_off(&self.keys, self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }

    /// Tops up all that is owed and pays it off.
    pub fn pay_all(&mut self) {
        let quote = latchkey_client::quote::quote(&self.loan(), self.wallet(), self.chain.now());
        self.top_up(quote.expect("it computes").payoff);
        self.pay_off().holds();
    }

    /// `declare_default`, which nobody signs.
    pub fn declare_default(&mut self) -> Outcome {
        self.chain.send(&[build::declare_default(&self.keys)], &[])
    }

    /// `serve_notice` by mail, by the servicer.
    pub fn serve_notice(&mut self) -> Outcome {
        self.serve_notice_by(NoticeChannels::MAIL)
    }

    /// `serve_notice` by the servicer.
    pub fn serve_notice_by(&mut self, channels: u8) -> Outcome {
        let instruction = build::serve_notice(&self.keys, self.servicer.pubkey(), [9; 32], channels);
        self.chain.send(&[instruction], &[&self.servicer])
    }

    /// The instruction that closes the loan, `party` to sign.
    pub fn closing(&self, party: &Pubkey) -> Instruction {
        let rent_payer = self.payer.pubkey();
        build::close_loan(&self.keys, *party, self.authority.pubkey(), self.savings, rent_payer)
    }

    /// `close_loan` by the borrower.
    pub fn close(&mut self) -> Outcome {
        let instruction = self.closing(&self.borrower.pubkey());
        self.chain.send(&[instruction], &[&self.borrower])
    }

    // Function calls.

    /// `request` of the next sequence number by anybody.
    pub fn request(&mut self, action: Action) -> Outcome {
        let seq = self.vehicle().last_seq_asked + 1;
        let instruction = build::request(&self.keys, self.payer.pubkey(), None, action, seq);
        self.chain.send(&[instruction], &[&self.payer])
    }

    /// `request` by the lender's own will, signed by this key too.
    pub fn request_as(&mut self, lender: &Keypair, action: Action) -> Outcome {
        let seq = self.vehicle().last_seq_asked + 1;
        let signer = Some(lender.pubkey());
        let instruction = build::request(&self.keys, self.payer.pubkey(), signer, action, seq);
        self.chain.send(&[instruction], &[&self.payer, lender])
    }

    /// `claim` by a keeper.
    pub fn claim(&mut self, keeper: &Keypair, seq: u64) -> Outcome {
        self.chain.send(&[build::claim(&self.keys, keeper.pubkey(), seq)], &[keeper])
    }

    /// `yield_claim` by a keeper.
    pub fn yield_claim(&mut self, keeper: &Keypair, seq: u64) -> Outcome {
        self.chain.send(&[build::yield_claim(&self.keys.vehicle, keeper.pubkey(), seq)], &[keeper])
    }

    /// `expire`, which nobody signs.
    pub fn expire(&mut self, seq: u64) -> Outcome {
        let rent_payer = self.invocation(seq).rent_payer;
        self.chain.send(&[build::expire(&self.keys, seq, rent_payer)], &[])
    }

    /// What the car signs when it has obeyed.
    pub fn receipt(&self, seq: u64) -> Receipt {
        self.car.receipt(&self.invocation(seq), self.chain.now())
    }

    /// `confirm` of the invocation that a signed receipt names, for the keeper that holds it.
    pub fn confirm(&mut self, receipt: &Receipt) -> Outcome {
        let instructions = self.confirmation(&self.car.sign(&receipt.encode()));
        self.chain.send(&instructions, &[])
    }

    /// The proof and the instruction that settles on it.
    pub fn confirmation(&self, signed: &Envelope) -> [Instruction; 2] {
        let receipt = Receipt::decode(&signed.payload).expect("it is a receipt");
        let address = Pubkey::new_from_array(receipt.invocation);
        let (mut keeper, mut rent_payer) = (self.keeper.pubkey(), self.payer.pubkey());
        if self.chain.exists(&address) {
            let invocation = self.chain.read::<Invocation>(&address);
            keeper = invocation.claim.map_or(keeper, |claim| claim.keeper);
            rent_payer = invocation.rent_payer;
        }
        build::confirm(&self.keys, keeper, rent_payer, signed).expect("it is a receipt")
    }

    /// The keeper claims it, the car obeys, and the receipt settles it.
    pub fn fulfil(&mut self, seq: u64) {
        let keeper = self.keeper.insecure_clone();
        self.claim(&keeper, seq).holds();
        let receipt = self.receipt(seq);
        self.confirm(&receipt).holds();
    }

    // What is on chain.

    /// The lender.
    pub fn lender_account(&self) -> Lender {
        self.chain.read(&self.lender)
    }

    /// One of its functions.
    pub fn function(&self, action: Action) -> Function {
        self.chain.read(&pda::function(&self.lender, action))
    }

    /// The car's account.
    pub fn vehicle(&self) -> Vehicle {
        self.chain.read(&self.keys.vehicle)
    }

    /// The loan.
    pub fn loan(&self) -> Loan {
        self.chain.read(&self.keys.loan)
    }

    /// The escrow.
    pub fn escrow(&self) -> Escrow {
        self.chain.read(&self.keys.escrow)
    }

    /// What the escrow holds above its rent, lamports.
    pub fn available(&self) -> u64 {
        self.chain.lamports(&self.keys.escrow) - self.chain.rent_of(&self.keys.escrow)
    }

    /// What the car wallet holds, base units.
    pub fn wallet(&self) -> u64 {
        self.chain.tokens(&self.keys.wallet)
    }

    /// An invocation.
    pub fn invocation(&self, seq: u64) -> Invocation {
        self.chain.read(&self.invocation_key(seq))
    }

    /// Where an invocation lies.
    pub fn invocation_key(&self, seq: u64) -> Pubkey {
        pda::invocation(&self.keys.vehicle, seq)
    }

    /// Changes the lender behind the program's back.
    pub fn edit_lender(&mut self, change: impl FnOnce(&mut Lender)) {
        self.chain.edit(&self.lender, change);
    }

    /// Changes the loan behind the program's back.
    pub fn edit_loan(&mut self, change: impl FnOnce(&mut Loan)) {
        self.chain.edit(&self.keys.loan, change);
    }
}

impl Default for LoanFixture {
    fn default() -> Self {
        Self::new()
    }
}
