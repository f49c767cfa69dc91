//! What a loan costs, in the words of Regulation Z (12 CFR 1026.18), for both parties to read before they sign.

use std::fmt;

use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::schedule::{Schedule, schedule};
use serde_json::{Value, json};

use crate::units::{date, duration, money, period, rate};

/// The disclosure of terms, if they are signed at a moment and every payment arrives on its due date.
///
/// Interest is the only charge, so the annual percentage rate is the contract's own rate, and all that is lent goes to
/// the seller, so the amount financed is the principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The terms.
    pub terms: Terms,
    /// When they would be signed.
    pub signed_at: i64,
    /// Decimals of the mint.
    pub decimals: u8,
    /// Every payment, and the sums.
    pub schedule: Schedule,
}

impl Disclosure {
    /// Computes it by the contract's own rules.
    pub fn new(terms: &Terms, signed_at: i64, decimals: u8) -> Result<Self, Refusal> {
        let schedule = schedule(terms, signed_at).map_err(|rule| Refusal(rule.into()))?;
        Ok(Self { terms: *terms, signed_at, decimals, schedule })
    }

    /// As one JSON object. Amounts are decimal strings of whole tokens.
    pub fn json(&self) -> Value {
        let amount = |units| money::show(units, self.decimals);
        let payments: Vec<Value> = self
            .schedule
            .payments
            .iter()
            .enumerate()
            .map(|(index, payment)| {
                json!({
                    "number": index + 1,
                    "due": date::show(payment.due),
                    "payment": amount(payment.amount),
                    "interest": amount(payment.interest),
                    "principal": amount(payment.principal),
                    "balance": amount(payment.balance),
                })
            })
            .collect();
        json!({
            "signed_at": date::show(self.signed_at),
            "annual_percentage_rate": rate::show(self.terms.apr_bps),
            "finance_charge": amount(self.schedule.finance_charge),
            "amount_financed": amount(self.terms.principal),
            "total_of_payments": amount(self.schedule.total_of_payments),
            "terms": terms_json(&self.terms, self.decimals),
            "payments": payments,
        })
    }
}

/// Terms as a JSON object with the keys and units of a terms file.
pub fn terms_json(terms: &Terms, decimals: u8) -> Value {
    use latchkey_client::latchkey::state::{Overpayment, Waterfall};

    let secs = |secs: u32| duration::show(secs.into());
    json!({
        "principal": money::show(terms.principal, decimals),
        "apr": rate::show(terms.apr_bps),
        "instalment": money::show(terms.instalment, decimals),
        "count": terms.count,
        "first_due": date::show(terms.first_due),
        "period": period::show(terms.period),
        "grace": secs(terms.grace_secs),
        "notice": secs(terms.notice_secs),
        "late_fee": money::show(terms.late_fee, decimals),
        "late_after": secs(terms.late_after_secs),
        "emergency": secs(terms.emergency_secs),
        "emergency_max": terms.emergency_max,
        "lock_ttl": match terms.lock_ttl_secs {
            0 => crate::terms::UNTIL_UNLOCKED.to_owned(),
            ttl => secs(ttl),
        },
        "max_extensions": terms.max_extensions,
        "deferred": terms.deferred,
        "waterfall": match terms.waterfall {
            Waterfall::InterestPrincipalFees => "interest-principal-fees",
            Waterfall::FeesInterestPrincipal => "fees-interest-principal",
        },
        "overpayment": match terms.overpayment {
            Overpayment::ReducePrincipal => "reduce-principal",
            Overpayment::PayAhead => "pay-ahead",
        },
    })
}

impl fmt::Display for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = |units| money::show(units, self.decimals);
        let secs = |secs: u32| duration::show(secs.into());
        let Self { terms, schedule, .. } = self;
        let boxes = [
            (
                "ANNUAL PERCENTAGE RATE",
                rate::show(terms.apr_bps),
                "The cost of your credit as a yearly rate.",
            ),
            ("FINANCE CHARGE", amount(schedule.finance_charge), "The amount the credit will cost you."),
            (
                "Amount Financed",
                amount(terms.principal),
                "The amount of credit provided to you or on your behalf.",
            ),
            (
                "Total of Payments",
                amount(schedule.total_of_payments),
                "The amount you will have paid after you have made all payments as scheduled.",
            ),
        ];
        let width = boxes.iter().map(|(_, value, _)| value.len()).max().unwrap_or(0);
        for (name, value, meaning) in boxes {
            writeln!(f, "{name:<22}  {value:>width$}  {meaning}")?;
        }

        writeln!(f, "\nYour payment schedule, if you sign at {}:\n", date::show(self.signed_at))?;
        let column = |units| money::show_all(units, self.decimals);
        let rows: Vec<[String; 6]> = schedule
            .payments
            .iter()
            .enumerate()
            .map(|(index, payment)| {
                [
                    (index + 1).to_string(),
                    date::show(payment.due),
                    column(payment.amount),
                    column(payment.interest),
                    column(payment.principal),
                    column(payment.balance),
                ]
            })
            .collect();
        let head = ["#", "due", "payment", "interest", "principal", "balance"].map(str::to_owned);
        let mut widths = [0; 6];
        for row in rows.iter().chain([&head]) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.len());
            }
        }
        for row in [&head].into_iter().chain(&rows) {
            let cells: Vec<String> =
                row.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
            writeln!(f, "{}", cells.join("  "))?;
        }
        if let Some(short) = schedule
            .payments
            .iter()
            .position(|payment| payment.principal == 0 && payment.balance > 0 && payment.interest > 0)
        {
            writeln!(
                f,
                "\nPayment {} does not lower the principal: the last payments are larger.",
                short + 1
            )?;
        }

        writeln!(f)?;
        if terms.late_fee > 0 {
            writeln!(
                f,
                "Late charge   If a payment is more than {} late, you will be charged {}, once for each payment.",
                secs(terms.late_after_secs),
                amount(terms.late_fee)
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
        if terms.notice_secs > 0 {
            write!(f, ", and {} after you were told", secs(terms.notice_secs))?;
        }
        match terms.lock_ttl_secs {
            0 => writeln!(f, ". A lock stands until it is unlocked.")?,
            ttl => writeln!(f, ". A lock ends by itself after {} unless it is renewed.", secs(ttl))?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::TermsFile;

    const NOW: i64 = 1_800_014_400;

    fn disclosure() -> Disclosure {
        let file = "principal = \"10000\"\napr = \"18%\"\ncount = 3\nfirst_due = \"2027-02-14T12:00:00Z\"\n\
                    period = \"30d\"\ngrace = \"10d\"\nnotice = \"3d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\n\
                    emergency = \"24h\"\nemergency_max = 1";
        let terms = TermsFile::parse(file).unwrap().terms(6, NOW).unwrap();
        Disclosure::new(&terms, NOW, 6).unwrap()
    }

    #[test]
    fn the_four_numbers_are_told_in_the_words_of_regulation_z() {
        let told = disclosure().to_string();
        for words in [
            "ANNUAL PERCENTAGE RATE",
            "18.00%",
            "FINANCE CHARGE",
            "Amount Financed",
            "10000.00",
            "Total of Payments",
            "will be charged 25.00, once for each payment",
            "will not have to pay a penalty",
        ] {
            assert!(told.contains(words), "{words}:\n{told}");
        }
    }

    #[test]
    fn the_numbers_add_up() {
        let disclosure = disclosure();
        let sum = |part: fn(&latchkey_client::schedule::Payment) -> u64| -> u64 {
            disclosure.schedule.payments.iter().map(part).sum()
        };
        assert_eq!(sum(|payment| payment.amount), disclosure.schedule.total_of_payments);
        assert_eq!(sum(|payment| payment.interest), disclosure.schedule.finance_charge);
        assert_eq!(sum(|payment| payment.principal), disclosure.terms.principal);
        // Thirty days of $10,000 at 18%.
        assert_eq!(disclosure.schedule.payments[0].interest, 147_945_205);
    }

    #[test]
    fn json_tells_the_same_in_decimal_strings() {
        let told = disclosure().json();
        assert_eq!(told["annual_percentage_rate"], "18.00%");
        assert_eq!(told["amount_financed"], "10000.00");
        assert_eq!(told["payments"].as_array().unwrap().len(), 3);
        assert_eq!(told["payments"][0]["due"], "2027-02-14T12:00:00Z");
        assert_eq!(told["payments"][0]["interest"], "147.945205");
        assert_eq!(told["payments"][2]["balance"], "0.00");
        assert_eq!(told["terms"]["period"], "30d");
        assert_eq!(told["terms"]["lock_ttl"], "30d");
        assert!(told["finance_charge"].is_string() && told["total_of_payments"].is_string());
    }
}
