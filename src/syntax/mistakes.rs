//! What to say when the grammar does not fit: what stands there, what could stand there, what was probably meant.

use std::collections::BTreeSet;
use std::ops::Range;

use pest::error::ErrorVariant;

use super::layout;
use super::parser::Rule;
use super::slips::{self, Home, Slip, Statement};
use crate::code::Code;
use crate::suggest::{nearest, one_of};

/// The statement around a place of a block's text.
pub(super) fn statement(text: &str, at: usize) -> Statement<'_> {
    let at = word_start(text, text.ceil_char_boundary(at.min(text.len())));
    let line = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
    let (mut start, mut stop) = (line, end);
    for (place, depth) in semicolons(&text[line..end]) {
        match (line + place < at, depth) {
            (true, _) => start = line + place + 1,
            // Inside a parenthesis it separates arguments, as in a spreadsheet.
            (false, 0) => {
                stop = line + place;
                break;
            }
            (false, _) => {}
        }
    }
    let start = start + (text[start..stop].len() - text[start..stop].trim_start().len());
    let stop = start + text[start..stop].trim_end().len();
    Statement { text, range: start..stop.max(start), at: at.clamp(start, stop.max(start)), home: home(text) }
}

/// Where semicolons stand outside strings, and in how many parentheses.
fn semicolons(line: &str) -> Vec<(usize, usize)> {
    let (mut in_string, mut depth, mut found) = (false, 0_usize, Vec::new());
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b';' => found.push((at, depth)),
            _ => {}
        }
    }
    found
}

/// The start of the word that a place is in; the next one when it stands between two.
fn word_start(text: &str, at: usize) -> usize {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\u{a0}');
    let skipped = text[at..].find(|c: char| !blank(c)).map_or(text.len(), |n| at + n);
    match skipped == at && text[at..].starts_with(is_word) {
        true => text[..at].rfind(|c: char| !is_word(c)).map_or(0, |n| text.ceil_char_boundary(n + 1)),
        false => skipped,
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// The kind of the block whose text this is.
fn home(text: &str) -> Home {
    let word = text.split(|c: char| !is_word(c)).find(|word| !word.is_empty()).unwrap_or("");
    match word {
        "policy" => Home::Policy,
        "calendar" => Home::Calendar,
        "scenario" => Home::Scenario,
        "segment" | "cadence" | "carve-out" | "everywhere" => Home::Rules,
        "carveout" | "carve_out" | "carve" | "carve-outs" | "Carve-out" => Home::Rules,
        "role" | "field" => Home::Line,
        _ => Home::File,
    }
}

/// Whether a statement is the header of its block, or means to be one: what stands below it cannot be read alone.
pub(super) fn is_header(s: &Statement) -> bool {
    s.text[..s.range.start]
        .trim_matches(|c: char| c.is_whitespace() || c == ';' || c == '\u{feff}')
        .is_empty()
        || s.whole().ends_with(':')
}

/// Explains why a statement does not parse.
pub(super) fn explain(s: &Statement, variant: &ErrorVariant<Rule>) -> Slip {
    slips::recognise(s).unwrap_or_else(|| general(s, variant))
}

fn general(s: &Statement, variant: &ErrorVariant<Rule>) -> Slip {
    let found = Found::at(s);
    if s.is_first() && !found.word.is_empty() {
        return unknown_line(s, &found);
    }
    let expected: BTreeSet<&str> = match variant {
        ErrorVariant::ParsingError { positives, .. } => {
            positives.iter().filter_map(|&rule| words(rule)).collect()
        }
        ErrorVariant::CustomError { .. } => BTreeSet::new(),
    };
    let error = Slip::new(Code::Syntax, found.place.clone(), found.misfit(s));
    if found.word.starts_with('"') && !found.is_closed() {
        return Slip::new(Code::Syntax, found.place, "the text that begins here is not closed on this line")
            .help("put a quotation mark behind it; one inside a text is written `\\\"`");
    }
    if let Some(near) = nearest(found.word, ACTIONS.iter().copied()).filter(|_| expected.contains(AN_ACTION))
    {
        return error.put(near);
    }
    let list: Vec<&str> = expected.into_iter().collect();
    match list.as_slice() {
        [] => error.help("a line ends at its line end or at `;`: check what stands before this place"),
        [only] => error.help(format!("here dun expects {only}{}", written(s))),
        many => error.help(format!("here dun expects one of: {}{}", many.join("; "), written(s))),
    }
}

/// How a line of a scenario is written as a whole: what stands in it has an order.
fn written(s: &Statement) -> String {
    let example = match s.starter() {
        _ if s.home != Home::Scenario => None,
        "expect" => EXPECTATIONS.into_iter().find(|line| {
            let words = || s.whole().split([' ', ':']).zip(line.split([' ', ':'])).take(3);
            words().skip(1).all(|(own, other)| own == other || other.starts_with(char::is_numeric))
        }),
        "invoice" => Some("invoice \"INV-7\" 1200 EUR due 2026-10-01"),
        word => example(word),
    };
    example.map_or_else(String::new, |example| format!(", as in `{example}`"))
}

/// The expectations, each as a whole.
const EXPECTATIONS: [&str; 4] = [
    "expect on 2026-10-04: notify owner",
    "expect nothing on 2026-10-04 because disputed",
    "expect nothing after 2026-10-04",
    "expect never: email first_reminder",
];

/// What stands at the place of an error.
struct Found<'a> {
    place: Range<usize>,
    word: &'a str,
}

impl<'a> Found<'a> {
    fn at(s: &Statement<'a>) -> Found<'a> {
        let rest = s.rest();
        let end = match rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()) {
            0 if rest.starts_with('"') => rest[1..].find('"').map_or(1, |inside| inside + 2),
            0 => rest.chars().next().map_or(0, char::len_utf8),
            length => length,
        };
        Found { place: s.at..s.at + end, word: &rest[..end] }
    }

    /// Whether a text in quotes has both of them.
    fn is_closed(&self) -> bool {
        self.word.len() > 1 && self.word.ends_with('"')
    }

    /// Says what does not fit, and behind what.
    fn misfit(&self, s: &Statement) -> String {
        let before: Vec<&str> = s.before().split_whitespace().rev().take(2).collect();
        let behind: Vec<&str> = before.into_iter().rev().collect();
        match (self.word, behind.join(" ")) {
            ("", behind) => format!("the line ends too early, behind `{behind}`"),
            (word, behind) if behind.is_empty() => format!("`{word}` does not fit here"),
            (word, behind) => format!("`{word}` does not fit behind `{behind}`"),
        }
    }
}

/// The first words of actions.
const ACTIONS: [&str; 9] = ["email", "sms", "letter", "call", "notify", "task", "escalate", "flag", "charge"];
const AN_ACTION: &str = "an action: `email`, `sms`, `letter`, `call by`, `notify`, `task`, `hand off to`, `escalate to`, `flag` or `charge`";

const SETTINGS: &[&str] = &[
    "language",
    "currency",
    "messages",
    "timezone",
    "templates",
    "terms",
    "ignore",
    "sender",
    "reply",
    "fallback",
    "catch",
    "weekends",
    "one",
    "pilot",
    "rate",
    "allow",
];
const CALENDAR: &[&str] = &["closed", "holiday", "holidays"];
const RULES: &[&str] = &[
    "use", "at", "every", "catch", "weekends", "never", "only", "needs", "hold", "write", "send", "messages",
    "data", "allow",
];
const SCENARIO: &[&str] = &["customer", "invoice", "payment", "dispute", "promise", "past", "expect"];

/// How a block is called in a sentence, and what its lines can begin with.
fn block_above(s: &Statement) -> (&'static str, &'static [&'static str]) {
    match s.home {
        Home::Policy => ("the policy block", SETTINGS),
        Home::Calendar => ("a calendar", CALENDAR),
        Home::Scenario => ("a scenario", SCENARIO),
        Home::Rules => match s.text.split(|c: char| !is_word(c)).find(|word| !word.is_empty()) {
            Some("segment") => ("a segment", RULES),
            Some("cadence") => ("a cadence", RULES),
            Some("everywhere") => ("`everywhere`", RULES),
            _ => ("a carve-out", RULES),
        },
        Home::Line | Home::File => ("a policy file", &[]),
    }
}

/// A line that begins with nothing the language knows, or that stops making sense in its first word.
fn unknown_line(s: &Statement, found: &Found) -> Slip {
    let (block, starters) = block_above(s);
    let all: Vec<&str> = starters.iter().chain(layout::HEADERS.iter()).copied().collect();
    let place = found.place.clone();
    if all.contains(&found.word) {
        let message = format!("this line does not go on as one with `{}` should", found.word);
        let error = Slip::new(Code::Syntax, place, message);
        return match example(found.word) {
            Some(example) => error.help(format!("it is written like this: `{example}`")),
            None => error.help("compare it with the language reference"),
        };
    }
    let message = format!("`{}` does not begin a line of {block}", found.word);
    let error = Slip::new(Code::UnknownLine, place, message);
    match nearest(found.word, all.iter().copied()) {
        Some(near) => error.put(near),
        None => error.help(format!("here a line begins with {}", one_of(all))),
    }
}

/// One right line for each word that a line can begin with.
fn example(word: &str) -> Option<&'static str> {
    Some(match word {
        "policy" => "policy \"Acme receivables\"",
        "role" => "role finance = \"collections@acme.example\"",
        "field" => "field customer.tier: \"gold\" or \"silver\"",
        "calendar" => "calendar france:",
        "segment" => "segment small_invoices when invoice.amount < 200 EUR:",
        "cadence" => "cadence standard:",
        "carve-out" => "carve-out disputes when invoice.disputed:",
        "everywhere" => "everywhere:",
        "scenario" => "scenario \"what it shows\":",
        "language" => "language 1",
        "currency" => "currency EUR",
        "messages" => "messages in en",
        "timezone" => "timezone Europe/Paris",
        "templates" => "templates \"templates\"",
        "terms" => "terms 30 days",
        "ignore" => "ignore balances under 5 EUR",
        "sender" => "sender finance",
        "reply" => "reply to finance",
        "fallback" => "fallback finance",
        "catch" => "catch up: one at a time",
        "weekends" => "weekends: next business day",
        "one" => "one message per invoice",
        "pilot" => "pilot: 20 customers",
        "rate" => "rate 1 USD = 0.92 EUR",
        "closed" => "closed saturday, sunday",
        "holiday" => "holiday every 12-25 \"Christmas\"",
        "holidays" => "holidays from \"calendars/fr.yaml\"",
        "use" => "use standard",
        "at" => "at D+3 email first_reminder",
        "every" => "every 15 days from D+60, at most 3 times: task \"Decide\" for manager",
        "never" => "never auto-send",
        "only" => "only by hand by finance",
        "needs" => "needs approval by manager",
        "hold" => "hold",
        "write" => "write to a customer at most once every 5 days",
        "send" => "send at most 200 messages a day",
        "data" => "data no older than 2 days",
        "allow" => "allow(no-dispute-carve-out, \"disputes are closed within the hour\")",
        "customer" => "customer in segment key_accounts",
        "invoice" => "invoice 1200 EUR due 2026-10-01",
        "payment" => "payment 500 EUR on 2026-10-12",
        "dispute" => "dispute on 2026-10-12 until 2026-10-20",
        "promise" => "promise on 2026-10-12 for 2026-10-20",
        "past" => "past email first_reminder sent on 2026-10-04",
        "expect" => "expect on 2026-10-04: notify owner",
        _ => return None,
    })
}

/// The user's words for a rule of the grammar; none for those that only help to build others.
///
/// One exhaustive table, and therefore long: a rule added to the grammar does not compile until it stands here.
fn words(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name => "a name",
        Rule::string => "a text in quotes",
        Rule::integer | Rule::number | Rule::number_text => "a number",
        Rule::currency_code => "a currency such as `EUR`",
        Rule::money => "an amount such as `25_000 EUR`",
        Rule::date => "a date such as `2026-10-31`",
        Rule::month_day => "a day of the year such as `12-25`",
        Rule::time => "a time such as `08:00`",
        Rule::percent => "a rate such as `10%`",
        Rule::duration => "a period such as `15 days`",
        Rule::unit | Rule::days => "a number of days such as `5 days`",
        Rule::count | Rule::once | Rule::twice => "`once`, `twice` or `N times`",
        Rule::language_tag => "a language such as `en`",
        Rule::zone => "a time zone such as `Europe/Paris`",
        Rule::terms_end_of_month => "`end of month`",
        Rule::one_at_a_time | Rule::one_per_run | Rule::latest | Rule::same_day_only | Rule::all_apart => {
            "`one at a time`, `one per run`, `latest`, `same day only` or `all, N days apart`"
        }
        Rule::weekends_next | Rule::weekends_previous | Rule::weekends_same => {
            "`next business day`, `previous business day` or `same day`"
        }
        Rule::pilot_count | Rule::pilot_customers => "`20 customers` or `customers \"C-1\", \"C-2\"`",
        Rule::path => "a field such as `customer.country`",
        Rule::role_contact => "`contact`",
        Rule::type_text
        | Rule::type_number
        | Rule::type_money
        | Rule::type_date
        | Rule::type_flag
        | Rule::type_tags
        | Rule::type_one_of => "`text`, `number`, `money`, `date`, `tags`, `yes or no`, or the allowed texts",
        Rule::weekday => "a day of the week",
        Rule::allow_code => "the code of a warning",
        Rule::per_customer => "`per customer`",
        Rule::when => "`when` and a condition",
        Rule::otherwise => "`otherwise`",
        Rule::moment | Rule::anchor => "a day such as `D+3`, `issue+10` or `promise+3 business days`",
        Rule::offset | Rule::sign => "an offset such as `+3`",
        Rule::action
        | Rule::act
        | Rule::actions
        | Rule::message
        | Rule::call
        | Rule::notify
        | Rule::task
        | Rule::hand_off
        | Rule::escalate
        | Rule::flag
        | Rule::charge_fee
        | Rule::charge_interest
        | Rule::channel => AN_ACTION,
        Rule::registered => "`registered`",
        Rule::to_role
        | Rule::cc_role
        | Rule::attach
        | Rule::with_template
        | Rule::as_name
        | Rule::formerly => "`to`, `cc`, `attach`, `with`, `as` or `else`",
        Rule::attach_invoice | Rule::attach_statement => "`invoice` or `statement`",
        Rule::and_wait => "`and wait`",
        Rule::step_key | Rule::step_kind | Rule::step_any => "a step such as `email first_reminder`",
        Rule::modifiers
        | Rule::needs_approval
        | Rule::if_missed
        | Rule::if_condition
        | Rule::unless_condition
        | Rule::formal
        | Rule::deadline => "`, needs approval`, `, if …`, `, unless …`, `, formal` or `, deadline N days`",
        Rule::never_what => {
            "`auto-send`, `email`, `sms`, `letter`, `call`, `contact`, `charge` or `escalate`"
        }
        Rule::by_role => "`by` and a role",
        Rule::approval_from => "`from` and a day such as `D+15`",
        Rule::hold_until => "`until` and a date",
        Rule::hold_resume => "`and resume N days later`",
        Rule::one_day => "`day`",
        Rule::condition | Rule::term | Rule::group | Rule::test | Rule::operand | Rule::op_today => {
            "a condition"
        }
        Rule::connective | Rule::op_and | Rule::op_or => "`and` or `or`",
        Rule::negation => "`not`",
        Rule::is_missing
        | Rule::is_known
        | Rule::is_not
        | Rule::is
        | Rule::is_in
        | Rule::not_in
        | Rule::has
        | Rule::between
        | Rule::compare
        | Rule::compare_op => {
            "a comparison: `is`, `is not`, `<`, `<=`, `>`, `>=`, `in (…)`, `has`, `between … and …`, `is missing` or `is known`"
        }
        Rule::list => "a list such as `(\"FR\", \"BE\")`",
        Rule::value => "a value",
        Rule::in_segment => "`in segment` and a name",
        Rule::with_facts | Rule::fact => "`with` and facts such as `country \"FR\"`",
        Rule::issued_on => "`issued` and a date",
        Rule::outcome => "an outcome such as `sent`",
        Rule::for_invoice => "`for invoice \"…\"`",
        Rule::because => "`because` and a reason",
        Rule::expected | Rule::expect_mode | Rule::expect_class => "a step, or a kind such as `message`",
        Rule::EOI => "the end of the line",
        Rule::policy
        | Rule::role
        | Rule::field
        | Rule::calendar
        | Rule::segment
        | Rule::cadence
        | Rule::carve_out
        | Rule::everywhere
        | Rule::scenario => "the next block",
        Rule::set_language
        | Rule::set_currency
        | Rule::set_messages_in
        | Rule::set_timezone
        | Rule::set_templates
        | Rule::set_terms
        | Rule::set_ignore
        | Rule::set_sender
        | Rule::set_reply_to
        | Rule::set_fallback
        | Rule::catch_up
        | Rule::weekends
        | Rule::set_one_message
        | Rule::set_pilot
        | Rule::set_rate
        | Rule::allow => "a setting",
        Rule::closed | Rule::holiday_every | Rule::holiday_on | Rule::holidays_from => "a line of a calendar",
        Rule::use_cadence
        | Rule::step
        | Rule::every
        | Rule::never
        | Rule::only_by_hand
        | Rule::hold
        | Rule::write_limit
        | Rule::send_limit
        | Rule::message_window
        | Rule::data_age => "a step or a restriction",
        Rule::given_customer
        | Rule::given_invoice
        | Rule::given_payment
        | Rule::given_dispute
        | Rule::given_promise
        | Rule::given_past
        | Rule::expect_on
        | Rule::expect_nothing_on
        | Rule::expect_nothing_after
        | Rule::expect_never => "a line of a scenario",
        Rule::anchor_due
        | Rule::anchor_issue
        | Rule::anchor_dispute
        | Rule::anchor_promise
        | Rule::anchor_payment
        | Rule::anchor_previous
        | Rule::end_of_month => {
            "an anchor: `D`, `issue`, `dispute`, `promise`, `payment`, `previous` or `end of month(…)`"
        }
        Rule::interest_points => "`plus N points`",
        Rule::file
        | Rule::block
        | Rule::setting
        | Rule::family
        | Rule::field_type
        | Rule::calendar_line
        | Rule::body
        | Rule::clause
        | Rule::act_option
        | Rule::modifier
        | Rule::restriction
        | Rule::predicate
        | Rule::reserved
        | Rule::scenario_line
        | Rule::sp
        | Rule::ws
        | Rule::gap
        | Rule::eos
        | Rule::wb
        | Rule::comma
        | Rule::and
        | Rule::day_word
        | Rule::string_inner
        | Rule::a_money
        | Rule::a_date
        | Rule::carve_out_word
        | Rule::slip_number
        | Rule::slip_symbol
        | Rule::slip_money
        | Rule::slip_code
        | Rule::slip_date
        | Rule::slip_currency
        | Rule::slip_net
        | Rule::slip_carve_out
        | Rule::slip_anchor
        | Rule::slip_offset
        | Rule::slip_connective
        | Rule::slip_operand
        | Rule::slip_compare
        | Rule::slip_compare_op
        | Rule::slip_value => {
            return None;
        }
    })
}
