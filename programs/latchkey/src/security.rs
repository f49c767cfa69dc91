//! Whom to tell of a weakness, written into the deployed program where tools and explorers look for it.
//!
//! Whoever builds for a deployment names themselves in the environment; `docs/releasing.md` says how.

use default_env::default_env;
use solana_security_txt::security_txt;

security_txt! {
    name: "Latchkey",
    project_url: default_env!("LATCHKEY_PROJECT_URL", "not set by whoever built this"),
    contacts: default_env!("LATCHKEY_SECURITY_CONTACTS", "not set by whoever built this"),
    policy: default_env!("LATCHKEY_SECURITY_POLICY", "SECURITY.md in the source"),
    source_revision: default_env!("LATCHKEY_SOURCE_REVISION", "")
}
