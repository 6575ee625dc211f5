//! Lints: where each fires, what it says, where it keeps silent, and how it is allowed.

use std::collections::BTreeMap;

use dun::check::{self, Input};
use dun::code::{About, Code};
use dun::diagnostic::{Diagnostic, Severity};
use dun::lint;
use dun::render;
use dun::snapshot::{self, LoadOptions};
use dun::span::Sources;
use dun::syntax;
use dun::template::{self, TemplateFile, TemplateSet};

const TEMPLATES: [(&str, &str); 6] = [
    ("first_reminder.md", "---\nsubject: Invoice {{ invoice.id }}\n---\nPlease pay {{ total }}.\n"),
    ("second_reminder.md", "---\nsubject: Invoice {{ invoice.id }}\n---\nPlease pay {{ total }} now.\n"),
    ("final_reminder.md", "---\nsubject: Invoice {{ invoice.id }}\n---\nPlease pay {{ total }} at last.\n"),
    ("call_sheet.md", "Call {{ customer.name }}.\n"),
    ("short_nudge.txt", "Please pay {{ total }}.\n"),
    ("letter_home.md", "Please pay {{ total }}.\n"),
];

/// What was found in a policy, in order, and how many warnings it allows.
struct Found {
    sources: Sources,
    found: Vec<Diagnostic>,
    allowed: usize,
}

impl Found {
    fn messages(&self) -> String {
        let mut said = render::diagnostic::diagnostics(&self.found, &self.sources, false);
        if self.allowed > 0 {
            said.push_str(&format!("{} allowed\n", self.allowed));
        }
        said
    }

    fn codes(&self) -> Vec<Code> {
        self.found.iter().map(|found| found.code).collect()
    }
}

/// Checks a policy as `dun check` does, with data where it is given. Notes are left out.
fn checked(text: &str, files: &[(&str, &str)], data: Option<&str>) -> Found {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, mut found) = syntax::parse(&sources, file);
    assert!(found.is_empty(), "{text}\n{}", render::diagnostic::diagnostics(&found, &sources, false));
    let files = files.iter().map(|(path, text)| TemplateFile {
        file: sources.add(&format!("templates/{path}"), text),
        path: String::from(*path),
        text: (*text).into(),
    });
    let templates = TemplateSet::new(files.collect(), "en");
    let input =
        Input { sources: &sources, file, ast: &ast, templates: Some(&templates), files: &BTreeMap::new() };
    let checked = check::check(&input);
    let mut allows = checked.allows;
    found.extend(checked.diagnostics);
    found.extend(template::check(&templates, &checked.fields));
    found.extend(checked.lints);
    let mut allowed = allows.silence(&mut found);
    if let Some(policy) = checked.policy {
        found.extend(allows.unused());
        if let Some(data) = data {
            let options = LoadOptions::of(&policy);
            let snapshot =
                snapshot::parse_document("data.yaml", data, &options).expect("the data can be read");
            let mut told = lint::lints(&policy, &ast, &templates, &snapshot);
            allowed += allows.silence(&mut told);
            found.extend(told);
            found.extend(allows.unused_with_data());
        }
    }
    found.retain(|found| found.severity != Severity::Note);
    found.sort_by_key(|found| found.span.map(|span| (span.file, span.start)));
    Found { sources, found, allowed }
}

/// A policy made of these lines and, below them, whatever else one without a warning needs.
fn whole(lines: &str) -> String {
    let disputes = "carve-out disputes when invoice.disputed: hold\n";
    base(lines) + if lines.contains("invoice.disputed") { "" } else { disputes }
}

/// The same, which does nothing about disputes.
fn base(lines: &str) -> String {
    let has = |word: &str| lines.lines().any(|line| line.starts_with(word));
    let mut text = format!("{lines}\n");
    if !has("policy ") {
        text.push_str("policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  sender finance\n  fallback manager\n");
    }
    for role in ["finance", "manager"] {
        text.push_str(&format!("role {role} = \"{role}@acme.example\"\n"));
    }
    if !lines.contains(" otherwise:") {
        text.push_str("segment everyone_else otherwise:\n  at D+20 call by finance\n");
    }
    text
}

/// The templates that the lines name.
fn files(lines: &str) -> Vec<(&'static str, &'static str)> {
    let name = |path: &str| String::from(path.split('.').next().unwrap_or(path));
    TEMPLATES.into_iter().filter(|(path, _)| lines.contains(&name(path))).collect()
}

fn lints(lines: &str) -> Found {
    checked(&whole(lines), &files(lines), None)
}

/// Each case with what is said of it; each must bring the code, and no other.
fn fires(code: Code, cases: &[&str]) -> String {
    let entry = |lines: &&str| {
        let found = lints(lines);
        let codes = found.codes();
        assert!(codes.contains(&code), "{lines}\n{}", found.messages());
        assert!(
            codes.iter().all(|found| *found == code || found.about() != About::Lint),
            "{lines}\n{}",
            found.messages()
        );
        format!("{lines}\n---\n{}", found.messages())
    };
    cases.iter().map(entry).collect::<Vec<_>>().join("==========\n")
}

/// Nothing at all is said of these.
fn silent(cases: &[&str]) {
    for lines in cases {
        let found = lints(lines);
        assert_eq!(found.messages(), "", "{lines}");
    }
}

#[test]
fn segments_that_nothing_reaches() {
    let said = fires(
        Code::UnreachableSegment,
        &[
            "segment small when invoice.amount < 500 EUR:\nsegment tiny when invoice.amount < 100 EUR:\n  at D+3 call by finance",
            "segment french when customer.country in (\"FR\", \"BE\"):\nsegment lille when customer.country is \"fr\" and customer.sector is \"retail\":",
            "segment old when invoice.days_overdue > 30 days:\nsegment young when invoice.days_overdue <= 30:\nsegment everyone_else otherwise:",
            "segment marked when customer.segment in (\"key\", \"vip\"):\nsegment key:",
            "segment all when invoice.amount is known:\nsegment everyone_else otherwise:",
            "segment gold when customer.kind is \"business\":\nsegment rest when customer.kind is not \"business\":\nsegment consumers when customer.kind is \"consumer\":",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        // The narrow one first is how exceptions are written.
        "segment tiny when invoice.amount < 100 EUR:\nsegment small when invoice.amount < 500 EUR:",
        // In dollars neither holds, and without a kind none of the three does.
        "segment small when invoice.amount < 500 EUR:\nsegment large when invoice.amount >= 500 EUR:\nsegment everyone_else otherwise:",
        "segment b when customer.kind is \"business\":\nsegment c when customer.kind is \"consumer\":\nsegment p when customer.kind is \"public\":\nsegment everyone_else otherwise:",
        "segment late when invoice.days_overdue >= 30:\nsegment other when invoice.age >= 30:",
        "segment a when customer.tags has \"a\":\nsegment b when customer.tags has \"b\":",
    ]);
}

#[test]
fn calendars_that_nobody_gets() {
    let said = fires(
        Code::UnreachableCalendar,
        &[
            "calendar europe when customer.country in (\"FR\", \"DE\"):\n  closed sunday\ncalendar germany when customer.country is \"DE\":\n  closed saturday, sunday",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        "calendar all:\n  closed sunday\ncalendar germany when customer.country is \"DE\":\n  closed saturday, sunday",
    ]);
}

#[test]
fn segments_that_overlap() {
    let said = fires(
        Code::OverlappingSegments,
        &[
            "segment small when invoice.balance < 500 EUR:\nsegment middle when invoice.balance between 400 EUR and 1000 EUR:",
            "segment benelux when customer.country in (\"BE\", \"NL\"):\nsegment french when customer.country in (\"FR\", \"BE\"):",
            "segment soon when invoice.days_overdue between 1 and 10:\nsegment later when invoice.days_overdue between 10 and 30:",
            "field customer.score: number\nsegment a when customer.score <= 0.5:\nsegment b when customer.score >= 0.5:",
            "segment july when today between 07-01 and 08-05:\nsegment august when today between 08-01 and 08-31:",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        "segment small when invoice.balance < 500 EUR:\nsegment middle when invoice.balance between 500 EUR and 1000 EUR:",
        "segment huge when invoice.balance > 10_000 EUR:\nsegment large when invoice.balance > 1_000 EUR:",
        // Different questions overlap nearly always; the first wins, as it is meant.
        "segment small when invoice.balance < 500 EUR:\nsegment french when customer.country is \"FR\":",
        "segment french when customer.country is \"FR\" and invoice.amount > 100 EUR:\nsegment small when invoice.amount < 500 EUR:",
        "segment euro when invoice.balance < 500 EUR:\nsegment dollar when invoice.balance < 500 USD:",
    ]);
}

#[test]
fn conditions_that_never_hold() {
    let said = fires(
        Code::NeverHolds,
        &[
            "segment none when invoice.balance < 100 EUR and invoice.balance > 200 EUR:",
            "segment none when customer.country is \"FR\" and invoice.amount > 5 EUR and customer.country is \"DE\":",
            "segment none when invoice.due_date is missing:",
            "segment settled when invoice.stage is \"paid\":",
            "segment none when invoice.balance < 100 USD and invoice.balance > 20 EUR:",
            "segment none when customer.tags has \"vip\" and customer.tags is missing:",
            "carve-out none when invoice.disputed and invoice.stage is \"overdue\":\n  hold",
            "calendar none when not (customer.country is \"FR\" or customer.country is not \"FR\"):\n  closed sunday",
            "segment small when invoice.amount < 200 EUR:\n  at D+3 call by finance, if invoice.amount > 500 EUR",
            "segment small when invoice.amount < 200 EUR:\n  at D+3 call by finance, if invoice.amount > 50 EUR, unless invoice.amount > 20 EUR",
            "segment small when invoice.amount < 200 EUR:\n  at D+3 call by finance, if invoice.amount > 50 EUR and invoice.amount < 20 EUR",
            "segment some when customer.overdue_count < 0:",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        "segment some when invoice.balance < 100 EUR or invoice.balance > 200 EUR:",
        "segment some when customer.country is missing and customer.tags is missing:",
        "segment some when invoice.age between 3 and 3:",
        "segment small when invoice.amount < 200 EUR:\n  use calls\nsegment everyone_else otherwise:\n  use calls\ncadence calls:\n  at D+3 call by finance, if invoice.amount > 500 EUR",
    ]);
}

#[test]
fn steps_that_are_always_forbidden() {
    let said = fires(
        Code::ForbiddenStep,
        &[
            "segment quiet when customer.kind is \"public\":\n  never email\n  at D+3 email first_reminder\n  at D+5 letter letter_home",
            "segment quiet when customer.kind is \"public\":\n  never email\n  use mails\ncadence mails:\n  at D+3 email first_reminder and call by finance\n  at D+10 email second_reminder",
            "segment a when customer.kind is \"public\":\n  never contact\n  use calls\nsegment everyone_else otherwise:\n  never call\n  use calls\ncadence calls:\n  at D+3 call by finance",
            "everywhere:\n  hold\nsegment everyone_else otherwise:\n  at D+3 email first_reminder",
            "segment parked when customer.tags has \"parked\":\n  hold\n  at D+3 email first_reminder\n  at D+5 notify finance\n  at D+9 flag parked",
            "everywhere:\n  never escalate\ncarve-out large when invoice.amount > 1_000 EUR:\n  at D+3 escalate to manager",
            "segment argued when invoice.disputed:\n  at D+3 call by finance\ncarve-out quarrels when invoice.stage in (\"disputed\", \"promised\"):\n  hold",
            "carve-out promised_and_large when invoice.promised and invoice.amount > 1_000 EUR:\n  at D+3 call by finance\n  at D+3 notify manager\ncarve-out promises when invoice.promised:\n  hold",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        // Other segments use the cadence as well, and there the step acts.
        "segment quiet when customer.kind is \"public\":\n  never email\n  use mails\nsegment everyone_else otherwise:\n  use mails\ncadence mails:\n  at D+3 email first_reminder",
        "segment parked when customer.tags has \"parked\":\n  hold",
        "carve-out promises when invoice.promised:\n  hold\n  at promise notify finance",
        "carve-out large when invoice.amount > 1_000 EUR:\n  at D+3 call by finance\ncarve-out promises when invoice.promised:\n  hold",
    ]);
}

#[test]
fn policies_without_a_first_message() {
    let said = fires(
        Code::NoFirstMessage,
        &[
            "segment everyone_else otherwise:\n  at D+3 email first_reminder, if customer.days_since_message >= 10 days",
            "segment everyone_else otherwise:\n  at D+3 email first_reminder, unless customer.days_since_message < 10 days\n  at D+10 email second_reminder, if invoice.messages_sent >= 1 and invoice.balance > 10 EUR",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        "segment everyone_else otherwise:\n  at D+3 email first_reminder, if customer.days_since_message is missing or customer.days_since_message >= 10 days",
        "segment everyone_else otherwise:\n  at D+3 email first_reminder\n  at D+10 email second_reminder, if invoice.messages_sent >= 1",
        "segment everyone_else otherwise:\n  at D+3 email first_reminder, if customer.days_since_message is missing",
        "segment everyone_else otherwise:\n  at D+3 email first_reminder, if invoice.messages_sent in (0, 2)",
        // Another block writes first.
        "segment everyone_else otherwise:\n  at D+10 email second_reminder, if customer.days_since_message >= 10 days\ncarve-out broken when invoice.promise_broken:\n  at promise+2 email first_reminder",
        "segment everyone_else otherwise:\n  at D+3 call by finance, if customer.days_since_message >= 10 days",
    ]);
}

#[test]
fn rungs_that_stand_out_of_order() {
    let said = fires(
        Code::RungsOutOfOrder,
        &[
            "segment everyone_else otherwise:\n  at D+10 call by finance\n  at D+3 email first_reminder",
            "segment everyone_else otherwise:\n  at D+3 email first_reminder\n  at D+5 business days notify finance\n  at D+4 call by finance\n  at D call by manager",
            "segment everyone_else otherwise:\n  use calls\ncadence calls:\n  every 10 days from D+30: call by finance\n  at D-3 notify manager",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        "segment everyone_else otherwise:\n  at D-3 notify finance\n  at D+3 email first_reminder\n  at D+3 call by finance\n  every 7 days from D+30: call by manager",
        "segment everyone_else otherwise:\n  at issue+40 notify finance\n  at D+3 email first_reminder\n  at D+6 call by finance\n  at D+5 business days call by manager",
        // Steps of a carve-out are no ladder.
        "carve-out late when invoice.days_overdue > 3:\n  at D+9 notify finance\n  at D+5 call by finance",
    ]);
}

#[test]
fn what_nothing_uses() {
    let mut said = fires(Code::UnusedCadence, &["cadence calls:\n  at D+3 call by finance"]);
    said.push_str(&fires(Code::UnusedRole, &["role boss = \"boss@acme.example\""]));
    said.push_str(&fires(
        Code::UnusedField,
        &["field customer.tier: \"gold\" or \"silver\"\nfield invoice.score: number"],
    ));
    let files = [
        ("first_reminder.md", "---\nsubject: Hello\n---\n{% include \"parts/sign.md\" %}\n"),
        ("farewell.de.md", "Tschüss\n"),
        ("farewell.md", "Bye\n"),
        ("parts/sign.md", "Acme\n"),
        ("parts/logo.md", "A\n"),
    ];
    let policy = whole("segment everyone_else otherwise:\n  at D+3 email first_reminder");
    let found = checked(&policy, &files, None);
    assert_eq!(found.codes(), [Code::UnusedTemplate; 2]);
    said.push_str(&found.messages());
    insta::assert_snapshot!(said);
    silent(&[
        "role owner = customer.owner\neverywhere:\n  only by hand by owner",
        "role owner = customer.owner\neverywhere:\n  needs approval by owner",
        "role boss = \"boss@acme.example\"\nsegment everyone_else otherwise:\n  at D+3 email first_reminder cc boss",
        "role buyer = customer.buyer\nfield customer.buyer: text\nsegment everyone_else otherwise:\n  at D+3 email first_reminder to buyer",
        "field invoice.score: number\nsegment everyone_else otherwise:\n  at D+3 call by finance, if invoice.score > 3",
    ]);
    let mentions = [("first_reminder.md", "---\nsubject: Hello\n---\n{{ customer.tier | default(\"\") }}\n")];
    let policy =
        whole("field customer.tier: text\nsegment everyone_else otherwise:\n  at D+3 email first_reminder");
    assert_eq!(checked(&policy, &mentions, None).messages(), "");
}

#[test]
fn disputes_that_nothing_holds() {
    let everyone = "segment everyone_else otherwise:\n  at D+3 email first_reminder\n";
    let cases = [
        // The policy writes to everybody.
        String::from(everyone),
        // Only businesses in dispute are left in peace.
        format!("{everyone}carve-out disputes when invoice.disputed and customer.kind is \"business\": hold"),
        // Only the reason is looked at, and it is not `price`.
        format!(
            "{everyone}carve-out prices when invoice.disputed and invoice.dispute_reason is \"price\": hold"
        ),
        // A carve-out writes, whatever the segment does.
        String::from(
            "segment everyone_else otherwise:\ncarve-out large when invoice.amount > 1_000 EUR:\n  at D+5 letter letter_home",
        ),
    ];
    let entry = |lines: &String| {
        let found = checked(&base(lines), &files(lines), None);
        assert_eq!(found.codes(), [Code::NoDisputeCarveOut], "{lines}");
        format!("{lines}\n---\n{}", found.messages())
    };
    let said: Vec<String> = cases.iter().map(entry).collect();
    insta::assert_snapshot!(said.join("==========\n"));
    let covered = [
        format!("{everyone}carve-out quarrels when invoice.disputed or invoice.promised: never contact"),
        format!("{everyone}carve-out quarrels when invoice.stage is \"disputed\": never auto-send"),
        format!(
            "{everyone}carve-out quarrels when invoice.stage not in (\"overdue\", \"due_soon\"): never email"
        ),
        format!("segment quarrels when invoice.disputed:\n  at D+9 notify finance\n{everyone}"),
        String::from(
            "segment everyone_else otherwise:\n  at D+3 email first_reminder, unless invoice.disputed",
        ),
        String::from(
            "segment everyone_else otherwise:\n  at D+3 email first_reminder, needs approval by finance",
        ),
        format!("{everyone}everywhere:\n  only by hand by finance"),
        // Nothing is sent.
        String::from("segment everyone_else otherwise:\n  at D+3 call by finance"),
    ];
    for lines in covered {
        assert_eq!(checked(&base(&lines), &files(&lines), None).messages(), "", "{lines}");
    }
}

#[test]
fn late_messages_without_approval() {
    let said = fires(
        Code::LateMessageWithoutApproval,
        &[
            "segment everyone_else otherwise:\n  at D+3 email first_reminder\n  at D+16 email second_reminder and sms short_nudge",
            "segment everyone_else otherwise:\n  every 7 days from D+3: email first_reminder",
            "segment asked when customer.kind is \"public\":\n  needs approval by finance\n  use mails\nsegment everyone_else otherwise:\n  use mails\ncadence mails:\n  at D+30 email final_reminder, if invoice.amount > 50 EUR",
            "segment everyone_else otherwise:\n  at D+30 email final_reminder, needs approval by finance from D+40",
            "segment everyone_else otherwise:\n  at D+30 escalate to manager, if invoice.amount > 50 EUR\n  at D+40 email final_reminder",
            "carve-out large when invoice.amount > 1_000 EUR:\n  at D+20 business days letter letter_home",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        "segment everyone_else otherwise:\n  at D+15 email first_reminder\n  at D+40 call by finance",
        "segment everyone_else otherwise:\n  every 7 days from D+1, at most 3 times: email first_reminder",
        "segment everyone_else otherwise:\n  at D+30 email final_reminder, needs approval",
        "segment everyone_else otherwise:\n  at D+30 email final_reminder\n  needs approval by finance from D+15",
        "segment everyone_else otherwise:\n  at D+30 email final_reminder\neverywhere:\n  never auto-send",
        // From the escalation on the manager approves every message.
        "segment everyone_else otherwise:\n  at D+20 escalate to manager\n  at D+30 email final_reminder",
        "segment everyone_else otherwise:\n  at issue+60 email first_reminder",
    ]);
}

#[test]
fn charges_that_reach_consumers() {
    let said = fires(
        Code::ChargeToConsumer,
        &[
            "segment everyone_else otherwise:\n  at D+3 charge fee 40 EUR",
            "segment firms when customer.kind is \"business\":\n  use fees\nsegment everyone_else otherwise:\n  use fees\ncadence fees:\n  at D+3 charge interest at 10%, if invoice.amount > 50 EUR",
            "carve-out large when invoice.amount > 1_000 EUR:\n  at D+3 charge fee 40 EUR",
        ],
    );
    insta::assert_snapshot!(said);
    let spared = [
        "segment everyone_else otherwise:\n  at D+3 charge fee 40 EUR, unless customer.kind is \"consumer\"",
        "segment everyone_else otherwise:\n  at D+3 charge fee 40 EUR, if customer.kind in (\"business\", \"public\")",
        "segment firms when customer.kind is \"business\":\n  use fees\ncadence fees:\n  at D+3 charge interest at 10%",
        "segment private when customer.kind is \"consumer\":\nsegment everyone_else otherwise:\n  at D+3 charge fee 40 EUR",
        "segment everyone_else otherwise:\n  at D+3 charge fee 40 EUR\ncarve-out consumers when customer.kind is \"consumer\":\n  never charge",
        "segment everyone_else otherwise:\n  at D+3 charge fee 40 EUR\neverywhere:\n  never charge",
    ];
    for lines in spared {
        assert!(!lints(lines).codes().contains(&Code::ChargeToConsumer), "{lines}");
    }
}

#[test]
fn texts_that_are_longer_than_one_message() {
    let long = format!("{{{{ policy.name }}}}: {} {{{{ invoice.id }}}}\n", "please pay ".repeat(14));
    let circumflex = "{{ policy.name }} vous prie de régler la facture {{ invoice.id }} de {{ customer.name }} dès que possible, à l'échéance même. Merci !\n";
    let amount = "Bonjour, votre facture {{ invoice.id }} de {{ total }} reste ouverte. Si vous l'avez payée, merci beaucoup.\n";
    let files = [
        ("long.txt", long.as_str()),
        ("hat.txt", circumflex),
        ("sum.fr.txt", amount),
        ("sum.txt", "Please pay {{ total }} for {{ invoice.id }}.\n"),
        ("fine.txt", &"a".repeat(160)),
        ("euro.txt", &"€".repeat(80)),
    ];
    let policy = whole("segment everyone_else otherwise:\n  at D+1 sms long\n  at D+2 sms hat\n  at D+3 sms sum\n  at D+4 sms fine\n  at D+5 sms euro")
        .replace("  currency EUR\n", "  currency EUR\n  allow(missing-language, \"only one of them is translated\")\n");
    let found = checked(&policy, &files, None);
    assert_eq!(found.codes(), [Code::LongSms; 3]);
    insta::assert_snapshot!(found.messages());
}

#[test]
fn messages_that_lack_a_language() {
    let subject = "---\nsubject: Hello\n---\nHello\n";
    let files = [
        ("first_reminder.md", subject),
        ("first_reminder.de.md", subject),
        ("first_reminder.fr.md", subject),
        ("second_reminder.fr-BE.md", subject),
        ("second_reminder.md", subject),
        // A call sheet is for colleagues.
        ("call_sheet.md", "Call\n"),
    ];
    let lines = "segment everyone_else otherwise:\n  at D+3 email first_reminder\n  at D+10 email second_reminder\n  at D+20 call by finance with call_sheet";
    let found = checked(&whole(lines), &files, None);
    assert_eq!(found.codes(), [Code::MissingLanguage]);
    let mut said = found.messages();
    let data = "customers:
  - { customer_id: C1, name: Ant, language: it }
  - { customer_id: C2, name: Bee, language: IT-ch }
  - { customer_id: C3, name: Cow, language: de }
  - { customer_id: C4, name: Doe, language: en-GB }
  - { customer_id: C5, name: Elk }
invoices:
  - { invoice_id: I1, customer_id: C1, amount: 10, due_date: 2026-10-01 }
";
    let found = checked(&whole(lines), &files, Some(data));
    assert_eq!(found.codes(), [Code::MissingLanguage; 2]);
    said.push_str("==========\n");
    said.push_str(&found.messages());
    insta::assert_snapshot!(said);
    let plain =
        [("first_reminder.md", subject), ("second_reminder.md", subject), ("call_sheet.md", "Call\n")];
    assert_eq!(checked(&whole(lines), &plain, None).messages(), "");
}

#[test]
fn limits_that_are_too_tight() {
    let said = fires(
        Code::LimitTooTight,
        &[
            "segment everyone_else otherwise:\n  at D+3 email first_reminder\n  at D+10 email second_reminder\neverywhere:\n  write to a customer at most once every 20 days",
            "segment everyone_else otherwise:\n  every 5 days from D+1, at most 3 times: email first_reminder\n  write to a customer at most once every 6 days",
            "segment everyone_else otherwise:\n  use mails\ncadence mails:\n  at D-3 email first_reminder\n  at D+3 email second_reminder\n  at D+8 sms short_nudge\n  write to a customer at most twice every 14 days",
            "everywhere:\n  send at most 0 messages a day",
        ],
    );
    insta::assert_snapshot!(said);
    silent(&[
        "segment everyone_else otherwise:\n  at D+3 email first_reminder\n  at D+10 email second_reminder\neverywhere:\n  write to a customer at most once every 7 days",
        // An e-mail and a text of one day are one.
        "segment everyone_else otherwise:\n  at D+3 email first_reminder and sms short_nudge\neverywhere:\n  write to a customer at most once every 7 days",
        // They may be months apart, or never meet on one invoice.
        "segment everyone_else otherwise:\n  at issue+3 email first_reminder\n  at D+3 email second_reminder\neverywhere:\n  write to a customer at most once every 20 days",
        "segment everyone_else otherwise:\n  at D+3 email first_reminder, if invoice.amount > 5 EUR\n  at D+10 email second_reminder, unless invoice.amount > 5 EUR\neverywhere:\n  write to a customer at most once every 20 days",
    ]);
}

const BARE_DATA: &str = "customers:
  - { customer_id: C1, name: Ant, country: FR }
  - { customer_id: C2, name: Bee }
invoices:
  - { invoice_id: I1, customer_id: C1, amount: 10, due_date: 2026-10-01 }
  - { invoice_id: I2, customer_id: C2, amount: 20, due_date: 2026-10-01 }
  - { invoice_id: I3, customer_id: C2, amount: 30, due_date: 2026-10-01 }
";

#[test]
fn fields_that_the_data_lacks() {
    let lines = "field customer.tier: text
segment key_accounts:
  at D+3 notify finance
segment hotels when customer.sector is \"hospitality\":
  at D+3 call by finance, if invoice.po_number is \"X\" or invoice.age > 3
carve-out gold when customer.tier is \"gold\" and customer.country is \"FR\":
  never call
carve-out tagged when customer.tags has \"quiet\":
  at D+1 notify manager
calendar north when customer.since > 2020-01-01:
  closed sunday";
    let found = checked(&whole(lines), &[], Some(BARE_DATA));
    assert_eq!(found.codes(), [Code::FieldWithoutData; 7]);
    insta::assert_snapshot!(found.messages());
    // One row is enough, and whether a value is missing can always be asked.
    for lines in [
        "segment french when customer.country is \"FR\":",
        "segment hotels when customer.sector is missing:",
        "carve-out large when invoice.balance > 5 EUR and invoice.days_overdue > 5 and not customer.insolvent:\n  hold",
    ] {
        assert_eq!(checked(&whole(lines), &[], Some(BARE_DATA)).messages(), "", "{lines}");
    }
}

#[test]
fn what_is_allowed_in_a_block_and_in_the_whole_file() {
    let late = "segment late when invoice.amount > 5 EUR:\n  at D+30 email first_reminder\n";
    let later = "segment later otherwise:\n  at D+40 email second_reminder\n";
    let allow = "  allow(late-message-without-approval, \"the customers asked for it\")\n";
    let head =
        "policy \"Acme\"\n  currency EUR\n  templates \"templates\"\n  sender finance\n  fallback manager\n";
    let cases = [
        format!("{late}{later}"),
        format!("{late}{allow}{later}"),
        format!("{late}{later}{allow}"),
        format!("{head}{allow}{late}{later}"),
        // In another block it allows nothing.
        format!("{late}{later}everywhere:\n{allow}"),
        // The cadence is where the line stands, not the segment that uses it.
        format!(
            "segment later otherwise:\n  use mails\n{allow}cadence mails:\n  at D+40 email second_reminder\n"
        ),
        format!(
            "segment later otherwise:\n  use mails\ncadence mails:\n{allow}  at D+40 email second_reminder\n"
        ),
        String::from(
            "carve-out none when invoice.amount < 5 EUR and invoice.amount > 9 EUR:\n  hold\n  allow(never-holds, \"prepared for next year\")",
        ),
        String::from(
            "everywhere:\n  send at most 0 messages a day\n  allow(limit-too-tight, \"a freeze until the migration is over\")",
        ),
    ];
    let entry = |lines: &String| format!("{lines}\n---\n{}", lints(lines).messages());
    let said: Vec<String> = cases.iter().map(entry).collect();
    insta::assert_snapshot!(said.join("==========\n"));
}

#[test]
fn what_cannot_be_allowed() {
    let cases = [
        "everywhere:\n  allow(unreachable-segmnet, \"a slip\")",
        "everywhere:\n  allow(everything, \"no such code\")",
        "everywhere:\n  allow(unknown-name, \"an error\")",
        "everywhere:\n  allow(no-due-date, \"a problem of the data\")",
        "everywhere:\n  allow(scenario-incomplete, \"a note\")",
        "segment everyone_else otherwise:\n  at D+3 notify finence\n  allow(unknown-name, \"it stays an error\")",
    ];
    let entry = |lines: &&str| {
        let found = lints(lines);
        assert!(found.found.iter().any(Diagnostic::is_error), "{lines}");
        format!("{lines}\n---\n{}", found.messages())
    };
    let said: Vec<String> = cases.iter().map(entry).collect();
    insta::assert_snapshot!(said.join("==========\n"));
}

/// What is about a template stands in its file, so the policy block is where it is allowed.
#[test]
fn what_is_about_templates_is_allowed_in_the_policy_block() {
    let files = [
        ("first_reminder.md", "---\nsubject: Invoice # {{ invoice.id }}\n---\nHello\n"),
        ("farewell.md", "Bye\n"),
    ];
    let policy = |allow: &str| {
        whole("segment everyone_else otherwise:\n  at D+3 email first_reminder")
            .replace("  currency EUR\n", &format!("  currency EUR\n{allow}"))
    };
    let codes = |allow: &str| checked(&policy(allow), &files, None).codes();
    assert_eq!(codes(""), [Code::TemplateFrontMatter, Code::UnusedTemplate]);
    let allow = "  allow(template-front-matter, \"a\")\n  allow(unused-template, \"b\")\n";
    let found = checked(&policy(allow), &files, None);
    assert_eq!((found.messages().as_str(), found.allowed), ("2 allowed\n", 2));
}

/// An `allow` of what only data can tell is not called unused before there is data.
#[test]
fn what_data_can_bring_is_unused_only_with_data() {
    let lines = "segment hotels when customer.country is \"FR\":\n  allow(field-without-data, \"the column comes next month\")";
    assert_eq!(lints(lines).codes(), []);
    assert_eq!(checked(&whole(lines), &[], Some(BARE_DATA)).codes(), [Code::UnusedAllow]);
    let lacking = lines.replace("country", "sector");
    let found = checked(&whole(&lacking), &[], Some(BARE_DATA));
    assert_eq!((found.codes(), found.allowed), (Vec::new(), 1));
}
