//! Every policy shown in the documentation parses, and what is shown as wrong is refused.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "the test reads the documentation")]

#[path = "shared/fences.rs"]
mod fences;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dun::model::field::{CustomerField, InvoiceField};
use dun::money::Currency;
use dun::plan::Blocker;
use dun::render;
use dun::snapshot::{LoadOptions, parse_document};
use dun::span::Sources;
use dun::syntax;
use fences::{Block, blocks};

/// The documentation: the README, the reference, and what stands beside the shipped policies. The examples of
/// `docs/diagnostics.md` are parts of policies and data, which `tests/diagnostics.rs` completes and runs.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    collect(&root.join("docs"), &mut pages);
    collect(&root.join("policies"), &mut pages);
    pages.retain(|page| page.is_file() && !page.ends_with("docs/diagnostics.md"));
    pages.sort();
    pages
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            // Templates are Markdown, but no documentation.
            if path.file_name().is_some_and(|name| name != "templates") {
                collect(&path, pages);
            }
        } else if path.extension().is_some_and(|end| end == "md") {
            pages.push(path);
        }
    }
}

/// What the parser says about a policy text.
fn messages(name: &str, text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let (_, found) = syntax::parse(&sources, file);
    render::diagnostic::diagnostics(&found, &sources, false)
}

#[test]
fn policies_in_the_documentation_parse() {
    let pages = pages();
    assert!(!pages.is_empty(), "the documentation is found");
    let mut wrong = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).unwrap();
        for Block { info, line, text } in blocks(&text) {
            let name = format!("{}, the block after line {line}", page.display());
            let words: Vec<&str> = info.split([',', ' ']).filter(|word| !word.is_empty()).collect();
            let said = match words.as_slice() {
                ["dun"] => messages(&name, &text),
                // A file of a page that is followed, see `tests/walk.rs`.
                ["dun", place] if place.starts_with("file=") => messages(&name, &text),
                ["dun", "wrong"] if messages(&name, &text).is_empty() => {
                    format!("{name}: shown as wrong, and it parses\n")
                }
                ["dun", "wrong"] => String::new(),
                ["dun", other @ ..] => format!("{name}: `dun` or `dun,wrong`, not {other:?}\n"),
                _ => String::new(),
            };
            wrong.push(said);
        }
    }
    assert!(wrong.concat().is_empty(), "{}", wrong.concat());
}

/// A document of data shown whole, with invoices of its own, loads without a problem. A mapping, whose
/// `invoices` is no list, needs the files that it maps.
#[test]
fn data_in_the_documentation_loads() {
    let options = LoadOptions {
        currency: Currency::EUR,
        fields: &[],
        terms: Some(dun::model::Terms::days(30)),
        timezone: chrono_tz::Europe::Paris,
    };
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        let whole = |block: &Block| block.info == "yaml" && block.text.contains("\ninvoices:\n  - ");
        for block in blocks(&text).into_iter().filter(whole) {
            let name = format!("{}, the block after line {}", page.display(), block.line);
            let loaded = parse_document(&name, &block.text, &options);
            assert_eq!(loaded.map(|snapshot| snapshot.problems), Ok(Vec::new()), "{name}");
        }
    }
}

/// The words that a policy can be written with: the texts of the grammar's rules, slips left out.
fn words_of_the_grammar() -> BTreeSet<&'static str> {
    let grammar = include_str!("../grammar/dun.pest");
    let rules = grammar.lines().filter(|line| !line.starts_with("//") && !line.starts_with("slip_"));
    let texts = rules.flat_map(|line| line.split('"').skip(1).step_by(2));
    let is_word = |text: &&str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.chars().all(|c| c.is_ascii_alphabetic() || c == '-')
    };
    texts.filter(is_word).collect()
}

/// The reference shows every word of the language in an example, and has a line for every field.
#[test]
fn the_reference_shows_the_whole_language() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/language.md")).unwrap();
    let examples = blocks(&page).into_iter().filter(|block| block.info == "dun");
    let lines: String = examples.map(|block| block.text).collect();
    let lines: Vec<&str> = lines.lines().map(|line| line.split(" #").next().unwrap()).collect();
    let shown: BTreeSet<&str> = lines
        .iter()
        .flat_map(|line| line.split(|c: char| !(c.is_ascii_alphabetic() || c == '-')))
        .map(|word| word.trim_matches('-'))
        .collect();
    let words = words_of_the_grammar();
    assert!(words.len() > 140, "the grammar is read: {words:?}");
    let missing: Vec<&&str> = words.iter().filter(|word| !shown.contains(**word)).collect();
    assert!(missing.is_empty(), "no example of docs/language.md shows {missing:?}");
    let row = |name: String, meaning: &str| {
        (!page.contains(&format!("| `{name}` | "))).then(|| format!("{name}: {meaning}"))
    };
    let invoice =
        InvoiceField::ALL.iter().map(|field| row(format!("invoice.{}", field.name()), field.meaning()));
    let customer =
        CustomerField::ALL.iter().map(|field| row(format!("customer.{}", field.name()), field.meaning()));
    let absent: Vec<String> = invoice.chain(customer).flatten().collect();
    assert!(absent.is_empty(), "docs/language.md has no line for {absent:#?}");
}

/// Each code of what keeps a step back has its line in the page about plans, in this order.
#[test]
fn the_page_about_plans_has_every_blocker() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/plan.md")).unwrap();
    let (_, blockers) = page.split_once("\n## Blockers\n").unwrap();
    let (table, _) = blockers.split_once("\n## ").unwrap();
    let codes = table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(codes.collect::<Vec<_>>(), Blocker::CODES);
}

#[test]
fn blocks_are_found_with_their_kind_and_place() {
    let text = "a\n```dun\nhold\n```\n````\n```dun\n````\n- x\n  ```dun,wrong\n  hodl\n  ```\n";
    let block =
        |info: &str, line, text: &str| Block { info: String::from(info), line, text: String::from(text) };
    assert_eq!(
        blocks(text),
        [block("dun", 2, "hold\n"), block("", 5, "```dun\n"), block("dun,wrong", 9, "  hodl\n")]
    );
}
