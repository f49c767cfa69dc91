//! What a bench found out, as text for people, as JSON for programs, or in a page.

use std::path::PathBuf;

use anyhow::Result;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::machine::Machine;
use crate::page::Part;
use crate::table::Table;

/// Where the result of a bench goes.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Output {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,

    /// Put the result into this page
    #[arg(long, value_name = "PAGE")]
    pub write: Option<PathBuf>,
}

impl Output {
    /// Prints a report, and puts it into the page if one is named.
    pub fn give(&self, report: &Report) -> Result<()> {
        if self.json {
            println!("{}", report.json());
        } else {
            print!("{}", report.text());
        }
        match &self.write {
            Some(page) => Part { command: report.command }.write(page, &report.text()),
            None => Ok(()),
        }
    }
}

/// What a bench found out.
#[derive(Debug)]
pub struct Report {
    /// The command without `cargo xtask`: `bench book`.
    command: &'static str,
    /// Paragraphs and tables, in their order.
    blocks: Vec<String>,
    values: Map<String, Value>,
}

impl Report {
    /// A report that names the bench, the machine, and the versions of what was measured.
    pub fn new(command: &'static str, machine: &Machine, versions: &str) -> Self {
        let report = Self { command, blocks: Vec::new(), values: Map::new() };
        report
            .with("bench", &command)
            .with("machine", machine)
            .with("versions", &versions)
            .line(format!("Measured on {machine}; {versions}."))
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn line(mut self, text: impl Into<String>) -> Self {
        self.blocks.push(format!("{}\n", text.into()));
        self
    }

    /// Adds a table.
    #[must_use]
    pub fn table(mut self, table: &Table) -> Self {
        self.blocks.push(table.to_string());
        self
    }

    /// Adds a value to the JSON object.
    #[must_use]
    pub fn with(mut self, name: &str, value: &impl Serialize) -> Self {
        self.values.insert(name.to_owned(), json!(value));
        self
    }

    /// For people.
    pub fn text(&self) -> String {
        self.blocks.join("\n")
    }

    /// For programs.
    pub fn json(&self) -> String {
        Value::Object(self.values.clone()).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_paragraphs_and_tables_and_programs_one_object() {
        let machine = Machine { cores: 2, processor: "P".to_owned(), load: 0.5 };
        let mut table = Table::new(["one", "two"]);
        table.row(["c", "d"]);
        let report = Report::new("bench it", &machine, "it 1.0").table(&table).with("loans", &7);
        let text = "Measured on 2 cores of P; load average 0.5 when it began; it 1.0.\n\n\
                    | one | two |\n| --- | --: |\n| c   |   d |\n";
        assert_eq!(report.text(), text);
        let read: Value = serde_json::from_str(&report.json()).expect("it is JSON");
        let machine = json!({ "cores": 2, "processor": "P", "load": 0.5 });
        assert_eq!(
            read,
            json!({ "bench": "bench it", "machine": machine, "versions": "it 1.0", "loans": 7 })
        );
    }
}
