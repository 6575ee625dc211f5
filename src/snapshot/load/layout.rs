//! Which column of a file holds which column of ours.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::columns::Table;
use super::error::LoadError;
use super::hints::looks_like_a_record;
use super::manifest::{Mapping, Template};
use crate::code::Code;
use crate::suggest::{nearest, one_of};

/// So many columns of a file are listed in a message, each up to this length.
const SHOWN: usize = 20;
const LONGEST: usize = 40;

/// Where the value of a slot comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The file has no such column.
    Absent,
    /// A cell: by its position in CSV, else by slot.
    Cell(usize),
    /// The constant of this number.
    Constant(usize),
}

/// Which column of a file holds which column of ours.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    origins: Vec<Origin>,
    /// By slot: the column's name as the file has it.
    names: Vec<String>,
    slots: FxHashMap<String, Vec<usize>>,
    pub(super) templates: Vec<Template>,
}

/// What a layout is made from.
pub(super) struct Request<'a> {
    pub(super) table: Table,
    pub(super) file: &'a str,
    /// The file that holds the mapping, for messages.
    pub(super) manifest: &'a str,
    /// Our columns, by slot.
    pub(super) ours: &'a [&'a str],
    pub(super) mapping: &'a Mapping,
    /// Only what the mapping names is taken (and the key): the file is another table's.
    pub(super) derived: bool,
}

impl Layout {
    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        self.origins.len()
    }

    /// Where a slot's value comes from.
    pub(super) fn origin(&self, slot: usize) -> Origin {
        self.origins.get(slot).copied().unwrap_or(Origin::Absent)
    }

    /// The slots that can have a value.
    pub(super) fn filled(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(|&slot| self.origin(slot) != Origin::Absent)
    }

    /// A column's name as the file has it.
    pub(super) fn name(&self, slot: usize) -> &str {
        self.names.get(slot).map_or("", String::as_str)
    }

    /// The slots that a key of a record stands for.
    pub(super) fn slots_of(&self, key: &str) -> &[usize] {
        self.slots.get(key).map_or(&[], Vec::as_slice)
    }

    /// The columns of the file that are used, sorted.
    pub(super) fn used(&self) -> BTreeSet<String> {
        let cells =
            self.origins.iter().zip(&self.names).filter(|(origin, _)| matches!(origin, Origin::Cell(_)));
        cells.map(|(_, name)| name.clone()).collect()
    }

    /// The places of the cells that are used, in order; from now on cells are found by their place among those.
    #[cfg(feature = "parquet")]
    pub(super) fn only_used(&mut self) -> Vec<usize> {
        let cell = |origin: &Origin| if let Origin::Cell(at) = origin { Some(*at) } else { None };
        let used: BTreeSet<usize> = self.origins.iter().filter_map(cell).collect();
        for origin in &mut self.origins {
            if let Origin::Cell(at) = origin {
                *at = used.range(..*at).count();
            }
        }
        used.into_iter().collect()
    }

    /// The same columns, with cells found by slot.
    pub(super) fn by_slot(mut self) -> Layout {
        for (slot, origin) in self.origins.iter_mut().enumerate() {
            if matches!(origin, Origin::Cell(_)) {
                *origin = Origin::Cell(slot);
            }
        }
        self
    }
}

impl Request<'_> {
    /// The layout of records that name their columns one by one.
    pub(super) fn keyed(&self) -> Layout {
        let mut layout = self.wanted();
        for slot in 0..self.ours.len() {
            let name = layout.names[slot].clone();
            if layout.origins[slot] == Origin::Absent && !name.is_empty() {
                layout.origins[slot] = Origin::Cell(slot);
                layout.slots.entry(name).or_default().push(slot);
            }
        }
        layout
    }

    /// The layout of a file with this header, on this line where there are lines.
    pub(super) fn headed(
        &self,
        header: &[String],
        line: impl Into<Option<u64>>,
    ) -> Result<Layout, LoadError> {
        let line = line.into();
        let mut layout = self.wanted();
        for slot in 0..self.ours.len() {
            let name = &layout.names[slot];
            let mut places =
                header.iter().enumerate().filter(|(_, theirs)| *theirs == name && !name.is_empty());
            if layout.origins[slot] != Origin::Absent {
                continue;
            }
            match (places.next(), places.next()) {
                (Some(_), Some(_)) => {
                    let message = format!("the column `{name}` stands twice in the header");
                    return Err(LoadError::new(Code::DuplicateColumn, self.file, line, message)
                        .help("rename or remove one of them: nothing says which one is meant"));
                }
                (Some((at, _)), None) => layout.origins[slot] = Origin::Cell(at),
                (None, _) => self.must_be_mapped_rightly(slot, header)?,
            }
        }
        self.must_have_required(&layout, header, line)?;
        Ok(layout)
    }

    /// Constants set, names noted, cells not looked for yet.
    fn wanted(&self) -> Layout {
        let mut layout = Layout { origins: vec![Origin::Absent; self.ours.len()], ..Layout::default() };
        for (slot, template) in &self.mapping.constants {
            layout.origins[*slot] = Origin::Constant(layout.templates.len());
            layout.templates.push(template.clone());
        }
        layout.names = (0..self.ours.len()).map(|slot| self.name(slot)).collect();
        layout
    }

    /// What a column of ours is called in the file; nothing when it is not to be looked for.
    fn name(&self, slot: usize) -> String {
        let columns = &self.mapping.columns;
        if let Some((_, theirs, _)) = columns.iter().find(|(mapped, ..)| *mapped == slot) {
            return theirs.clone();
        }
        let ours = self.ours[slot];
        let spoken_for = columns.iter().any(|(_, theirs, _)| theirs == ours);
        let apart = self.derived && !self.table.key().contains(&slot);
        if spoken_for || apart { String::new() } else { String::from(ours) }
    }

    /// A column that the mapping names must be there.
    fn must_be_mapped_rightly(&self, slot: usize, header: &[String]) -> Result<(), LoadError> {
        let Some((_, theirs, line)) = self.mapping.columns.iter().find(|(mapped, ..)| *mapped == slot) else {
            return Ok(());
        };
        let message = format!(
            "`{}` is mapped to the column `{theirs}`, which {} does not have",
            self.ours[slot], self.file,
        );
        let error = LoadError::new(Code::MissingColumn, self.manifest, Some(*line), message);
        Err(match nearest(theirs, header.iter().map(String::as_str)) {
            Some(near) => error.help(format!("write `{near}`")),
            None if looks_like_a_record(header) => error
                .help("the first line looks like a record; the line above the records must name the columns"),
            None => error.help(has(header)),
        })
    }

    /// All columns that are missing are told at once, with the mapping that would name them.
    fn must_have_required(
        &self,
        layout: &Layout,
        header: &[String],
        line: Option<u64>,
    ) -> Result<(), LoadError> {
        let missing = |group: &&&[&str]| {
            let mut slots = group.iter().filter_map(|name| self.ours.iter().position(|ours| ours == name));
            slots.all(|slot| layout.origin(slot) == Origin::Absent)
        };
        let groups: Vec<&'static [&'static str]> =
            self.table.required().iter().filter(missing).copied().collect();
        if groups.is_empty() { Ok(()) } else { Err(self.missing(&groups, header, line)) }
    }

    fn missing(&self, groups: &[&'static [&'static str]], header: &[String], line: Option<u64>) -> LoadError {
        let table = self.table.name();
        let names: Vec<String> = groups.iter().map(|group| one_of(group.iter().copied())).collect();
        let message = match names.as_slice() {
            [only] => format!("{table} need a column {only}"),
            several => format!("{table} need these columns: {}", several.join(", ")),
        };
        let error = LoadError::new(Code::MissingColumn, self.file, line, message);
        if looks_like_a_record(header) {
            return error
                .help("this line looks like a record; the line above the records must name the columns");
        }
        let near = |group: &[&'static str]| {
            group.iter().find_map(|name| Some((*name, nearest(name, header.iter().map(String::as_str))?)))
        };
        let found: Vec<(&str, &str)> =
            groups.iter().map(|group| near(group).unwrap_or((group[0], "ITS NAME"))).collect();
        let columns: Vec<String> =
            found.iter().map(|(ours, theirs)| format!("{ours}: \"{theirs}\"")).collect();
        let columns = columns.join(", ");
        let write = format!("write `columns: {{ {columns} }}` under `{table}:` in {}", self.manifest);
        let all_near = found.iter().all(|(_, theirs)| *theirs != "ITS NAME");
        if all_near {
            return error.help(format!("if they are called otherwise in the file, {write}"));
        }
        error.help(has(header)).help(format!("with the right names in place of ITS NAME, {write}"))
    }
}

/// What a header has.
fn has(header: &[String]) -> String {
    if looks_like_a_record(header) {
        return String::from(
            "this line looks like a record; the line above the records must name the columns",
        );
    }
    let named: Vec<&str> = header.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    if named.is_empty() {
        return String::from("the line names no columns");
    }
    let shown: Vec<String> = named.iter().take(SHOWN).map(|name| format!("`{}`", clipped(name))).collect();
    let more = named.len() - shown.len();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("the file has {}{more}", shown.join(", "))
}

fn clipped(name: &str) -> String {
    let mut clipped: String = name.chars().take(LONGEST).collect();
    if clipped.len() < name.len() {
        clipped.push('…');
    }
    clipped
}
