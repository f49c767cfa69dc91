//! Configurations that are refused, by the key that is wrong.

use std::fs;

use latchkey_sponsor::SponsorConfig;

const GOOD: &str = "key = \"sponsor.json\"\nrpc_urls = [\"http://127.0.0.1:8899\"]\nlenders = [\"11111111111111111111111111111111\"]\n";

fn load(text: &str) -> Result<SponsorConfig, String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("sponsor.toml");
    fs::write(&path, text).unwrap();
    let config = SponsorConfig::load(&path).map_err(|error| error.to_string())?;
    config.policy().map(|_| config).map_err(|error| error.to_string())
}

#[test]
fn a_configuration_that_says_too_little_or_nonsense_is_refused() {
    let config = load(GOOD).unwrap();
    assert!(!config.pay_token_accounts && config.public_url.is_none());
    for (text, said) in [
        (GOOD.replace("1111\"]", "\"]"), "no address"),
        (format!("{GOOD}public_url = \"http://sponsor.example\""), "https://"),
        (format!("{GOOD}max_calls = 0"), "max_calls"),
        (format!("{GOOD}[limits]\nloan_day = 0"), "limits.loan_day"),
        (format!("{GOOD}pays = true"), "not valid"),
        (GOOD.replace("[\"1111", "[] #"), "names no lender"),
    ] {
        let error = load(&text).unwrap_err();
        assert!(error.contains(said), "{said}: {error}");
    }
}
