//! What parses, what is refused, and what the refusal says.
#![expect(clippy::disallowed_methods, reason = "tests read and write files")]

use dun::render;
use dun::span::Sources;
use dun::syntax;

/// The messages for a policy text, as a person reads them.
fn messages(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (_, found) = syntax::parse(&sources, file);
    render::diagnostic::diagnostics(&found, &sources, false)
}

fn parses(text: &str) {
    assert_eq!(messages(text), "", "in:\n{text}");
}

#[test]
fn the_shipped_policies_parse() {
    insta::glob!("../policies", "*/*.dun", |path| {
        parses(&std::fs::read_to_string(path).unwrap());
    });
}

#[test]
fn one_line_is_a_segment() {
    parses("segment key_accounts: at D+3 notify owner; never auto-send");
}

/// Every construct of the language, each on a line of its own.
#[test]
fn every_construct_parses() {
    parses(
        r#"
policy "Everything"
  language 1
  currency EUR
  messages in fr-BE
  timezone Europe/Paris
  templates "templates"
  terms 30 days end of month
  ignore balances under 5 EUR, 5 USD
  sender finance
  reply to owner
  fallback finance
  catch up: all, 3 days apart
  weekends: previous business day
  one message per invoice
  pilot: 20 customers
  rate 1 USD = 0.92 EUR
role finance = "collections@acme.example"
role owner = customer.owner
role buyer = contact
field customer.tier: "gold" or "silver", "bronze"
field invoice.project: text
field invoice.score: number
field invoice.fee: money
field invoice.shipped: date
field invoice.recurring: yes or no
field invoice.labels: tags
calendar france when customer.country is "FR":
  closed saturday, sunday
  closed saturday and sunday
  holiday every 12-25 "Noël"
  holiday 2026-05-01 "Fête du Travail"
  holidays from "calendars/fr.yaml"
cadence everything per customer:
  catch up: same day only
  catch up: one at a time
  catch up: one per run
  catch up: latest
  weekends: same day
  weekends: next business day
  at D email a
  at D-3 email b to buyer cc owner cc finance attach invoice attach statement with c as first formerly second
  at issue+10 sms d else letter e registered else call by owner
  at end of month(D+30) letter f registered, formal, deadline 14 days
  at previous+10 call by finance with sheet and wait and task "Ring twice" for finance
  at D+1 months hand off to finance and escalate to owner and flag pause_work
  at D+3 business days charge fee 40 EUR
  at D+4 charge interest at 10% plus 8.5 points, if missed: skip
  at D+5 charge interest at "rates/ecb.yaml" plus 8 points
  at D+6 email g formerly email h, needs approval by owner, if invoice.balance > 10 EUR and not customer.insolvent
  at D+7 email i, unless invoice.disputed or invoice.promised
  every 15 days from D+60, at most 3 times: task "Decide" for owner
  every 2 business days from D+60: notify owner with memo
segment a when customer.tags has "x" and (
    customer.country in ("FR",
      "BE",)   # and the others
    or invoice.amount between 10 EUR and 20 EUR
  ):
  use standard, gentle
  never auto-send; never email; never sms; never letter; never call; never contact; never charge; never escalate
  only by hand
  only by hand by owner
  needs approval
  needs approval by owner from D+15
  hold
  hold until 2026-12-31
  hold until 2026-12-31 and resume 3 days later
  hold and resume 3 days later
  write to a customer at most once every 5 days
  write to a customer at most 3 times every day
  send at most 200 messages a day
  messages between 08:00 and 19:00
  data no older than 2 days
segment b:
segment c otherwise:
carve-out d when today between 08-01 and 08-21 and invoice.po_number is missing:
  at dispute+1 notify owner
  at promise+3 business days call by owner
  at payment notify owner
carve-out e when invoice.days_overdue >= 30 days and customer.since < 2020-01-01 and customer.sector is not "x":
  hold
carve-out f when not not invoice.disputed and customer.name is known and customer.kind not in ("business"):
  hold
everywhere:
  hold
scenario "everything":
  customer "C-1" in segment a with country "FR", tags ("x", "y")
  invoice "I-1" 1200 EUR issued 2026-09-01 due 2026-10-01 with po_number "P"
  payment 500 EUR on 2026-10-12 for invoice "I-1"
  dispute on 2026-10-12 until 2026-10-20 because "late" for invoice "I-1"
  promise on 2026-10-12 of 700 EUR for 2026-10-20
  past email first_reminder sent on 2026-10-04
  expect on 2026-10-12: email second_reminder and call by finance and automatic message
  expect nothing on 2026-10-13 because disputed
  expect nothing after 2026-12-01
  expect never: automatic message
"#,
    );
}

#[test]
fn the_end_of_a_line_can_be_a_semicolon_a_comment_or_the_end_of_the_file() {
    parses("everywhere: hold; never sms # both\n\n;;\r\nsegment x: use y");
}

/// One mistake a line; each message is read by a person.
#[test]
fn slips_are_refused_with_the_correction() {
    let slips = [
        "policy \"A\"\n  ignore balances under 10,000 €",
        "policy \"A\"\n  ignore balances under $5",
        "policy \"A\"\n  ignore balances under 1.000,50 eur",
        "policy \"A\"\n  currency euro",
        "policy \"A\"\n  net 30",
        "policy \"A\"\n  terms net 30 days",
        "policy \"A\"\n  curency EUR",
        "carveout disputes when invoice.disputed:\n  hold",
        "carve-out disputes:\n  hold",
        "cadence a:\n  at D + 3 email x",
        "cadence a:\n  at J+3 email x",
        "cadence a:\n  at due+3 email x",
        "cadence a:\n  at D+3 send x",
        "cadence a:\n  at D+3 email First-Reminder",
        "cadence a:\n  at D+3 email x if invoice.disputed",
        "cadence a:\n  at D+9223372036854775808 email x",
        "calendar a:\n  holiday 10/31/2026",
        "calendar a:\n  holiday 31.10.2026",
        "calendar a:\n  holiday 2026-02-30",
        "everywhere:\n  messages between 08:00 and 25:00",
        "segment a when disputed:\n  hold",
        "segment a when invoice.amount == 5 EUR:\n  hold",
        "segment a when customer.country = FR:\n  hold",
        "segment a when invoice.disputed and invoice.promised or invoice.escalated:\n  hold",
        "segment a when invoice.disputed && invoice.promised:\n  hold",
        "segment a when (invoice.disputed:\n  hold",
        "segment when:\n  hold",
        "segments a:\n  hold",
        "hold",
    ];
    let shown: Vec<String> = slips.iter().map(|slip| format!("{slip}\n---\n{}", messages(slip))).collect();
    insta::assert_snapshot!(shown.join("\n==========\n"));
}

/// After an error parsing goes on at the next block, so one run reports them all.
#[test]
fn every_block_reports_its_first_mistake() {
    let text = "\
segment a:
  at D+3 emial x
role b = \"b@acme.example\"
cadence c:
  at D+3 email x
  at D+ email y
carve-out d when invoice.disputed
  hold
everywhere:
  never
";
    insta::assert_snapshot!(messages(text));
}

#[test]
fn hostile_nesting_is_a_message_not_a_crash() {
    let deep = format!("segment a when {}invoice.disputed{}:", "(".repeat(100_000), ")".repeat(100_000));
    assert!(messages(&deep).contains("more than 64 parentheses"));
    parses(&format!("segment a when {}invoice.disputed:", "not ".repeat(100_000)));
    parses(&format!("segment a when invoice.disputed{}:", " and invoice.disputed".repeat(50_000)));
}
