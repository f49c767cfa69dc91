//! The tool accepts the example files of this repository.

use latchkey_cli::disclosure::Disclosure;
use latchkey_cli::lender_file::LenderFile;
use latchkey_cli::terms::TermsFile;
use latchkey_client::Pubkey;
use latchkey_client::latchkey::rules::terms::check_terms;
use latchkey_client::latchkey::state::Action;

const PAGE: &str = include_str!("../../../../docs/operating.md");
const LENDER: &str = include_str!("../../../../migrations/lender.toml");

fn lender() -> LenderFile {
    let key = Pubkey::new_from_array([7; 32]).to_string();
    LenderFile::parse(&LENDER.replace("MINT", &key).replace("COMMAND_KEY", &key)).unwrap()
}

/// The terms on the operators' page, where a shell command writes them.
fn terms() -> TermsFile {
    let (_, shown) = PAGE.split_once("cat > terms.toml <<END\n").unwrap();
    TermsFile::parse(shown.split_once("END\n").unwrap().0).unwrap()
}

#[test]
fn the_lender_file_of_the_migrations_is_valid() {
    let desired = lender().desired(6).unwrap();
    assert_eq!(desired.functions.len(), 3);
    assert_eq!((desired.floors.min_grace_secs, desired.floors.max_apr_ppm), (864_000, 360_000));
    assert_eq!(desired.floors.max_late_fee, 50_000_000);
    assert_eq!(desired.functions[&Action::Warn].fee, 2_000_000);
}

#[test]
fn an_example_that_is_not_filled_in_is_refused_by_its_first_key() {
    let refused = LenderFile::parse(LENDER).unwrap().mint().unwrap_err();
    assert_eq!(refused.to_string(), "mint in the lender file");
}

#[test]
fn the_lowered_policy_of_the_operators_page_accepts_its_terms() {
    let now = 1_800_000_000;
    let terms = terms().terms(6, now).unwrap();
    let mut floors = lender().desired(6).unwrap().floors;
    assert!(check_terms(&terms, &floors, now).is_err());
    // As the page's `latchkey lender policy` does.
    for (option, _) in PAGE.split("--").skip(1).filter_map(|option| option.split_once(' ')) {
        match option {
            "min-grace" => floors.min_grace_secs = 1,
            "min-grace-weekly" => floors.min_grace_weekly_secs = 1,
            "min-notice" => floors.min_notice_secs = 0,
            "min-notice-weekly" => floors.min_notice_weekly_secs = 0,
            "min-late-after" => floors.min_late_after_secs = 1,
            "min-warn-after" => floors.min_warn_after_secs = 1,
            "min-final-notice" => floors.min_final_notice_secs = 0,
            "min-notice-channels" => floors.min_channels = 1,
            "notice-after-default" => floors.notice_after_default = false,
            _ => {}
        }
    }
    assert!(check_terms(&terms, &floors, now).is_ok());
    let disclosure = Disclosure::new(&terms, now, 6).unwrap();
    assert_eq!(disclosure.cost.payments.len(), 12);
}
