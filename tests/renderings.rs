//! One plan in every format, with hostile names, ids and reasons in it: nothing steers, nothing computes, nothing
//! becomes markup, and what programs read is what was put in.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]

use std::collections::BTreeMap;
use std::sync::Arc;

use dun::plan::{Action, Plan};
use dun::template::{TemplateFile, TemplateSet};
use dun::{check, compile::Program, evaluate, render, snapshot, snapshot::Snapshot, span::Sources, syntax};
use serde_json::Value;

const POLICY: &str = r#"
policy "Acme"
  currency EUR
  templates "templates"
  sender finance
role finance = "finance@acme.example"
segment large when invoice.amount > 5000 EUR:
  at D+3 email reminder, needs approval by finance
segment everyone otherwise:
  at D+3 email reminder
carve-out disputes when invoice.disputed:
  hold
"#;

const DATA: &str = r#"
customers:
  - { customer_id: C1, name: Ant, email: ar@ant.example }
  - { customer_id: C2, name: Bee, email: ar@bee.example }
invoices:
  - { invoice_id: I1, customer_id: C1, amount: 1200, due_date: 2026-10-01 }
  - { invoice_id: I2, customer_id: C1, amount: 300, due_date: 2026-09-30 }
  - { invoice_id: I3, customer_id: C1, amount: 80, due_date: 2026-12-01 }
  - { invoice_id: I4, customer_id: C2, amount: 9000, due_date: 2026-09-20 }
  - { invoice_id: I5, customer_id: C2, amount: 70, due_date: 2026-09-20, disputed: yes }
  - { invoice_id: I6, customer_id: C2, amount: 70, due_date: soon }
"#;

/// A policy with a template, and data.
fn prepared(policy: &str, data: &str) -> (Program, TemplateSet, Snapshot) {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", policy);
    let (ast, mistakes) = syntax::parse(&sources, file);
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let text = "---\nsubject: Invoice {{ invoice.id }}\n---\nDear {{ customer.name }}, please pay.\n";
    let template = sources.add("templates/reminder.md", text);
    let templates = TemplateSet::new(
        vec![TemplateFile { file: template, path: "reminder.md".into(), text: text.into() }],
        "en",
    );
    let files = BTreeMap::new();
    let input =
        check::Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &files };
    let checked = check::check(&input);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    let snapshot = snapshot::parse_document("data.yaml", data, &snapshot::LoadOptions::of(&policy)).unwrap();
    (Program::new(policy), templates, snapshot)
}

const DAY: &str = "2026-10-05";

/// The plan that all cases start from: a combined message, one to approve, one withheld step, two waiting
/// invoices, one problem.
fn plan() -> Plan {
    let (program, templates, snapshot) = prepared(POLICY, DATA);
    let options = evaluate::Options::default();
    let plan = evaluate::plan(&program, &templates, &snapshot, DAY.parse().unwrap(), options);
    let counts = [plan.actions.len(), plan.withheld.len(), plan.waiting.len(), plan.problems.len()];
    assert_eq!(counts, [2, 1, 1, 1]);
    plan
}

/// The same plan with one text in every place that policy or data can fill.
fn spoilt(text: &str) -> Plan {
    let mut plan = plan();
    plan.header.policy.name = text.to_owned();
    plan.header.refused = Some(text.to_owned());
    for customer in &mut plan.customers {
        customer.id = text.to_owned();
        customer.name = Some(text.to_owned());
    }
    plan.actions.iter_mut().for_each(|action| spoil(action, text));
    for entry in &mut plan.withheld {
        spoil(&mut entry.action, text);
        for blocker in &mut entry.blockers {
            blocker.sentence = text.to_owned();
            blocker.rule = Some(Arc::from(text));
            blocker.file = Some(Arc::from(text));
        }
    }
    for waiting in &mut plan.waiting {
        waiting.customer = text.to_owned();
        waiting.invoice = text.to_owned();
        waiting.owner = Some(text.to_owned());
    }
    for problem in &mut plan.problems {
        problem.customer = Some(text.to_owned());
        problem.invoice = Some(text.to_owned());
        problem.message = text.to_owned();
    }
    plan
}

fn spoil(action: &mut Action, text: &str) {
    action.customer = text.to_owned();
    action.customer_name = Some(text.to_owned());
    action.invoices.iter_mut().for_each(|invoice| invoice.id = text.to_owned());
    action.step = text.to_owned();
    action.rung = Some(text.to_owned());
    action.segment = Some(Arc::from(text));
    action.cadence = Some(Arc::from(text));
    action.template = Some(text.to_owned());
    action.language = Some(text.to_owned());
    if let Some(recipient) = &mut action.recipient {
        recipient.role = Arc::from(text);
        recipient.address = Arc::from(text);
    }
    for approver in &mut action.approvers {
        approver.role = Arc::from(text);
        approver.address = Arc::from(text);
    }
    action.subject = action.subject.is_some().then(|| text.to_owned());
    action.body = action.body.is_some().then(|| text.to_owned());
    action.because.sentence = text.to_owned();
}

/// Names, reasons and ids that somebody may have typed or sent.
fn hostile() -> Vec<String> {
    let texts = [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "a | b || c \\| d \\",
        "`code` ``` more ````",
        "@team/all and user@evil.example",
        "#1 !2 GH-3 owner/name#4",
        "[click](https://evil.example) ![x](http://evil.example/x.png) www.evil.example",
        "**bold** _it_ ~~gone~~ $math$ :shipit:",
        "</details><!-- -->",
        "=HYPERLINK(\"https://evil.example\",\"pay\")",
        "+1+cmd|' /C calc'!A0",
        "-1",
        "@SUM(A1:A9)",
        "\t=1",
        "\r=1",
        "say \"hi\", then; go",
        "\u{1b}[31mred\u{1b}[0m \u{1b}]0;owned\u{7}",
        "\u{202e}gnp.exe\u{2066}x\u{2069} \u{61c}",
        "pay\u{200b}pal\u{feff}\u{ad}",
        "one\ntwo\r\nthree\n\n# four\n- five\n| six |",
        "a\0b",
        "line\u{85}next\u{2028}para\u{2029}end",
        "👩‍💻 株式会社 e\u{301} 🇫🇷",
        "no",
        "Null",
        "~",
        "true",
        "2026-10-05",
        "1e3",
        "0x1F",
        "1_000",
        "12:30:45",
        ".inf",
        "  leading and trailing  ",
        "# comment",
        "key: value",
        "- item",
        "? a",
        "&anchor *alias !tag %dir",
        "{a: 1}",
        "[a, b]",
        "'single' and \"double\"",
        "--- end ...",
        "",
    ];
    let long = ["x".repeat(5_000), "株".repeat(3_000), "a|`@b ".repeat(900)];
    texts.into_iter().map(String::from).chain(long).collect()
}

/// What steers a terminal, cannot be seen, or reorders what is read.
fn steers(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[test]
fn text_shows_every_hostile_text_on_its_line() {
    let shown = |text: &str| render::text::plan(&spoilt(text), false);
    // Further lines of an entry are indented, and ids without room have lines of their own.
    let begun = |shown: &str| {
        shown.lines().filter(|line| !line.starts_with(&" ".repeat(12)) && !line.is_empty()).count()
    };
    let expected = begun(&shown("plain"));
    assert!(expected > 15, "{expected}");
    for text in hostile() {
        let shown = shown(&text);
        assert_eq!(shown.chars().find(|&c| steers(c)), None, "{text:?}\n{shown}");
        assert_eq!(begun(&shown), expected, "{text:?}\n{shown}");
        let said = format!("Every contact is withheld: {}.", render::escape::clean(&text));
        assert_eq!(shown.lines().nth(1), Some(said.as_str()));
    }
}

#[test]
fn colours_add_nothing_but_colours() {
    for text in hostile() {
        let plan = spoilt(&text);
        let mut coloured = render::text::plan(&plan, true);
        assert!(coloured.contains("\u{1b}[1m"));
        for code in ["0", "1", "2", "31", "32", "33", "36"] {
            coloured = coloured.replace(&format!("\u{1b}[{code}m"), "");
        }
        // Colours end after spaces that are cut where there are none.
        let plain = render::text::plan(&plan, false);
        assert!(coloured.lines().map(str::trim_end).eq(plain.lines()), "{text:?}\n{coloured}");
    }
}

/// The cells of a row: a backslash keeps a bar from ending one.
fn cells(row: &str) -> usize {
    let mut bars = 0;
    let mut rest = row.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => _ = rest.next(),
            '|' => bars += 1,
            _ => {}
        }
    }
    bars - 1
}

/// A line without its code, in which nothing is markup, and without the markup that is ours.
fn outside_code(line: &str) -> String {
    let mut plain = String::new();
    let mut in_code = false;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' if !in_code => {
                rest.next();
                plain.push('·');
            }
            '`' => in_code = !in_code,
            c if !in_code => plain.push(c),
            _ => {}
        }
    }
    assert!(!in_code, "code is not closed: {line}");
    ["<br>", "<details>", "</details>", "<summary>", "</summary>", "&lt;", "&gt;", "&amp;", "**"]
        .iter()
        .fold(plain, |plain, ours| plain.replace(ours, " "))
}

#[test]
fn markdown_takes_no_hostile_text_for_markup() {
    let shape = |markdown: &str| {
        let kind = |line: &str| match line.chars().next() {
            Some('|') => format!("a row of {}", cells(line)),
            Some('#') => format!("a heading of {}", line.chars().take_while(|c| *c == '#').count()),
            Some('-') => String::from("an item"),
            Some('<') => line.split('>').next().unwrap().to_owned(),
            Some(_) => String::from("text"),
            None => String::new(),
        };
        markdown.lines().map(kind).collect::<Vec<_>>()
    };
    let expected = shape(&render::markdown::plan(&spoilt("plain"), false));
    assert!(expected.len() > 20, "{expected:?}");
    for text in hostile() {
        let markdown = render::markdown::plan(&spoilt(&text), false);
        assert_eq!(shape(&markdown), expected, "{text:?}\n{markdown}");
        assert_eq!(markdown.chars().find(|&c| steers(c)), None, "{text:?}");
        for line in markdown.lines() {
            let plain = outside_code(line);
            assert!(!plain.contains(['<', '>', '`', '*', '_', '[', ']', '~', '$']), "{text:?}: {plain}");
            assert!(!plain.contains("://") && !plain.contains("www."), "{text:?}: {plain}");
            let refers = |(sigil, next): (char, char)| "@#!%:".contains(sigil) && next.is_alphabetic();
            assert!(!plain.chars().zip(plain.chars().skip(1)).any(refers), "{text:?}: {plain}");
        }
    }
}

#[test]
fn texts_in_markdown_stay_in_their_fences() {
    for text in hostile() {
        let markdown = render::markdown::plan(&spoilt(&text), true);
        let mut fence: Option<String> = None;
        for line in markdown.lines() {
            let ticks: String = line.chars().take_while(|c| *c == '`').collect();
            fence = match fence {
                Some(open) if line == open => None,
                Some(open) => Some(open),
                None if ticks.len() >= 3 && line.ends_with("text") => Some(ticks),
                None => None,
            };
        }
        assert_eq!(fence, None, "{text:?}\n{markdown}");
        let after = markdown.rsplit("<summary>Nothing due").next().unwrap();
        assert!(after.trim_end().ends_with("</details>"), "{text:?}\n{markdown}");
    }
}

#[test]
fn csv_has_the_same_cells_and_computes_nothing() {
    for text in hostile() {
        for names in [false, true] {
            let mut written = Vec::new();
            render::csv::table(&spoilt(&text), names, &mut written).unwrap();
            let written = String::from_utf8(written).unwrap();
            let table = written.strip_prefix('\u{feff}').unwrap();
            let mut reader = csv::Reader::from_reader(table.as_bytes());
            let columns = reader.headers().unwrap().clone();
            assert_eq!(columns.iter().collect::<Vec<_>>(), render::csv::COLUMNS);
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(rows.len(), 4, "{text:?}\n{table}");
            for row in &rows {
                for (column, cell) in columns.iter().zip(row) {
                    // The only number that may be negative is dun's own.
                    let number = matches!(column, "days_overdue" | "amount");
                    let computes = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
                    assert!(number || !computes, "{text:?} {column}: {cell:?}");
                    let odd = |c: char| steers(c) && c != '\t';
                    assert!(!cell.chars().any(odd), "{text:?} {column}: {cell:?}");
                }
                let shown = &row[columns.iter().position(|column| column == "customer").unwrap()];
                assert_eq!(shown, render::escape::cell(&text));
            }
        }
    }
}

fn json(plan: &Plan) -> Value {
    let mut written = Vec::new();
    render::json::document(plan, &mut written).unwrap();
    serde_json::from_slice(&written).unwrap()
}

#[test]
fn json_gives_back_what_was_put_in() {
    for text in hostile() {
        let plan = spoilt(&text);
        let document = json(&plan);
        assert_eq!(document, serde_json::to_value(&plan).unwrap(), "{text:?}");
        for name in [&document["policy"]["name"], &document["actions"][0]["customer_name"]] {
            assert_eq!(name, text.as_str());
        }
    }
}

/// Several thousand customers, each with what is due, what is withheld and what waits.
fn many_customers() -> String {
    let mut data = String::from("{\"invoices\":[");
    for n in 0..3000 {
        let due = ["2026-09-20", "2026-10-01", "2026-12-01"][n % 3];
        let disputed = if n % 5 == 0 { ",\"disputed\":true" } else { "" };
        let comma = if n == 0 { "" } else { "," };
        data.push_str(&format!(
            "{comma}{{\"invoice_id\":\"I{n}\",\"customer_id\":\"C{n}\",\"amount\":{},\"due_date\":\"{due}\"{disputed}}}",
            n * 7 % 9000 + 1
        ));
    }
    data.push_str("],\"customers\":[");
    for n in 0..3000 {
        let comma = if n == 0 { "" } else { "," };
        data.push_str(&format!(
            "{comma}{{\"customer_id\":\"C{n}\",\"name\":\"Ant {n}\",\"email\":\"ar{n}@ant.example\"}}"
        ));
    }
    data.push_str("]}");
    data
}

#[test]
fn lines_made_with_the_plan_are_those_of_the_plan() {
    let limited = format!("{POLICY}everywhere:\n  send at most 20 messages a day\n");
    for policy in [POLICY, &limited] {
        let (program, templates, snapshot) = prepared(policy, &many_customers());
        let (day, options) = (DAY.parse().unwrap(), evaluate::Options::default());
        let plan = evaluate::plan(&program, &templates, &snapshot, day, options);
        assert!(plan.actions.len() > 20 && plan.withheld.len() > 300 && plan.waiting.len() == 1000);
        let mut expected = Vec::new();
        render::json::lines(&plan, &mut expected).unwrap();
        let planning = evaluate::Planning::new(&program, &templates, &snapshot, day, options);
        let lines =
            render::json::Lines::<std::io::Cursor<Vec<u8>>>::of(&planning, || panic!("it is long")).unwrap();
        assert_eq!((&lines.header, &lines.problems), (&plan.header, &plan.problems));
        let mut written = Vec::new();
        lines.write(&mut written).unwrap();
        assert!(written == expected);
    }
}

#[test]
fn json_lines_say_the_same_as_the_document() {
    for text in hostile() {
        let plan = spoilt(&text);
        let document = json(&plan);
        let mut written = Vec::new();
        render::json::lines(&plan, &mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        let mut lines: Vec<Value> =
            written.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect();
        let kinds: Vec<String> = lines
            .iter_mut()
            .map(|line| line.as_object_mut().unwrap().remove("type").unwrap().as_str().unwrap().to_owned())
            .collect();
        let of = |kind: &str| {
            let own = lines.iter().zip(&kinds).filter(|(_, found)| *found == kind);
            Value::Array(own.map(|(line, _)| line.clone()).collect())
        };
        for (kind, list) in [
            ("customer", "customers"),
            ("action", "actions"),
            ("withheld", "withheld"),
            ("waiting", "waiting"),
            ("problem", "problems"),
        ] {
            assert_eq!(of(kind), document[list], "{text:?}");
        }
        let mut header = document.clone();
        for list in ["customers", "actions", "withheld", "waiting", "problems"] {
            header.as_object_mut().unwrap().remove(list);
        }
        assert_eq!(of("header"), Value::Array(vec![header]), "{text:?}");
    }
}

#[test]
fn yaml_reads_back_as_the_json_document() {
    for text in hostile() {
        let plan = spoilt(&text);
        let mut written = Vec::new();
        render::yaml::document(&plan, &mut written).unwrap();
        let written = String::from_utf8(written).unwrap();
        let read: Value = serde_yaml::from_str(&written).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(read, json(&plan), "{text:?}");
    }
}

/// A plan with so many entries that a comment could not hold them.
fn large() -> Plan {
    let mut plan = plan();
    let many = 5_000;
    let (action, entry, waiting, problem) =
        (&plan.actions[0], &plan.withheld[0], &plan.waiting[0], &plan.problems[0]);
    let (actions, withheld) = (vec![action.clone(); many], vec![entry.clone(); many]);
    (plan.waiting, plan.problems) = (vec![waiting.clone(); many], vec![problem.clone(); many]);
    (plan.actions, plan.withheld) = (actions, withheld);
    plan
}

#[test]
fn markdown_fits_a_comment_and_counts_what_is_left_out() {
    const LIMIT: usize = 65_536;
    for names in [false, true] {
        let markdown = render::markdown::plan(&large(), names);
        assert!(markdown.len() < LIMIT, "{}", markdown.len());
        let rows = |starts: &str| markdown.lines().filter(|line| line.starts_with(starts)).count();
        let left_out = |what: &str| -> usize {
            let line = markdown.lines().find(|line| line.starts_with("And ") && line.contains(what)).unwrap();
            line.split(' ').nth(1).unwrap().parse().unwrap()
        };
        let all_rows = rows("| `C") + rows("| Ant") + rows("| Bee");
        let all_left_out = left_out("action") + left_out("withheld step") + left_out("invoice");
        assert_eq!(all_rows + all_left_out, 15_000);
        assert!(markdown.contains("left out here."), "{markdown}");
    }
    for text in hostile() {
        for names in [false, true] {
            let markdown = render::markdown::plan(&spoilt(&text), names);
            assert!(markdown.len() < LIMIT, "{text:?}: {}", markdown.len());
        }
    }
}

#[test]
fn a_formal_letter_shows_its_hours_and_its_deadline() {
    let mut plan = plan();
    let action = &mut plan.actions[0];
    action.kind = dun::plan::Kind::Letter;
    (action.registered, action.formal) = (true, true);
    action.deadline = Some("2027-01-04".parse().unwrap());
    action.window = Some(dun::plan::Window { from: "08:00".into(), to: "19:00".into() });
    let text = render::text::plan(&plan, false);
    let entry: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("  send")).take(4).collect();
    let expected = [
        "  send      registered letter reminder (en) to ar@ant.example                             I2, I1",
        "            1 500.00 EUR, 5 days overdue                                 everyone, policy.dun:10",
        "            goes out between 08:00 and 19:00",
        "            gives until 4 January 2027",
    ];
    assert_eq!(entry, expected);
    let row = "| `C1` | **send** registered letter reminder (en) to billing | `I2`, `I1` | 1 500.00 EUR | 5 days overdue<br>goes out between 08:00 and 19:00<br>gives until 4 January 2027 | everyone, policy.dun:10 |";
    let markdown = render::markdown::plan(&plan, false);
    assert!(markdown.lines().any(|line| line == row), "{markdown}");
    let mut table = Vec::new();
    render::csv::table(&plan, false, &mut table).unwrap();
    let table = String::from_utf8(table).unwrap();
    assert!(table.contains(",billing,reminder,en,08:00 to 19:00,2027-01-04,,,5 days overdue,"), "{table}");
}

#[test]
fn a_charge_shows_what_it_books() {
    let mut plan = plan();
    let action = &mut plan.actions[0];
    (action.kind, action.mode) = (dun::plan::Kind::Charge, dun::plan::Mode::Approval);
    let currency = action.invoices[0].currency;
    action.charge = Some(dun::plan::Charge {
        kind: dun::plan::ChargeKind::Interest,
        amount: dun::money::Money::new(822, currency),
        currency,
        from: Some("2026-10-02".parse().unwrap()),
        to: Some("2026-10-31".parse().unwrap()),
        rate: Some(String::from("10")),
        before: None,
    });
    let what = "charge interest of 8.22 EUR, 2026-10-02 to 2026-10-31, at 10%";
    for text in [render::text::plan(&plan, false), render::markdown::plan(&plan, false)] {
        assert!(text.contains(what), "{text}");
    }
    let mut table = Vec::new();
    render::csv::table(&plan, false, &mut table).unwrap();
    let table = String::from_utf8(table).unwrap();
    let mut lines = table.trim_start_matches('\u{feff}').lines();
    let at = |column| render::csv::COLUMNS.iter().position(|known| *known == column).unwrap();
    assert!(lines.next().unwrap().starts_with("entry,"));
    let rows = lines.filter(|row| row.contains(",charge,")).map(|row| row.split(',').collect::<Vec<_>>());
    let booked: Vec<_> = rows.map(|cells| (cells[at("charge")], cells[at("charge_currency")])).collect();
    assert_eq!(booked, [("8.22", "EUR")]);
    plan.actions[0].mode = dun::plan::Mode::Automatic;
    let text = render::text::plan(&plan, false);
    assert!(text.contains("\n   1 approved charge is booked "), "{text}");
    assert!(!text.contains("note, flag or escalation"), "{text}");
}
