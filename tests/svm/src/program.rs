use std::fs;

use latchkey_tests_processes::built;

/// The program's bytes.
pub fn bytes() -> Vec<u8> {
    let path = built::program_bytes().unwrap_or_else(|error| panic!("{error:#}"));
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
