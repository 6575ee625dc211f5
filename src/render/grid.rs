//! A table of words, drawn in columns for a terminal or in Markdown.

use unicode_width::UnicodeWidthStr as _;

use crate::render::escape::{clean, markdown};
use crate::render::markdown::{Table, folded};
use crate::render::text::Page;

/// A table: raw words, which each form escapes for itself.
pub(super) struct Grid {
    /// What it shows.
    pub(super) title: &'static str,
    /// What one of its rows is, for the count of those left out.
    pub(super) row: &'static str,
    /// Column titles, and whether they hold numbers.
    pub(super) columns: Vec<(&'static str, bool)>,
    pub(super) rows: Vec<Vec<String>>,
    /// Whether Markdown shows it on a click only.
    pub(super) is_folded: bool,
}

/// Bytes that a table may take in Markdown.
const ROOM: usize = 6_000;

impl Grid {
    pub(super) fn new(title: &'static str, row: &'static str, columns: &[(&'static str, bool)]) -> Grid {
        Grid { title, row, columns: columns.to_vec(), rows: Vec::new(), is_folded: false }
    }

    pub(super) fn folded(mut self) -> Grid {
        self.is_folded = true;
        self
    }

    pub(super) fn with(mut self, rows: impl IntoIterator<Item = Vec<String>>) -> Grid {
        self.rows.extend(rows);
        self
    }

    /// The columns that say anything: one without a word is left out.
    fn used(&self) -> Vec<usize> {
        (0..self.columns.len()).filter(|&at| self.rows.iter().any(|row| !row[at].is_empty())).collect()
    }

    pub(super) fn text(&self, page: &mut Page) {
        page.heading(&self.title.to_uppercase(), "");
        let used = self.used();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
        let width = |at: &usize| {
            let cells = rows.iter().map(|row| row[*at].width());
            cells.chain([self.columns[*at].0.width()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = used.iter().map(width).collect();
        let line = |cell: &dyn Fn(usize) -> String| {
            let cells = used.iter().zip(&widths).map(|(&at, &width)| {
                let text = cell(at);
                let gap = " ".repeat(width.saturating_sub(text.width()));
                if self.columns[at].1 { format!("{gap}{text}") } else { format!("{text}{gap}") }
            });
            format!("  {}", cells.collect::<Vec<_>>().join("  "))
        };
        if used.iter().any(|&at| !self.columns[at].0.is_empty()) {
            page.line(&line(&|at| self.columns[at].0.to_owned()));
        }
        rows.iter().for_each(|row| page.line(&line(&|at| row[at].clone())));
    }

    pub(super) fn markdown(&self) -> String {
        let used = self.used();
        let titles: Vec<&str> = used.iter().map(|&at| self.columns[at].0).collect();
        let numbers: Vec<bool> = used.iter().map(|&at| self.columns[at].1).collect();
        let mut table = Table::new(&titles, &numbers, ROOM);
        for row in &self.rows {
            let cells: Vec<String> = used.iter().map(|&at| markdown(&row[at])).collect();
            table.row(&cells, []);
        }
        let table = table.finish(self.row);
        if self.is_folded { folded(self.title, &table) } else { format!("#### {}\n\n{table}", self.title) }
    }
}
