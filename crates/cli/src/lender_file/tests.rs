use latchkey_client::latchkey::fixtures;
use latchkey_client::latchkey::state::{Function, Lender};

use super::*;

fn text() -> String {
    let function = |name: &str, fee: &str| {
        format!(
            "[functions.{name}]\nfee = \"{fee}\"\nbond = \"0.001\"\nlease = \"60s\"\nttl = \"1h\"\n\
             command_keys = [{{ key = \"{}\" }}]\n",
            Pubkey::new_from_array([9; 32])
        )
    };
    format!(
        "mint = \"{}\"\n[policy]\nmin_grace = \"10d\"\nmin_grace_weekly = \"5d\"\nmin_notice = \"72h\"\n\
         min_notice_channels = 1\nmax_apr = \"36%\"\nmax_late_fee = \"50\"\nmin_late_after = \"5d\"\n\
         min_warn_after = \"1d\"\nmin_emergency = \"24h\"\nmin_emergency_max = 1\nmax_lock_ttl = \"30d\"\n{}{}{}",
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
    let mut lender = fixtures::lender();
    (lender.authority, lender.servicer) = (KEYS.authority, desired.servicer.unwrap_or(KEYS.authority));
    (lender.mint, lender.treasury) = (desired.mint, KEYS.treasury);
    (lender.floors, lender.keepers) = (desired.floors, desired.keepers.clone());
    let function = |(action, args): (&Action, &SetFunctionArgs)| {
        let args = args.clone();
        let mut function = fixtures::function(*action);
        function.command_keys = Default::default();
        (function.fee, function.bond) = (args.fee, args.bond);
        (function.lease_secs, function.ttl_secs) = (args.lease_secs, args.ttl_secs);
        (function.required, function.code_hash) = (args.required, args.code_hash);
        let mut keys = args.command_keys.into_iter();
        let uris = [&mut function.uri, &mut function.uri_2, &mut function.uri_3];
        for (key, uri) in function.command_keys.iter_mut().zip(uris) {
            if let Some(set) = keys.next() {
                (*key, *uri) = (set.key, set.uri);
            }
        }
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
}

#[test]
fn each_error_names_its_key() {
    let key = Pubkey::new_from_array([9; 32]).to_string();
    let hash = format!("\"{key}\" }}]\ncode_hash = \"00\"");
    for (changed, to, named) in [
        ("min_grace = \"10d\"", "min_grace = \"ten days\"", "policy.min_grace"),
        ("36%", "thirty", "policy.max_apr"),
        ("max_late_fee = \"50\"", "max_late_fee = \"-50\"", "policy.max_late_fee"),
        ("\"0.002\"", "\"0.0000000001\"", "functions.lock.fee"),
        (&format!("\"{key}\""), "\"somebody\"", "functions.warn.command_keys"),
        (&format!("\"{key}\" }}]"), &hash, "functions.warn.code_hash"),
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

#[test]
fn a_function_has_up_to_three_keys_each_with_its_address() {
    let keys: [Pubkey; 3] = [1, 2, 3].map(|byte| Pubkey::new_from_array([byte; 32]));
    let one = format!("command_keys = [{{ key = \"{}\" }}]", Pubkey::new_from_array([9; 32]));
    let three = format!(
        "required = 2\ncommand_keys = [{{ key = \"{}\", uri = \"https://a\" }}, {{ key = \"{}\" }}, {{ key = \"{}\" }}]",
        keys[0], keys[1], keys[2]
    );
    let desired = desired(&one, &three).unwrap();
    let args = &desired.functions[&Action::Lock];
    assert_eq!(args.required, 2);
    assert_eq!(args.command_keys.iter().map(|key| key.key).collect::<Vec<_>>(), keys);
    assert_eq!(args.command_keys[0].uri, "https://a");
    // Read back from the chain, nothing differs.
    assert!(planned(&desired, Some(&on_chain(&desired))).unwrap().changes.is_empty());
    let shown = command_keys_in_words(&args.command_keys);
    assert!(shown.starts_with(&format!("{} at https://a, {}", keys[0], keys[1])), "{shown}");
}

#[test]
fn a_policy_has_weekly_values_of_its_own_or_the_same() {
    let floors = desired("", "").unwrap().floors;
    assert_eq!((floors.min_grace_secs, floors.min_grace_weekly_secs), (864_000, 432_000));
    assert_eq!((floors.min_notice_secs, floors.min_notice_weekly_secs), (259_200, 259_200));
    assert_eq!((floors.min_channels, floors.notice_after_default, floors.public_unlock), (1, false, false));
}

#[test]
fn a_policy_comes_from_the_table_or_from_one_file() {
    let directory = tempfile::tempdir().unwrap();
    let (start, rest) = text().split_once("[policy]\n").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let (policy, functions) = rest.split_once("[functions.warn]").unwrap();
    let path = directory.path().join("lender.toml");
    let load = |text: &str| {
        std::fs::write(&path, text).unwrap();
        LenderFile::load(&path)
    };
    std::fs::write(directory.path().join("policy.toml"), policy).unwrap();
    let named = format!("{start}policy_file = \"policy.toml\"\n[functions.warn]{functions}");
    assert_eq!(load(&named).unwrap().desired(6).unwrap().floors, desired("", "").unwrap().floors);
    let both = text().replace("[policy]", "policy_file = \"policy.toml\"\n[policy]");
    assert!(matches!(load(&both), Err(LenderFileError::TwoPolicies)));
    let neither = format!("{start}[functions.warn]{functions}");
    assert!(matches!(load(&neither).unwrap().desired(6), Err(LenderFileError::NoPolicy)));
}
