use std::fmt;

use super::Disclosure;
use crate::units::{date, duration, money, rate};

impl fmt::Display for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.figures(f)?;
        self.payments(f)?;
        writeln!(f)?;
        self.conditions(f)
    }
}

impl Disclosure {
    fn figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = |units| money::show(units, self.decimals);
        let figures = [
            (
                "ANNUAL PERCENTAGE RATE",
                rate::show(self.terms.apr_bps),
                "The cost of your credit as a yearly rate.",
            ),
            ("FINANCE CHARGE", amount(self.schedule.finance_charge), "The amount the credit will cost you."),
            (
                "Amount Financed",
                amount(self.terms.principal),
                "The amount of credit provided to you or on your behalf.",
            ),
            (
                "Total of Payments",
                amount(self.schedule.total_of_payments),
                "The amount you will have paid after you have made all payments as scheduled.",
            ),
        ];
        let width = figures.iter().map(|(_, value, _)| value.len()).max().unwrap_or(0);
        for (name, value, meaning) in figures {
            writeln!(f, "{name:<22}  {value:>width$}  {meaning}")?;
        }
        Ok(())
    }

    fn payments(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nYour payment schedule, if you sign at {}:\n", date::show(self.signed_at))?;
        let amount = |units| money::show_all(units, self.decimals);
        let head = ["#", "due", "payment", "interest", "principal", "balance"].map(str::to_owned);
        let rows = self.schedule.payments.iter().zip(1..).map(|(payment, number): (_, usize)| {
            [
                number.to_string(),
                date::show(payment.due),
                amount(payment.amount),
                amount(payment.interest),
                amount(payment.principal),
                amount(payment.balance),
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
        let only_interest = self
            .schedule
            .payments
            .iter()
            .position(|payment| payment.principal == 0 && payment.balance > 0 && payment.interest > 0);
        if let Some(index) = only_interest {
            let number = index + 1;
            writeln!(f, "\nPayment {number} does not lower the principal: the last payments are larger.")?;
        }
        Ok(())
    }

    fn conditions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = &self.terms;
        let secs = |secs: u32| duration::show(secs.into());
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
        write!(
            f,
            "Lock          The car's next start can be inhibited {} after a due date that stays unpaid",
            secs(terms.grace_secs)
        )?;
        if let Some(notice) = terms.notice_secs() {
            write!(f, ", and {} after you were given notice", secs(notice))?;
        }
        match terms.lock_ttl_secs() {
            None => writeln!(f, ". A lock lasts until it is unlocked.")?,
            Some(ttl) => writeln!(f, ". A lock ends by itself after {} unless it is renewed.", secs(ttl))?,
        }
        match terms.emergency_max {
            0 => writeln!(f, "Emergency     No emergency starts.")?,
            times => writeln!(
                f,
                "Emergency     {times} emergency start{} of {}, whatever is owed.",
                if times == 1 { "" } else { "s" },
                secs(terms.emergency_secs)
            )?,
        }
        match terms.max_extensions {
            0 => write!(f, "Extensions    None."),
            most => write!(f, "Extensions    {most} at most, of one period each, if both sign."),
        }
    }
}
