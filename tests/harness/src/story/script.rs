use latchkey_client::latchkey::state::{Calendar, Overpayment, Terms};

const DAY: u32 = 86_400;

/// One whole unit of the mint, base units.
pub const UNIT: u64 = 1_000_000;

/// A hundredth of it: what people pay is a multiple of this.
pub const CENT: u64 = UNIT / 100;

/// What a function call is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// The fee, lamports.
    pub fee: u64,
    /// The keeper's bond, lamports.
    pub bond: u64,
    /// One claim, seconds.
    pub lease_secs: u32,
    /// One invocation of a warning or a lock, seconds.
    pub ttl_secs: u32,
    /// One of an unlock, seconds.
    pub unlock_ttl_secs: u32,
}

/// How a loan's life goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Script {
    /// The terms; `first_due` counts from origination, and an instalment of 0 means a level one.
    pub terms: Terms,
    /// What each function call is worth.
    pub offer: Offer,
    /// What goes into the escrow after origination, lamports.
    pub funding: u64,
    /// Instalments paid before one is missed.
    pub paid_before: u16,
    /// Time from the lock until the borrower pays, seconds.
    pub cure_after_secs: u32,
    /// Instalments paid after the missed one, before the loan is paid off early.
    pub paid_after: u16,
    /// Time from the last of these until the loan is paid off, seconds.
    pub payoff_after_secs: u32,
    /// A borrower's payment covers what falls due within this time, seconds.
    pub foresight_secs: u32,
}

impl Script {
    /// A year: twelve months, of which the sixth is missed.
    pub fn year() -> Self {
        Self {
            terms: Terms {
                first_due: i64::from(30 * DAY),
                count: 12,
                // 31 January at first: months of every length occur.
                calendar: Calendar::months(1, 31, 0),
                grace_secs: 10 * DAY,
                warn_after_secs: DAY,
                notice_secs: 3 * DAY,
                notice_max_age_secs: 60 * DAY,
                late_after_secs: 5 * DAY,
                ..car_loan()
            },
            offer: Offer { lease_secs: 60, ttl_secs: 600, ..OFFER },
            funding: 20_000_000,
            paid_before: 5,
            cure_after_secs: 2 * DAY,
            paid_after: 4,
            payoff_after_secs: 10 * DAY,
            foresight_secs: 0,
        }
    }

    /// The same in real time: instalments every few seconds, of which the third is missed.
    pub fn minute() -> Self {
        Self {
            terms: Terms {
                first_due: 8,
                count: 12,
                calendar: Calendar::seconds(8),
                grace_secs: 6,
                warn_after_secs: 1,
                notice_secs: 2,
                notice_max_age_secs: 3_600,
                late_after_secs: 4,
                ..car_loan()
            },
            offer: OFFER,
            funding: 20_000_000,
            paid_before: 2,
            cure_after_secs: 0,
            paid_after: 1,
            payoff_after_secs: 0,
            foresight_secs: 10,
        }
    }

    /// Leases for a busy machine, where a validator's clock falls minutes behind the car's.
    pub const PATIENT: Offer = Offer { lease_secs: 900, ttl_secs: 3_600, ..OFFER };

    /// For people who play both parties: an instalment every two minutes for an hour, the first a minute after the start.
    pub fn hour() -> Self {
        Self {
            terms: Terms {
                first_due: 60,
                count: 30,
                calendar: Calendar::seconds(120),
                grace_secs: 30,
                warn_after_secs: 5,
                notice_secs: 15,
                late_after_secs: 20,
                ..Self::minute().terms
            },
            offer: Self::PATIENT,
            funding: 500_000_000,
            ..Self::minute()
        }
    }

    /// Two instalments, 60 days apart, after whose first nothing but a default and a lock can happen for a month.
    pub fn lock_only(first_due: i64, grace_secs: u32) -> Terms {
        Terms {
            count: 2,
            first_due,
            calendar: Calendar::seconds(60 * DAY),
            grace_secs,
            late_after_secs: 30 * DAY,
            warn_after_secs: 30 * DAY,
            notice_secs: 0,
            min_channels: 0,
            notice_max_age_secs: 0,
            apr_ppm: 0,
            ..Self::minute().terms
        }
    }
}

/// What the scripts pay.
const OFFER: Offer =
    Offer { fee: 2_000_000, bond: 1_000_000, lease_secs: 30, ttl_secs: 120, unlock_ttl_secs: 3_600 };

fn car_loan() -> Terms {
    Terms {
        principal: 12_000 * UNIT,
        apr_ppm: 180_000,
        instalment: 0,
        count: 12,
        first_due: 0,
        calendar: Calendar::months(1, 1, 0),
        grace_secs: 1,
        late_fee: 25 * UNIT,
        late_after_secs: 1,
        warn_after_secs: 1,
        notice_secs: 0,
        min_channels: 1,
        notice_after_default: false,
        final_notice_secs: 0,
        notice_max_age_secs: 1,
        emergency_secs: DAY,
        emergency_max: 1,
        lock_ttl_secs: 30 * DAY,
        max_extensions: 1,
        deferred: 0,
        overpayment: Overpayment::ReducePrincipal,
        public_unlock: false,
    }
}
