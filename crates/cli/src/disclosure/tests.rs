use latchkey_client::cost::Row;
use latchkey_client::latchkey::rules::terms::check_terms;

use super::*;
use crate::lender_file::NO_FLOORS;
use crate::terms::TermsFile;

const NOW: i64 = 1_800_014_400; // 2027-01-15T12:00:00Z

const REST: &str = "grace = \"10d\"\nnotice = \"3d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\n\
                    emergency = \"24h\"\nemergency_max = 1\n";

/// The disclosure of terms signed at `at`, which the contract must accept.
fn disclosed(terms: &str, decimals: u8, at: &str) -> Disclosure {
    let at = date::parse(at).unwrap();
    let terms = TermsFile::parse(&format!("{terms}\n{REST}")).unwrap().terms(decimals, at).unwrap();
    check_terms(&terms, &NO_FLOORS, at).unwrap();
    Disclosure::new(&terms, at, decimals).unwrap()
}

fn disclosure() -> Disclosure {
    let terms = "principal = \"10000\"\napr = \"18%\"\ncount = 3\nfirst_due = \"2027-02-14T12:00:00Z\"\n\
                 period = \"30d\"";
    disclosed(terms, 6, &date::show(NOW))
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
        "3d after you were given notice by 1 channel.",
    ] {
        assert!(shown.contains(words), "{words}:\n{shown}");
    }
}

#[test]
fn the_numbers_add_up_in_cents() {
    let disclosure = disclosure();
    let sum = |part: fn(&Row) -> u64| -> u64 { disclosure.cost.payments.iter().map(part).sum() };
    assert_eq!(sum(|row| row.payment), disclosure.cost.total_of_payments());
    assert_eq!(sum(|row| row.interest), disclosure.cost.finance_charge());
    assert_eq!(sum(|row| row.principal), 1_000_000);
    assert!(disclosure.cost.payments.iter().all(|row| row.interest + row.principal == row.payment));
    // Thirty days of $10,000 at 18% are $147.945…
    assert_eq!(disclosure.cost.payments[0].interest, 14_795);
    assert_eq!(disclosure.cost.payments[2].balance, 0);
}

#[test]
fn json_has_the_same_numbers_as_decimal_strings() {
    let shown = disclosure().json();
    assert_eq!(shown["annual_percentage_rate"], "18.00%");
    assert_eq!(shown["amount_financed"], "10000.00");
    assert_eq!(shown["payments"].as_array().unwrap().len(), 3);
    assert_eq!(shown["payments"][0]["due"], "2027-02-14T12:00:00Z");
    assert_eq!(shown["payments"][0]["interest"], "147.95");
    assert_eq!(shown["payments"][2]["balance"], "0.00");
    assert_eq!(shown["terms"]["period"], "30d");
    assert_eq!(shown["terms"]["lock_ttl"], "30d");
    assert!(shown["finance_charge"].is_string() && shown["total_of_payments"].is_string());
}

#[test]
fn m3_a_thousand_at_ten_percent_in_six_months() {
    let terms = "principal = \"1000\"\napr = \"10%\"\ncount = 6\nfirst_due = \"2024-02-01T00:00:00Z\"\n\
                 period = \"monthly\"";
    for decimals in [2, 6] {
        let told = disclosed(terms, decimals, "2024-01-01T00:00:00Z").json();
        let payments: Vec<&str> =
            told["payments"].as_array().unwrap().iter().map(|row| row["payment"].as_str().unwrap()).collect();
        assert_eq!(payments[..5], ["171.55"; 5], "{decimals} decimals");
        let (last, charge) = if decimals == 2 { ("171.53", "29.28") } else { ("171.54", "29.29") };
        assert_eq!((payments[5], told["finance_charge"].as_str().unwrap()), (last, charge));
    }
}

#[test]
fn m5_thirty_years_at_a_rate_to_the_thousandth_of_a_percent() {
    let terms = "principal = \"427500\"\napr = \"3.875%\"\ncount = 360\nfirst_due = \"2027-03-01T12:00:00Z\"\n\
                 period = \"monthly\"";
    let told = disclosed(terms, 6, "2027-02-01T12:00:00Z");
    assert_eq!(told.terms.apr_ppm, 38_750);
    assert_eq!(told.cost.payments.len(), 360);
    let (last, others) = told.cost.payments.split_last().unwrap();
    assert_eq!(last.balance, 0);
    assert!(others.iter().all(|row| row.balance > 0), "a payment after the last one");
    assert!(told.to_string().contains("3.875% a year"));
    assert_eq!(told.json()["payments"].as_array().unwrap().len(), 360);
}

#[test]
fn m6_on_a_mint_of_six_decimals_a_person_pays_cents() {
    let terms = "principal = \"12000\"\napr = \"18%\"\ncount = 12\nfirst_due = \"2027-02-15T12:00:00Z\"\n\
                 period = \"monthly\"";
    let told = disclosed(terms, 6, &date::show(NOW));
    assert_eq!(told.terms.instalment % 10_000, 0, "the instalment is no whole number of cents");
    let (last, others) = told.cost.payments.split_last().unwrap();
    assert!(others.iter().all(|row| row.payment * 10_000 == told.terms.instalment));
    assert!(last.payment <= others[0].payment, "the last payment takes the rest, and no more");
    let shown = told.json();
    for row in shown["payments"].as_array().unwrap() {
        for key in ["payment", "interest", "principal", "balance"] {
            let (_, cents) = row[key].as_str().unwrap().split_once('.').unwrap();
            assert_eq!(cents.len(), 2, "{key} {row}");
        }
    }
}

#[test]
fn m10_the_rates_of_appendix_j_are_disclosed_for_loans_of_those_dates() {
    // Appendix J (c)(1): 6,000 on 10 February 1978, 36 payments of 200 from 1 April. The contract's own rate is chosen so that
    // the last payment is 200 too.
    let terms = "principal = \"6000\"\napr = \"11.82%\"\ncount = 36\ninstalment = \"200\"\n\
                 first_due = \"1978-04-01T00:00:00Z\"\nperiod = \"monthly\"";
    let told = disclosed(terms, 2, "1978-02-10T00:00:00Z");
    let hundredths = (told.cost.apr_ppm.unwrap() + 50) / 100;
    assert!(hundredths.abs_diff(1_182) <= 3, "{hundredths}");
}

#[test]
fn m11_semi_monthly_is_accepted_at_10_34_percent() {
    // Appendix J (c)(1)(iii): 5,000 on 23 February 1978, 24 payments of 219.17 from 1 March. The contract's rate, which counts
    // every day, is 10.29 %: then the last payment is a cent more.
    let terms = "principal = \"5000\"\napr = \"10.29%\"\ncount = 24\ninstalment = \"219.17\"\n\
                 first_due = \"1978-03-01T00:00:00Z\"\nperiod = \"semi-monthly\"\ndays = [1, 16]";
    let told = disclosed(terms, 2, "1978-02-23T00:00:00Z");
    assert_eq!(told.cost.payments.len(), 24);
    assert!(told.cost.payments[..23].iter().all(|row| row.payment == 21_917));
    assert_eq!(told.cost.payments[23].payment, 21_918);
    assert_eq!(told.annual_percentage_rate(), "10.34%");
    assert!(told.to_string().contains("semi-monthly, on days 1 and 16"));
}

#[test]
fn days_are_those_where_the_borrower_lives() {
    // The evening of 14 January and of 15 February at UTC−5 are the next days in UTC.
    let terms = "principal = \"1000\"\napr = \"12%\"\ncount = 1\nfirst_due = \"2027-02-15T22:00:00-05:00\"\n\
                 period = \"monthly\"";
    let told = disclosed(terms, 2, "2027-01-15T03:00:00Z");
    assert!(told.to_string().contains("2027-02-15T22:00:00-05:00"), "{told}");
    // From 14 January to 15 February: 32 days of $1,000 at 12%.
    assert_eq!(told.cost.payments[0].interest, 1_052);
    assert_eq!(told.annual_percentage_rate(), "12.00%");
}

#[test]
fn a_loan_of_seconds_has_no_rate_of_the_regulation_and_shows_its_own() {
    let terms = "principal = \"1000\"\napr = \"18%\"\ncount = 2\nfirst_due = \"+20s\"\nperiod = \"20s\"";
    let told = disclosed(terms, 6, "2027-01-15T03:00:00Z");
    assert_eq!((told.cost.apr_ppm, told.annual_percentage_rate().as_str()), (None, "18.00%"));
}
