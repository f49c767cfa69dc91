//! The program's rules against the same contract written a second time, and both against published examples.

mod agreement;
mod bounds;
mod published;
mod subject;

use proptest::test_runner::Config;

/// So many cases, and twenty times as many in a deep run (`cargo xtask test --deep`).
fn cases(normal: u32) -> Config {
    let deep = std::env::var_os("LATCHKEY_DEEP").is_some();
    let cases = if deep { normal * 20 } else { normal };
    // What a test cannot use of what is drawn, it draws anew.
    Config { cases, max_global_rejects: cases * 4, ..Config::default() }
}
