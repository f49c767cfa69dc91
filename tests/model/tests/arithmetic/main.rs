//! The program's rules against the same contract written a second time, and both against published examples.

mod agreement;
mod bounds;
mod published;
mod subject;

/// So many cases, and twenty times as many in a deep run (`cargo xtask test --deep`).
fn cases(normal: u32) -> proptest::test_runner::Config {
    let deep = std::env::var_os("LATCHKEY_DEEP").is_some();
    proptest::test_runner::Config::with_cases(if deep { normal * 20 } else { normal })
}
