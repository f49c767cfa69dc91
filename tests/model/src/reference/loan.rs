//! A loan's beginning and end, and its escrow.

use latchkey::errors::LatchkeyError as Rule;
use latchkey::state::{Action, AskedLock, Escrow, Ledger, Loan, LoanStatus, LoanStub, Notices, Version};
use latchkey_client::{Pubkey, pda};

use super::{Contract, Model, Step, TokenAccount, ask, plan_of, terms};
use crate::arithmetic::Books;
use crate::moves::{Draft, EscrowSum};
use crate::parties::{self, Who};

impl Model {
    /// What goes into the escrow at origination.
    pub fn first_lamports(&self, draft: Draft) -> u64 {
        let fees: u64 = Action::ALL
            .iter()
            .filter_map(|action| self.functions.get(&(self.home, *action)))
            .map(|function| function.fee)
            .sum();
        match draft {
            Draft::PoorEscrow => fees.saturating_sub(1),
            _ => fees + 3_000_000,
        }
    }

    pub(crate) fn originate(&mut self, by: Who, draft: Draft) -> Step {
        let lender = self.lender()?.clone();
        self.serviced(by)?;
        // The servicer has no power over the treasury.
        ask(lender.authority == by.key(), "not the treasury's owner");
        let offers = Action::ALL.map(|action| self.functions.contains_key(&(self.home, action)));
        if offers != [true; 3] {
            return Err("a function is missing".into());
        }
        let terms = self.drafted(draft);
        terms::check(&terms, &lender.floors, self.now);
        self.public_unlock(&terms)?;
        ask(draft != Draft::ToTreasury, Rule::InvalidSeller);
        ask(draft != Draft::PoorEscrow, Rule::EscrowTooSmall);
        let car = self.car()?;
        ask(!car.retired, Rule::VehicleRetired);
        if car.active_loan != Pubkey::default() {
            return Err(Rule::VehicleHasLoan.into());
        }
        ask(!may_be_locked(car.asked, self.now), Rule::VehicleLocked);

        let (index, lamports) = (car.loans, self.first_lamports(draft));
        let address = pda::loan(&parties::vehicle(), index);
        let rent = self.rents.loan + self.rents.escrow + self.rents.wallet;
        self.spend(&Who::Payer.key(), rent + lamports)?;
        let treasury = self.token_account_at(&lender.treasury).ok_or("no treasury")?;
        self.draw(treasury, terms.principal)?;
        self.receive(TokenAccount::Seller, i128::from(terms.principal))?;
        let unlock = self.functions[&(self.home, Action::Unlock)].clone();
        let none = Pubkey::default();
        let [first, second, third] = unlock.command_keys;
        let loan = Loan {
            version: Version::CURRENT,
            bump: 0,
            lender: parties::lender(self.home),
            borrower: Who::Borrower.key(),
            vehicle: parties::vehicle(),
            wallet: pda::wallet(&address, &self.mint, &anchor_spl::token::ID),
            index,
            status: LoanStatus::Active,
            revision: 0,
            terms,
            ledger: Ledger::default(),
            notices: Notices::default(),
            hold_until: 0,
            stay_from: 0,
            stay_until: 0,
            emergency_from: 0,
            emergency_used: 0,
            extensions_used: 0,
            invocations_open: 0,
            opened_at: self.now,
            defaulted_at: 0,
            rent_payer: Who::Payer.key(),
            recovery_key: none,
            recovery_from: 0,
            recovery_barred_until: 0,
            recovered_until: 0,
            unlock_fee: unlock.fee,
            unlock_ttl_secs: unlock.ttl_secs,
            unlock_keys: [first, second, third, none, none, none],
            unlock_uri: unlock.uri,
        };
        let escrow = Escrow {
            version: Version::CURRENT,
            bump: 0,
            loan: address,
            rent: self.rents.escrow,
            deposited: lamports,
            committed: 0,
            paid: 0,
            refunded: 0,
            forfeited: 0,
            withdrawn: 0,
        };
        let signed = plan_of(&terms);
        let fault = self.fault;
        let mut books = Books::open(signed, self.now);
        books.habits = Contract::habits(fault);
        self.contract = Some(Contract { loan, books, signed, escrow, available: lamports, gifts: 0, fault });
        let car = self.car_mut()?;
        car.active_loan = address;
        car.loans += 1;
        self.lenders.get_mut(&self.home).ok_or("no lender")?.loans_opened += 1;
        Ok(())
    }

    pub(crate) fn fund_escrow(&mut self, by: Who, lamports: u64) -> Step {
        ask(lamports > 0, Rule::ZeroAmount);
        self.running()?;
        self.spend(&by.key(), lamports)?;
        let contract = self.running()?;
        contract.available += lamports;
        contract.escrow.deposited += lamports;
        Ok(())
    }

    /// What an amount of lamports comes to.
    pub fn escrow_sum(&self, sum: EscrowSum) -> u64 {
        match (sum, &self.contract) {
            (EscrowSum::Units(units), _) => units,
            (EscrowSum::AllBut(more), Some(contract)) => {
                contract.available.saturating_sub(contract.reserve()) + more
            }
            (EscrowSum::AllBut(more), None) => more,
        }
    }

    pub(crate) fn withdraw_escrow(&mut self, by: Who, sum: EscrowSum) -> Step {
        let lamports = self.escrow_sum(sum);
        self.contract()?;
        self.owned(by)?;
        let authority = self.lender()?.authority;
        ask(lamports > 0, Rule::ZeroAmount);
        let contract = self.running()?;
        if contract.available < lamports + contract.reserve() {
            return Err(Rule::EscrowShort.into());
        }
        contract.available -= lamports;
        contract.escrow.withdrawn += lamports;
        self.earn(&authority, lamports);
        Ok(())
    }

    /// A plain transfer of lamports into the escrow.
    pub fn gift(&mut self, lamports: u64) -> Step {
        self.spend(&Who::Stranger.key(), lamports)?;
        let contract = self.running()?;
        contract.available += lamports;
        contract.gifts += lamports;
        Ok(())
    }

    /// Lamports sent to where the next invocation will lie.
    pub fn prefund(&mut self, lamports: u64) -> Step {
        let seq = self.car()?.last_seq_asked + 1;
        self.spend(&Who::Stranger.key(), lamports)?;
        *self.prefunds.entry(seq).or_default() += lamports;
        Ok(())
    }

    pub(crate) fn close_loan(&mut self, by: Who) -> Step {
        let now = self.now;
        let servicing = self.is_servicing(by)?;
        let lender = self.lender()?.clone();
        let may_be_locked = may_be_locked(self.car()?.asked, now);
        let contract = self.running()?;
        let owes = by.key() == contract.loan.borrower;
        ask(servicing || owes, Rule::NotParty);
        ask(!contract.is_owing(), Rule::LoanNotPaidOff);
        ask(!may_be_locked, Rule::VehicleLocked);
        ask(contract.loan.invocations_open == 0, Rule::InvocationsOpen);
        let surplus = contract.books.free();
        ask(surplus == 0 || !contract.is_recovered(now), Rule::RecoveredKey);
        let closed = contract.clone();
        let loan = &closed.loan;
        let theirs = Who::of(&loan.borrower).and_then(Who::tokens).ok_or("no account of the borrower")?;
        self.receive(theirs, surplus)?;
        if closed.books.unsent > 0 {
            let treasury = self.token_account_at(&lender.treasury).ok_or("no treasury")?;
            self.receive(treasury, closed.books.unsent)?;
        }
        let Loan { version, bump, lender: of, borrower, vehicle, wallet, index, .. } = *loan;
        self.stubs.insert(index, LoanStub { version, bump, lender: of, borrower, vehicle, wallet, index });
        let rent = self.rents.loan - self.rents.stub + closed.escrow.rent + self.rents.wallet;
        self.earn(&loan.rent_payer, rent);
        self.earn(&lender.authority, closed.available);
        self.contract = None;
        self.car_mut()?.active_loan = Pubkey::default();
        self.lenders.get_mut(&self.home).ok_or("no lender")?.loans_closed += 1;
        Ok(())
    }
}

/// Whether the car may be locked: a lock was asked for, no unlock proven, and its time has not run out.
pub(crate) fn may_be_locked(asked: AskedLock, now: i64) -> bool {
    asked.seq > 0 && now < asked.until
}
