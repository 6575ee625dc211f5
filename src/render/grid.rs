//! A table of words, drawn in columns for a terminal or in Markdown.

use std::io;

use rayon::prelude::*;
use unicode_width::UnicodeWidthStr as _;

use crate::render::escape::{clean, markdown};
use crate::render::markdown::{Table, folded};
use crate::render::text::{Page, count};

/// A table: raw words, which each form escapes for itself.
pub(super) struct Grid<'r> {
    /// What it shows.
    pub(super) title: &'static str,
    /// What one of its rows is, for the count of those left out.
    pub(super) row: &'static str,
    /// Column titles, and whether they hold numbers.
    pub(super) columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<String>>,
    /// How many rows are worked out when they are drawn, and how.
    long: (usize, WorkOut<'r>),
    /// So many rows are shown in a terminal, the others counted.
    most: usize,
    /// Whether Markdown shows it on a click only.
    pub(super) is_folded: bool,
}

/// Works out a row of a long table, again each time it is asked for.
type WorkOut<'r> = Box<dyn Fn(usize) -> Vec<String> + Sync + 'r>;

/// Bytes that a table may take in Markdown.
const ROOM: usize = 6_000;

/// So many rows of a long table are drawn at a time.
const AT_A_TIME: usize = 1 << 16;

impl<'r> Grid<'r> {
    pub(super) fn new(title: &'static str, row: &'static str, columns: &[(&'static str, bool)]) -> Grid<'r> {
        let long: (usize, WorkOut) = (0, Box::new(|_| Vec::new()));
        Grid {
            title,
            row,
            columns: columns.to_vec(),
            rows: Vec::new(),
            long,
            most: usize::MAX,
            is_folded: false,
        }
    }

    pub(super) fn folded(mut self) -> Grid<'r> {
        self.is_folded = true;
        self
    }

    /// Shows no more than so many rows in a terminal; Markdown has a bound anyway.
    pub(super) fn at_most(mut self, most: usize) -> Grid<'r> {
        self.most = most;
        self
    }

    pub(super) fn with(mut self, rows: impl IntoIterator<Item = Vec<String>>) -> Grid<'r> {
        self.rows.extend(rows);
        self
    }

    /// With rows that are too many to be kept.
    pub(super) fn with_long(
        mut self,
        rows: usize,
        row: impl Fn(usize) -> Vec<String> + Sync + 'r,
    ) -> Grid<'r> {
        self.long = (rows, Box::new(row));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.rows.len() + self.long.0
    }

    fn cells(&self, at: usize) -> Vec<String> {
        let (_, work_out) = &self.long;
        self.rows.get(at).cloned().unwrap_or_else(|| work_out(at - self.rows.len()))
    }

    /// The widest cell of each column, escaped; none for a column that says nothing, which is left out.
    fn widths(&self) -> Vec<Option<usize>> {
        let none = || vec![None; self.columns.len()];
        let widest = |widths: Vec<Option<usize>>, of: &dyn Fn(usize) -> Option<usize>| {
            widths.into_iter().enumerate().map(|(at, width)| width.max(of(at))).collect()
        };
        let rows = (0..self.len()).into_par_iter().map(|row| self.cells(row));
        let rows = rows.fold(none, |widths, row| {
            widest(widths, &|at| (!row[at].is_empty()).then(|| clean(&row[at]).width()))
        });
        rows.reduce(none, |widths, others| widest(widths, &|at| others[at]))
    }

    /// Draws it for a terminal.
    pub(super) fn text(&self, page: &mut Page) {
        self.draw(page, |_| Ok(())).unwrap_or_default();
    }

    /// Draws it for a terminal; `written` may write some rows and forget them before the next are drawn.
    pub(super) fn draw(
        &self,
        page: &mut Page,
        mut written: impl FnMut(&mut Page) -> io::Result<()>,
    ) -> io::Result<()> {
        page.heading(&self.title.to_uppercase(), "");
        let used: Vec<(usize, usize)> = self
            .widths()
            .into_iter()
            .enumerate()
            .filter_map(|(at, width)| Some((at, width?.max(self.columns[at].0.width()))))
            .collect();
        let line = |cell: &dyn Fn(usize) -> String| {
            let mut line = String::new();
            for &(at, width) in &used {
                let text = cell(at);
                let gap = " ".repeat(width.saturating_sub(text.width()));
                let (before, after) = if self.columns[at].1 { (&gap, &text) } else { (&text, &gap) };
                line.extend(["  ", before, after]);
            }
            line
        };
        if used.iter().any(|&(at, _)| !self.columns[at].0.is_empty()) {
            page.line(&line(&|at| self.columns[at].0.to_owned()));
        }
        let shown = self.len().min(self.most);
        for start in (0..shown).step_by(AT_A_TIME) {
            let rows = (start..shown.min(start + AT_A_TIME)).into_par_iter();
            let lines: Vec<String> = rows
                .map(|row| {
                    let row = self.cells(row);
                    line(&|at| clean(&row[at]))
                })
                .collect();
            lines.iter().for_each(|line| page.line(line));
            written(page)?;
        }
        if shown < self.len() {
            let more = count(self.len() - shown, self.row);
            page.line(&format!("  and {more} more, which `--format json` has"));
        }
        Ok(())
    }

    pub(super) fn markdown(&self) -> String {
        let used: Vec<usize> =
            self.widths().iter().enumerate().filter(|(_, width)| width.is_some()).map(|(at, _)| at).collect();
        let titles: Vec<&str> = used.iter().map(|&at| self.columns[at].0).collect();
        let numbers: Vec<bool> = used.iter().map(|&at| self.columns[at].1).collect();
        let mut table = Table::new(&titles, &numbers, ROOM);
        for row in 0..self.len() {
            let row = self.cells(row);
            let cells: Vec<String> = used.iter().map(|&at| markdown(&row[at])).collect();
            table.row(&cells, []);
        }
        let table = table.finish(self.row);
        if self.is_folded { folded(self.title, &table) } else { format!("#### {}\n\n{table}", self.title) }
    }
}
