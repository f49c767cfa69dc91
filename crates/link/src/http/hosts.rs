//! Which hosts may be called at addresses that others have written down.

use std::collections::BTreeMap;
use std::net::IpAddr;

use reqwest::Url;

use super::is_loopback;

/// The port of https.
const HTTPS: u16 = 443;

/// Why an address is not called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("the address is not a URL")]
    NotAUrl,
    #[error("the address does not begin with https://")]
    NotHttps,
    #[error("the address holds a user name or a password")]
    Credentials,
    #[error("the address names a number instead of a host")]
    NotAName,
    #[error("the host {0} is not on the list of allowed hosts: add it if you trust it")]
    NotAllowed(String),
}

/// Why a list of hosts cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    #[error("{0:?} is not a host: write a name such as fn.example.com, with :PORT if the port is not 443")]
    NotAHost(String),
    #[error("{0:?} is not a loopback address: write http://127.0.0.1:PORT/PATH")]
    NotLoopback(String),
}

/// The hosts that may be called: none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    is_any_allowed: bool,
    /// With their ports.
    allowed: Vec<(String, u16)>,
    /// Hosts that are on this machine, and where.
    loopback: BTreeMap<(String, u16), Url>,
}

impl Hosts {
    /// Every host, for a person who calls an address that they have agreed to.
    pub fn any() -> Self {
        Self { is_any_allowed: true, ..Self::default() }
    }

    /// Only these, each a name, with its port unless it is 443.
    pub fn only<T: AsRef<str>>(hosts: impl IntoIterator<Item = T>) -> Result<Self, HostError> {
        let allowed = hosts.into_iter().map(|host| named(host.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { allowed, ..Self::default() })
    }

    /// Says that a host is on this machine: what is meant for it goes to `address`, in the clear. For tests.
    pub fn on_this_machine(mut self, host: &str, address: &str) -> Result<Self, HostError> {
        let not_loopback = || HostError::NotLoopback(address.to_owned());
        let url = Url::parse(address).map_err(|_| not_loopback())?;
        if url.scheme() != "http" || !is_loopback(&url) {
            return Err(not_loopback());
        }
        self.loopback.insert(named(host)?, url);
        Ok(self)
    }

    /// Whether it may be called at all. Nothing is looked up.
    pub fn permits(&self, address: &str) -> bool {
        self.target(address).is_ok()
    }

    /// Where a call to `address` goes.
    pub(super) fn target(&self, address: &str) -> Result<Url, AddressError> {
        let url = Url::parse(address).map_err(|_| AddressError::NotAUrl)?;
        if url.scheme() != "https" {
            return Err(AddressError::NotHttps);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::Credentials);
        }
        // A number would never reach the lookup where addresses are checked.
        let name = url.domain().filter(|name| name.parse::<IpAddr>().is_err());
        let host = (name.ok_or(AddressError::NotAName)?.to_owned(), url.port().unwrap_or(HTTPS));
        if !self.is_any_allowed && !self.allowed.contains(&host) {
            return Err(AddressError::NotAllowed(host.0));
        }
        Ok(self.loopback.get(&host).cloned().unwrap_or(url))
    }
}

/// A host and its port, as the URL parser writes them.
fn named(text: &str) -> Result<(String, u16), HostError> {
    let not_a_host = || HostError::NotAHost(text.to_owned());
    let url = Url::parse(&format!("https://{text}")).map_err(|_| not_a_host())?;
    let host = url.domain().ok_or_else(not_a_host)?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let is_host = bare && url.username().is_empty() && !text.ends_with('/') && !host.contains('*');
    if is_host { Ok((host.to_owned(), url.port().unwrap_or(HTTPS))) } else { Err(not_a_host()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts() -> Hosts {
        Hosts::only(["fn.example.com", "other.example.com:8443"]).unwrap()
    }

    #[test]
    fn only_hosts_on_the_list_are_called_and_only_by_https() {
        for (address, refused) in [
            ("https://fn.example.com", None),
            ("https://FN.example.com/a/path?and=more", None),
            ("https://fn.example.com:443/", None),
            ("https://other.example.com:8443/", None),
            ("https://fn.example.com:8443/", Some("not on the list")),
            ("https://other.example.com/", Some("not on the list")),
            ("https://fn.example.com./", Some("not on the list")),
            ("https://evil-fn.example.com/", Some("not on the list")),
            ("https://fn.example.com.evil.org/", Some("not on the list")),
            ("http://fn.example.com/", Some("https://")),
            ("ftp://fn.example.com/", Some("https://")),
            (concat!("https://fn.example.com@", "evil.org/"), Some("user name")),
            ("https://127.0.0.1/", Some("number")),
            ("https://2130706433/", Some("number")),
            ("https://0x7f.1/", Some("number")),
            ("https://[::1]/", Some("number")),
            ("", Some("not a URL")),
            ("fn.example.com", Some("not a URL")),
        ] {
            match (hosts().target(address), refused) {
                (Ok(url), None) => assert_eq!(url.scheme(), "https"),
                (Err(error), Some(why)) => assert!(error.to_string().contains(why), "{address}: {error}"),
                (met, _) => panic!("{address}: {met:?}"),
            }
        }
        assert!(Hosts::any().permits("https://anything.example.org/"));
        assert!(!Hosts::any().permits("https://10.0.0.1/"));
        assert!(!Hosts::default().permits("https://fn.example.com/"));
    }

    #[test]
    fn a_list_holds_hosts_and_nothing_else() {
        for wrong in
            ["", "https://fn.example.com", "fn.example.com/path", "*.example.com", "10.0.0.1", "a@b", "a b"]
        {
            assert_eq!(Hosts::only([wrong]).unwrap_err(), HostError::NotAHost(wrong.to_owned()));
        }
    }

    #[test]
    fn a_host_on_this_machine_is_said_to_be_so_and_is_on_this_machine() {
        let hosts = hosts().on_this_machine("fn.example.com", "http://127.0.0.1:9000/lambda-url/f/").unwrap();
        let target = hosts.target("https://fn.example.com/whatever").unwrap();
        assert_eq!(target.as_str(), "http://127.0.0.1:9000/lambda-url/f/");
        assert_eq!(hosts.target("https://other.example.com:8443/x").unwrap().scheme(), "https");
        for elsewhere in
            ["http://10.0.0.1:80/", "https://127.0.0.1/", "http://localhost:80/", "http://8.8.8.8/", "x"]
        {
            let refused = Hosts::any().on_this_machine("fn.example.com", elsewhere).unwrap_err();
            assert_eq!(refused, HostError::NotLoopback(elsewhere.to_owned()));
        }
        // What is not on the list stays off it.
        let listed = Hosts::only(["a.example.com"]).unwrap();
        let listed = listed.on_this_machine("fn.example.com", "http://127.0.0.1:9000/").unwrap();
        assert!(!listed.permits("https://fn.example.com/"));
    }
}
