//! What may be said of an address. API keys and passwords are parts of URLs, so no message, log line or error shows more
//! of one than its scheme and host.

use std::error::Error;

/// `text` with each URL in it cut to scheme, host and port.
pub fn hosts_only(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find("://") {
        let (before, after) = rest.split_at(found + "://".len());
        shown.push_str(before);
        let url = &after[..after.find(ends_url).unwrap_or(after.len())];
        let authority = url.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        // What stands before the @ is a user name and a password.
        let host = authority.rsplit('@').next().unwrap_or_default();
        shown.push_str(host);
        if url.len() > authority.len() {
            shown.push_str("/…");
        }
        rest = &after[url.len()..];
    }
    shown.push_str(rest);
    shown
}

fn ends_url(character: char) -> bool {
    character.is_whitespace() || matches!(character, '"' | '\'' | '<' | '>' | '(' | ')' | '`')
}

/// An error and all its causes as one text, without what [`hosts_only`] keeps back. Libraries put the whole URL of a
/// failed request into their errors.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RedactedError(String);

impl RedactedError {
    pub fn new(error: &dyn Error) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let said = error.to_string();
            // Some libraries repeat the cause in their own text.
            if !text.contains(&said) {
                text = format!("{text}: {said}");
            }
            cause = error.source();
        }
        Self(hosts_only(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_url_only_scheme_host_and_port_are_shown() {
        for (text, shown) in [
            (
                "error for url (https://host/?api-key=SECRET): timed out",
                "error for url (https://host/…): timed out",
            ),
            ("https://host:8899?api-key=SECRET", "https://host:8899/…"),
            ("wss://host/SECRET and http://127.0.0.1:8899", "wss://host/… and http://127.0.0.1:8899"),
            ("https://SECRET@host/path", "https://host/…"),
            (concat!("https://user:", "SECRET@host/path"), "https://host/…"),
            ("rpc_url = \"https://host/SECRET\"\n  ^^^", "rpc_url = \"https://host/…\"\n  ^^^"),
            ("https://host#SECRET", "https://host/…"),
            ("htps://host/SECRET", "htps://host/…"),
            ("no address in it: 1/2", "no address in it: 1/2"),
            ("", ""),
        ] {
            assert_eq!(hosts_only(text), shown);
        }
    }

    #[test]
    fn an_error_keeps_its_causes_and_loses_its_secrets() {
        #[derive(Debug, thiserror::Error)]
        #[error("the request failed")]
        struct Outer(#[source] std::io::Error);
        let outer = Outer(std::io::Error::other("no route to https://host/?api-key=SECRET"));
        let redacted = RedactedError::new(&outer);
        assert_eq!(redacted.to_string(), "the request failed: no route to https://host/…");
        assert!(!format!("{redacted:?}").contains("SECRET"));
    }
}
