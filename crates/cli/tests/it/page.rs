//! The web page shows the cost of a loan as the terminal does, to the cent.
//!
//! What the terminal says, and what the page asks of the same terms, stands in `app/tests/cost.json`. The rules of the page are
//! held against it natively (`crates/rules-wasm/tests/answers.rs`) and compiled, with the page's way of writing amounts
//! (`app/tests/unit/cost.test.ts`).

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::lender_file::NO_FLOORS;
use latchkey_cli::terms::TermsFile;
use latchkey_cli::units::date;
use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::state::{Lender, Terms};
use serde_json::{Value, json};

/// Set to 1 to write the recorded costs again.
const WRITE: &str = "LATCHKEY_WRITE_AGREEMENT";

const SIGNED_AT: &str = "2027-01-15T12:00:00Z";

const REST: &str = "grace = \"10d\"\nnotice = \"3d\"\nlate_fee = \"25\"\nlate_after = \"5d\"\n\
                    emergency = \"24h\"\nemergency_max = 1\n";

/// Terms as a lender writes them, with the decimals of the mint.
const TERMS: [(&str, u8); 8] = [
    (
        "principal = \"12000\"\napr = \"18%\"\ncount = 12\nfirst_due = \"2027-02-15T12:00:00Z\"\nperiod = \"monthly\"",
        6,
    ),
    (
        "principal = \"12000\"\napr = \"18%\"\ncount = 12\nfirst_due = \"2027-02-15T12:00:00Z\"\nperiod = \"monthly\"",
        2,
    ),
    (
        "principal = \"42750\"\napr = \"3.875%\"\ncount = 72\nfirst_due = \"2027-03-01T12:00:00Z\"\nperiod = \"monthly\"",
        6,
    ),
    (
        "principal = \"9999.99\"\napr = \"24.99%\"\ncount = 52\nfirst_due = \"2027-01-22T12:00:00Z\"\nperiod = \"weekly\"",
        6,
    ),
    (
        "principal = \"5000\"\napr = \"10.29%\"\ncount = 24\nfirst_due = \"2027-02-01T00:00:00-05:00\"\n\
         period = \"semi-monthly\"\ndays = [1, 16]",
        9,
    ),
    // Named, and too small: the first payments are all interest, the last one takes all the rest.
    (
        "principal = \"1000\"\napr = \"120%\"\ncount = 4\ninstalment = \"60\"\nfirst_due = \"2027-02-15T12:00:00Z\"\n\
         period = \"monthly\"",
        6,
    ),
    // A loan of seconds has no rate of the regulation.
    ("principal = \"1000\"\napr = \"18%\"\ncount = 2\nfirst_due = \"+20s\"\nperiod = \"20s\"", 6),
    ("principal = \"1000\"\napr = \"18%\"\ncount = 2\nfirst_due = \"+30d\"\nperiod = \"30d\"", 0),
];

fn account(account: &impl anchor_lang::AccountSerialize) -> String {
    let mut data = Vec::new();
    account.try_serialize(&mut data).unwrap();
    STANDARD.encode(data)
}

/// What the page asks of terms that are signed at `now`.
fn question(terms: &Terms, decimals: u8, now: i64) -> Value {
    json!({
        "ask": "origination",
        "terms": STANDARD.encode(borsh::to_vec(terms).unwrap()),
        "lender": account(&Lender { floors: NO_FLOORS, ..fixtures::lender() }),
        "vehicle": account(&fixtures::vehicle()),
        "fees": ["1", "2", "3"],
        "unlock_uri": "",
        "escrow": null,
        "decimals": decimals,
        "now": now,
    })
}

#[test]
fn what_the_terminal_says_of_a_loan_is_what_the_page_is_held_against() {
    let now = date::parse(SIGNED_AT).unwrap();
    let mut pairs = Vec::new();
    for (written, decimals) in TERMS {
        let rest = if decimals == 0 { REST.replace("25", "2") } else { REST.to_owned() };
        let terms = TermsFile::parse(&format!("{written}\n{rest}")).unwrap().terms(decimals, now).unwrap();
        let told = Disclosure::new(&terms, now, decimals).unwrap().json();
        // The page is asked for the level instalment where the file names none.
        let is_level = !written.contains("instalment");
        let asked = Terms { instalment: if is_level { 0 } else { terms.instalment }, ..terms };
        pairs.push(json!({ "question": question(&asked, decimals, now), "terminal": told }));
    }
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../app/tests/cost.json");
    let text = format!("{}\n", serde_json::to_string(&pairs).unwrap());
    if std::env::var(WRITE).is_ok_and(|value| value == "1") {
        fs::write(&recorded, &text).unwrap();
    }
    let committed = fs::read_to_string(&recorded).unwrap_or_default();
    assert!(
        committed == text,
        "{} is not what the terminal says: run again with {WRITE}=1",
        recorded.display()
    );
}
