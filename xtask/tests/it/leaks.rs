//! Lines that belong to one machine are found, and what looks like them is not.

use xtask::leaks::in_line;

/// Joined at run time, so that this file passes the check it tests.
fn line(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn paths_of_one_machine_are_found() {
    for path in
        [line(&["cd /ho", "me/ann/latchkey"]), line(&["\"/ro", "ot/.cache\""]), line(&["file:/wo", "rk/x"])]
    {
        assert_eq!(in_line(&path), Some("a path of one machine"), "{path}");
    }
}

#[test]
fn longer_paths_and_addresses_are_not_taken_for_them() {
    for path in [
        "~/work/latchkey",
        "https://example.com/home/page",
        "$root/work/x",
        "target/home/x",
        "/homes/x",
        "<dir>/root/x",
    ] {
        assert_eq!(in_line(path), None, "{path}");
    }
}

#[test]
fn registries_and_mirrors_are_found() {
    assert_eq!(in_line(&line(&["https://pypi", ".org/simple"])), Some("the address of a package registry"));
    assert_eq!(in_line("https://docs.rs/anchor-lang"), None);
}

#[test]
fn secrets_are_found() {
    assert_eq!(
        in_line(&line(&["mqtts://car:hunter2", "@broker.example"])),
        Some("a user and password in an address")
    );
    assert_eq!(in_line(&line(&["-----BEGIN EC PRIVATE", " KEY-----"])), Some("a private key"));
}

#[test]
fn placeholders_and_ports_are_no_secrets() {
    for address in [
        "https://{user}:{password}@host",
        "http://localhost:8899",
        "ssh://git@host.example:22/x",
        "git@host:a/b",
    ] {
        assert_eq!(in_line(address), None, "{address}");
    }
}
