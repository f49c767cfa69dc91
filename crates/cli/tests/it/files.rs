//! The files this tree shows are files the tool takes.

use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::lender_file::LenderFile;
use latchkey_cli::terms::TermsFile;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::rules::terms::check_terms;

const PAGE: &str = include_str!("../../../../docs/operating.md");
const LENDER: &str = include_str!("../../../../migrations/lender.toml");

fn lender() -> LenderFile {
    let key = Pubkey::new_from_array([7; 32]).to_string();
    LenderFile::parse(&LENDER.replace("MINT", &key).replace("COMMAND_KEY", &key)).unwrap()
}

/// The terms on the operators' page, in the shell's hands there.
fn terms() -> TermsFile {
    let (_, shown) = PAGE.split_once("cat > terms.toml <<END\n").unwrap();
    TermsFile::parse(shown.split_once("END\n").unwrap().0).unwrap()
}

#[test]
fn the_lender_file_of_the_migrations_is_one() {
    let wanted = lender().wanted(6).unwrap();
    assert_eq!(wanted.functions.len(), 3);
    assert_eq!((wanted.floors.min_grace_secs, wanted.floors.max_apr_bps), (864_000, 3_600));
    assert_eq!(wanted.floors.max_late_fee, 50_000_000);
    assert_eq!(wanted.functions[0].1.fee, 2_000_000);
}

#[test]
fn a_lender_file_whose_blanks_are_not_filled_in_names_the_first() {
    let refused = LenderFile::parse(LENDER).unwrap().mint().unwrap_err();
    assert_eq!(refused.to_string(), "mint in the lender file");
}

#[test]
fn the_terms_of_the_operators_page_are_terms_that_its_lowered_policy_takes() {
    let now = 1_800_000_000;
    let terms = terms().terms(6, now).unwrap();
    let mut floors = lender().wanted(6).unwrap().floors;
    assert!(check_terms(&terms, &floors, now).is_err());
    (floors.min_grace_secs, floors.min_notice_secs, floors.min_late_after_secs) = (0, 0, 0);
    assert!(check_terms(&terms, &floors, now).is_ok());
    let disclosure = Disclosure::new(&terms, now, 6).unwrap();
    assert_eq!(disclosure.schedule.payments.len(), 12);
}
