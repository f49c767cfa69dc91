use latchkey::state::{Action, AskedLock, Escrow, Loan, LoanStatus, Notice, NoticeChannels, Terms};
use latchkey::state::{Ledger, PolicyFloors};
use latchkey_client::pda;

use super::{Contract, Model, Refusal, TokenAccount, Verdict, ask};
use crate::arithmetic::{Books, Paid, Refused};
use crate::moves::{Draft, EscrowSum, Sum};
use crate::parties::{self, Who};

impl Contract {
    /// Whether a notice of the present delinquency is in force; `None` if nothing is unpaid, the wallet not counted.
    pub(crate) fn unpaid_notice(&self, now: i64) -> Option<bool> {
        let oldest = self.books.standing(0, now).oldest_unpaid?;
        Some(self.loan.notice.is_some_and(|notice| notice.served_at >= oldest))
    }

    /// A notice is about one delinquency and ends with it.
    fn forget_cured(&mut self, now: i64) {
        if self.books.past_due(now) == 0 {
            self.loan.notice = None;
        }
    }
}

impl Model {
    fn running(&mut self) -> Result<&mut Contract, Refusal> {
        self.contract.as_mut().ok_or("no loan")
    }

    fn owing(&mut self) -> Result<&mut Contract, Refusal> {
        let contract = self.running()?;
        ask(contract.books.status != LoanStatus::PaidOff, "paid off")?;
        Ok(contract)
    }

    /// The terms as they would be signed now.
    pub fn drafted(&self, draft: Draft) -> Terms {
        let terms = Terms { first_due: self.now + self.terms.first_due, ..self.terms };
        match draft {
            Draft::Sound | Draft::PoorEscrow | Draft::ToTreasury => terms,
            Draft::Empty => Terms { principal: 0, ..terms },
            Draft::DueNow => Terms { first_due: self.now, ..terms },
            Draft::Deferred => Terms { deferred: 1, ..terms },
        }
    }

    /// What goes into the escrow at origination.
    pub fn first_lamports(&self, draft: Draft) -> u64 {
        let fees: u64 = self.functions.values().map(|function| function.fee).sum();
        match draft {
            Draft::PoorEscrow => fees.saturating_sub(1),
            _ => fees + 3_000_000,
        }
    }

    pub(crate) fn originate(&mut self, by: Who, draft: Draft) -> Verdict {
        self.serviced(by)?;
        let lender = self.lender.as_ref().ok_or("no lender")?;
        let (floors, treasury) = (lender.floors, lender.treasury);
        // The servicer has no power over the treasury.
        ask(lender.authority == by.key(), "not the treasury's owner")?;
        ask(self.functions.len() == Action::ALL.len(), "a function is missing")?;
        let terms = self.drafted(draft);
        ask(draft != Draft::Empty && terms.instalment > 0, "empty terms")?;
        ask(draft != Draft::DueNow, "due at once")?;
        ask(draft != Draft::Deferred, "extended before it begins")?;
        ask(draft != Draft::ToTreasury, "to the lender itself")?;
        ask(draft != Draft::PoorEscrow, "a poor escrow")?;
        meets(&terms, &floors)?;
        let car = self.car()?;
        ask(!car.retired, "the car is retired")?;
        ask(car.active_loan.is_none(), "the car secures a loan")?;
        ask(!locked(car.lock_asked, self.now), "the car may be locked")?;

        let (index, escrow) = (car.loans, self.first_lamports(draft));
        let address = pda::loan(&parties::vehicle(), index);
        let rent = self.rents.loan + self.rents.escrow + self.rents.wallet;
        self.spend(&Who::Payer.key(), rent + escrow)?;
        let source = *self
            .token_accounts
            .iter()
            .find(|(_, token_account)| **token_account == treasury)
            .ok_or("no treasury")?
            .0;
        let money = self.tokens.get_mut(&source).ok_or("no treasury")?;
        *money = money.checked_sub(terms.principal).ok_or("an empty treasury")?;
        *self.tokens.entry(TokenAccount::Seller).or_default() += terms.principal;
        let reserve = self.functions[&Action::Unlock].fee;
        self.contract = Some(Contract {
            loan: Loan {
                version: 1,
                bump: 0,
                lender: parties::lender(),
                borrower: Who::Borrower.key(),
                vehicle: parties::vehicle(),
                wallet: pda::wallet(&address, &self.mint, &anchor_spl::token::ID),
                index,
                status: LoanStatus::Active,
                terms,
                ledger: Ledger::default(),
                notice: None,
                hold_until: 0,
                emergency_until: 0,
                emergency_used: 0,
                extensions_used: 0,
                warned_through: 0,
                invocations_open: 0,
                opened_at: self.now,
                defaulted_at: 0,
                rent_payer: Who::Payer.key(),
                reserved: [0; 32],
            },
            books: Books::open(terms, self.now),
            withdrawn: 0,
            wallet: 0,
            inflows: 0,
            escrow: Escrow {
                version: 1,
                bump: 0,
                loan: address,
                unlock_reserve: reserve,
                deposited: escrow,
                committed: 0,
                paid: 0,
                refunded: 0,
                forfeited: 0,
                withdrawn: 0,
                reserved: [0; 64],
            },
            available: escrow,
            gifts: 0,
        });
        if let Some(car) = &mut self.vehicle {
            car.active_loan = Some(address);
            car.loans += 1;
        }
        self.serviced(by)?.loans_opened += 1;
        Ok(())
    }

    pub(crate) fn fund_escrow(&mut self, by: Who, lamports: u64) -> Verdict {
        ask(lamports > 0, "nothing")?;
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
                contract.available.saturating_sub(contract.escrow.unlock_reserve) + more
            }
            (EscrowSum::AllBut(more), None) => more,
        }
    }

    pub(crate) fn withdraw_escrow(&mut self, by: Who, sum: EscrowSum) -> Verdict {
        let lamports = self.escrow_sum(sum);
        let authority = self.lender.as_ref().ok_or("no lender")?.authority;
        ask(by.key() == authority, "not the authority")?;
        ask(lamports > 0, "nothing")?;
        let contract = self.running()?;
        ask(contract.available >= lamports + contract.escrow.unlock_reserve, "the unlock's fee stays")?;
        contract.available -= lamports;
        contract.escrow.withdrawn += lamports;
        self.earn(&authority, lamports);
        Ok(())
    }

    /// What an amount of loan money comes to, for a top-up or an instruction.
    pub fn sum(&self, sum: Sum) -> u64 {
        let (Some(contract), Some(standing)) = (&self.contract, self.standing()) else {
            return 1;
        };
        let wallet = i128::from(contract.wallet);
        let due = standing.past_due + standing.fees;
        let amount = match sum {
            Sum::Units(units) => i128::from(units),
            Sum::Share(share) => i128::from(contract.books.terms.instalment) * i128::from(share) / 100,
            Sum::Cure(odd) => standing.cure - wallet + i128::from(odd),
            Sum::Payoff(odd) => standing.payoff - wallet + i128::from(odd),
            Sum::Beyond(odd) => standing.payoff - due + i128::from(odd),
            Sum::Surplus(odd) => wallet - due + i128::from(odd),
            Sum::Fees(odd) => contract.books.fees + i128::from(odd),
        };
        u64::try_from(amount.max(0)).unwrap_or(u64::MAX)
    }

    /// A plain transfer of lamports into the escrow.
    pub fn gift(&mut self, lamports: u64) -> Verdict {
        self.spend(&Who::Stranger.key(), lamports)?;
        let contract = self.running()?;
        contract.available += lamports;
        contract.gifts += lamports;
        Ok(())
    }

    /// Lamports sent to where the next invocation will lie.
    pub fn prefund(&mut self, lamports: u64) -> Result<u64, Refusal> {
        let seq = self.car()?.last_seq_asked + 1;
        self.spend(&Who::Stranger.key(), lamports)?;
        *self.prefunds.entry(seq).or_default() += lamports;
        Ok(seq)
    }

    /// A plain transfer into the car wallet, which anyone may make while there is one.
    pub fn top_up(&mut self, amount: u64) -> Verdict {
        self.running()?;
        let savings = self.tokens.get_mut(&TokenAccount::Borrower).ok_or("no savings")?;
        *savings = savings.checked_sub(amount).ok_or("no savings left")?;
        let contract = self.running()?;
        contract.wallet += amount;
        contract.inflows += amount;
        Ok(())
    }

    fn pay(&mut self, rule: impl FnOnce(&mut Contract, i64) -> Result<Paid, Refused>) -> Verdict {
        let now = self.now;
        let treasury = self.lender.as_ref().ok_or("no lender")?.treasury;
        let contract = self.running()?;
        let paid = rule(contract, now).map_err(|refused| match refused {
            Refused::PaidOff => "paid off",
            Refused::Nothing => "nothing",
            Refused::TooMuch => "more than is owed",
            Refused::WalletTooSmall => "the wallet is too small",
        })?;
        contract.forget_cured(now);
        let paid = u64::try_from(paid.total()).map_err(|_| "a sum beyond all money")?;
        contract.wallet -= paid;
        self.receive(&treasury, paid);
        Ok(())
    }

    pub(crate) fn collect(&mut self) -> Verdict {
        self.pay(|contract, now| contract.books.collect(contract.wallet, now))
    }

    fn borrowers(&mut self, by: Who) -> Verdict {
        let borrower = self.running()?.loan.borrower;
        ask(by.key() == borrower, "not the borrower")
    }

    pub(crate) fn prepay(&mut self, by: Who, sum: Sum) -> Verdict {
        let amount = self.sum(sum);
        self.borrowers(by)?;
        self.pay(|contract, now| contract.books.prepay(contract.wallet, amount, now))
    }

    pub(crate) fn pay_off(&mut self, by: Who) -> Verdict {
        self.borrowers(by)?;
        self.pay(|contract, now| contract.books.pay_off(contract.wallet, now))
    }

    pub(crate) fn withdraw_surplus(&mut self, by: Who, sum: Sum) -> Verdict {
        let amount = self.sum(sum);
        self.borrowers(by)?;
        ask(amount > 0, "nothing")?;
        let standing = self.standing().ok_or("no loan")?;
        let contract = self.running()?;
        let due = match contract.books.status {
            LoanStatus::PaidOff => 0,
            _ => standing.past_due + standing.fees,
        };
        ask(i128::from(contract.wallet) - due >= i128::from(amount), "it is due")?;
        contract.wallet -= amount;
        contract.withdrawn += amount;
        *self.tokens.entry(TokenAccount::Borrower).or_default() += amount;
        Ok(())
    }

    pub(crate) fn declare_default(&mut self) -> Verdict {
        let now = self.now;
        let standing = self.standing().ok_or("no loan")?;
        let contract = self.running()?;
        ask(contract.books.status == LoanStatus::Active, "not active")?;
        ask(standing.past_due > 0, "nothing past due")?;
        ask(!standing.is_cured_by(contract.wallet), "the wallet can pay")?;
        let oldest = standing.oldest_unpaid.ok_or("nothing past due")?;
        ask(now >= oldest + i64::from(contract.books.terms.grace_secs), "within the grace")?;
        contract.books.status = LoanStatus::Defaulted;
        contract.loan.defaulted_at = now;
        Ok(())
    }

    pub(crate) fn serve_notice(&mut self, by: Who, channels: u8) -> Verdict {
        self.serviced(by)?;
        let now = self.now;
        let people = NoticeChannels::ALL & !NoticeChannels::CAR;
        ask(channels > 0 && channels & !people == 0, "not a channel of people")?;
        let contract = self.owing()?;
        let in_force = contract.unpaid_notice(now).ok_or("nothing past due")?;
        ask(!in_force, "a notice is in force")?;
        contract.loan.notice = Some(Notice { served_at: now, evidence: EVIDENCE, channels });
        Ok(())
    }

    pub(crate) fn place_hold(&mut self, by: Who, secs: i64) -> Verdict {
        self.serviced(by)?;
        let until = self.now + secs;
        let contract = self.owing()?;
        ask(secs > 0 && secs <= 366 * 86_400, "a hold lies within a year")?;
        ask(until > contract.loan.hold_until, "a hold is not shortened")?;
        contract.loan.hold_until = until;
        Ok(())
    }

    pub(crate) fn lift_hold(&mut self, by: Who, borrower: Who) -> Verdict {
        self.serviced(by)?;
        self.borrowers(borrower)?;
        let now = self.now;
        let contract = self.running()?;
        ask(now < contract.loan.hold_until, "no hold runs")?;
        contract.loan.hold_until = 0;
        Ok(())
    }

    pub(crate) fn extend(&mut self, by: Who, borrower: Who) -> Verdict {
        self.serviced(by)?;
        self.borrowers(borrower)?;
        let now = self.now;
        let contract = self.owing()?;
        ask(contract.books.status != LoanStatus::ChargedOff, "charged off")?;
        ask(contract.loan.extensions_used < contract.books.terms.max_extensions, "no extension left")?;
        contract.loan.extensions_used += 1;
        contract.books.extend(now);
        let instalments = contract.books.standing(0, now).instalments;
        contract.loan.warned_through = contract.loan.warned_through.min(instalments);
        contract.forget_cured(now);
        Ok(())
    }

    pub(crate) fn waive_fees(&mut self, by: Who, sum: Sum) -> Verdict {
        let (amount, now) = (self.sum(sum), self.now);
        self.serviced(by)?;
        let contract = self.running()?;
        ask(contract.books.waive(amount, now), "nothing, or more than is charged")?;
        if contract.books.status == LoanStatus::PaidOff {
            contract.loan.notice = None;
        }
        Ok(())
    }

    pub(crate) fn emergency_start(&mut self, by: Who) -> Verdict {
        self.borrowers(by)?;
        let now = self.now;
        ask(self.car()?.lock_asked.is_some(), "nothing to unlock")?;
        let contract = self.running()?;
        ask(now >= contract.loan.emergency_until, "one is running")?;
        ask(contract.loan.emergency_used < contract.books.terms.emergency_max, "none left")?;
        contract.loan.emergency_used += 1;
        contract.loan.emergency_until = now + i64::from(contract.books.terms.emergency_secs);
        Ok(())
    }

    pub(crate) fn charge_off(&mut self, by: Who) -> Verdict {
        self.serviced(by)?;
        let now = self.now;
        let standing = self.standing().ok_or("no loan")?;
        let contract = self.owing()?;
        ask(contract.books.status != LoanStatus::ChargedOff, "charged off")?;
        ask(standing.days_past_due >= 120, "less than 120 days past due")?;
        contract.books.charge_off(contract.wallet, now);
        Ok(())
    }

    pub(crate) fn close_loan(&mut self, by: Who) -> Verdict {
        let lender = self.lender.clone().ok_or("no lender")?;
        let contract = self.contract.clone().ok_or("no loan")?;
        let party = [lender.authority, lender.servicer, contract.loan.borrower].contains(&by.key());
        ask(party, "not a party")?;
        ask(contract.books.status == LoanStatus::PaidOff, "not paid off")?;
        ask(!locked(self.car()?.lock_asked, self.now), "the car may be locked")?;
        ask(contract.loan.invocations_open == 0, "invocations are open")?;
        *self.tokens.entry(TokenAccount::Borrower).or_default() += contract.wallet;
        let rent = self.rents.loan + self.rents.escrow + self.rents.wallet;
        self.earn(&contract.loan.rent_payer, rent);
        self.earn(&lender.authority, contract.available);
        self.contract = None;
        if let Some(car) = &mut self.vehicle {
            car.active_loan = None;
        }
        if let Some(lender) = &mut self.lender {
            lender.loans_closed += 1;
        }
        Ok(())
    }
}

/// What a notice's evidence is.
pub const EVIDENCE: [u8; 32] = [9; 32];

/// Whether the car may be locked: a lock was asked for, no unlock proven, and its time has not run out.
pub(crate) fn locked(asked: Option<AskedLock>, now: i64) -> bool {
    asked.is_some_and(|lock| lock.until == 0 || now < lock.until)
}

/// Whether terms meet a policy.
fn meets(terms: &Terms, floors: &PolicyFloors) -> Verdict {
    ask(terms.grace_secs >= floors.min_grace_secs, "too little grace")?;
    ask(terms.notice_secs >= floors.min_notice_secs, "too little notice")?;
    ask(terms.apr_bps <= floors.max_apr_bps, "too dear")?;
    ask(terms.late_fee <= floors.max_late_fee, "too high a late fee")?;
    ask(terms.late_after_secs >= floors.min_late_after_secs, "too early a late fee")?;
    ask(terms.emergency_secs >= floors.min_emergency_secs, "too short an emergency start")?;
    ask(terms.emergency_max >= floors.min_emergency_max, "too few emergency starts")?;
    let longest = floors.max_lock_ttl_secs;
    let bounded = longest == 0 || (terms.lock_ttl_secs > 0 && terms.lock_ttl_secs <= longest);
    ask(bounded, "too long a lock")?;
    Ok(())
}
