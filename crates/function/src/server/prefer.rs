//! `Prefer: wait=N` (RFC 7240): how many seconds the asker would wait.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::HeaderName;

/// The header.
pub const PREFER: HeaderName = HeaderName::from_static("prefer");
/// The header that says what was applied.
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The first wait that the headers ask for. What is no wait means nothing, as the RFC demands.
pub fn wait(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(PREFER).iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(','));
    preferences.find_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        let is_wait = name.trim().eq_ignore_ascii_case("wait");
        let secs = value.trim().trim_matches('"').parse().ok()?;
        is_wait.then_some(Duration::from_secs(secs))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_found_among_other_preferences() {
        for (value, secs) in [
            ("wait=5", Some(5)),
            ("respond-async, wait=10", Some(10)),
            ("Wait = \"7\"; foo=bar", Some(7)),
            ("wait=3, wait=9", Some(3)),
            ("wait", None),
            ("wait=soon", None),
            ("wait=-1", None),
            ("await=5", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(PREFER, value.parse().unwrap());
            assert_eq!(wait(&headers), secs.map(Duration::from_secs), "{value}");
        }
        assert_eq!(wait(&HeaderMap::new()), None);
    }
}
