use anchor_lang::prelude::*;
use latchkey_layout::Fixed;

/// What lender and borrower sign at origination. Nothing changes it afterwards except an instruction with an event.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Lent, base units.
    pub principal: u64,
    /// Simple interest a year on principal, Actual/365, parts per million.
    pub apr_ppm: u32,
    /// Each payment but the last, base units. At the last due date all principal and interest owed is due.
    pub instalment: u64,
    /// How many payments.
    pub count: u16,
    /// The first due date.
    pub first_due: i64,
    /// From one due date to the next.
    pub calendar: Calendar,
    /// From the oldest unpaid due date to default, seconds; at least 1.
    pub grace_secs: u32,
    /// Charged once for each instalment that is late, base units.
    pub late_fee: u64,
    /// From a due date to its late fee, seconds; at least 1.
    pub late_after_secs: u32,
    /// From a due date to the earliest warning by the car, seconds; at least 1.
    pub warn_after_secs: u32,
    /// From a complete notice to the earliest lock, seconds.
    pub notice_secs: u32,
    /// By how many channels a notice is served before it is complete; 0 if no notice is owed.
    pub min_channels: u8,
    /// Whether a notice counts only if it was requested after default.
    pub notice_after_default: bool,
    /// From a complete notice to the final one, and from that to the earliest lock, seconds; 0 if none is owed.
    pub final_notice_secs: u32,
    /// How long a service counts, seconds.
    pub notice_max_age_secs: u32,
    /// How long an emergency start lasts, seconds.
    pub emergency_secs: u32,
    /// How many emergency starts there are.
    pub emergency_max: u8,
    /// How long a lock stands without renewal, seconds: an hour to 45 days.
    pub lock_ttl_secs: u32,
    /// How many extensions may be granted.
    pub max_extensions: u8,
    /// Periods by which extensions have moved the schedule; 0 when signed.
    pub deferred: u16,
    /// What an overpayment does.
    pub overpayment: Overpayment,
    /// Whether the unlock function has a public https address.
    pub public_unlock: bool,
}

/// When instalments are due. One layout for all, so that what follows stands at a fixed offset.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// What is counted.
    pub unit: CalendarUnit,
    /// How many seconds or months lie between due dates; 1 for twice a month.
    pub every: u32,
    /// The day of the month, or the first of two; 31 is the month's last day, and a day that a month does not have is
    /// its last. 0 where seconds are counted.
    pub day: u8,
    /// The second day of the month, later than the first; 0 unless instalments are due twice a month.
    pub second_day: u8,
    /// The borrower's time less UTC, seconds. Days begin at midnight there.
    pub utc_offset_secs: i32,
}

impl Calendar {
    /// Every `secs` seconds.
    pub const fn seconds(secs: u32) -> Self {
        Self { unit: CalendarUnit::Seconds, every: secs, day: 0, second_day: 0, utc_offset_secs: 0 }
    }

    /// On `day` of every `every`-th month, in a zone `utc_offset_secs` ahead of UTC.
    pub const fn months(every: u32, day: u8, utc_offset_secs: i32) -> Self {
        Self { unit: CalendarUnit::Months, every, day, second_day: 0, utc_offset_secs }
    }

    /// On two days of every month, in a zone `utc_offset_secs` ahead of UTC.
    pub const fn twice_a_month(day: u8, second_day: u8, utc_offset_secs: i32) -> Self {
        Self { unit: CalendarUnit::TwiceAMonth, every: 1, day, second_day, utc_offset_secs }
    }

    /// Whether instalments are due weekly or more often: some policy floors have values of their own for that.
    pub fn is_weekly(&self) -> bool {
        self.unit == CalendarUnit::Seconds && self.every <= 7 * 86_400
    }
}

/// What a calendar counts.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarUnit {
    /// A fixed number of seconds.
    Seconds,
    /// Calendar months.
    Months,
    /// Two days of every month.
    TwiceAMonth,
}

/// What a payment beyond what is due does.
#[derive(Fixed, AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overpayment {
    /// Lowers the principal; the next instalment stays due.
    ReducePrincipal,
    /// Pays the next instalments ahead.
    PayAhead,
}
