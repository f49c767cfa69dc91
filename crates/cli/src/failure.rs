//! How errors are printed, and their exit codes.

use std::process::ExitCode;

use latchkey_cli::car_function::FunctionFileError;
use latchkey_cli::config::ConfigError;
use latchkey_cli::lender_file::LenderFileError;
use latchkey_cli::terms::TermsError;
use latchkey_cli::transaction::contents::ForeignContents;
use latchkey_cli::transaction::wire::WireError;
use latchkey_cli::units::date::DateError;
use latchkey_cli::units::money::MoneyError;
use latchkey_client::errors::Refusal;
use latchkey_link::key_file::KeyFileError;
use serde_json::{Value, json};

/// A command line that clap accepts and the command does not.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Prints an error on standard error, with `json` as one JSON object. Returns the exit code.
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

/// Whether the mistake is in a flag, a file or a key.
fn is_usage(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.is::<Usage>()
            || cause.is::<ConfigError>()
            || cause.is::<FunctionFileError>()
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
    fn a_rule_is_reported_by_name_and_number() {
        let refusal = Refusal(LatchkeyError::NotPastDue.into());
        let error = anyhow::Error::new(SendError::Refused { number: 1, refusal }).context("serving notice");
        let reported = object(&error);
        assert_eq!((&reported["rule"], &reported["number"]), (&json!("NotPastDue"), &json!(6500)));
        assert_eq!(reported["error"], "serving notice");
        assert!(!is_usage(&error));
    }

    #[test]
    fn a_mistake_in_the_input_is_usage() {
        let error = latchkey_cli::units::money::parse("1,000", 6).context("the amount").unwrap_err();
        assert!(is_usage(&error));
        let reported = object(&error);
        assert_eq!((&reported["rule"], &reported["number"]), (&Value::Null, &Value::Null));
        assert!(reported["causes"][0].as_str().unwrap().contains("write digits"));
    }
}
