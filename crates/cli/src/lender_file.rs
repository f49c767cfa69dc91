//! Lender files: a lender as it should be, and what has to change for it to be so. TOML; unknown keys are errors.

use std::path::{Path, PathBuf};
use std::{error, fs, io};

use latchkey_client::Pubkey;
use latchkey_client::latchkey::instructions::SetFunctionArgs;
use latchkey_client::latchkey::state::{Action, Function, Lender, PolicyFloors};
use serde::{Deserialize, Serialize};

use crate::units::{duration, money, rate};

/// Why a lender file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LenderFileError {
    /// The file cannot be read.
    #[error("cannot read the lender file {path}: check that it exists and is yours")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Not a lender file.
    #[error("the lender file is not valid: migrations/lender.toml shows its keys")]
    Invalid(#[source] Box<toml::de::Error>),
    /// A key that says something impossible.
    #[error("{key} in the lender file")]
    Value {
        /// Which.
        key: String,
        /// What is wrong with it, and the way out.
        #[source]
        source: Box<dyn error::Error + Send + Sync>,
    },
    /// A lender lends one mint for good.
    #[error(
        "the lender lends {is}, and that never changes: to lend {wanted}, make another lender with another key"
    )]
    OtherMint {
        /// On chain.
        is: Pubkey,
        /// In the file.
        wanted: Pubkey,
    },
    /// The treasury changes with the authority alone.
    #[error(
        "the treasury is {is}, and changes only when a new authority accepts: take {wanted} out of the file"
    )]
    OtherTreasury {
        /// On chain.
        is: Pubkey,
        /// In the file.
        wanted: Pubkey,
    },
}

/// A text that is no address or hash.
#[derive(Debug, thiserror::Error)]
#[error("{written:?} is no {what}")]
struct Not {
    written: String,
    what: &'static str,
}

/// A lender file as it is written. [`LenderFile::wanted`] makes it exact.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LenderFile {
    mint: String,
    treasury: Option<String>,
    servicer: Option<String>,
    #[serde(default)]
    keepers: Vec<String>,
    policy: PolicyFile,
    functions: Functions,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    min_grace: String,
    min_notice: String,
    max_apr: String,
    max_late_fee: String,
    min_late_after: String,
    min_emergency: String,
    min_emergency_max: u8,
    max_lock_ttl: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Functions {
    warn: FunctionFile,
    lock: FunctionFile,
    unlock: FunctionFile,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionFile {
    fee: String,
    bond: String,
    lease: String,
    ttl: String,
    command_key: String,
    #[serde(default)]
    uri: String,
    code_hash: Option<String>,
}

/// A lender as it should be, in the program's units.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What it lends.
    pub mint: Pubkey,
    /// Its treasury, if not the authority's associated token account.
    pub treasury: Option<Pubkey>,
    /// Its hot key, if not the authority.
    pub servicer: Option<Pubkey>,
    /// Its allow-list.
    pub keepers: Vec<Pubkey>,
    /// Floors of future loans.
    pub floors: PolicyFloors,
    /// Its functions.
    pub functions: Vec<(Action, SetFunctionArgs)>,
}

/// One step toward a lender as it should be.
#[derive(Clone, Debug)]
pub enum Step {
    /// Create it, with its policy, servicer and keepers.
    Init,
    /// Change the floors of future loans.
    Policy,
    /// Change the hot key.
    Servicer,
    /// Change the allow-list.
    Keepers,
    /// Offer or change a function.
    Function(Action, SetFunctionArgs),
}

/// One line of the difference between a lender as it is and as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What changes.
    pub key: String,
    /// What it is now; nothing, if it is new.
    pub before: Option<String>,
    /// What it will be.
    pub after: String,
}

/// What has to be done.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The steps, in order. None, if all is as it should be.
    pub steps: Vec<Step>,
    /// What they change.
    pub changes: Vec<Change>,
}

impl LenderFile {
    /// Reads a file.
    pub fn load(path: &Path) -> Result<Self, LenderFileError> {
        let text = fs::read_to_string(path)
            .map_err(|source| LenderFileError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, LenderFileError> {
        toml::from_str(text).map_err(|wrong| LenderFileError::Invalid(Box::new(wrong)))
    }

    /// The mint it names.
    pub fn mint(&self) -> Result<Pubkey, LenderFileError> {
        address("mint", &self.mint)
    }

    /// The lender in the program's units, for a mint of so many decimals.
    pub fn wanted(&self, decimals: u8) -> Result<Wanted, LenderFileError> {
        let optional =
            |key, text: &Option<String>| text.as_deref().map(|text| address(key, text)).transpose();
        let functions = [
            (Action::Warn, &self.functions.warn),
            (Action::Lock, &self.functions.lock),
            (Action::Unlock, &self.functions.unlock),
        ];
        Ok(Wanted {
            mint: self.mint()?,
            treasury: optional("treasury", &self.treasury)?,
            servicer: optional("servicer", &self.servicer)?,
            keepers: self.keepers.iter().map(|text| address("keepers", text)).collect::<Result<_, _>>()?,
            floors: self.policy.floors(decimals)?,
            functions: functions
                .into_iter()
                .map(|(action, file)| Ok((action, file.args(name(action))?)))
                .collect::<Result<_, LenderFileError>>()?,
        })
    }
}

impl PolicyFile {
    fn floors(&self, decimals: u8) -> Result<PolicyFloors, LenderFileError> {
        let secs = |key: &str, text: &str| duration::parse(text).map_err(of(format!("policy.{key}")));
        Ok(PolicyFloors {
            min_grace_secs: secs("min_grace", &self.min_grace)?,
            min_notice_secs: secs("min_notice", &self.min_notice)?,
            max_apr_bps: rate::parse(&self.max_apr).map_err(of("policy.max_apr".to_owned()))?,
            max_late_fee: money::parse(&self.max_late_fee, decimals)
                .map_err(of("policy.max_late_fee".to_owned()))?,
            min_late_after_secs: secs("min_late_after", &self.min_late_after)?,
            min_emergency_secs: secs("min_emergency", &self.min_emergency)?,
            min_emergency_max: self.min_emergency_max,
            max_lock_ttl_secs: match self.max_lock_ttl.as_str() {
                crate::terms::UNTIL_UNLOCKED => 0,
                text => secs("max_lock_ttl", text)?,
            },
        })
    }
}

impl FunctionFile {
    fn args(&self, function: &str) -> Result<SetFunctionArgs, LenderFileError> {
        let key = |key: &str| format!("functions.{function}.{key}");
        let sol = |name: &str, text: &str| money::parse_sol(text).map_err(of(key(name)));
        let secs = |name: &str, text: &str| duration::parse(text).map_err(of(key(name)));
        Ok(SetFunctionArgs {
            fee: sol("fee", &self.fee)?,
            bond: sol("bond", &self.bond)?,
            lease_secs: secs("lease", &self.lease)?,
            ttl_secs: secs("ttl", &self.ttl)?,
            command_key: address(&key("command_key"), &self.command_key)?,
            uri: self.uri.clone(),
            code_hash: match &self.code_hash {
                None => [0; 32],
                Some(text) => parse_hash(text).ok_or_else(|| {
                    let not = Not { written: text.clone(), what: "SHA-256: write 64 hex digits" };
                    of(key("code_hash"))(not)
                })?,
            },
        })
    }
}

/// What has to change. `lender` and `functions` are what is on chain, the functions in the order of
/// [`Action::ALL`]; `authority` signs.
pub fn plan(
    wanted: &Wanted,
    authority: Pubkey,
    treasury: Pubkey,
    lender: Option<&Lender>,
    functions: &[Option<Function>],
    decimals: u8,
) -> Result<Plan, LenderFileError> {
    let mut plan = Plan::default();
    let servicer = wanted.servicer.unwrap_or(authority);
    let keepers = |keepers: &[Pubkey]| match keepers {
        [] => "anybody".to_owned(),
        named => named.iter().map(Pubkey::to_string).collect::<Vec<_>>().join(", "),
    };
    match lender {
        None => {
            plan.steps.push(Step::Init);
            plan.note("authority", None, authority.to_string());
            plan.note("mint", None, wanted.mint.to_string());
            plan.note("treasury", None, treasury.to_string());
            plan.note("servicer", None, servicer.to_string());
            plan.note("keepers", None, keepers(&wanted.keepers));
            for (key, after) in floors_shown(&wanted.floors, decimals) {
                plan.note(&format!("policy.{key}"), None, after);
            }
        }
        Some(lender) => {
            if lender.mint != wanted.mint {
                return Err(LenderFileError::OtherMint { is: lender.mint, wanted: wanted.mint });
            }
            if let Some(other) = wanted.treasury.filter(|treasury| *treasury != lender.treasury) {
                return Err(LenderFileError::OtherTreasury { is: lender.treasury, wanted: other });
            }
            if lender.floors != wanted.floors {
                plan.steps.push(Step::Policy);
                let before = floors_shown(&lender.floors, decimals);
                for ((key, before), (_, after)) in
                    before.into_iter().zip(floors_shown(&wanted.floors, decimals))
                {
                    plan.note(&format!("policy.{key}"), Some(before), after);
                }
            }
            if lender.servicer != servicer {
                plan.steps.push(Step::Servicer);
                plan.note("servicer", Some(lender.servicer.to_string()), servicer.to_string());
            }
            if lender.keepers != wanted.keepers {
                plan.steps.push(Step::Keepers);
                plan.note("keepers", Some(keepers(&lender.keepers)), keepers(&wanted.keepers));
            }
        }
    }
    for ((action, args), is) in wanted.functions.iter().zip(functions) {
        let after = function_shown(args);
        let before = is.as_ref().map(|function| function_shown(&args_of(function)));
        if before.as_ref() == Some(&after) {
            continue;
        }
        plan.steps.push(Step::Function(*action, args.clone()));
        for (index, (key, after)) in after.into_iter().enumerate() {
            let before = before.as_ref().map(|before| before[index].1.clone());
            plan.note(&format!("functions.{}.{key}", name(*action)), before, after);
        }
    }
    Ok(plan)
}

impl Plan {
    /// Notes a change, unless it is none.
    fn note(&mut self, key: &str, before: Option<String>, after: String) {
        if before.as_ref() != Some(&after) {
            self.changes.push(Change { key: key.to_owned(), before, after });
        }
    }
}

/// The name of an action in files and on the command line.
pub const fn name(action: Action) -> &'static str {
    match action {
        Action::Warn => "warn",
        Action::Lock => "lock",
        Action::Unlock => "unlock",
    }
}

/// Floors with the keys and units of a lender file.
pub fn floors_shown(floors: &PolicyFloors, decimals: u8) -> [(&'static str, String); 8] {
    let secs = |secs: u32| duration::show(secs.into());
    [
        ("min_grace", secs(floors.min_grace_secs)),
        ("min_notice", secs(floors.min_notice_secs)),
        ("max_apr", rate::show(floors.max_apr_bps)),
        ("max_late_fee", money::show(floors.max_late_fee, decimals)),
        ("min_late_after", secs(floors.min_late_after_secs)),
        ("min_emergency", secs(floors.min_emergency_secs)),
        ("min_emergency_max", floors.min_emergency_max.to_string()),
        (
            "max_lock_ttl",
            match floors.max_lock_ttl_secs {
                0 => crate::terms::UNTIL_UNLOCKED.to_owned(),
                longest => secs(longest),
            },
        ),
    ]
}

/// A function with the keys and units of a lender file.
pub fn function_shown(args: &SetFunctionArgs) -> [(&'static str, String); 7] {
    [
        ("fee", money::show_sol(args.fee)),
        ("bond", money::show_sol(args.bond)),
        ("lease", duration::show(args.lease_secs.into())),
        ("ttl", duration::show(args.ttl_secs.into())),
        ("command_key", args.command_key.to_string()),
        ("uri", args.uri.clone()),
        ("code_hash", hex::encode(args.code_hash)),
    ]
}

/// A function on chain, as it would be set.
pub fn args_of(function: &Function) -> SetFunctionArgs {
    SetFunctionArgs {
        fee: function.fee,
        bond: function.bond,
        lease_secs: function.lease_secs,
        ttl_secs: function.ttl_secs,
        command_key: function.command_key,
        uri: function.uri.clone(),
        code_hash: function.code_hash,
    }
}

/// 32 bytes of hex.
pub fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
}

fn address(key: &str, text: &str) -> Result<Pubkey, LenderFileError> {
    text.parse().map_err(|_| {
        let not = Not { written: text.to_owned(), what: "address: write its 32 bytes in base58" };
        of(key.to_owned())(not)
    })
}

fn of<E: error::Error + Send + Sync + 'static>(key: String) -> impl FnOnce(E) -> LenderFileError {
    move |source| LenderFileError::Value { key, source: Box::new(source) }
}

#[cfg(test)]
mod tests {
    use anchor_lang::AnchorDeserialize;

    use super::*;

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

    fn wanted(changed: &str, to: &str) -> Result<Wanted, LenderFileError> {
        LenderFile::parse(&text().replace(changed, to))?.wanted(6)
    }

    const AUTHORITY: Pubkey = Pubkey::new_from_array([2; 32]);
    const TREASURY: Pubkey = Pubkey::new_from_array([3; 32]);

    /// An account of zeros, whatever fields it has.
    fn blank<T: AnchorDeserialize>() -> T {
        T::deserialize(&mut &[0; 1_024][..]).unwrap()
    }

    fn on_chain(wanted: &Wanted) -> (Lender, Vec<Option<Function>>) {
        let mut lender: Lender = blank();
        (lender.authority, lender.servicer) = (AUTHORITY, wanted.servicer.unwrap_or(AUTHORITY));
        (lender.mint, lender.treasury) = (wanted.mint, TREASURY);
        (lender.floors, lender.keepers) = (wanted.floors, wanted.keepers.clone());
        let function = |(action, args): &(Action, SetFunctionArgs)| {
            let args = args.clone();
            let mut function: Function = blank();
            (function.action, function.fee, function.bond) = (*action, args.fee, args.bond);
            (function.lease_secs, function.ttl_secs) = (args.lease_secs, args.ttl_secs);
            (function.command_key, function.uri, function.code_hash) =
                (args.command_key, args.uri, args.code_hash);
            Some(function)
        };
        (lender, wanted.functions.iter().map(function).collect())
    }

    fn planned(
        wanted: &Wanted,
        is: Option<&(Lender, Vec<Option<Function>>)>,
    ) -> Result<Plan, LenderFileError> {
        let none = [None, None, None];
        let functions = is.map_or(&none[..], |(_, functions)| functions);
        plan(wanted, AUTHORITY, TREASURY, is.map(|(lender, _)| lender), functions, 6)
    }

    #[test]
    fn a_lender_that_is_not_there_is_made_with_its_functions() {
        let plan = planned(&wanted("", "").unwrap(), None).unwrap();
        assert!(matches!(
            plan.steps[..],
            [Step::Init, Step::Function(..), Step::Function(..), Step::Function(..)]
        ));
        assert!(plan.changes.iter().all(|change| change.before.is_none()));
        let fee = plan.changes.iter().find(|change| change.key == "functions.lock.fee").unwrap();
        assert_eq!(fee.after, "0.002");
    }

    #[test]
    fn a_lender_as_it_should_be_is_left_alone() {
        let wanted = wanted("", "").unwrap();
        let plan = planned(&wanted, Some(&on_chain(&wanted))).unwrap();
        assert!(plan.steps.is_empty() && plan.changes.is_empty());
    }

    #[test]
    fn only_what_differs_changes_and_the_difference_is_told() {
        let is = on_chain(&wanted("", "").unwrap());
        let plan = planned(&wanted("36%", "30%").unwrap(), Some(&is)).unwrap();
        assert!(matches!(plan.steps[..], [Step::Policy]));
        assert_eq!(
            plan.changes,
            [Change {
                key: "policy.max_apr".to_owned(),
                before: Some("36.00%".to_owned()),
                after: "30.00%".to_owned()
            }]
        );
        let plan = planned(&wanted("\"0.003\"", "\"0.004\"").unwrap(), Some(&is)).unwrap();
        assert!(matches!(plan.steps[..], [Step::Function(Action::Unlock, _)]));
        assert_eq!(plan.changes[0].key, "functions.unlock.fee");
        let servicer = Pubkey::new_from_array([7; 32]).to_string();
        let named = format!("servicer = \"{servicer}\"\nkeepers = [\"{servicer}\"]\n[policy]");
        let plan = planned(&wanted("[policy]", &named).unwrap(), Some(&is)).unwrap();
        assert!(matches!(plan.steps[..], [Step::Servicer, Step::Keepers]));
        assert_eq!(plan.changes[1].before.as_deref(), Some("anybody"));
    }

    #[test]
    fn what_can_never_change_is_refused_with_the_way_out() {
        let is = on_chain(&wanted("", "").unwrap());
        let other = Pubkey::new_from_array([8; 32]).to_string();
        let mint = Pubkey::new_from_array([1; 32]).to_string();
        let refused = planned(&wanted(&mint, &other).unwrap(), Some(&is)).unwrap_err();
        assert!(refused.to_string().contains("make another lender"), "{refused}");
        let named = format!("treasury = \"{other}\"\n[policy]");
        let refused = planned(&wanted("[policy]", &named).unwrap(), Some(&is)).unwrap_err();
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
            let wrong = wanted(changed, to).unwrap_err();
            assert!(wrong.to_string().starts_with(named), "{changed} → {to}: {wrong}");
            let cause = std::error::Error::source(&wrong).unwrap().to_string();
            assert!(cause.contains("write") || cause.contains("round"), "{changed} → {to}: {cause}");
        }
        let wrong = wanted("min_grace", "min_grase").unwrap_err();
        assert!(std::error::Error::source(&wrong).unwrap().to_string().contains("min_grase"), "{wrong}");
    }
}
