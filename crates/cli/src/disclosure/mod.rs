//! What a loan costs, in the words of Regulation Z (12 CFR 1026.18), for both parties to read before they sign.

mod text;

use latchkey_client::errors::Refusal;
use latchkey_client::latchkey::state::Terms;
use latchkey_client::schedule::{Schedule, schedule};
use serde_json::{Value, json};

use crate::terms::terms_json;
use crate::units::{date, money, rate};

/// The disclosure of terms, assuming that every payment arrives on its due date.
///
/// Interest is the only charge, so the annual percentage rate is the contract's own rate. The whole principal goes to
/// the seller, so it is the amount financed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    pub terms: Terms,
    /// When the terms would be signed, Unix seconds.
    pub signed_at: i64,
    /// Decimals of the mint.
    pub decimals: u8,
    /// All payments, and their sums.
    pub schedule: Schedule,
}

impl Disclosure {
    /// Computes the schedule with the program's own rules.
    pub fn new(terms: &Terms, signed_at: i64, decimals: u8) -> Result<Self, Refusal> {
        let schedule = schedule(terms, signed_at).map_err(|rule| Refusal(rule.into()))?;
        Ok(Self { terms: *terms, signed_at, decimals, schedule })
    }

    /// One JSON object. Amounts are decimal strings of whole tokens.
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
    fn the_four_numbers_are_in_the_words_of_regulation_z() {
        let shown = disclosure().to_string();
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
            assert!(shown.contains(words), "{words}:\n{shown}");
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
    fn json_has_the_same_numbers_as_decimal_strings() {
        let shown = disclosure().json();
        assert_eq!(shown["annual_percentage_rate"], "18.00%");
        assert_eq!(shown["amount_financed"], "10000.00");
        assert_eq!(shown["payments"].as_array().unwrap().len(), 3);
        assert_eq!(shown["payments"][0]["due"], "2027-02-14T12:00:00Z");
        assert_eq!(shown["payments"][0]["interest"], "147.945205");
        assert_eq!(shown["payments"][2]["balance"], "0.00");
        assert_eq!(shown["terms"]["period"], "30d");
        assert_eq!(shown["terms"]["lock_ttl"], "30d");
        assert!(shown["finance_charge"].is_string() && shown["total_of_payments"].is_string());
    }
}
