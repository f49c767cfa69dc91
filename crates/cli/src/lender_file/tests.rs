use latchkey_client::latchkey::state::{Function, Lender};

use super::*;
use crate::test_accounts::blank;

fn text() -> String {
    let function = |name: &str, fee: &str| {
        format!(
            "[functions.{name}]\nfee = \"{fee}\"\nbond = \"0.001\"\nlease = \"60s\"\nttl = \"10m\"\n\
             command_key = \"{}\"\n",
            Pubkey::new_from_array([9; 32])
        )
    };
    format!(
        "mint = \"{}\"\n[policy]\nmin_grace = \"10d\"\nmin_notice = \"72h\"\nmax_apr = \"36%\"\n\
         max_late_fee = \"50\"\nmin_late_after = \"5d\"\nmin_emergency = \"24h\"\nmin_emergency_max = 1\n\
         max_lock_ttl = \"30d\"\n{}{}{}",
        Pubkey::new_from_array([1; 32]),
        function("warn", "0.001"),
        function("lock", "0.002"),
        function("unlock", "0.003"),
    )
}

fn desired(changed: &str, to: &str) -> Result<DesiredLender, LenderFileError> {
    LenderFile::parse(&text().replace(changed, to))?.desired(6)
}

const KEYS: LenderKeys = LenderKeys {
    lender: Pubkey::new_from_array([4; 32]),
    authority: Pubkey::new_from_array([2; 32]),
    treasury: Pubkey::new_from_array([3; 32]),
};

fn on_chain(desired: &DesiredLender) -> (Lender, BTreeMap<Action, Function>) {
    let mut lender: Lender = blank();
    (lender.authority, lender.servicer) = (KEYS.authority, desired.servicer.unwrap_or(KEYS.authority));
    (lender.mint, lender.treasury) = (desired.mint, KEYS.treasury);
    (lender.floors, lender.keepers) = (desired.floors, desired.keepers.clone());
    let function = |(action, args): (&Action, &SetFunctionArgs)| {
        let args = args.clone();
        let mut function: Function = blank();
        (function.action, function.fee, function.bond) = (*action, args.fee, args.bond);
        (function.lease_secs, function.ttl_secs) = (args.lease_secs, args.ttl_secs);
        (function.command_key, function.uri, function.code_hash) =
            (args.command_key, args.uri, args.code_hash);
        (*action, function)
    };
    (lender, desired.functions.iter().map(function).collect())
}

fn planned(
    desired: &DesiredLender,
    on_chain: Option<&(Lender, BTreeMap<Action, Function>)>,
) -> Result<Plan, LenderFileError> {
    let (lender, functions) = on_chain.map(|(lender, functions)| (lender, functions)).unzip();
    Plan::new(desired, &KEYS, lender, functions.unwrap_or(&BTreeMap::new()), 6)
}

#[test]
fn a_lender_that_does_not_exist_is_created_with_its_functions() {
    let plan = planned(&desired("", "").unwrap(), None).unwrap();
    assert!(matches!(
        plan.changes[..],
        [Change::Init, Change::Function(..), Change::Function(..), Change::Function(..)]
    ));
    assert!(plan.differences.iter().all(|difference| difference.before.is_none()));
    let fee = plan.differences.iter().find(|difference| difference.key == "functions.lock.fee").unwrap();
    assert_eq!(fee.after, "0.002");
}

#[test]
fn a_lender_as_it_should_be_is_left_alone() {
    let desired = desired("", "").unwrap();
    let plan = planned(&desired, Some(&on_chain(&desired))).unwrap();
    assert!(plan.changes.is_empty() && plan.differences.is_empty());
}

#[test]
fn only_what_differs_changes_and_the_difference_is_listed() {
    let existing = on_chain(&desired("", "").unwrap());
    let plan = planned(&desired("36%", "30%").unwrap(), Some(&existing)).unwrap();
    assert!(matches!(plan.changes[..], [Change::Policy]));
    assert_eq!(
        plan.differences,
        [Difference {
            key: "policy.max_apr".to_owned(),
            before: Some("36.00%".to_owned()),
            after: "30.00%".to_owned()
        }]
    );
    let plan = planned(&desired("\"0.003\"", "\"0.004\"").unwrap(), Some(&existing)).unwrap();
    assert!(matches!(plan.changes[..], [Change::Function(Action::Unlock, _)]));
    assert_eq!(plan.differences[0].key, "functions.unlock.fee");
    let servicer = Pubkey::new_from_array([7; 32]).to_string();
    let named = format!("servicer = \"{servicer}\"\nkeepers = [\"{servicer}\"]\n[policy]");
    let plan = planned(&desired("[policy]", &named).unwrap(), Some(&existing)).unwrap();
    assert!(matches!(plan.changes[..], [Change::Servicer, Change::Keepers]));
    assert_eq!(plan.differences[1].before.as_deref(), Some("anybody"));
}

#[test]
fn what_can_never_change_is_refused_with_the_way_out() {
    let existing = on_chain(&desired("", "").unwrap());
    let other = Pubkey::new_from_array([8; 32]).to_string();
    let mint = Pubkey::new_from_array([1; 32]).to_string();
    let refused = planned(&desired(&mint, &other).unwrap(), Some(&existing)).unwrap_err();
    assert!(refused.to_string().contains("create another lender"), "{refused}");
    let named = format!("treasury = \"{other}\"\n[policy]");
    let refused = planned(&desired("[policy]", &named).unwrap(), Some(&existing)).unwrap_err();
    assert!(refused.to_string().contains("new authority accepts"), "{refused}");
}

#[test]
fn each_error_names_its_key() {
    let key = Pubkey::new_from_array([9; 32]).to_string();
    let hash = format!("\"{key}\"\ncode_hash = \"00\"");
    for (changed, to, named) in [
        ("min_grace = \"10d\"", "min_grace = \"ten days\"", "policy.min_grace"),
        ("36%", "thirty", "policy.max_apr"),
        ("max_late_fee = \"50\"", "max_late_fee = \"-50\"", "policy.max_late_fee"),
        ("\"0.002\"", "\"0.0000000001\"", "functions.lock.fee"),
        (&format!("\"{key}\""), "\"somebody\"", "functions.warn.command_key"),
        (&format!("\"{key}\""), &hash, "functions.warn.code_hash"),
        ("mint = \"", "mint = \"x", "mint"),
    ] {
        let wrong = desired(changed, to).unwrap_err();
        assert!(wrong.to_string().starts_with(named), "{changed} → {to}: {wrong}");
        let cause = std::error::Error::source(&wrong).unwrap().to_string();
        assert!(cause.contains("write") || cause.contains("round"), "{changed} → {to}: {cause}");
    }
    let wrong = desired("min_grace", "min_grase").unwrap_err();
    assert!(std::error::Error::source(&wrong).unwrap().to_string().contains("min_grase"), "{wrong}");
}

#[test]
fn there_is_one_function_for_every_action() {
    for (changed, to, key, way_out) in [
        ("[functions.lock]", "[functions.look]", "functions.look", "write warn, lock or unlock"),
        (&text()[text().find("[functions.unlock]").unwrap()..], "", "functions.unlock", "write it"),
    ] {
        let refused = desired(changed, to).unwrap_err();
        let cause = error::Error::source(&refused).unwrap().to_string();
        assert!(refused.to_string().starts_with(key) && cause.contains(way_out), "{refused}: {cause}");
    }
}
