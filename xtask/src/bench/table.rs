//! Results as tables in Markdown, printed and kept in the documentation.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A table with a heading for each column.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(head: &[&str]) -> Self {
        Self {
            head: head.iter().map(|&cell| cell.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub fn markdown(&self) -> String {
        let mut text = format!("| {} |\n|", self.head.join(" | "));
        for column in 0..self.head.len() {
            text.push_str(if column == 0 { " --- |" } else { " ---: |" });
        }
        text.push('\n');
        for row in &self.rows {
            let _ = writeln!(text, "| {} |", row.join(" | "));
        }
        text
    }
}

/// Replaces what stands between `<!-- {name} -->` and `<!-- end of {name} -->` in a page.
pub fn write_into(page: &Path, name: &str, text: &str) -> Result<(), String> {
    let (begin, end) = (
        format!("<!-- {name} -->"),
        format!("<!-- end of {name} -->"),
    );
    let shown = page.display();
    let old = fs::read_to_string(page).map_err(|e| format!("{shown}: {e}"))?;
    let (before, rest) = old
        .split_once(&begin)
        .ok_or_else(|| format!("{shown} has no line `{begin}`"))?;
    let (_, after) = rest
        .split_once(&end)
        .ok_or_else(|| format!("{shown} has no line `{end}`"))?;
    fs::write(page, format!("{before}{begin}\n{text}{end}{after}"))
        .map_err(|e| format!("{shown}: {e}"))
}
