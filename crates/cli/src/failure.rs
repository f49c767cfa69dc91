//! How a failure is told, and with which exit code.

use std::process::ExitCode;

use latchkey_cli::config::ConfigError;
use latchkey_cli::contents::ForeignContents;
use latchkey_cli::lender_file::LenderFileError;
use latchkey_cli::terms::TermsError;
use latchkey_cli::units::date::DateError;
use latchkey_cli::units::money::MoneyError;
use latchkey_cli::wire::WireError;
use latchkey_client::errors::Refusal;
use latchkey_link::key_file::KeyFileError;
use serde_json::{Value, json};

/// Something on the command line that does not fit, beyond what its grammar can tell.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Tells a failure on standard error, as one JSON object for programs, and returns its exit code.
pub fn report(error: &anyhow::Error, json: bool) -> ExitCode {
    if json {
        eprintln!("{}", object(error));
    } else {
        eprintln!("error: {error}");
        for cause in error.chain().skip(1) {
            eprintln!("  {}", cause.to_string().replace('\n', "\n  "));
        }
    }
    ExitCode::from(if is_usage(error) { 2 } else { 1 })
}

fn object(error: &anyhow::Error) -> Value {
    let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>());
    json!({
        "error": error.to_string(),
        "causes": error.chain().skip(1).map(ToString::to_string).collect::<Vec<_>>(),
        "rule": refusal.and_then(|refusal| refusal.rule()).map(|rule| rule.name()),
        "number": refusal.map(|refusal| refusal.0),
    })
}

/// Whether something written is wrong: a flag, a file, a key.
fn is_usage(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<Usage>()
            || cause.is::<ConfigError>()
            || cause.is::<KeyFileError>()
            || cause.is::<TermsError>()
            || cause.is::<LenderFileError>()
            || cause.is::<WireError>()
            || cause.is::<ForeignContents>()
            || cause.is::<MoneyError>()
            || cause.is::<DateError>()
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;
    use latchkey_cli::send::SendError;
    use latchkey_client::latchkey::errors::LatchkeyError;

    use super::*;

    #[test]
    fn a_rule_is_told_by_name_and_number() {
        let refusal = Refusal(LatchkeyError::NotPastDue.into());
        let error = anyhow::Error::new(SendError::Refused { number: 1, refusal }).context("serving notice");
        let told = object(&error);
        assert_eq!((&told["rule"], &told["number"]), (&json!("NotPastDue"), &json!(6500)));
        assert_eq!(told["error"], "serving notice");
        assert!(!is_usage(&error));
    }

    #[test]
    fn what_is_written_wrong_is_usage() {
        let error = latchkey_cli::units::money::parse("1,000", 6).context("the amount").unwrap_err();
        assert!(is_usage(&error));
        let told = object(&error);
        assert_eq!((&told["rule"], &told["number"]), (&Value::Null, &Value::Null));
        assert!(told["causes"][0].as_str().unwrap().contains("write digits"));
    }
}
