//! Tables, aligned for people who read them as text.

use std::fmt;

/// A table: the first column to the left, all others to the right.
#[derive(Clone, Debug)]
pub struct Table {
    /// The headings, and below them the rows.
    rows: Vec<Vec<String>>,
}

impl Table {
    /// An empty one.
    pub fn new(headings: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { rows: vec![headings.into_iter().map(Into::into).collect()] }
    }

    /// Adds a row: a cell for each heading.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        for (number, row) in self.rows.iter().enumerate() {
            line(formatter, row, &widths)?;
            if number == 0 {
                let rules = widths.iter().enumerate().map(|(column, width)| match column {
                    0 => "-".repeat(*width),
                    _ => format!("{}:", "-".repeat(width.saturating_sub(1))),
                });
                line(formatter, &rules.collect::<Vec<_>>(), &widths)?;
            }
        }
        Ok(())
    }
}

fn line(formatter: &mut fmt::Formatter<'_>, cells: &[String], widths: &[usize]) -> fmt::Result {
    write!(formatter, "|")?;
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        match column {
            0 => write!(formatter, " {cell:<width$} |")?,
            _ => write!(formatter, " {cell:>width$} |")?,
        }
    }
    writeln!(formatter)
}

/// Digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_to_the_left_and_figures_to_the_right() {
        let mut table = Table::new(["loans", "bytes"]);
        table.row(["10", "1,234,567"]);
        table.row(["a thousand", "7"]);
        let lines = [
            "| loans      |     bytes |",
            "| ---------- | --------: |",
            "| 10         | 1,234,567 |",
            "| a thousand |         7 |",
            "",
        ];
        assert_eq!(table.to_string(), lines.join("\n"));
    }

    #[test]
    fn digits_stand_in_groups_of_three() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
