use std::fmt;

use super::Disclosure;
use crate::terms::calendar_in_words;
use crate::units::{date, duration, money, rate};

impl fmt::Display for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.figures(f)?;
        self.schedule(f)?;
        writeln!(f)?;
        self.conditions(f)
    }
}

impl Disclosure {
    fn figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = [
            (
                "ANNUAL PERCENTAGE RATE",
                self.annual_percentage_rate(),
                "The cost of your credit as a yearly rate.",
            ),
            (
                "FINANCE CHARGE",
                self.cents(self.cost.finance_charge()),
                "The amount the credit will cost you.",
            ),
            (
                "Amount Financed",
                self.cents(self.cost.amount_financed),
                "The amount of credit provided to you or on your behalf.",
            ),
            (
                "Total of Payments",
                self.cents(self.cost.total_of_payments()),
                "The amount you will have paid after you have made all payments as scheduled.",
            ),
        ];
        let width = figures.iter().map(|(_, value, _)| value.len()).max().unwrap_or(0);
        for (name, value, meaning) in figures {
            writeln!(f, "{name:<22}  {value:>width$}  {meaning}")?;
        }
        Ok(())
    }

    fn schedule(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offset = self.terms.calendar.utc_offset_secs;
        writeln!(
            f,
            "\nYour payment schedule, {}, if you sign at {}:\n",
            calendar_in_words(&self.terms.calendar),
            date::show_at(self.signed_at, offset)
        )?;
        let head = ["#", "due", "payment", "interest", "principal", "balance"].map(str::to_owned);
        let rows = self.cost.payments.iter().zip(1..).map(|(row, number): (_, usize)| {
            [
                number.to_string(),
                date::show_at(row.due, offset),
                self.cents(row.payment),
                self.cents(row.interest),
                self.cents(row.principal),
                self.cents(row.balance),
            ]
        });
        let table: Vec<[String; 6]> = [head].into_iter().chain(rows).collect();
        let mut widths = [0; 6];
        for row in &table {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.len());
            }
        }
        for row in &table {
            let cells: Vec<String> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
            writeln!(f, "{}", cells.join("  "))?;
        }
        if let Some(index) = self.cost.only_interest() {
            let number = index + 1;
            writeln!(f, "\nPayment {number} does not lower the principal: the last payments are larger.")?;
        }
        Ok(())
    }

    fn conditions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = &self.terms;
        let secs = |secs: u32| duration::show(secs.into());
        writeln!(
            f,
            "Interest      {} a year, simple, by the second on the principal you owe.",
            rate::show(terms.apr_ppm)
        )?;
        if terms.late_fee > 0 {
            writeln!(
                f,
                "Late charge   If a payment is more than {} late, you will be charged {}, once for each payment.",
                secs(terms.late_after_secs),
                money::show(terms.late_fee, self.decimals)
            )?;
        } else {
            writeln!(f, "Late charge   None.")?;
        }
        writeln!(
            f,
            "Prepayment    If you pay off early, you will not have to pay a penalty, and interest ends that day."
        )?;
        writeln!(f, "Security      You are giving a security interest in the car.")?;
        writeln!(
            f,
            "Warning       The car may warn its driver {} after a due date that stays unpaid.",
            secs(terms.warn_after_secs)
        )?;
        self.lock(f)?;
        match terms.emergency_max {
            0 => writeln!(f, "Emergency     No emergency starts.")?,
            times => writeln!(
                f,
                "Emergency     {times} emergency start{} of {}, whatever is owed.",
                plural(times),
                secs(terms.emergency_secs)
            )?,
        }
        match terms.max_extensions {
            0 => write!(f, "Extensions    None."),
            most => write!(f, "Extensions    {most} at most, of one period each, if both sign."),
        }
    }

    /// When the car can be locked, and for how long.
    fn lock(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = &self.terms;
        let secs = |secs: u32| duration::show(secs.into());
        write!(
            f,
            "Lock          The car's next start can be inhibited {} after a due date that stays unpaid",
            secs(terms.grace_secs)
        )?;
        if terms.min_channels > 0 {
            write!(
                f,
                ", and {} after you were given notice by {} channel{}{}",
                secs(terms.notice_secs),
                terms.min_channels,
                plural(terms.min_channels),
                if terms.notice_after_default { " after that time" } else { "" }
            )?;
        }
        if terms.final_notice_secs > 0 {
            write!(f, ", and {} after a final notice", secs(terms.final_notice_secs))?;
        }
        writeln!(f, ". A lock ends by itself after {} unless it is renewed.", secs(terms.lock_ttl_secs))?;
        let unlock = if terms.public_unlock {
            "The unlock function has a public address."
        } else {
            "The unlock function has no public address."
        };
        writeln!(f, "Unlock        Once you have paid what is past due, the car is unlocked. {unlock}")
    }
}

const fn plural(count: u8) -> &'static str {
    if count == 1 { "" } else { "s" }
}
