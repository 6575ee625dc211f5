//! What people write out of the habits of other tools: recognised, refused, and corrected by name.
//!
//! Each case is a wrong piece of a policy. The snapshot shows it with its messages and, below an arrow, the text
//! with all proposed corrections made; `(by hand)` stands there when some message has none.

use dun::diagnostic::{Diagnostic, Fix};
use dun::render;
use dun::span::Sources;
use dun::syntax;

fn parsed(text: &str) -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (_, found) = syntax::parse(&sources, file);
    (sources, found)
}

/// The text with all corrections made. They are made from the end, so that places stay right.
fn corrected(text: &str, found: &[Diagnostic]) -> String {
    let mut fixes: Vec<&Fix> = found.iter().flat_map(|found| &found.fixes).collect();
    fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
    fixes.dedup();
    let mut text = String::from(text);
    for fix in fixes.iter().rev() {
        text.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.replacement);
    }
    text
}

/// A wrong piece inside a block that can have it; pieces that begin a block stand alone.
fn inside(lines: &str) -> String {
    let headers = [
        "policy",
        "role",
        "field",
        "calendar",
        "segment",
        "cadence",
        "carve",
        "everywhere",
        "scenario",
        "otherwise",
        "else:",
        "Segment",
    ];
    match headers.iter().any(|header| lines.starts_with(header)) {
        true => format!("{}\n", lines.trim_end()),
        false => format!("cadence standard:\n  {lines}\n"),
    }
}

fn shown(cases: &[&str]) -> String {
    let mut out = String::new();
    for lines in cases {
        let text = inside(lines);
        let (sources, found) = parsed(&text);
        let messages = render::diagnostic::diagnostics(&found, &sources, false);
        let exact = found.iter().all(|found| !found.fixes.is_empty());
        let corrected = if exact { corrected(&text, &found) } else { String::from("(by hand)\n") };
        out.push_str(&format!("{text}---\n{messages}--->\n{corrected}==========\n"));
    }
    out
}

/// Written by someone in finance.
const FINANCE: &[&str] = &[
    "policy \"A\"\n  ignore balances under 25k EUR",
    "policy \"A\"\n  ignore balances under EUR 25,000",
    "policy \"A\"\n  ignore under 5 EUR",
    "policy \"A\"\n  terms 30",
    "policy \"A\"\n  terms 30 EOM",
    "policy \"A\"\n  terms 30 days to end of the month",
    "policy \"A\"\n  terms 30 days eom",
    "policy \"A\"\n  currency: EUR\n  templates templates\n  timezone \"Europe/Paris\"",
    "policy Acme\n  currency EUR",
    "role finance: \"ar@acme.example\"",
    "role finance = ar@acme.example",
    "D+3: email first_reminder",
    "on D+3 email first_reminder",
    "after 3 days email first_reminder",
    "3 days after due send email first_reminder",
    "2 weeks before the due date email pre_due",
    "at 3 days overdue email first_reminder",
    "10 days after invoice date notify finance",
    "at D3 email first_reminder",
    "day 3 email first_reminder",
    "T+3 email first_reminder",
    "at D+3d email first_reminder",
    "at D+3: email first_reminder",
    "at D–3 email pre_due",
    "at D−3 email pre_due",
    "at D+3 e-mail first_reminder",
    "at D+3 mail first_reminder",
    "at D+3 Email first_reminder",
    "at D+3 text short_nudge",
    "at D+3 SMS short_nudge",
    "at D+3 send email first_reminder",
    "at D+3 send first_reminder",
    "at D+3 call finance",
    "at D+3 phone finance",
    "at D+3 notify finance and manager",
    "at D+3 notify to manager",
    "at D+3 escalate manager",
    "at D+3 hand over to finance",
    "at D+3 task \"Decide\" to finance",
    "at D+3 email \"first_reminder\"",
    "at D+3 email first_reminder.md",
    "at D+3 email first_reminder if invoice.partly_paid",
    "at D+3 email first_reminder except disputes",
    "at D+3 email first_reminder with approval of manager",
    "at D+3 email first_reminder, requires approval",
    "at D+3 email first_reminder, needs approval from manager",
    "at D+3 email first_reminder, needs manager approval",
    "approval by finance",
    "if customer is VIP: email first_reminder",
    "except disputes",
    "do not contact",
    "never send automatically",
    "never auto send",
    "no calls",
    "hold until 31.12.2026",
    "pause",
    "weekends: skip",
    "every two weeks from D+60: notify finance",
    "every 2 weeks from D+60, max 3 times: notify finance",
    "every month from D+60: notify finance",
    "weekly from D+60 notify finance",
    "every 15 days: notify finance",
    "segment: gold\n  hold",
    "segment key accounts:\n  hold",
    "segment \"Key accounts\":\n  hold",
    "segment Key-Accounts:\n  hold",
    "segment big if invoice.amount is greater than 5000 EUR:\n  hold",
    "segment french when country = France:\n  hold",
    "segment french when customer.country is “FR”:\n  hold",
    "segment french when customer.country is 'FR':\n  hold",
    "segment gold\n  hold",
    "Segment gold:\n  Hold",
    "otherwise:\n  at D+3 email first_reminder",
    "hold.",
    "at D+3 email first_reminder,\n  at D+10 email second_reminder,",
    "at\u{a0}D+3\u{202f}email first_reminder",
    "calendar france:\n  closed weekends\n  closed Saturday",
];

/// Written by someone who writes Terraform.
const TERRAFORM: &[&str] = &[
    "policy \"acme\" {\n  currency = \"EUR\"\n}",
    "segment \"key_accounts\" {\n  hold\n}",
    "segment a when invoice.disputed == true:\n  hold",
    "segment a when invoice.disputed = false:\n  hold",
    "segment a when customer.kind != \"business\" && !invoice.disputed:\n  hold",
    "segment a when ${customer.country} is \"FR\":\n  hold",
    "segment a when customer.country in [\"FR\", \"BE\"]:\n  hold",
    "segment a when invoice.po_number == null:\n  hold",
    "hold  // for now",
    "/* not yet */\n  hold",
    "field customer.vip: bool",
];

/// Written by someone who lives in spreadsheets.
const SPREADSHEET: &[&str] = &[
    "=IF(invoice.amount > 5 EUR; email first_reminder; hold)",
    "segment a when AND(invoice.amount > 5 EUR; invoice.disputed):\n  hold",
    "segment a when OR(invoice.disputed, NOT(invoice.promised)):\n  hold",
    "segment a when ISBLANK(invoice.po_number):\n  hold",
    "segment a when invoice.disputed = TRUE:\n  hold",
    "segment a when invoice.amount <> 5 EUR:\n  hold",
    "segment a when invoice[amount] > 5 EUR:\n  hold",
    "segment a when invoice amount > 5 EUR:\n  hold",
];

/// Written by someone who knows YAML, SQL or Python.
const DATABASE: &[&str] = &[
    "- at D+3 email first_reminder",
    "- email first_reminder",
    "segment a when customer.country == 'FR':\n  hold",
    "segment a when customer.country IN ('FR', 'BE'):\n  hold",
    "segment a when customer.country NOT IN (\"FR\") AND invoice.disputed:\n  hold",
    "segment a when customer.name LIKE \"A%\":\n  hold",
    "segment a when invoice.po_number is null or invoice.promise_date is not null:\n  hold",
    "segment a when customer[\"country\"] is \"FR\":\n  hold",
    "segment a when customer.country in \"FR\":\n  hold",
    "segment a when customer.tags contains \"vip\":\n  hold",
    "elif invoice.disputed: hold",
    "hold -- for now",
];

/// Ten policies as people write them who have not read the reference: every slip of a line is reported in one run.
const HABITS: &[&str] = &[
    "policy Acme receivables\n  currency: EUR\n  terms net 30\n  ignore balances under 5 €\n  language = 1\n",
    "cadence standard:\n  - D-3: e-mail pre_due\n  - D+3: e-mail first_reminder\n  - D+10: e-mail second_reminder and SMS short_nudge\n  - D+20: call finance\n",
    "cadence standard:\n  3 days before due date send e-mail pre_due.\n  3 days after due date send e-mail first_reminder.\n  after 20 days phone finance with call_sheet.\n  after 30 days escalate manager, requires approval.\n",
    "segment \"Key accounts\" {\n  at D+3 notify owner\n  never send automatically\n}\n",
    "segment small invoices if invoice.amount < 200€:\n  D+7 Email small_reminder\n  D+30 Email small_final, approval by finance\n",
    "segment french when country = France && !disputed:\n  use standard\n",
    "carveout disputes:\n  do not contact\n  notify owner\n",
    "carve-out big when AND(invoice.balance >= 25,000 EUR; NOT(invoice.promised)):\n  at D+1 notify manager and finance\n  needs manager approval\n",
    "cadence gentle:\n  // kind, but firm\n  at D–5 email “soft_reminder”\n  every two weeks from D+60, max 3 times: task \"Decide\" to manager\n",
    "otherwise:\n  use standard\n  hold until 31/12/2026\n  weekends: skip\n  max 1 email per week\n",
];

/// Lines of scenarios, actions that break off, and values said one after another.
const HALF_SAID: &[&str] = &[
    "scenario \"s\":\n  invoice 1200 EUR",
    "scenario \"s\":\n  invoice INV-7 1200 EUR due 2026-10-01",
    "scenario \"s\":\n  invoice 4711 1200 EUR due 2026-10-01",
    "scenario \"s\":\n  invoice I1 due 2026-10-01",
    "scenario \"s\":\n  invoice 1200 due 2026-10-01",
    "scenario \"s\":\n  invoice of 1200 EUR due 2026-10-01",
    "scenario \"s\":\n  invoice 1200 EUR due on 2026-10-01",
    "scenario \"s\":\n  expect never email",
    "scenario \"s\":\n  expect on 2026-10-04 email first_reminder",
    "scenario \"s\":\n  expect 2026-10-04: email first_reminder",
    "scenario \"s\":\n  expect 2026-10-04 email first_reminder and message",
    "scenario \"s\":\n  expect on 2026-10-04, 2026-10-06: email first_reminder",
    "scenario \"s\":\n  expect 2026-10-04, 2026-10-06: email first_reminder",
    "scenario \"s\":\n  expect nothing 2026-10-04 because disputed",
    "scenario \"s\":\n  expect nothing",
    "scenario \"s\":\n  expect nothing on 2026-10-04 because it is disputed",
    "at D+3 email",
    "at D+3 email, needs approval by finance",
    "at D+3 notify",
    "at D+3 flag",
    "at D+3 task",
    "at D+3 call",
    "at D+3 escalate to",
    "at D+3 charge interest at",
    "at D+3 email a, if customer.country is \"FR\" or \"BE\"",
    "at D+3 email a, if (customer.country is \"FR\", \"BE\" or \"CH\") and invoice.disputed",
    "at D+3 email a, if customer.country is not \"FR\" or \"BE\"",
    "at D+3 email a, if customer.country in (\"FR\" \"BE\")",
    "at D+3 email a, if customer.country is \"FR\" or \"BE",
];

const ALL: [&[&str]; 5] = [FINANCE, TERRAFORM, SPREADSHEET, DATABASE, HALF_SAID];

#[test]
fn slips_of_finance() {
    insta::assert_snapshot!(shown(FINANCE));
}

#[test]
fn slips_of_terraform() {
    insta::assert_snapshot!(shown(TERRAFORM));
}

#[test]
fn slips_of_spreadsheets() {
    insta::assert_snapshot!(shown(SPREADSHEET));
}

#[test]
fn slips_of_lines_that_are_half_said() {
    insta::assert_snapshot!(shown(HALF_SAID));
}

#[test]
fn slips_of_databases() {
    insta::assert_snapshot!(shown(DATABASE));
}

#[test]
fn ten_policies_from_habit() {
    insta::assert_snapshot!(shown(HABITS));
}

/// Where every message proposes a correction, making them all gives a text that parses.
#[test]
fn corrections_make_the_text_right() {
    let mut exact = 0;
    for lines in ALL.concat().into_iter().chain(HABITS.iter().copied()) {
        let text = inside(lines);
        let (_, found) = parsed(&text);
        assert!(!found.is_empty(), "not refused:\n{text}");
        if found.iter().any(|found| found.fixes.is_empty()) {
            continue;
        }
        exact += 1;
        let right = corrected(&text, &found);
        let (sources, left) = parsed(&right);
        // A name in typographic quotes is first a text in quotes.
        let (sources, left) = match left.iter().all(|found| !found.fixes.is_empty()) {
            true => parsed(&corrected(&right, &left)),
            false => (sources, left),
        };
        let left = render::diagnostic::diagnostics(&left, &sources, false);
        assert!(left.is_empty(), "{text}--->\n{right}\n{left}");
    }
    assert!(exact >= 90, "{exact} cases can be corrected by a machine");
}
