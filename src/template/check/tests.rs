//! What the check of templates says, and where.

use super::*;
use crate::model::field::{FieldType, Subject};
use crate::span::Sources;
use crate::template::TemplateFile;

fn own() -> Vec<OwnField> {
    vec![OwnField { subject: Subject::Customer, name: String::from("tier"), kind: FieldType::Text }]
}

/// What is found in a folder of files: code, message, the text under the place, and the help.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let mut sources = Sources::default();
    let files = files.iter().map(|&(path, text)| TemplateFile {
        file: sources.add(path, text),
        path: path.to_owned(),
        text: text.into(),
    });
    let set = TemplateSet::new(files.collect(), "en");
    let show = |it: &Diagnostic| {
        let text = it.span.map(|span| sources.text(span)).unwrap_or_default();
        let help: Vec<_> = it.help.iter().map(|help| format!(" = {help}")).collect();
        format!("{}: {} @ {text}{}", it.code, it.message, help.concat())
    };
    check(&set, &own()).iter().map(show).collect()
}

#[test]
fn what_is_right_gives_no_findings() {
    for text in [
        "Dear {{ customer.contact_name | default(customer.name) }}, {{ customer.tier }}",
        "---\nsubject: \"{{ count }} invoices over {{ total }}\"\n---\n{{ total.amount }} {{ total.currency }}",
        "{% for i in invoices %}{{ loop.index }} {{ i.id }} {{ i.balance }} {{ i.due_date | date('short') }}\n{% endfor %}",
        "{% for i in invoices | selectattr('disputed') | sort(attribute='due_date') %}{{ i.id }}{% endfor %}",
        "{% set first = invoices | first %}{{ first.id }} {{ invoices[0].id }} {{ (invoices | last).id }}",
        "{% if invoice.days_overdue > 30 and not invoice.disputed %}late{% endif %}",
        "{% if invoice.due_date < today %}late{% endif %}{% if customer.language == 'fr' %}bonjour{% endif %}",
        "{% macro row(i) %}{{ i.id }}{% endmacro %}{% for i in also_open %}{{ row(i) }}{% endfor %}",
        "{% for p in promises %}{{ p.made }} {{ p.state }}{% endfor %}{% for c in contacts %}{{ c.note }}{% endfor %}",
        "{{ customer.tags | join(', ') }} {{ deadline | date }} {{ customer['name'] }} {{ today | date('iso') }}",
        "{% set ns = namespace(n=0) %}{% for i in invoices %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
        "{% with who = customer %}{{ who.name }}{% endwith %}{% filter upper %}{{ today }}{% endfilter %}",
    ] {
        assert_eq!(found(&[("final.md", text)]), [""; 0], "{text}");
    }
}

#[test]
fn wrong_names_are_found_where_they_stand() {
    for (text, finding) in [
        (
            "{{ customer.nmae }}",
            "template-unknown-name: `customer` has no field `nmae` @ customer.nmae = write `customer.name`",
        ),
        (
            "{{ customer.nmae | default('x') }}",
            "template-unknown-name: `customer` has no field `nmae` @ customer.nmae = write `customer.name`",
        ),
        (
            "{{ custmer.name }}",
            "template-unknown-name: there is no variable `custmer` @ custmer = write `customer`",
        ),
        (
            "{% if false %}{{ contact_name }}{% endif %}",
            "template-unknown-name: there is no variable `contact_name` @ contact_name = write `customer.contact_name`",
        ),
        (
            "{% for i in invoices %}{{ i.balnce }}{% endfor %}",
            "template-unknown-name: `i` has no field `balnce` @ i.balnce = write `i.balance`",
        ),
        (
            "{{ invoices[0].balnce }}",
            "template-unknown-name: `invoices[0]` has no field `balnce` @ invoices[0].balnce = write `invoices[0].balance`",
        ),
        (
            "{{ invoices.id }}",
            "template-unknown-name: `invoices` has no field `id` @ invoices.id = go through the list: `{% for item in invoices %}{{ item.id }}{% endfor %}`",
        ),
        (
            "{{ total.euros }}",
            "template-unknown-name: `total` has no field `euros` @ total.euros = it has `amount` and `currency`",
        ),
        (
            "{{ customer.name.first }}",
            "template-unknown-name: `customer.name` has no field `first` @ customer.name.first",
        ),
        (
            "{{ invoices | map(attribute='balnce') | list }}",
            "template-unknown-name: a member of `invoices` has no field `balnce` @ 'balnce' = write `\"balance\"`",
        ),
        (
            "{{ total | moneys }}",
            "template-unknown-name: there is no filter `moneys` @ moneys = write `money`",
        ),
        ("{{ today | tojson }}", "template-unknown-name: there is no filter `tojson` @ tojson"),
        (
            "{% if today is definde %}{% endif %}",
            "template-unknown-name: there is no test `definde` @ definde = write `defined`",
        ),
        ("{{ rang(3) }}", "template-unknown-name: there is no function `rang` @ rang = write `range`"),
        ("{{ debug() }}", "template-unknown-name: there is no function `debug` @ debug"),
        (
            "{% if invoice.balance > 100 %}{% endif %}",
            "template-type: `invoice.balance` is an amount of money and is compared with a number @ invoice.balance > 100 = leave conditions on amounts to the policy",
        ),
        (
            "{% if invoice.due_date < '2026-10-05' %}{% endif %}",
            "template-type: `invoice.due_date` is a date and is compared with a text @ invoice.due_date < '2026-10-05' = compare dates with dates, such as `today`",
        ),
    ] {
        assert_eq!(found(&[("final.md", text)]), [finding], "{text}");
        let behind = format!("---\nsubject: é\n---\nÉté {text}");
        assert_eq!(found(&[("final.md", &behind)]), [finding], "behind a head");
    }
}

#[test]
fn a_subject_is_checked_like_a_body() {
    assert_eq!(
        found(&[("final.md", "---\nsubject: \"Invoice {{ invoice.idd }}\"\n---\nHello")]),
        ["template-unknown-name: `invoice` has no field `idd` @ invoice.idd = write `invoice.id`"]
    );
    assert_eq!(
        found(&[("final.md", "---\nsubject: Invoice {{ invoice.id\n---\nHello")]),
        [
            "template-syntax: the text ends before `}}` @ id = values stand in `{{ … }}`, and each `{% if … %}` and `{% for … %}` has its end"
        ]
    );
}

#[test]
fn syntax_errors_have_a_place() {
    for (text, finding) in [
        (
            "Hello {{ customer.name }",
            "template-syntax: `}` does not fit here, but `}}` @ } = values stand in `{{ … }}`, and each `{% if … %}` and `{% for … %}` has its end",
        ),
        (
            "{% if today %}",
            "template-syntax: the text ends before `%}` @ %} = values stand in `{{ … }}`, and each `{% if … %}` and `{% for … %}` has its end",
        ),
        (
            "{% endfor %}",
            "template-syntax: no `endfor` can stand here: nothing that it ends or belongs to is open @ endfor = values stand in `{{ … }}`, and each `{% if … %}` and `{% for … %}` has its end",
        ),
    ] {
        assert_eq!(found(&[("final.md", text)]), [finding], "{text}");
    }
}

#[test]
fn a_template_stays_in_its_folder() {
    for (path, finding) in [
        ("../secret.md", "`../secret.md` is outside the templates folder"),
        ("/etc/hosts", "`/etc/hosts` is outside the templates folder"),
        ("parts/../../x.md", "`parts/../../x.md` is outside the templates folder"),
        ("parts/sing.md", "there is no template file `parts/sing.md`"),
    ] {
        for statement in ["include", "extends", "import"] {
            let rest = if statement == "import" { " as it" } else { "" };
            let text = format!("{{% {statement} \"{path}\"{rest} %}}");
            let found = found(&[("final.md", &text), ("parts/sign.md", "Bye")]);
            let expected = format!("template-include: {finding} @ \"{path}\"");
            assert!(found.len() == 1 && found[0].starts_with(&expected), "{found:?}");
        }
    }
}

#[test]
fn a_part_sees_what_stands_around_its_include() {
    let part = "{{ i.id }} {{ i.balnce }} {{ customer.name }}";
    let whole = "{% for i in invoices %}{% include 'parts/row.md' %}{% endfor %}";
    assert_eq!(
        found(&[("final.md", whole), ("parts/row.md", part)]),
        ["template-unknown-name: `i` has no field `balnce` @ i.balnce = write `i.balance`"]
    );
    assert_eq!(
        found(&[("final.md", "Hello"), ("parts/row.md", "{{ i }}")]),
        ["template-unknown-name: there is no variable `i` @ i"]
    );
}

#[test]
fn an_include_of_itself_is_found() {
    assert_eq!(
        found(&[("a.md", "{% include 'parts/b.md' %}"), ("parts/b.md", "{% include 'a.md' %}")]),
        ["template-include: `a.md` includes itself without end @ 'a.md'"]
    );
}

#[test]
fn parts_that_multiply_are_checked_soon() {
    let texts: Vec<_> = (0..40)
        .map(|at| {
            let next = format!("{{% include 'parts/{}.md' %}}", at + 1);
            (format!("parts/{at}.md"), if at < 39 { next.repeat(2) } else { String::from("{{ nobody }}") })
        })
        .collect();
    let mut files: Vec<_> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("a.md", "{% include 'parts/0.md' %}"));
    assert_eq!(found(&files), ["template-unknown-name: there is no variable `nobody` @ nobody"]);
}

#[test]
fn what_only_fails_when_it_runs_is_tried_out() {
    for (text, finding) in [
        ("{{ total + 1 }}", "@ total + 1"),
        ("{{ customer.name | money }}", "the filter `money` needs an amount of money @ money"),
        ("{{ today | date('full') }}", "@ date('full')"),
        ("{% if not invoice.disputed %}{{ today + 1 }}{% endif %}", "today + 1"),
        ("{{ loop.index }}", "loop.index"),
    ] {
        let found = found(&[("final.md", text)]);
        assert!(found.len() == 1 && found[0].starts_with("template-fails: "), "{found:?}");
        assert!(found[0].contains(finding), "{found:?}");
    }
}

#[test]
fn file_names_are_checked() {
    assert_eq!(
        found(&[("a.md", "x"), ("a.txt", "x"), ("a.fr.md", "x"), ("b.2.md", "x"), ("logo.png", "x")]),
        [
            "template-ambiguous: `a.md` and `a.txt` are the same template in the same language @  = keep one of them",
            "template-file-name: `2` in `b.2.md` is not a language @  = name the file after the template and, if need be, its language: `final.md`, `final.fr.md`",
            "template-file-name: `logo.png` is not used as a template @  = give templates the ending `md`, `txt` or `html`",
        ]
    );
}

#[test]
fn the_examples_of_the_reference_are_right() {
    let reference = include_str!("../../../docs/templates.md");
    let blocks: Vec<_> =
        reference.split("```jinja\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() >= 3);
    for block in blocks {
        assert_eq!(found(&[("example.md", block), ("parts/sign.md", "Bye")]), [""; 0], "{block}");
    }
}
