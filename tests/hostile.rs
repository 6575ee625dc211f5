//! Policies and templates that mean harm or are no such thing: each ends in a message, never in a crash or a hang.
#![expect(clippy::disallowed_methods, reason = "tests write the files that they run on")]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use dun::code::Code;
use dun::diagnostic::Diagnostic;
use dun::render;
use dun::span::Sources;
use dun::syntax;
use dun::template::{self, TemplateFile, TemplateSet};

fn parsed(text: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (_, found) = syntax::parse(&sources, file);
    (sources, found)
}

/// The kinds of what is found, each once.
fn codes(text: &str) -> BTreeSet<Code> {
    parsed(text).1.iter().map(|found| found.code).collect()
}

fn messages(text: &str) -> String {
    let (sources, found) = parsed(text);
    render::diagnostic::diagnostics(&found, &sources, false)
}

fn only(code: Code) -> BTreeSet<Code> {
    BTreeSet::from([code])
}

#[test]
fn deep_nesting_is_refused_before_it_is_read() {
    let deep = format!("segment a when {}invoice.disputed{}:", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(codes(&deep), only(Code::NestedTooDeep));
    let negated =
        format!("segment a when {}invoice.disputed{}:", "not (".repeat(100_000), ")".repeat(100_000));
    assert_eq!(codes(&negated), only(Code::NestedTooDeep));
    let unclosed = format!("segment a when {}", "(".repeat(100_000));
    assert_eq!(codes(&unclosed), only(Code::NestedTooDeep));
}

#[test]
fn long_chains_are_loops() {
    assert_eq!(
        codes(&format!("segment a when {}invoice.disputed:", "not ".repeat(100_000))),
        BTreeSet::new()
    );
    let chain = " and invoice.disputed".repeat(200_000);
    assert_eq!(codes(&format!("segment a when invoice.disputed{chain}:")), BTreeSet::new());
    let actions = " and email x".repeat(20_000);
    assert_eq!(codes(&format!("cadence a:\n  at D email x{actions}")), BTreeSet::new());
}

#[test]
fn a_file_beyond_what_people_write_is_too_large() {
    let sizes = [
        "# nothing\n".repeat(5 << 20),
        "x".repeat(50 << 20),
        format!("policy \"{}\"", "x".repeat(50 << 20)),
        format!("segment a:\n{}", "  hold\n".repeat(1500)).repeat(5_000),
    ];
    for text in sizes {
        assert_eq!(codes(&text), only(Code::FileTooLarge));
    }
}

/// The command line does not read such a file to its end, nor one that has none.
#[test]
fn a_large_file_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.dun");
    fs::write(&path, "# nothing\n".repeat(5 << 20)).unwrap();
    let check = |path: &str| {
        let arguments = ["check", "--format", "json", path];
        let output = Command::new(env!("CARGO_BIN_EXE_dun")).args(arguments).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, out) = check(path.to_str().unwrap());
    assert!(code == Some(1) && out.contains("\"file-too-large\""), "{out}");
    if cfg!(target_os = "linux") {
        let (code, out) = check("/dev/zero");
        assert!(code == Some(1) && out.contains("\"file-too-large\""), "{out}");
    }
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("latin.dun");
    fs::write(&path, b"policy \"A\"\n  currency EUR\n  # \xe9t\xe9\n").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_dun")).arg("check").arg(&path).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("is not UTF-8 text: line 3 has a byte that does not belong"), "{said}");
}

#[test]
fn long_lines_names_and_texts_are_read_or_refused() {
    let comments = "# nothing\n".repeat(50_000);
    assert_eq!(codes(&comments), BTreeSet::new());
    let name = "x".repeat(1_000_000);
    assert_eq!(codes(&format!("segment {name}:\n  hold")), BTreeSet::new());
    assert_eq!(codes(&format!("segment a:\n  {name}")), only(Code::UnknownLine));
    assert_eq!(codes(&format!("policy \"{name}\"")), BTreeSet::new());
    assert_eq!(codes(&format!("segment a: {}", "hold;".repeat(20_000))), BTreeSet::new());
    let shown = messages(&format!("segment a:\n  {name}"));
    assert!(shown.len() < 5_000, "{}", shown.len());
}

#[test]
fn numbers_and_dates_beyond_reason_are_refused() {
    let digits = "9".repeat(5_000);
    let beyond = "340282366920938463463374607431768211456";
    for (line, code) in [
        (String::from("at D+9223372036854775808 email x"), Code::NumberTooLarge),
        (String::from("at D+9223372036854775807 email x"), Code::OutOfRange),
        (format!("at D+{beyond} email x"), Code::NumberTooLarge),
        (format!("at D+{digits} email x"), Code::NumberTooLarge),
        (format!("at D email x, if invoice.amount > {digits} EUR"), Code::BadAmount),
        (format!("at D email x, if invoice.amount > {digits},{digits} EUR"), Code::AmountNotPlain),
        (format!("at D email x, if customer.overdue_count > {digits}"), Code::BadNumber),
        (format!("at D email x, if customer.overdue_count > -{beyond}.5"), Code::BadNumber),
        (String::from("at D email x, if today > 99999-01-01"), Code::NoSuchDay),
        (String::from("hold until 99999-12-31"), Code::NoSuchDay),
        (String::from("hold until 99.99.9999"), Code::DateNotIso),
        (format!("at {digits} days after due email x"), Code::Syntax),
        (format!("every {digits} weeks from D: email x"), Code::Syntax),
    ] {
        let text = format!("cadence a:\n  {line}\n");
        assert_eq!(codes(&text), only(code), "{line:.80}");
        assert!(messages(&text).len() < 3_000, "{line:.80}");
    }
}

#[test]
fn hidden_characters_are_refused_wherever_they_stand() {
    for text in [
        "segment a:\n  hold # \u{202e}sms reven\u{2066}",
        "policy \"Acme\u{202e}\"",
        "segment a\u{200b}:\n  hold",
        "segment a:\n  never\0 sms",
        "segment a:\n  \u{feff}hold",
        "segment a:\n  hold\u{2003}until 2026-12-31",
    ] {
        let (_, found) = parsed(text);
        assert!(
            !found.is_empty() && found.iter().all(|found| found.code == Code::HiddenCharacter),
            "{found:?}"
        );
        let mut right = String::from(text);
        for fix in found.iter().rev().flat_map(|found| &found.fixes) {
            right.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.replacement);
        }
        assert_eq!(messages(&right), "", "{right:?}");
        assert!(!messages(text).contains('\u{202e}'), "{text:?}");
    }
    assert_eq!(messages("\u{feff}segment a:\n  hold"), "", "a mark of the byte order begins the file");
    assert_eq!(messages("policy \"می\u{200c}خواهم\""), "", "what a script needs in its words");
}

#[test]
fn names_that_only_look_alike_are_refused() {
    insta::assert_snapshot!(messages(
        "segment p\u{430}yment:\n  hold\nsegment big when invoice.b\u{430}lance > 5 EUR:\n  use сору\ncadence copy:\n  hold\n"
    ));
    for name in ["πελάτες", "клиенты", "顧客", "größte_kunden", "הלקוחות"] {
        assert_eq!(messages(&format!("segment {name}:\n  hold")), "", "{name}");
    }
}

/// One broken line in each of 5,000 blocks: each is found, the first are shown, and the rest is counted.
#[test]
fn very_many_errors_are_counted_not_shown() {
    let block = |n: usize| format!("segment s{n}:\n  emial x{}\n", " # a comment".repeat(5));
    let text: String = (0..5_000).map(block).collect();
    let (sources, found) = parsed(&text);
    assert_eq!(found.len(), 5_000);
    let shown = render::diagnostic::diagnostics(&found, &sources, false);
    assert_eq!(shown.matches("error[").count(), 200);
    assert!(shown.ends_with("4800 more in policy.dun\n\n"), "{}", &shown[shown.len() - 100..]);
}

/// A block with nothing right in it ends after a while, and the next block is read.
#[test]
fn a_block_of_rubbish_does_not_hide_the_next() {
    let text = format!("segment a:\n{}segment b:\n  hodl\n", "  ]] ?? [[\n".repeat(10_000));
    let (sources, found) = parsed(&text);
    assert_eq!(found.len(), 51);
    assert_eq!(sources.line(found[50].span.unwrap()), 10_003);
}

fn in_template(text: &str) -> BTreeSet<Code> {
    let mut sources = Sources::default();
    let head = "---\nsubject: a\n---\n";
    let text = format!("{head}{text}");
    let file = sources.add("a.md", &text);
    let file = TemplateFile { file, path: String::from("a.md"), text: text.as_str().into() };
    let found = template::check(&TemplateSet::new(vec![file], "en"), &[]);
    found.iter().map(|found| found.code).collect()
}

#[test]
fn templates_without_end_are_refused() {
    let nested = |times: usize| {
        format!("{}x{}", "{% for i in invoices %}".repeat(times), "{% endfor %}".repeat(times))
    };
    assert_eq!(in_template(&nested(10_000)), only(Code::TemplateSyntax));
    assert_eq!(
        in_template(&format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000))),
        only(Code::TemplateSyntax)
    );
    assert_eq!(in_template(&format!("{{{{ {}1 }}}}", "not ".repeat(100_000))), only(Code::TemplateSyntax));
    assert_eq!(in_template("{% include 'a.md' %}"), only(Code::TemplateInclude));
    let costly = "{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}";
    assert_eq!(in_template(costly), only(Code::TemplateFails));
}
