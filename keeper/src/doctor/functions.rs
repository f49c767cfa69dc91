//! Functions at https addresses: do they answer?

use std::time::Duration;

use latchkey_link::http::{Outbound, Request};
use latchkey_link::redacted::{RedactedError, hosts_only};

use super::Findings;
use super::lenders::Offers;
use crate::config::Config;

/// How long a function may take to refuse: it does not look at the chain for that.
const LIMIT: Duration = Duration::from_secs(10);
const LONGEST: usize = 16 << 10;

/// Posts to each what is no call. A function refuses that as a bad event; nothing else is done.
pub(super) async fn examine(config: &Config, offers: &Offers, findings: &mut Findings) {
    let outbound = match Outbound::new(&config.functions) {
        Ok(outbound) => outbound,
        Err(error) => {
            return findings.fault("functions", "", RedactedError::new(&error), "correct [functions]");
        }
    };
    for host in &config.functions.hosts {
        if !offers.keys().any(|uri| uri.contains(host.as_str())) {
            let remedy = "nothing, if a lender is to use it; otherwise take it off functions.hosts";
            findings.warning(
                "functions",
                host,
                "no lender that is served has a function at this host",
                remedy,
            );
        }
    }
    for (uri, lender) in offers {
        let name = hosts_only(uri);
        let headers = [("content-type", "application/cloudevents+json".to_owned())];
        let request = Request { headers: &headers, body: b"{}", limit: LIMIT, longest: LONGEST };
        match outbound.post(uri, request).await {
            Ok(answer) if answer.status.as_u16() == 400 && refuses_as_a_function(&answer.body) => {
                findings.ok("functions", name, format_args!("it answers, for lender {lender}"));
            }
            Ok(answer) => {
                let said = format!("it answers {}: not as a function does", answer.status.as_u16());
                let remedy = "tell the lender, and look at what runs there";
                findings.fault("functions", name, said, remedy);
            }
            Err(error) => {
                let remedy = "check that it runs, its certificate, and functions.ca";
                findings.fault("functions", name, RedactedError::new(&error), remedy);
            }
        }
    }
}

/// Whether an answer says what a function says of what is no event.
fn refuses_as_a_function(body: &[u8]) -> bool {
    let reply: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    reply["reason"] == "bad_event"
}
