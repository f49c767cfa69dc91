//! The function's page and the tests that it names.

use std::fs;
use std::path::Path;

const PAGE: &str = include_str!("../../../../docs/function.md");

/// The words in backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn the_page_names_tests_that_exist() {
    let (_, section) = PAGE.split_once("\n## What holds these promises\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut named = 0;
    for row in section.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').collect();
        let [promise, file, tests] = cells[..] else { panic!("{row}") };
        let Some(file) = quoted(file).next() else { continue };
        let source = fs::read_to_string(tree.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        for test in quoted(tests) {
            assert!(source.contains(&format!("fn {test}(")), "{promise}: {file} has no {test}");
            named += 1;
        }
    }
    assert!(named > 30, "{named}");
}
