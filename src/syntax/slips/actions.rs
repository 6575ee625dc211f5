//! Actions and what stands behind them: `e-mail x`, `call finance`, `escalate manager`, an `if` without its comma.

use super::{Cursor, Home, Slip, Statement};
use crate::code::Code;

pub(super) fn of(s: &Statement) -> Option<Slip> {
    if s.home != Home::Rules || s.is_first() {
        return None;
    }
    let known: [fn(&Statement) -> Option<Slip>; 7] =
        [modifier, exception, verb_again, bare, preposition, spelling, name];
    known.iter().find_map(|known| known(s))
}

/// Phrases for each action, and how it begins here. The longer ones stand first.
const SPELLINGS: [(&[&str], &str); 10] = [
    (
        &[
            "send an e-mail",
            "send an email",
            "send e-mail",
            "send email",
            "e-mail",
            "emails",
            "mail",
            "e mail",
        ],
        "email",
    ),
    (&["send an sms", "send sms", "send a text", "text message", "text", "txt", "whatsapp"], "sms"),
    (&["send a letter", "send letter", "registered letter", "post"], "letter"),
    (
        &["phone call by", "phone by", "ring by", "telephone by", "phone call", "telephone", "phone", "ring"],
        "call by",
    ),
    (&["inform", "alert", "tell", "ping"], "notify"),
    (&["create task", "create a task", "todo", "to-do", "ticket"], "task"),
    (
        &[
            "hand-off to",
            "handoff to",
            "hand over to",
            "hand-over to",
            "handover to",
            "assign to",
            "transfer to",
        ],
        "hand off to",
    ),
    (&["escalate it to", "escalation to"], "escalate to"),
    (&["set flag", "mark as", "mark", "tag as", "tag"], "flag"),
    (&["charge interest of", "charge interest"], "charge interest at"),
];

/// The words that actions begin with.
const VERBS: [&str; 10] =
    ["email", "sms", "letter", "call", "notify", "task", "hand", "escalate", "flag", "charge"];

/// Whether an action begins here, in any spelling.
pub(super) fn begins_one(c: Cursor) -> bool {
    spelling_of(c).is_some() || VERBS.contains(&c.peek().to_lowercase().as_str())
}

/// The right beginning of an action that is spelt another way, and where the wrong one ends.
fn spelling_of(start: Cursor) -> Option<(&'static str, usize)> {
    let mut c = start;
    let spelt = SPELLINGS.iter().find(|(phrases, _)| c.any(phrases).is_some());
    spelt.map(|(_, right)| (*right, c.at))
}

/// An action spelt another way.
fn spelling(s: &Statement) -> Option<Slip> {
    let c = s.cursor(s.at);
    let word = c.peek();
    if let Some(verb) = VERBS.iter().find(|verb| word != **verb && word.to_lowercase() == **verb) {
        let message = format!("`{word}` is written with small letters");
        return Some(Slip::new(Code::ActionSpelling, s.at..s.at + word.len(), message).put(*verb));
    }
    if word == "send" {
        return send(s);
    }
    let (right, end) = spelling_of(c)?;
    let written = s.text[s.at..end].trim_end();
    if written == right || s.rest().starts_with(right) {
        return None;
    }
    let message = format!("`{written}` is not the name of an action");
    Some(Slip::new(Code::ActionSpelling, s.at..s.at + written.len(), message).put(right))
}

/// `send email x` says the same as `email x`; `send x` does not say how.
fn send(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.at);
    c.phrase("send");
    c.any(&["an", "a", "the"]);
    if begins_one(c) {
        return Some(Slip::new(Code::ActionSpelling, s.at..c.at, "`send` is not needed").put(""));
    }
    let message = "`send` does not say how the message goes";
    let help = format!("name the way: `email {0}`, `sms {0}` or `letter {0}`", first_name(c));
    Some(Slip::new(Code::ActionSpelling, s.at..s.at + "send".len(), message).help(help))
}

fn first_name<'a>(c: Cursor<'a>) -> &'a str {
    if c.peek().is_empty() { "first_reminder" } else { c.peek() }
}

/// `email` with nothing behind it.
fn bare(s: &Statement) -> Option<Slip> {
    const LACKS: [(&str, &str, &str); 6] = [
        ("email", "name the template of the message", "email first_reminder"),
        ("sms", "name the template of the message", "sms short_nudge"),
        ("letter", "name the template of the message", "letter final_notice"),
        ("notify", "say who is told", "notify finance"),
        ("flag", "name the mark", "flag at_risk"),
        ("task", "say what is to be done, and who does it", "task \"Decide\" for finance"),
    ];
    let word = s.cursor(s.at).peek();
    let (verb, lacking, example) = LACKS.into_iter().find(|(verb, ..)| *verb == word)?;
    let behind = s.rest()[verb.len()..].trim_start();
    (behind.is_empty() || behind.starts_with(',')).then(|| {
        let message = format!("`{verb}` does not {lacking}");
        Slip::new(Code::ActionSpelling, s.at..s.at + verb.len(), message)
            .help(format!("{lacking}, as in `{example}`"))
    })
}

/// `call finance`, `escalate manager`, `notify to manager`, `task "x" to finance`.
fn preposition(s: &Statement) -> Option<Slip> {
    let before = s.before();
    let word = s.cursor(s.at).peek();
    let ends = |verb: &str| before.strip_suffix(verb).is_some_and(|rest| rest.ends_with(char::is_whitespace));
    let end = s.range.start + before.len();
    let lacks = [("call", "by"), ("escalate", "to"), ("hand off", "to"), ("interest", "at")];
    if let Some((verb, lacking)) = lacks.iter().find(|(verb, _)| ends(verb)) {
        let mut c = s.cursor(s.at);
        let other = c.any(&["to", "by", "from", "with", "for", "of", "at"]);
        if c.rest().is_empty() {
            let (verb, kind, what) = match *verb {
                "interest" => ("charge interest", "rate", "10%"),
                verb => (verb, "role", "finance"),
            };
            let message = format!("`{verb}` goes on with `{lacking}` and a {kind}");
            return Some(
                Slip::new(Code::ActionSpelling, end - verb.len()..end, message)
                    .help(format!("write it out, as in `{verb} {lacking} {what}`")),
            );
        }
        let place = s.at..if other.is_some() { c.at } else { s.at + word.len() };
        let place = place.start..place.start + s.text[place].trim_end().len();
        let message = format!("`{verb}` goes on with `{lacking}`");
        let slip = Slip::new(Code::ActionSpelling, place.clone(), message);
        return Some(match other {
            Some(_) => slip.put(*lacking),
            None => slip.edit(end..end, format!(" {lacking}")),
        });
    }
    if let Some(verb) = ["notify to", "flag as", "email to", "sms to"].iter().find(|phrase| ends(phrase)) {
        let (_, extra) = verb.split_once(' ')?;
        let place = end - extra.len()..s.at;
        let message = format!("no `{extra}` stands here");
        return Some(Slip::new(Code::ActionSpelling, place.start..end, message).edit(place, ""));
    }
    let superfluous = ends("notify") || ends("flag") || ends("email") || ends("sms") || ends("letter");
    if superfluous && ["to", "as", "with", "by", "from", "the", "template"].contains(&word) {
        let mut c = s.cursor(s.at);
        c.word();
        let message = format!("no `{word}` stands here");
        return Some(Slip::new(Code::ActionSpelling, s.at..c.at, message).put(""));
    }
    task(s, before, word)
}

/// `task "x" to finance`, `task "x" by finance`, `task "x" finance`, `task for finance`.
fn task(s: &Statement, before: &str, word: &str) -> Option<Slip> {
    let at = before.rfind("task ")?;
    if !before.ends_with('"') || before[at..].matches('"').count() != 2 {
        return None;
    }
    let place = s.at..s.at + word.len();
    if ["to", "by", "at", "assigned"].contains(&word) {
        return Some(Slip::new(Code::ActionSpelling, place, "a task is `for` someone").put("for"));
    }
    let end = s.range.start + before.len();
    let message = "the task does not say for whom it is";
    if word.is_empty() {
        let help = "add who has to do it, such as `for finance`";
        return Some(Slip::new(Code::ActionSpelling, at + s.range.start..end, message).help(help));
    }
    Some(Slip::new(Code::ActionSpelling, place, message).edit(end..end, " for"))
}

/// `notify finance and manager`: each action says what it does.
fn verb_again(s: &Statement) -> Option<Slip> {
    let (action, _) = s.before().rsplit_once(' ').filter(|(_, last)| *last == "and")?;
    let word = s.cursor(s.at).peek();
    if word.is_empty() || begins_one(s.cursor(s.at)) || word == "wait" || word == "send" {
        return None;
    }
    let words: Vec<&str> = action.split_whitespace().collect();
    let verbs = [
        ("notify", "notify"),
        ("by", "call by"),
        ("email", "email"),
        ("sms", "sms"),
        ("letter", "letter"),
        ("flag", "flag"),
    ];
    let last = words.len().checked_sub(2).map(|at| words[at])?;
    let (_, verb) = verbs.iter().find(|(known, _)| *known == last)?;
    let message = format!("`{word}` lacks its action: each one is written out");
    let place = s.at..s.at + word.len();
    Some(Slip::new(Code::ActionSpelling, place.clone(), message).put(format!("{verb} {word}")))
}

/// What holds for the whole line stands behind a comma.
fn modifier(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.at);
    let known = ["if", "unless", "needs approval", "formal", "deadline"];
    let found = c.any(&known)?;
    if s.before().ends_with([',', '"']) && !s.before().ends_with('"') || !is_step(s) {
        return None;
    }
    let end = s.range.start + s.before().len();
    let message = format!("`{found}` concerns the whole line and stands behind a comma");
    Some(Slip::new(Code::CommaMissing, s.at..s.at + found.len(), message).edit(end..end, ","))
}

/// `except disputes`, `only if …`, `when …`, `where …` behind an action.
fn exception(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.at);
    let comma = if s.before().ends_with(',') { "" } else { ", " };
    let end = s.range.start + s.before().len();
    let from = if comma.is_empty() { s.at } else { end };
    let known: [(&[&str], &str); 2] = [
        (
            &["except if", "except when", "except for", "except", "but not if", "but not for", "excluding"],
            "unless",
        ),
        (&["only if", "only when", "when", "where", "provided", "as long as", "in case"], "if"),
    ];
    let (_, right) = known.iter().find(|(phrases, _)| c.any(phrases).is_some())?;
    if !is_step(s) {
        return None;
    }
    let written = s.text[s.at..c.at].trim_end();
    let nouns = [
        ("disputes", "invoice.disputed"),
        ("disputed", "invoice.disputed"),
        ("promises", "invoice.promised"),
        ("promised", "invoice.promised"),
    ];
    let noun = nouns.iter().find(|(noun, _)| c.phrase(noun)).map(|(_, field)| *field);
    let place = from..from + s.text[from..c.at].trim_end().len();
    let right = format!("{comma}{right}{}", noun.map(|field| format!(" {field}")).unwrap_or_default());
    let message = format!("`{written}` is not how a condition begins behind an action");
    let slip = Slip::new(Code::ConditionNotPlain, s.at..place.end, message);
    Some(slip.edit(place, right))
}

fn is_step(s: &Statement) -> bool {
    ["at", "every"].contains(&s.starter())
}

/// `email "first_reminder"`, `email first_reminder.md`.
fn name(s: &Statement) -> Option<Slip> {
    let verb = s.before().rsplit(char::is_whitespace).next()?;
    if ["email", "sms", "letter", "with", "notify", "by", "to", "flag", "for"].contains(&verb) {
        return super::headers::quoted_name(s);
    }
    let rest = s.rest();
    let ending = ["md", "txt", "html"].iter().find(|ending| s.cursor(s.at).phrase(&format!(". {ending}")))?;
    let length = 1 + ending.len();
    (rest.starts_with('.')).then(|| {
        let message = "a template is named without the ending of its file";
        Slip::new(Code::NameNotPlain, s.at..s.at + length, message).put("")
    })
}
