//! Nothing is compiled twice because two commands chose different features.

use std::{collections::BTreeSet, env, process::Command};

/// Every crate of the workspace's dependency tree with its features.
fn crates(edges: &str) -> BTreeSet<String> {
    let cargo = env::var_os("CARGO").expect("cargo runs this test");
    let output = Command::new(cargo)
        .args([
            "tree",
            "--workspace",
            "--offline",
            "--prefix",
            "none",
            "--format",
            "{p} [{f}]",
            "--edges",
            edges,
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
    text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

#[test]
fn the_demo_has_the_features_of_the_tests() {
    let (binaries, tests) = (crates("normal,build"), crates("normal,build,dev"));
    assert!(binaries.len() > 100);
    let others: Vec<_> = binaries.difference(&tests).collect();
    assert!(others.is_empty(), "a dev-dependency alone gives these another feature: {others:?}");
}
