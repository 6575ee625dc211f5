//! A table of words, drawn in columns for a terminal or in Markdown.

use std::fmt::{Display, Write as _};
use std::io;
use std::ops::Range;

use rayon::prelude::*;
use unicode_width::UnicodeWidthStr as _;

use crate::render::escape::{cleaned, markdown};
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
type WorkOut<'r> = Box<dyn Fn(usize, &mut Row) + Sync + 'r>;

/// The words of a row, cell after cell.
#[derive(Default)]
pub(super) struct Row {
    text: String,
    ends: Vec<usize>,
}

impl Row {
    /// Adds a cell.
    pub(super) fn add(&mut self, cell: impl Display) {
        // Nothing fails to be written into a text.
        let _ = write!(self.text, "{cell}");
        self.ends.push(self.text.len());
    }

    fn cell(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }

    fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }
}

/// How many columns a cleaned text takes.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

impl<T: Display> FromIterator<T> for Row {
    fn from_iter<I: IntoIterator<Item = T>>(cells: I) -> Row {
        let mut row = Row::default();
        cells.into_iter().for_each(|cell| row.add(cell));
        row
    }
}

/// Bytes that a table may take in Markdown.
const ROOM: usize = 6_000;

/// So many rows are drawn by one thread at a time.
const TOGETHER: usize = 1 << 10;

/// So many times as many are drawn before they are written.
const AT_A_TIME: usize = 1 << 6;

impl<'r> Grid<'r> {
    pub(super) fn new(title: &'static str, row: &'static str, columns: &[(&'static str, bool)]) -> Grid<'r> {
        let long: (usize, WorkOut) = (0, Box::new(|_, _| ()));
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
    pub(super) fn with_long(mut self, rows: usize, row: impl Fn(usize, &mut Row) + Sync + 'r) -> Grid<'r> {
        self.long = (rows, Box::new(row));
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        self.rows.len() + self.long.0
    }

    /// The words of a row, in the place of those of another.
    fn fill(&self, at: usize, row: &mut Row) {
        row.clear();
        match self.rows.get(at) {
            Some(cells) => cells.iter().for_each(|cell| row.add(cell)),
            None => (self.long.1)(at - self.rows.len(), row),
        }
    }

    /// The widest cell of each column, escaped; none for a column that says nothing, which is left out.
    fn widths(&self) -> Vec<Option<usize>> {
        let none = || vec![None; self.columns.len()];
        let widen = |mut widths: Vec<Option<usize>>, of: &dyn Fn(usize) -> Option<usize>| {
            widths.iter_mut().enumerate().for_each(|(at, width)| *width = (*width).max(of(at)));
            widths
        };
        let rows = (0..self.len()).into_par_iter().with_min_len(TOGETHER);
        let rows = rows.fold(
            || (none(), Row::default()),
            |(widths, mut row), at| {
                self.fill(at, &mut row);
                let own = |cell: &str| (!cell.is_empty()).then(|| width(&cleaned(cell)));
                (widen(widths, &|at| own(row.cell(at))), row)
            },
        );
        rows.map(|(widths, _)| widths).reduce(none, |widths, others| widen(widths, &|at| others[at]))
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
        if used.iter().any(|&(at, _)| !self.columns[at].0.is_empty()) {
            self.line(&self.columns.iter().map(|(title, _)| title).collect(), &used, &mut page.out);
        }
        let shown = self.len().min(self.most);
        let parts: Vec<Range<usize>> =
            (0..shown).step_by(TOGETHER).map(|from| from..shown.min(from + TOGETHER)).collect();
        // What is drawn is written while more is.
        let draw = |parts: &[Range<usize>]| -> Vec<String> {
            parts.par_iter().map(|rows| self.lines(rows.clone(), &used)).collect()
        };
        let (mut drawn, mut result) = (Vec::new(), Ok(()));
        for parts in parts.chunks(AT_A_TIME).chain([&[][..]]) {
            let before = std::mem::take(&mut drawn);
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| drawn = draw(parts));
                before.iter().for_each(|lines| page.out.push_str(lines));
                result = written(page);
            });
            std::mem::replace(&mut result, Ok(()))?;
        }
        if shown < self.len() {
            let more = count(self.len() - shown, self.row);
            page.line(&format!("  and {more} more, which `--format json` has"));
        }
        Ok(())
    }

    fn lines(&self, rows: Range<usize>, used: &[(usize, usize)]) -> String {
        let (mut lines, mut row) = (String::new(), Row::default());
        for at in rows {
            self.fill(at, &mut row);
            self.line(&row, used, &mut lines);
        }
        lines
    }

    /// Adds the line of a row: its cells of these columns, of these widths.
    fn line(&self, row: &Row, used: &[(usize, usize)], lines: &mut String) {
        let from = lines.len();
        for &(at, wide) in used {
            let text = cleaned(row.cell(at));
            let gap = std::iter::repeat_n(' ', wide.saturating_sub(width(&text)));
            lines.push_str("  ");
            if self.columns[at].1 {
                lines.extend(gap);
                lines.push_str(&text);
            } else {
                lines.push_str(&text);
                lines.extend(gap);
            }
        }
        lines.truncate(from + lines[from..].trim_end().len());
        lines.push('\n');
    }

    pub(super) fn markdown(&self) -> String {
        let used: Vec<usize> =
            self.widths().iter().enumerate().filter(|(_, width)| width.is_some()).map(|(at, _)| at).collect();
        let titles: Vec<&str> = used.iter().map(|&at| self.columns[at].0).collect();
        let numbers: Vec<bool> = used.iter().map(|&at| self.columns[at].1).collect();
        let mut table = Table::new(&titles, &numbers, ROOM);
        let mut row = Row::default();
        for at in 0..self.len() {
            self.fill(at, &mut row);
            let cells: Vec<String> = used.iter().map(|&at| markdown(row.cell(at))).collect();
            table.row(&cells, []);
        }
        let table = table.finish(self.row);
        if self.is_folded { folded(self.title, &table) } else { format!("#### {}\n\n{table}", self.title) }
    }
}
