//! What a lender may do to a loan now, which rule refuses the rest, and where the notices stand.
//!
//! Each answer comes from trying the program's own rule on a copy of the loan.

use latchkey::errors::LatchkeyError as E;
use latchkey::rules::gates::{Asker, check_default, check_lock, check_unlock, check_warn};
use latchkey::rules::ledger::{Position, Wallet};
use latchkey::rules::loan_at::LoanAt;
use latchkey::rules::servicing::{self, MAX_HOLD_SECS, MAX_SERVICER_HOLD_SECS};
use latchkey::rules::{Ruled, amendment, notices, sale};
use latchkey::state::{Function, Lender, Loan, NoticeChannels, Notices, Service, Terms, Vehicle};

/// A loan with everything that its servicing depends on, at one moment.
#[derive(Clone, Copy)]
pub struct Serviced<'a> {
    /// The loan.
    pub loan: &'a Loan,
    /// Its lender.
    pub lender: &'a Lender,
    /// Its car.
    pub vehicle: &'a Vehicle,
    /// What the car wallet holds, base units.
    pub wallet: u64,
    /// The chain's time.
    pub now: i64,
}

/// What may be done now, as the rule that refuses it. Amounts and dates that a person chooses are taken as the mildest.
#[derive(Clone, Debug)]
pub struct Permissions {
    /// A notice by each channel that people serve, in the order of their bits.
    pub notice: Vec<Ruled<()>>,
    /// A hold by the lender's authority, as long as one may be.
    pub hold: Ruled<()>,
    /// The same by the servicer.
    pub hold_by_servicer: Ruled<()>,
    /// The early end of a hold. Both parties sign.
    pub lift_hold: Ruled<()>,
    /// A stay from now on, as long as one may be.
    pub stay: Ruled<()>,
    /// An extension by one period. Both parties sign.
    pub extend: Ruled<()>,
    /// A waiver of all late fees.
    pub waive: Ruled<()>,
    /// An amendment, by the lender alone or by both.
    pub amend: Ruled<()>,
    /// The end for less than is owed.
    pub settle: Ruled<()>,
    /// Giving the loan up.
    pub charge_off: Ruled<()>,
    /// A sale to a lender whose unlock has the address that this loan's has.
    pub sale: Ruled<()>,
    /// A declaration of default.
    pub default: Ruled<()>,
    /// A warning by the car.
    pub warn: Ruled<()>,
    /// A lock.
    pub lock: Ruled<()>,
    /// An unlock that the lender asks for.
    pub unlock: Ruled<()>,
    /// Closing what has ended.
    pub close: Ruled<()>,
}

impl Serviced<'_> {
    /// What may be done now.
    pub fn permissions(&self) -> Permissions {
        let Self { loan, lender, vehicle, wallet, now } = *self;
        let at = LoanAt::new(loan, Wallet(wallet), now);
        let wallet = Wallet(wallet);
        let copy = || loan.clone();
        let people = 0..NoticeChannels::CAR.trailing_zeros();
        let hold = |secs, by_authority| {
            servicing::place_hold(&mut copy(), now.saturating_add(secs), by_authority, now)
        };
        Permissions {
            notice: people.map(|bit| notices::serve(&at, 1 << bit).map(drop)).collect(),
            hold: hold(MAX_HOLD_SECS, true),
            hold_by_servicer: hold(MAX_SERVICER_HOLD_SECS, false),
            lift_hold: servicing::lift_hold(&mut copy(), now),
            stay: servicing::place_stay(&mut copy(), wallet, now, now.saturating_add(MAX_HOLD_SECS), now)
                .map(drop),
            extend: servicing::extend(&mut copy(), wallet, now).map(drop),
            waive: self.waive(wallet),
            amend: self.amend(wallet),
            settle: servicing::settle(&mut copy(), wallet, now).map(drop),
            charge_off: servicing::charge_off(&mut copy(), wallet, now).map(drop),
            sale: sale::check_sale(loan, vehicle, &pinned_unlock(loan), now, now),
            default: check_default(&at),
            warn: check_warn(&at, lender, vehicle),
            lock: check_lock(&at, lender, vehicle),
            unlock: check_unlock(&at, vehicle, Asker::Lender),
            close: self.close(),
        }
    }

    fn waive(&self, wallet: Wallet) -> Ruled<()> {
        let fees = Position::at(self.loan, wallet, self.now)?.ledger.fees;
        servicing::waive_fees(&mut self.loan.clone(), wallet, fees.max(1), self.now).map(drop)
    }

    /// Terms that stay as they are are the mildest change.
    fn amend(&self, wallet: Wallet) -> Ruled<()> {
        let (mut loan, floors) = (self.loan.clone(), &self.lender.floors);
        let same = amendment::Amendment { terms: loan.terms, forgive_principal: 0, forgive_interest: 0 };
        amendment::amend(&mut loan, wallet, &same, floors, false, self.now).map(drop)
    }

    fn close(&self) -> Ruled<()> {
        match self.loan {
            open if open.status.is_open() => Err(E::LoanNotPaidOff),
            _ if self.vehicle.may_be_locked_at(self.now) => Err(E::VehicleLocked),
            called if called.invocations_open > 0 => Err(E::InvocationsOpen),
            _ => Ok(()),
        }
    }

    /// Where the notices of the present delinquency stand.
    pub fn notices(&self) -> Ruled<NoticeStanding> {
        let at = LoanAt::new(self.loan, Wallet(self.wallet), self.now);
        let terms = &self.loan.terms;
        let since = match at.past_due() {
            Err(unknown @ (E::Overflow | E::TooManyMoments)) => return Err(unknown),
            Err(_) => return Ok(NoticeStanding::default()),
            Ok(_) if terms.notice_after_default => at.default_since()?,
            Ok(_) => at.delinquent_since()?,
        };
        let counting = |service: &Service| self.is_counting(*service);
        let channels: Ruled<Vec<bool>> = self.loan.notices.channels.iter().map(counting).collect();
        let channels = channels?;
        let matures_at = if terms.min_channels == 0 { None } else { notices::matures_at(&at)? };
        let is_complete =
            channels.iter().filter(|counts| **counts).count() >= usize::from(terms.min_channels);
        Ok(NoticeStanding {
            since: Some(since),
            final_counts: is_complete && terms.final_notice_secs > 0 && matures_at.is_some(),
            is_final_next: notices::is_final_notice_next(&at)?,
            is_complete,
            matures_at,
            channels,
        })
    }

    /// Whether a service counts: on its own it would be all the notice that a loan with one channel needs.
    fn is_counting(&self, service: Service) -> Ruled<bool> {
        let mut alone = Notices::default();
        alone.channels[0] = service;
        let terms = Terms { min_channels: 1, final_notice_secs: 0, ..self.loan.terms };
        let loan = Loan { notices: alone, terms, ..self.loan.clone() };
        Ok(notices::matures_at(&LoanAt::new(&loan, Wallet(self.wallet), self.now))?.is_some())
    }
}

/// Where the notices of the present delinquency stand. Nothing counts while nothing is past due.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeStanding {
    /// From when a service counts; `None` while nothing is past due.
    pub since: Option<i64>,
    /// Whether the last service of each channel counts, in the order of the bits.
    pub channels: Vec<bool>,
    /// Whether enough channels count.
    pub is_complete: bool,
    /// Whether the final notice counts.
    pub final_counts: bool,
    /// Whether a service now would be the final notice.
    pub is_final_next: bool,
    /// The earliest lock that the notices allow; `None` while some are missing, or none are owed.
    pub matures_at: Option<i64>,
}

/// The unlock that the loan pins, as the function of a buyer that offers the same.
fn pinned_unlock(loan: &Loan) -> Function {
    Function {
        version: latchkey::state::Version::CURRENT,
        bump: 0,
        lender: loan.lender,
        action: latchkey::state::Action::Unlock,
        fee: loan.unlock_fee,
        bond: 0,
        lease_secs: 0,
        ttl_secs: loan.unlock_ttl_secs,
        required: 1,
        command_keys: Default::default(),
        code_hash: [0; 32],
        revision: 1,
        uri: loan.unlock_uri.clone(),
        uri_2: String::new(),
        uri_3: String::new(),
    }
}
