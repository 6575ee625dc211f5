//! Conditions as spreadsheets, databases and programs write them: `IF(…; …)`, `AND(…)`, `IN [..]`, `LIKE`, `${…}`.

use std::ops::Range;

use super::{Home, Slip, Statement, cursor};
use crate::code::Code;

pub(super) fn of(s: &Statement) -> Option<Slip> {
    let known: [fn(&Statement) -> Option<Slip>; 9] =
        [formula, capitals, like, brackets, subscript, interpolation, negation, list, another];
    known.iter().find_map(|known| known(s))
}

/// `IF(…; …)`, `AND(a; b)`, `OR(a, b)`, `ISBLANK(a)`.
fn formula(s: &Statement) -> Option<Slip> {
    let open = s.at;
    if !s.rest().starts_with('(') {
        return line_formula(s);
    }
    let name = s.before().rsplit(|c: char| !cursor::is_word(c)).next().unwrap_or_default();
    let start = s.range.start + s.before().len() - name.len();
    let (separators, close) = arguments(s.text, open)?;
    let message = format!("`{name}(…)` is a formula of a spreadsheet");
    let slip = Slip::new(Code::ConditionNotPlain, start..close + 1, message);
    let joined = |slip: Slip, word: &str| {
        let slip = slip.edit(start..open, "");
        separators.iter().fold(slip, |slip, &at| slip.edit(at..at + 1, format!(" {word}")))
    };
    match name.to_lowercase().as_str() {
        "and" => Some(joined(slip, "and")),
        "or" => Some(joined(slip, "or")),
        "not" => Some(slip.edit(start..open, "not ")),
        "isblank" | "isempty" | "isnull" => {
            Some(slip.edit(start..open + 1, "").edit(close..close + 1, " is missing"))
        }
        "if" | "iif" | "when" => Some(slip.help(IF_HELP)),
        _ => None,
    }
}

const IF_HELP: &str = "a step has its condition behind it, `at D+3 email first_reminder, if invoice.amount > 5 EUR`, and a segment in its header";

/// A line that is a formula: `=IF(…`, `IF(…`.
fn line_formula(s: &Statement) -> Option<Slip> {
    let whole = s.whole().trim_start_matches('=').trim_start().to_lowercase();
    (s.is_first() && (whole.starts_with("if(") || whole.starts_with("if ("))).then(|| {
        Slip::new(Code::ConditionNotPlain, s.range.clone(), "`IF(…)` is a formula of a spreadsheet")
            .help(IF_HELP)
    })
}

/// Where the arguments behind a bracket are separated, and where its partner stands.
fn arguments(text: &str, open: usize) -> Option<(Vec<usize>, usize)> {
    let (mut depth, mut in_string, mut separators) = (0_usize, false, Vec::new());
    for (at, c) in text[open..].char_indices().map(|(at, c)| (open + at, c)) {
        match c {
            '"' => in_string = !in_string,
            '\n' => return None,
            _ if in_string => {}
            '(' => depth += 1,
            ')' if depth == 1 => return Some((separated(text, separators), at)),
            ')' => depth -= 1,
            ';' | ',' if depth == 1 => separators.push(at),
            _ => {}
        }
    }
    None
}

/// Which marks separate: semicolons where there are some, else commas that stand in no number.
fn separated(text: &str, marks: Vec<usize>) -> Vec<usize> {
    let is = |at: usize, mark: &str| text[at..].starts_with(mark);
    let semicolons: Vec<usize> = marks.iter().copied().filter(|&at| is(at, ";")).collect();
    let digit = |at: usize| text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    match semicolons.is_empty() {
        false => semicolons,
        true => marks.into_iter().filter(|&at| !digit(at)).collect(),
    }
}

/// `IS`, `IN`, `NOT`, `BETWEEN` and the like in capitals.
fn capitals(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.at);
    for _ in 0..3 {
        let (at, word) = (c.at, c.word());
        let lower = word.to_lowercase();
        if !KEYWORDS.contains(&lower.as_str()) {
            return None;
        }
        if word != lower {
            let message = format!("`{word}` is written with small letters");
            return Some(Slip::new(Code::ConditionNotPlain, at..at + word.len(), message).put(lower));
        }
    }
    None
}

const KEYWORDS: [&str; 20] = [
    "is",
    "in",
    "not",
    "between",
    "has",
    "and",
    "or",
    "if",
    "unless",
    "when",
    "otherwise",
    "to",
    "by",
    "with",
    "from",
    "for",
    "missing",
    "known",
    "needs",
    "every",
];

/// Comparisons that have another word here, or none.
fn like(s: &Statement) -> Option<Slip> {
    let c = s.cursor(s.at);
    let words: [(&[&str], &str); 8] = [
        (&["is greater than or equal to", "is at least", "at least"], ">="),
        (&["is less than or equal to", "is at most", "is up to"], "<="),
        (
            &[
                "is greater than",
                "is more than",
                "is over",
                "is above",
                "greater than",
                "more than",
                "over",
                "above",
                "exceeds",
            ],
            ">",
        ),
        (&["is less than", "is below", "is under", "less than", "below", "under"], "<"),
        (&["equals", "equal to", "eq"], "is"),
        (&["isn ' t", "isnt", "does not equal"], "is not"),
        (&["contains", "includes", "include"], "has"),
        (&["is one of", "one of", "any of"], "in"),
    ];
    // `is greater` alone reads like a comparison with a text.
    let is = s.before().rfind(" is ").map(|at| s.range.start + at + 1);
    for from in [Some(s.at), is].into_iter().flatten() {
        let mut c = s.cursor(from);
        let Some((_, right)) = words.iter().find(|(phrases, _)| c.any(phrases).is_some()) else { continue };
        let place = from..from + s.text[from..c.at].trim_end().len();
        if c.at >= s.at {
            let message = format!("`{}` is not how two values are compared", &s.text[place.clone()]);
            return Some(Slip::new(Code::UnknownOperator, place, message).put(*right));
        }
    }
    let word = c.peek();
    ["like", "ilike", "matches", "startswith", "regex"].contains(&word.to_lowercase().as_str()).then(|| {
        let message = format!("`{word}` is not there: texts are compared as a whole");
        let help = "list the texts, `customer.country in (\"FR\", \"BE\")`, or ask for a tag, `customer.tags has \"vip\"`";
        Slip::new(Code::UnknownOperator, s.at..s.at + word.len(), message).help(help)
    })
}

/// `in ["FR", "BE"]`, `in {"FR"}`.
fn brackets(s: &Statement) -> Option<Slip> {
    let close = match s.rest().chars().next()? {
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    let in_list = s.before().ends_with(" in");
    let end = s.at + s.rest().find(close)?;
    in_list.then(|| {
        let message = format!("a list stands in parentheses, not in `{}{close}`", &s.text[s.at..=s.at]);
        Slip::new(Code::BracketNotUsed, s.at..end + 1, message).put(format!("({})", &s.text[s.at + 1..end]))
    })
}

/// `invoice[amount]`, `invoice["amount"]`, `invoice->amount`, `invoice's amount`, `invoice::amount`.
fn subscript(s: &Statement) -> Option<Slip> {
    if s.home == Home::Scenario {
        return None;
    }
    let subject = ["invoice", "customer"].into_iter().find(|subject| {
        let before = s.before().to_lowercase();
        before.strip_suffix(subject).is_some_and(|rest| !rest.ends_with(cursor::is_word))
    })?;
    let start = s.range.start + s.before().len() - subject.len();
    let rest = s.rest();
    let mut c = s.cursor(s.at);
    let close = if c.mark("[") { "]" } else { "" };
    let quote = if c.mark("\"") { "\"" } else { "" };
    let joined = !close.is_empty() || ["->", "::", ":", "'s", "’s", "."].iter().any(|mark| c.mark(mark));
    let name = c.peek();
    let spaced = !joined
        && rest.len() > name.len()
        && !["is", "has", "in", "not", "and", "or", "between"].contains(&name);
    if name.is_empty() || !(joined || spaced) {
        return None;
    }
    c.at += name.len();
    let closed = c.rest().starts_with(quote).then(|| c.at += quote.len()).is_some();
    let closed = closed && c.rest().starts_with(close).then(|| c.at += close.len()).is_some();
    closed.then(|| {
        let message = format!("`{}` is not how a field is written", &s.text[start..c.at]);
        Slip::new(Code::ConditionNotPlain, start..c.at, message)
            .put(format!("{subject}.{}", name.to_lowercase()))
    })
}

/// `${customer.country}`, `{{ customer.country }}`.
fn interpolation(s: &Statement) -> Option<Slip> {
    let (open, close) =
        [("${", "}"), ("{{", "}}"), ("$", "")].into_iter().find(|(open, _)| s.rest().starts_with(open))?;
    let inside = &s.rest()[open.len()..];
    let (name, length) = match close {
        "" => (s.cursor(s.at + 1).peek(), 1 + s.cursor(s.at + 1).peek().len()),
        _ => (inside.split(close).next()?, open.len() + inside.find(close)? + close.len()),
    };
    let starts = name.trim().starts_with(char::is_alphabetic);
    starts.then(|| {
        let message = format!("`{}` is how a template or a script names a field", &s.rest()[..length]);
        Slip::new(Code::BracketNotUsed, s.at..s.at + length, message).put(name.trim())
    })
}

/// `!invoice.disputed`.
fn negation(s: &Statement) -> Option<Slip> {
    (s.rest().starts_with('!') && !s.rest().starts_with("!="))
        .then(|| Slip::new(Code::OperatorNotAWord, s.at..s.at + 1, "`!` is written out in dun").put("not "))
}

/// `in "FR"`, `in FR`.
fn list(s: &Statement) -> Option<Slip> {
    if !s.before().ends_with(" in") || s.rest().starts_with('(') {
        return None;
    }
    let value: Range<usize> = match s.rest().strip_prefix('"') {
        Some(inside) => s.at..s.at + inside.find('"')? + 2,
        None => s.at..s.at + s.cursor(s.at).peek().len(),
    };
    let text = s.text[value.clone()].trim_matches('"');
    (!text.is_empty()).then(|| {
        Slip::new(Code::ConditionNotPlain, value.clone(), "the values behind `in` stand in parentheses")
            .put(format!("(\"{text}\")"))
    })
}

/// `is "FR" or "BE"`, `is "FR", "BE"`.
fn another(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.at);
    let left = match c.mark(",") {
        true => s.before(),
        false => s.before().strip_suffix(" or").or_else(|| s.before().strip_suffix(','))?.trim_end(),
    };
    let is = left.rfind(" is ")? + 1;
    let (negated, first) = match left[is + "is ".len()..].trim_start() {
        value if value.starts_with("not ") => (true, value["not ".len()..].trim_start()),
        value => (false, value),
    };
    first.strip_prefix('"')?.strip_suffix('"').filter(|inside| !inside.contains('"'))?;
    let (mut values, mut end) = (vec![first], s.at);
    loop {
        let start = c.at;
        if !c.string() {
            break;
        }
        end = start + s.text[start..c.at].trim_end().len();
        values.push(&s.text[start..end]);
        if !c.phrase("or") && !c.mark(",") {
            break;
        }
    }
    let (list, place) = (values.join(", "), s.range.start + is..end);
    let slip = |message| Slip::new(Code::ConditionNotPlain, place.clone(), message);
    match (values.len(), negated) {
        (0 | 1, _) => None,
        (_, false) => Some(slip("several values are a list behind `in`").put(format!("in ({list})"))),
        (_, true) => {
            Some(slip("several values are a list").help(format!("for none of them write `not in ({list})`")))
        }
    }
}
