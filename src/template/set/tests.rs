//! Choosing, writing and refusing templates.

use std::time::Instant;

use chrono::NaiveDate;

use super::*;
use crate::money::{Currency, Money};
use crate::span::Sources;
use crate::template::fact::Record;

fn set(files: &[(&str, &str)]) -> TemplateSet {
    let mut sources = Sources::default();
    let files = files.iter().map(|&(path, text)| TemplateFile {
        file: sources.add(path, text),
        path: path.to_owned(),
        text: text.into(),
    });
    TemplateSet::new(files.collect(), "en")
}

fn facts() -> Record {
    let invoice = |id: &str, minor: i64| {
        Record::new()
            .with("id", id)
            .with("balance", Money::new(minor, Currency::EUR))
            .with("due_date", NaiveDate::from_ymd_opt(2026, 10, 5))
            .with("days_overdue", 12)
            .with("disputed", false)
            .with("po_number", Fact::Missing)
    };
    Record::new()
        .with(
            "customer",
            Record::new().with("name", "Brick & Sons\r\nBcc: x").with("contact_name", Fact::Missing),
        )
        .with("invoice", invoice("F-1", 123_450))
        .with("invoices", Fact::list([invoice("F-1", 123_450).into(), invoice("F-2", -5).into()]))
        .with("total", Money::new(123_445, Currency::EUR))
}

fn render(path: &str, text: &str) -> Result<Rendered, RenderError> {
    let set = set(&[(path, text)]);
    let name = path.split('.').next().unwrap();
    let id = set.languages_of(name).next().unwrap();
    set.render(id, &facts().into())
}

fn body(path: &str, text: &str) -> String {
    render(path, text).unwrap().body
}

#[test]
fn amounts_and_dates_are_in_the_language_of_the_template() {
    let text = "{{ invoice.balance }}|{{ invoice.balance | money }}|{{ invoice.balance | amount }}|\
                {{ invoice.balance.amount }}|{{ invoice.balance.currency }}|{{ invoice.due_date }}|\
                {{ invoice.due_date | date('short') }}|{{ invoice.due_date | date('iso') }}|{{ invoice.days_overdue }}";
    for (path, written) in [
        ("a.md", "1,234.50~EUR|1,234.50~EUR|1,234.50|1,234.50|EUR|5 October 2026|05/10/2026|2026-10-05|12\n"),
        (
            "a.de.md",
            "1.234,50~EUR|1.234,50~EUR|1.234,50|1.234,50|EUR|5. Oktober 2026|05.10.2026|2026-10-05|12\n",
        ),
        (
            "a.fr.txt",
            "1\u{202f}234,50~EUR|1\u{202f}234,50~EUR|1\u{202f}234,50|1\u{202f}234,50|EUR|5 octobre 2026|05/10/2026|2026-10-05|12\n",
        ),
    ] {
        assert_eq!(body(path, text).replace('\u{a0}', "~"), written);
    }
}

#[test]
fn a_language_falls_to_its_parent_and_then_to_the_policys() {
    let set = set(&[
        ("a.md", ""),
        ("a.fr.md", ""),
        ("a.pt-BR.md", ""),
        ("only.fr.md", ""),
        ("own.EN.md", ""),
        ("parts/sign.md", ""),
    ]);
    for (name, language, chosen) in [
        ("a", None, Some(("a.md", "en", true))),
        ("a", Some("en"), Some(("a.md", "en", true))),
        ("a", Some("en-GB"), Some(("a.md", "en", true))),
        ("a", Some("fr"), Some(("a.fr.md", "fr", true))),
        ("a", Some("FR-be"), Some(("a.fr.md", "fr", true))),
        ("a", Some("fr_BE"), Some(("a.fr.md", "fr", true))),
        ("a", Some("pt-br"), Some(("a.pt-BR.md", "pt-BR", true))),
        ("a", Some("pt"), Some(("a.md", "en", false))),
        ("a", Some("de"), Some(("a.md", "en", false))),
        ("a", Some(""), Some(("a.md", "en", false))),
        ("only", Some("fr-CA"), Some(("only.fr.md", "fr", true))),
        ("only", Some("de"), None),
        ("only", None, None),
        ("own", None, Some(("own.EN.md", "en", true))),
        ("nothing", Some("en"), None),
        ("parts/sign", Some("en"), None),
    ] {
        let choice = set.choose(name, language);
        let found = choice.as_ref().map(|choice| (set.path(choice.id), choice.language, choice.exact));
        assert_eq!(found, chosen, "{name} {language:?}");
    }
    assert!(set.names().eq(["a", "only", "own"]));
}

#[test]
fn what_is_missing_is_named() {
    for (text, name, line) in [
        ("a\n{{ customer.contact_name }}", "customer.contact_name", 2),
        ("{{ customer.contact_name | upper }}", "customer.contact_name", 1),
        ("{{ invoice.po_number | money }}", "invoice.po_number", 1),
        ("{{ invoice.po_number | date('iso') }}", "invoice.po_number", 1),
        ("{{ 'a' ~ customer.contact_name }}", "customer.contact_name", 1),
        ("{% if customer.contact_name %}a{% endif %}", "customer.contact_name", 1),
        ("{% set who = customer.contact_name %}\n{{ who }}", "customer.contact_name", 2),
        ("{% for i in invoices %}\n{{ i.po_number }}{% endfor %}", "i.po_number", 2),
        ("---\nsubject: a\n---\n\n{{ customer.contact_name }}", "customer.contact_name", 5),
        ("---\nsubject: \"{{ customer.contact_name }}\"\n---\n", "customer.contact_name", 2),
        ("{{ customer.nothing.more }}", "customer.nothing", 1),
    ] {
        match render("a.md", text) {
            Err(RenderError::Missing { name: found, place }) => {
                assert_eq!((found.as_str(), place.line, place.path.as_ref()), (name, line, "a.md"), "{text}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn what_is_missing_in_a_part_is_named_there() {
    let set =
        set(&[("a.md", "{% include 'parts/b.md' %}"), ("parts/b.md", "\n\n{{ customer.contact_name }}")]);
    let id = set.choose("a", None).unwrap().id;
    let error = set.render(id, &facts().into()).unwrap_err();
    assert_eq!(error.to_string(), "`customer.contact_name` has no value (parts/b.md:3)");
}

#[test]
fn a_default_stands_in_for_what_is_missing() {
    for (text, written) in [
        ("{{ customer.contact_name | default('you') }}", "you\n"),
        ("{% if customer.contact_name is defined %}a{% else %}b{% endif %}", "b\n"),
        ("{% if invoice.disputed %}a{% else %}b{% endif %}", "b\n"),
        ("{% if invoice.days_overdue > 10 %}late{% endif %}", "late\n"),
        ("{% for i in invoices %}\n{{ i.id }}\n{% endfor %}\n", "F-1\nF-2\n"),
        ("{{ invoices | length }}{{ (invoices | last).id }}{{ invoices[1].id }}", "2F-2F-2\n"),
        ("{% if total == invoice.balance %}a{% elif total < invoice.balance %}b{% endif %}", "b\n"),
        ("{% if invoice.due_date == invoices[1].due_date %}a{% endif %}", "a\n"),
    ] {
        assert_eq!(body("a.md", text), written, "{text}");
    }
}

#[test]
fn a_name_cannot_forge_a_header() {
    let rendered = render("a.html", "---\nsubject: For {{ customer.name }}\n---\nHello").unwrap();
    assert_eq!(rendered.subject.as_deref(), Some("For Brick & Sons Bcc: x"));
}

#[test]
fn html_escapes_values_and_text_does_not() {
    let set = set(&[("a.html", "<b>{{ customer.name }}</b>"), ("b.txt", "<b>{{ customer.name }}</b>")]);
    let facts = Record::new().with("customer", Record::new().with("name", "<script>\"&'"));
    let facts = Fact::from(facts);
    let write = |name| set.render(set.choose(name, None).unwrap().id, &facts).unwrap().body;
    assert_eq!(write("a"), "<b>&lt;script&gt;&quot;&amp;&#x27;</b>\n");
    assert_eq!(write("b"), "<b><script>\"&'</b>\n");
}

#[test]
fn a_template_without_end_fails_soon() {
    let costly = "the template does too much work";
    let endless = "the template includes or calls itself without end";
    for (text, why) in [
        ("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", costly),
        ("{% for a in range(100000) %}{{ 'a' * 1000 }}{% endfor %}", costly),
        ("{{ 'a' * 1000000000 }}", costly),
        ("{{ range(100000) | list | join('aaaaaaaaaa') * 100 }}", costly),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", endless),
        ("{% include 'a.md' %}", endless),
        ("{{ 'a' * 2000000 }}", "the text is longer than 1048576 bytes"),
    ] {
        let start = Instant::now();
        match render("a.md", text) {
            Err(RenderError::Failed { message, .. }) => assert_eq!(message, why, "{text}"),
            other => panic!("{text}: {:?}", other.map(|rendered| rendered.body.len())),
        }
        assert!(start.elapsed().as_secs() < 5, "{text}");
    }
}

#[test]
fn an_include_finds_nothing_outside_the_set() {
    for path in ["../a.md", "/etc/hosts", "b.md", "Cargo.toml"] {
        let error = render("a.md", &format!("{{% set p = '{path}' %}}{{% include p %}}")).unwrap_err();
        let RenderError::Failed { message, .. } = error else { panic!("{error}") };
        assert_eq!(message, "a template that it includes does not exist in the templates folder");
    }
}

#[test]
fn a_template_with_errors_fails_when_it_is_rendered() {
    assert_eq!(render("a.md", "{{").unwrap_err().to_string(), "the template has errors (a.md:1)");
    assert_eq!(
        render("a.md", "---\nsubject: '{{'\n---\n").unwrap_err().to_string(),
        "the template has errors (a.md:1)"
    );
}

#[test]
fn the_digest_follows_every_text_and_path_and_not_their_order() {
    let digests = [
        set(&[("a.md", "x"), ("b.md", "y")]).digest(),
        set(&[("a.md", "x"), ("b.md", "z")]).digest(),
        set(&[("a.md", "x"), ("c.md", "y")]).digest(),
        set(&[("a.md", "xb.md"), ("b.md", "y")]).digest(),
    ];
    assert_eq!(set(&[("b.md", "y"), ("a.md", "x")]).digest(), digests[0]);
    assert!(digests.iter().all(|digest| digest.len() == 64));
    assert!((1..4).all(|at| digests[..at].iter().all(|digest| *digest != digests[at])));
}

#[test]
fn a_set_knows_which_facts_a_template_does_without() {
    let set = set(&[
        ("a.md", "{{ total }}"),
        ("b.md", "{% include 'parts/c.md' %}"),
        ("parts/c.md", "{{ count }}"),
    ]);
    let reads = |name, variable| set.reads(set.choose(name, None).unwrap().id, variable);
    assert_eq!([reads("a", "total"), reads("a", "count"), reads("a", "contacts")], [true, false, false]);
    assert_eq!([reads("b", "count"), reads("b", "contacts")], [true, false]);
}

#[test]
fn a_set_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<TemplateSet>();
    shared::<Fact>();
}
