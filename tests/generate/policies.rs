//! Whole policies, made up: trees of every construct of the language, without places.
//!
//! Each can be written and parses, but its names need not be declared, so most would not pass `dun check`.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use dun::model::field::FieldType;
use dun::model::{Attachment, CatchUp, Channel};
use dun::money::{Currency, Money};
use dun::span::Span;
use dun::syntax::ast::{
    Act, ActKind, Action, Allow, Anchor, Ast, Block, CalendarBlock, CalendarLine, Clause, Comparison,
    Condition, Expected, Fact, FieldDeclaration, InterestRate, Literal, Modifier, Moment, Name,
    NeedsApproval, Never, Offset, Operand, Path, Pilot, PolicyBlock, Predicate, Rate, Reason, Restriction,
    Role, RoleHolder, RulesBlock, RulesHeader, Scenario, ScenarioLine, Schedule, SegmentCatches, Setting,
    Spanned, Step, Test, Unit, Value, Weekends,
};
use proptest::prelude::*;
use proptest::sample::select;

const SPAN: Span = Span::NOWHERE;

/// A whole policy.
pub(crate) fn policy() -> BoxedStrategy<Ast> {
    prop::collection::vec(block(), 0..9).prop_map(|blocks| Ast { blocks }).boxed()
}

fn block() -> BoxedStrategy<Block> {
    prop_oneof![
        policy_block().prop_map(Block::Policy),
        role().prop_map(Block::Role),
        role().prop_map(Block::Role),
        field().prop_map(Block::Field),
        calendar().prop_map(Block::Calendar),
        rules().prop_map(Block::Rules),
        rules().prop_map(Block::Rules),
        rules().prop_map(Block::Rules),
        scenario().prop_map(Block::Scenario),
    ]
    .boxed()
}

// ---- the small parts

fn spanned<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Spanned<T>> {
    of.prop_map(|node| Spanned { node, span: SPAN })
}

fn maybe<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.4, of)
}

fn several<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(of, 1..5)
}

fn word() -> BoxedStrategy<String> {
    let known = ["finance", "owner", "first_reminder", "x", "_a1", "première", "a_name_that_is_quite_long"];
    prop_oneof![
        4 => select(known.to_vec()).prop_map(String::from),
        1 => select(vec!["wait", "registered", "message", "contact", "today_", "day", "points"])
            .prop_map(String::from),
        1 => "[a-z]{1,3}_[a-z0-9]{1,9}",
    ]
    .boxed()
}

fn name() -> BoxedStrategy<Name> {
    word().prop_map(|text| Name { text, span: SPAN }).boxed()
}

/// Any text on one line, with what is special in or around quotes.
fn text() -> BoxedStrategy<String> {
    let odd = [
        "",
        "#",
        "a # b",
        "a; b",
        "\"",
        "\\",
        "\\\\\"",
        "(",
        ")",
        "x, y",
        "this and",
        " spaced  out ",
        "Noël",
        "\t",
        "\r",
        "\u{feff}",
    ];
    prop_oneof![
        3 => select(vec!["FR", "sensitive", "templates", "a somewhat longer text of several words"])
            .prop_map(String::from),
        1 => select(odd.to_vec()).prop_map(String::from),
        // Characters that nobody sees, or that turn the direction of a text, may stand nowhere.
        1 => "[^\\p{Cc}\u{202a}-\u{202e}\u{2066}-\u{2069}]{0,12}",
    ]
    .boxed()
}

fn currency() -> BoxedStrategy<Currency> {
    select(vec!["EUR", "USD", "JPY", "KWD"]).prop_map(|code| code.parse().unwrap()).boxed()
}

fn money() -> BoxedStrategy<Money> {
    let minor = prop_oneof![4 => -10_i64..10_000_000, 1 => -i64::MAX..i64::MAX];
    (minor, currency()).prop_map(|(minor, currency)| Money::new(minor, currency)).boxed()
}

fn date() -> BoxedStrategy<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    (0_u64..109_000).prop_map(move |days| first + Days::new(days)).boxed()
}

fn month_day() -> BoxedStrategy<(u32, u32)> {
    date().prop_map(|date| (date.month(), date.day())).boxed()
}

fn time() -> BoxedStrategy<NaiveTime> {
    (0_u32..24, 0_u32..60)
        .prop_map(|(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0).unwrap())
        .boxed()
}

fn decimal() -> BoxedStrategy<String> {
    select(vec!["0", "1", "8.50", "12.345"]).prop_map(String::from).boxed()
}

/// The name of a step in the ledger.
fn key() -> BoxedStrategy<String> {
    let kinds =
        vec!["email", "sms", "letter", "call", "notify", "task", "escalate", "flag", "charge", "hand off"];
    prop_oneof![
        (select(kinds), word()).prop_map(|(kind, name)| format!("{kind} {name}")),
        select(vec!["task \"Decide by  hand, to be sure\"", "task \"a \\\" b # c\"", "email \"\""])
            .prop_map(String::from),
    ]
    .boxed()
}

// ---- the policy block, roles, fields, calendars

fn policy_block() -> BoxedStrategy<PolicyBlock> {
    (text(), prop::collection::vec(spanned(setting()), 0..7))
        .prop_map(|(name, settings)| PolicyBlock { span: SPAN, name, settings })
        .boxed()
}

fn setting() -> BoxedStrategy<Setting> {
    let number = select(vec!["1", "0.92", "1_000.5", "-3"]).prop_map(String::from);
    let rate = [(number.clone(), currency()), (number, currency())];
    let pilot =
        prop_oneof![(0..i64::MAX).prop_map(Pilot::Count), several(text()).prop_map(Pilot::Customers),];
    prop_oneof![
        prop_oneof![
            (0..i64::MAX).prop_map(Setting::Language),
            currency().prop_map(Setting::Currency),
            select(vec!["en", "fr-BE", "or", "and"]).prop_map(|tag| Setting::MessagesIn(tag.to_owned())),
            select(vec!["UTC", "Europe/Paris", "Etc/GMT+3"])
                .prop_map(|zone| Setting::Timezone(zone.to_owned())),
            text().prop_map(Setting::Templates),
            (days(), any::<bool>()).prop_map(|(days, end_of_month)| Setting::Terms { days, end_of_month }),
            several(spanned(money())).prop_map(Setting::Ignore),
        ],
        prop_oneof![
            name().prop_map(Setting::Sender),
            name().prop_map(Setting::ReplyTo),
            name().prop_map(Setting::Fallback),
            catch_up().prop_map(Setting::CatchUp),
            weekends().prop_map(Setting::Weekends),
            Just(Setting::OneMessagePerInvoice),
            pilot.prop_map(Setting::Pilot),
            rate.prop_map(|[left, right]| Setting::Rate(Rate { left, right })),
            allow().prop_map(Setting::Allow),
        ],
    ]
    .boxed()
}

fn days() -> BoxedStrategy<i64> {
    prop_oneof![Just(1), 0_i64..=3660].boxed()
}

fn catch_up() -> BoxedStrategy<CatchUp> {
    prop_oneof![
        select(vec![CatchUp::OneAtATime, CatchUp::OnePerRun, CatchUp::Latest, CatchUp::SameDayOnly]),
        days().prop_map(|days_apart| CatchUp::All { days_apart }),
    ]
    .boxed()
}

fn weekends() -> BoxedStrategy<Weekends> {
    select(vec![Weekends::NextBusinessDay, Weekends::PreviousBusinessDay, Weekends::SameDay]).boxed()
}

fn allow() -> BoxedStrategy<Allow> {
    let code = select(vec!["never-open", "empty_range"]);
    (code, text())
        .prop_map(|(code, reason)| Allow {
            code: Name { text: code.to_owned(), span: SPAN },
            reason: format!("because {reason}"),
        })
        .boxed()
}

fn path() -> BoxedStrategy<Path> {
    // A field begins with a letter, other names may begin with `_`.
    let field = name().prop_map(|name| Name { text: name.text.trim_start_matches('_').to_owned(), ..name });
    (select(vec!["invoice", "customer"]), field)
        .prop_map(|(subject, field)| Path { span: SPAN, subject: subject.to_owned(), field })
        .boxed()
}

fn role() -> BoxedStrategy<Role> {
    let holder = prop_oneof![
        spanned(text()).prop_map(RoleHolder::Address),
        path().prop_map(RoleHolder::Field),
        Just(RoleHolder::Contact),
    ];
    (name(), holder).prop_map(|(name, holder)| Role { span: SPAN, name, holder }).boxed()
}

fn field() -> BoxedStrategy<FieldDeclaration> {
    let plain = vec![
        FieldType::Text,
        FieldType::Number,
        FieldType::Money,
        FieldType::Date,
        FieldType::Flag,
        FieldType::Tags,
    ];
    let kind = prop_oneof![select(plain), several(text()).prop_map(FieldType::OneOf)];
    (path(), kind).prop_map(|(path, kind)| FieldDeclaration { span: SPAN, path, kind }).boxed()
}

fn calendar() -> BoxedStrategy<CalendarBlock> {
    (name(), maybe(condition()), prop::collection::vec(spanned(calendar_line()), 0..5))
        .prop_map(|(name, when, lines)| CalendarBlock { span: SPAN, name, when, lines })
        .boxed()
}

fn calendar_line() -> BoxedStrategy<CalendarLine> {
    let days =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    prop_oneof![
        several(select(days.to_vec())).prop_map(CalendarLine::Closed),
        (month_day(), maybe(text())).prop_map(|(day, name)| CalendarLine::HolidayEvery { day, name }),
        (date(), maybe(text())).prop_map(|(date, name)| CalendarLine::HolidayOn { date, name }),
        spanned(text()).prop_map(CalendarLine::HolidaysFrom),
    ]
    .boxed()
}

// ---- segments, cadences, carve-outs, everywhere

fn rules() -> BoxedStrategy<RulesBlock> {
    let catches = prop_oneof![
        Just(SegmentCatches::Recorded),
        condition().prop_map(SegmentCatches::When),
        Just(SegmentCatches::Otherwise(SPAN)),
    ];
    let header = prop_oneof![
        (name(), catches).prop_map(|(name, catches)| RulesHeader::Segment { name, catches }),
        (name(), maybe(Just(SPAN)))
            .prop_map(|(name, per_customer)| RulesHeader::Cadence { name, per_customer }),
        (name(), condition()).prop_map(|(name, when)| RulesHeader::CarveOut { name, when }),
        Just(RulesHeader::Everywhere),
    ];
    (header, prop::collection::vec(spanned(clause()), 0..6))
        .prop_map(|(header, clauses)| RulesBlock { span: SPAN, header, clauses })
        .boxed()
}

fn clause() -> BoxedStrategy<Clause> {
    prop_oneof![
        1 => several(name()).prop_map(Clause::Use),
        1 => catch_up().prop_map(Clause::CatchUp),
        1 => weekends().prop_map(Clause::Weekends),
        6 => step().prop_map(Clause::Step),
        3 => restriction().prop_map(Clause::Restriction),
        1 => allow().prop_map(Clause::Allow),
    ]
    .boxed()
}

fn unit() -> BoxedStrategy<Unit> {
    prop_oneof![3 => Just(Unit::Days), 1 => Just(Unit::BusinessDays), 1 => Just(Unit::Months)].boxed()
}

fn offset() -> BoxedStrategy<Offset> {
    (prop_oneof![Just(0), Just(1), -60_i64..60, -3660_i64..=3660], unit())
        .prop_map(|(count, unit)| Offset { count, unit })
        .boxed()
}

fn moment() -> BoxedStrategy<Moment> {
    let plain =
        vec![Anchor::Due, Anchor::Issue, Anchor::Dispute, Anchor::Promise, Anchor::Payment, Anchor::Previous];
    let anchor = prop_oneof![
        3 => Just(Anchor::Due),
        3 => select(plain),
        1 => (any::<bool>(), offset())
            .prop_map(|(from_issue, offset)| Anchor::EndOfMonth { from_issue, offset }),
    ];
    (anchor, offset()).prop_map(|(anchor, offset)| Moment { span: SPAN, anchor, offset }).boxed()
}

fn step() -> BoxedStrategy<Step> {
    let period = (1_i64..=3660, unit()).prop_map(|(count, unit)| Offset { count, unit });
    let schedule = prop_oneof![
        3 => moment().prop_map(Schedule::At),
        1 => (spanned(period), moment(), maybe(spanned(times())))
            .prop_map(|(period, from, times)| Schedule::Every { period, from, times }),
    ];
    let actions = prop::collection::vec(action(), 1..4);
    (schedule, actions, prop::collection::vec(spanned(modifier()), 0..4))
        .prop_map(|(schedule, actions, modifiers)| Step { schedule, actions, modifiers })
        .boxed()
}

fn times() -> BoxedStrategy<i64> {
    prop_oneof![Just(1), Just(2), 1_i64..=1000].boxed()
}

fn action() -> BoxedStrategy<Action> {
    prop_oneof![
        3 => act().prop_map(|act| vec![act]),
        1 => prop::collection::vec(act(), 2..4),
    ]
    .prop_map(|alternatives| Action { alternatives })
    .boxed()
}

fn act() -> BoxedStrategy<Act> {
    let attach =
        prop::collection::vec(spanned(select(vec![Attachment::Invoice, Attachment::Statement])), 0..3);
    let formerly = prop::collection::vec(spanned(prop_oneof![key(), word()]), 0..2);
    let copies = prop::collection::vec(name(), 0..2);
    (act_kind(), maybe(name()), copies, attach, maybe(name()), maybe(name()), formerly, maybe(Just(SPAN)))
        .prop_map(|(kind, to, cc, attach, with, key_name, formerly, wait)| Act {
            span: SPAN,
            kind,
            to,
            cc,
            attach,
            with,
            key_name,
            formerly,
            wait,
        })
        .boxed()
}

fn act_kind() -> BoxedStrategy<ActKind> {
    let channel = select(vec![Channel::Email, Channel::Sms, Channel::Letter]);
    let rate = prop_oneof![decimal().prop_map(InterestRate::Percent), text().prop_map(InterestRate::File)];
    prop_oneof![
        (channel, name(), maybe(Just(SPAN))).prop_map(|(channel, template, registered)| ActKind::Message {
            channel,
            template,
            registered
        }),
        name().prop_map(ActKind::Call),
        name().prop_map(ActKind::Notify),
        (spanned(text()), name()).prop_map(|(text, role)| ActKind::Task(text, role)),
        name().prop_map(ActKind::HandOff),
        name().prop_map(ActKind::Escalate),
        name().prop_map(ActKind::Flag),
        spanned(money()).prop_map(ActKind::ChargeFee),
        (rate, maybe(decimal())).prop_map(|(rate, points)| ActKind::ChargeInterest { rate, points }),
    ]
    .boxed()
}

fn modifier() -> BoxedStrategy<Modifier> {
    prop_oneof![
        needs_approval().prop_map(Modifier::NeedsApproval),
        condition().prop_map(Modifier::If),
        condition().prop_map(Modifier::Unless),
        Just(Modifier::SkipIfMissed),
        Just(Modifier::Formal),
        days().prop_map(Modifier::Deadline),
    ]
    .boxed()
}

fn needs_approval() -> BoxedStrategy<NeedsApproval> {
    (maybe(name()), maybe(moment())).prop_map(|(by, from)| NeedsApproval { by, from }).boxed()
}

fn restriction() -> BoxedStrategy<Restriction> {
    let never = vec![
        Never::AutoSend,
        Never::Email,
        Never::Sms,
        Never::Letter,
        Never::Call,
        Never::Contact,
        Never::Charge,
        Never::Escalate,
    ];
    prop_oneof![
        select(never).prop_map(Restriction::Never),
        maybe(name()).prop_map(Restriction::OnlyByHand),
        needs_approval().prop_map(Restriction::NeedsApproval),
        (maybe(date()), maybe(spanned(days())))
            .prop_map(|(until, resume)| Restriction::Hold { until, resume }),
        (times(), prop_oneof![Just(1), 1_i64..=366])
            .prop_map(|(times, days)| Restriction::WriteAtMost { times, days }),
        (0_i64..=1_000_000_000).prop_map(Restriction::SendAtMost),
        (time(), time()).prop_map(|(from, to)| Restriction::Window(from, to)),
        days().prop_map(Restriction::DataNoOlder),
    ]
    .boxed()
}

// ---- conditions

/// A condition, with `and`, `or` and `not` inside each other.
fn condition() -> BoxedStrategy<Condition> {
    let leaf = test().prop_map(Condition::Test);
    leaf.prop_recursive(4, 12, 4, |inner| {
        let terms = prop::collection::vec(inner.clone(), 2..5);
        prop_oneof![
            inner.prop_map(|condition| Condition::Not(Box::new(condition), SPAN)),
            terms.clone().prop_map(|terms| Condition::And(terms, SPAN)),
            terms.prop_map(|terms| Condition::Or(terms, SPAN)),
        ]
    })
    .boxed()
}

fn test() -> BoxedStrategy<Test> {
    let operand = prop_oneof![1 => Just(Operand::Today(SPAN)), 4 => path().prop_map(Operand::Path)];
    let order = select(vec![Comparison::Less, Comparison::AtMost, Comparison::More, Comparison::AtLeast]);
    let predicate = prop_oneof![
        Just(Predicate::Holds),
        Just(Predicate::IsMissing),
        Just(Predicate::IsKnown),
        (value(), any::<bool>()).prop_map(|(value, negated)| Predicate::Is { value, negated }),
        (several(value()), any::<bool>()).prop_map(|(values, negated)| Predicate::In { values, negated }),
        value().prop_map(Predicate::Has),
        (value(), value()).prop_map(|(least, most)| Predicate::Between(least, most)),
        (order, value()).prop_map(|(order, value)| Predicate::Compare(order, value)),
    ];
    (operand, predicate).prop_map(|(operand, predicate)| Test { span: SPAN, operand, predicate }).boxed()
}

fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        text().prop_map(Literal::Text),
        prop_oneof![-10_i64..100_000, Just(1)].prop_map(|whole| Literal::Number(whole * 1_000_000)),
        (-i64::MAX..i64::MAX).prop_map(Literal::Number),
        prop_oneof![Just(1), -400_i64..400, 0_i64..9_000_000_000_000].prop_map(Literal::Days),
        money().prop_map(Literal::Money),
        date().prop_map(Literal::Date),
        month_day().prop_map(|(month, day)| Literal::MonthDay(month, day)),
    ]
    .prop_map(|literal| Value { span: SPAN, literal })
    .boxed()
}

// ---- scenarios

fn scenario() -> BoxedStrategy<Scenario> {
    (text(), prop::collection::vec(spanned(scenario_line()), 0..6))
        .prop_map(|(name, lines)| Scenario { span: SPAN, name, lines })
        .boxed()
}

fn scenario_line() -> BoxedStrategy<ScenarioLine> {
    let because = || maybe(text());
    let reason = || maybe(prop_oneof![name().prop_map(Reason::Named), text().prop_map(Reason::Words)]);
    let outcome = select(vec!["sent", "done", "bounced", "declined", "approved"]).prop_map(String::from);
    let invoice = || maybe(text());
    prop_oneof![
        (invoice(), maybe(name()), facts()).prop_map(|(id, segment, facts)| ScenarioLine::Customer {
            id,
            segment,
            facts
        }),
        (invoice(), money(), maybe(date()), date(), facts()).prop_map(|(id, amount, issued, due, facts)| {
            ScenarioLine::Invoice { id, amount, issued, due, facts }
        }),
        (money(), date(), invoice()).prop_map(|(amount, on, invoice)| ScenarioLine::Payment {
            amount,
            on,
            invoice
        }),
        (date(), maybe(date()), because(), invoice()).prop_map(|(on, until, because, invoice)| {
            ScenarioLine::Dispute { on, until, because, invoice }
        }),
        (date(), maybe(money()), date(), invoice())
            .prop_map(|(on, amount, due, invoice)| { ScenarioLine::Promise { on, amount, due, invoice } }),
        (key(), outcome, date(), invoice()).prop_map(|(step, outcome, on, invoice)| ScenarioLine::Past {
            step,
            outcome,
            on,
            invoice
        }),
        (date(), several(expected())).prop_map(|(on, expected)| ScenarioLine::ExpectOn(on, expected)),
        (date(), reason()).prop_map(|(on, because)| ScenarioLine::ExpectNothingOn(on, because)),
        date().prop_map(ScenarioLine::ExpectNothingAfter),
        several(expected()).prop_map(ScenarioLine::ExpectNever),
    ]
    .boxed()
}

fn facts() -> BoxedStrategy<Vec<Fact>> {
    let fact = (name(), several(value())).prop_map(|(name, values)| Fact { name, values });
    prop::collection::vec(fact, 0..4).boxed()
}

fn expected() -> BoxedStrategy<Expected> {
    let classes = vec!["message", "contact", "action", "email", "call", "task", "escalate"];
    let odd = vec!["call by finance", "email by", "email and", "clear", "hand off", "hand off to", "clear x"];
    let what = prop_oneof![
        key(),
        select(classes).prop_map(String::from),
        select(odd).prop_map(String::from),
        text(),
    ];
    let mode = maybe(select(vec!["automatic", "approval", "manual"]).prop_map(String::from));
    (mode, what).prop_map(|(mode, what)| Expected { span: SPAN, mode, what }).boxed()
}
