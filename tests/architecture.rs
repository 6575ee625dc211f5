//! The shape of the source: modules in layers that import one way, a core without files and clock, a first line
//! that says what each file is for, and functions that fit a screen.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "the test reads the source")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up; a module imports only from layers below its own. `snapshot` and `plan` name values that
/// evaluation reads and makes; `compile` and the two of them stand beside `check`, never above `evaluate`. `lint`
/// looks at a policy beside its data, `read` at the policy alone.
const LAYERS: [&[&str]; 14] = [
    &["span", "suggest", "money", "calendar", "code"],
    &["diagnostic", "locale"],
    &["model"],
    &["syntax", "template", "region"],
    &["check"],
    &["compile"],
    &["snapshot", "read"],
    &["plan", "lint"],
    &["evaluate"],
    &["simulate"],
    &["report", "diff", "scenario"],
    &["coverage"],
    &["render"],
    &["cli"],
];

/// The longest function that needs no reason.
const LONGEST: usize = 60;

/// One source file, without its tests.
struct Source {
    /// Relative to `src`, with `/`.
    path: String,
    text: String,
}

impl Source {
    /// The module below the crate that the file belongs to.
    fn module(&self) -> &str {
        self.path.split('/').next().unwrap().trim_end_matches(".rs")
    }

    /// The lines of the file up to its inline tests, each with its number, comments left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines
            .take_while(|(_, line)| *line != "mod tests {")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    let source = |path: PathBuf| {
        let parts = path.strip_prefix(&root).unwrap().components();
        let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        Source { path: parts.join("/"), text: fs::read_to_string(path).unwrap() }
    };
    let sources: Vec<Source> = paths.into_iter().map(source).collect();
    assert!(sources.len() > 50, "the source is found");
    sources
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|end| end == "rs") {
            paths.push(path);
        }
    }
}

/// Files of tests only, which may use what they like.
fn is_tests(source: &Source) -> bool {
    source.path.ends_with("tests.rs")
}

/// The modules that a line of code names as `crate::X` or in `crate::{X, Y}`.
fn imports(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for rest in line.split("crate::").skip(1) {
        let grouped = rest.strip_prefix('{');
        let parts = grouped.map_or(rest, |group| group.split('}').next().unwrap_or(group)).split(',');
        let parts = parts.take(if grouped.is_some() { usize::MAX } else { 1 });
        for part in parts {
            let part = part.trim_start();
            let end = part.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(part.len());
            found.push(&part[..end]);
        }
    }
    found
}

/// Which module imports which, with one place for each pair.
fn graph() -> BTreeMap<(String, String), String> {
    let mut graph = BTreeMap::new();
    for source in sources().iter().filter(|source| !is_tests(source)) {
        for (number, line) in source.code() {
            assert!(!line.ends_with("crate::{"), "src/{}:{number}: imports over several lines", source.path);
            for import in imports(line).into_iter().filter(|import| *import != source.module()) {
                let pair = (String::from(source.module()), String::from(import));
                graph.entry(pair).or_insert_with(|| format!("src/{}:{number}", source.path));
            }
        }
    }
    graph
}

#[test]
fn imports_are_read_from_every_spelling() {
    assert_eq!(imports("use crate::model::{Act, Step};"), ["model"]);
    assert_eq!(imports("use crate::{model::Act, plan};"), ["model", "plan"]);
    assert_eq!(imports("fn of(a: &crate::plan::Plan) -> crate::model::Act {"), ["plan", "model"]);
    assert_eq!(imports("pub(crate) fn a() {"), Vec::<&str>::new());
}

#[test]
fn no_two_modules_import_each_other() {
    let graph = graph();
    assert!(graph.len() > 30, "imports are found: {graph:?}");
    let mutual: Vec<String> = graph
        .iter()
        .filter(|((from, to), _)| from < to)
        .filter_map(|((from, to), place)| {
            let back = graph.get(&(to.clone(), from.clone()))?;
            Some(format!("{from} imports {to} ({place}), and {to} imports {from} ({back})"))
        })
        .collect();
    assert!(mutual.is_empty(), "{}", mutual.join("\n"));
}

#[test]
fn imports_point_down_the_layers() {
    let layer = |module: &str| LAYERS.iter().position(|layer| layer.contains(&module));
    let wrong: Vec<String> = graph()
        .into_iter()
        .filter(|((from, to), _)| match (layer(from), layer(to)) {
            (Some(from), Some(to)) => from <= to,
            // The crate's root and `main` only name the modules.
            _ => !matches!(from.as_str(), "lib" | "main"),
        })
        .map(|((from, to), place)| format!("{place}: {from} imports {to}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_layer() {
    let placed: BTreeSet<&str> = LAYERS.iter().flat_map(|layer| layer.iter().copied()).collect();
    let sources = sources();
    let modules: BTreeSet<&str> = sources.iter().map(Source::module).collect();
    let unplaced = modules.difference(&placed).copied().filter(|module| !matches!(*module, "lib" | "main"));
    assert_eq!(unplaced.collect::<Vec<_>>(), Vec::<&str>::new());
}

/// The pure core: files, environment, clock and terminal belong to the loaders and to the command line.
#[test]
fn only_the_loaders_and_the_command_line_touch_the_world() {
    let worldly = [
        "std::fs",
        "std::env",
        "std::process",
        "std::net",
        "std::thread",
        "std::time",
        "io::stdin",
        "io::stdout",
        "io::stderr",
        "std::io::{stdin",
        "Utc",
        "Local::",
        "chrono::Local",
        "print!(",
        "println!(",
        "dbg!(",
    ];
    let allowed = |path: &str| {
        path.starts_with("cli/")
            || path.starts_with("snapshot/load/")
            || path == "snapshot/load.rs"
            || path == "main.rs"
    };
    let sources = sources();
    let core = sources.iter().filter(|source| !allowed(&source.path) && !is_tests(source));
    let found: Vec<String> = core
        .flat_map(|source| source.code().map(move |(number, line)| (source, number, line)))
        .filter(|(_, _, line)| worldly.iter().any(|word| line.contains(word)))
        .map(|(source, number, line)| format!("src/{}:{number}: {}", source.path, line.trim()))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_begins_with_what_it_is_for() {
    let sources = sources();
    let silent: Vec<&str> = sources
        .iter()
        .filter(|source| !source.text.starts_with("//! "))
        .map(|source| &*source.path)
        .collect();
    assert_eq!(silent, Vec::<&str>::new());
}

/// A function: its name, its first line, how many lines it has, and the comment directly above it.
struct Function<'a> {
    name: &'a str,
    line: usize,
    length: usize,
    comment: String,
}

/// The functions of a formatted file: from `fn` to the closing brace of the same indentation.
fn functions(text: &str) -> Vec<Function<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((before, after)) = line.split_once("fn ") else { continue };
        let is_head = before.split_whitespace().all(|word| {
            word.starts_with("pub")
                || matches!(word, "const" | "async" | "unsafe" | "extern" | "super)" | "crate)")
        });
        if !is_head || after.starts_with(|c: char| !c.is_alphabetic() && c != '_') {
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let closing = format!("{indent}}}");
        let one_line = line.ends_with('}') || line.ends_with(';');
        let end = if one_line { at } else { (at..lines.len()).find(|&n| lines[n] == closing).unwrap_or(at) };
        let above = lines[..at].iter().rev();
        let above = above.skip_while(|line| line.trim_start().starts_with("#["));
        let comment = above.take_while(|line| line.trim_start().starts_with("//")).copied();
        found.push(Function {
            name: after.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap(),
            line: at + 1,
            length: end - at + 1,
            comment: comment.collect::<Vec<_>>().join("\n"),
        });
    }
    found
}

/// The comment directly above a longer one says why it is long.
#[test]
fn no_function_is_longer_than_a_screen_without_a_reason() {
    let sources = sources();
    let mut long = Vec::new();
    let mut count = 0;
    for source in sources.iter().filter(|source| !is_tests(source)) {
        for function in functions(&source.text) {
            count += 1;
            if function.length > LONGEST && !function.comment.contains(" long") {
                let Function { name, line, length, .. } = function;
                long.push(format!("src/{}:{line}: `{name}` has {length} lines", source.path));
            }
        }
    }
    assert!(count > 500, "functions are found: {count}");
    assert!(long.is_empty(), "{}", long.join("\n"));
}
