//! Restrictions and approvals: `do not contact`, `never send automatically`, `requires approval`.

use super::{Home, Slip, Statement};
use crate::code::Code;

pub(super) fn of(s: &Statement) -> Option<Slip> {
    if s.home != Home::Rules {
        return None;
    }
    forbidding(s).or_else(|| approval(s)).or_else(|| hold(s)).or_else(|| exception(s)).or_else(|| limit(s))
}

const FORBIDDEN: [(&[&str], &str); 8] = [
    (
        &[
            "send automatically",
            "auto send",
            "autosend",
            "auto_send",
            "automatically send",
            "send automatic messages",
            "automatic messages",
            "automatic",
            "automatically",
            "send by itself",
            "auto",
            "robot",
        ],
        "auto-send",
    ),
    (&["e-mails", "e-mail", "emails", "email", "mail", "send emails", "send e-mails"], "email"),
    (&["text messages", "texts", "text", "sms messages", "sms"], "sms"),
    (&["letters", "letter", "post", "write letters"], "letter"),
    (&["phone calls", "phone", "calls", "call", "ring"], "call"),
    (
        &[
            "contact them",
            "contact the customer",
            "contact customer",
            "contacts",
            "contact",
            "dun",
            "chase",
            "remind",
            "disturb",
        ],
        "contact",
    ),
    (&["charges", "charge fees", "charge interest", "charge", "fees"], "charge"),
    (&["escalations", "escalate", "escalation"], "escalate"),
];

/// `do not contact`, `never send automatically`, `no calls`.
fn forbidding(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    let intro = c.any(&["do not ever", "do not", "don ' t", "don ’ t", "dont", "never", "no", "not"])?;
    if intro == "never" && s.is_first() {
        c = s.cursor(s.range.start + "never".len());
        c.space();
    }
    let (_, what) = FORBIDDEN.iter().find(|(phrases, _)| c.any(phrases).is_some())?;
    let place = s.range.start..s.range.start + s.text[s.range.start..c.at].trim_end().len();
    let right = format!("never {what}");
    if s.at > place.end || s.text[place.clone()] == right {
        return None;
    }
    let message = format!("`{}` is not how something is forbidden", &s.text[place.clone()]);
    Some(Slip::new(Code::RestrictionNotPlain, place, message).put(right))
}

/// `requires approval by X`, `needs approval from X`, `approval by X`, `needs X approval`, `approved by X`.
fn approval(s: &Statement) -> Option<Slip> {
    role_after_from(s).or_else(|| {
        let start = approval_start(s)?;
        let mut c = s.cursor(start);
        let known = [
            "requires the approval",
            "requires approval",
            "require approval",
            "needs the approval",
            "need approval",
            "need the approval",
            "needs an approval",
            "needs approved",
            "needs ok",
            "must be approved",
            "to be approved",
            "approval required",
            "approval needed",
            "with approval",
            "after approval",
            "subject to approval",
            "approved",
            "approval",
            "approve",
        ];
        let said = c.any(&known).is_some();
        if !said {
            return role_before(s, start);
        }
        c.any(&["by", "of", "from"]);
        let by = !c.peek().is_empty();
        let place = start..start + s.text[start..c.at].trim_end().len();
        if s.at > c.at {
            return None;
        }
        let right = if by { "needs approval by" } else { "needs approval" };
        let message = format!("`{}` is not how an approval is asked for", &s.text[place.clone()]);
        Some(with_comma(
            s,
            Slip::new(Code::RestrictionNotPlain, place.clone(), message),
            place.start,
            place.end,
            right,
        ))
    })
}

/// Where a phrase about approval begins: at the place, or at the start of the line.
fn approval_start(s: &Statement) -> Option<usize> {
    let begins = [
        "needs", "need", "requires", "require", "approval", "approved", "approve", "must", "with", "after",
        "subject", "to",
    ];
    let fits = |at: usize| begins.contains(&s.cursor(at).peek().to_lowercase().as_str());
    let last = s.before().rfind(',').map(|at| {
        let mut c = s.cursor(s.range.start + at + 1);
        c.space();
        c.at
    });
    let with = ["with approval", "after approval"].iter().find_map(|phrase| s.before().rfind(phrase));
    let with = with.map(|at| s.range.start + at);
    [Some(s.at), with, last, Some(s.range.start)].into_iter().flatten().find(|&at| at <= s.at && fits(at))
}

/// Behind an action the phrase needs its comma.
fn with_comma(s: &Statement, slip: Slip, start: usize, end: usize, right: &str) -> Slip {
    let before = s.text[s.range.start..start].trim_end();
    if before.is_empty() || before.ends_with(',') {
        return slip.edit(start..end, right);
    }
    slip.edit(s.range.start + before.len()..end, format!(", {right}"))
}

/// `needs approval from manager`, `needs approval of manager`, `needs approval manager`.
fn role_after_from(s: &Statement) -> Option<Slip> {
    let before = s.before();
    let place = s.at..s.at + s.cursor(s.at).peek().len();
    let right = "an approval is given `by` someone";
    let role = &s.text[place.clone()];
    if before.ends_with("needs approval from") && !role.is_empty() && !role.starts_with(['D', 'd']) {
        let end = s.range.start + before.len();
        return Some(Slip::new(Code::RestrictionNotPlain, end - "from".len()..end, right).put("by"));
    }
    if before.ends_with("needs approval") && ["of", "through", "with"].contains(&role) {
        return Some(Slip::new(Code::RestrictionNotPlain, place, right).put("by"));
    }
    let clauses = ["if", "unless", "from", "for", "formal", "and", "or", "by", ""];
    (before.ends_with("needs approval") && !clauses.contains(&role))
        .then(|| Slip::new(Code::RestrictionNotPlain, place.clone(), right).put(format!("by {role}")))
}

/// `needs manager approval`.
fn role_before(s: &Statement, start: usize) -> Option<Slip> {
    let mut c = s.cursor(start);
    c.any(&["needs", "need", "requires", "require"])?;
    let role = c.word();
    if role.is_empty() || role == "approval" || !c.phrase("approval") {
        return None;
    }
    let place = start..start + s.text[start..c.at].trim_end().len();
    let message = "an approval is given `by` someone";
    let right = format!("needs approval by {role}");
    Some(with_comma(
        s,
        Slip::new(Code::RestrictionNotPlain, place.clone(), message),
        place.start,
        place.end,
        &right,
    ))
}

/// `stop`, `pause`, `on hold`, `hold till 2026-12-31`, `hold for 10 days`.
fn hold(s: &Statement) -> Option<Slip> {
    let word = s.cursor(s.at).peek();
    let place = s.at..s.at + word.len();
    if s.before() == "hold" && ["till", "til", "to", "before"].contains(&word) {
        return Some(
            Slip::new(Code::RestrictionNotPlain, place, format!("`{word}` is not how the last day is named"))
                .put("until"),
        );
    }
    if s.before() == "hold" && word == "for" {
        let message = "a hold is not counted in days";
        let help = "name its last day, `hold until 2026-12-31`, or the condition under which it holds, in a carve-out";
        return Some(Slip::new(Code::RestrictionNotPlain, s.at..s.range.end, message).help(help));
    }
    let mut c = s.cursor(s.range.start);
    let said = c.any(&[
        "put on hold",
        "on hold",
        "stop everything",
        "stop",
        "pause",
        "freeze",
        "suspend",
        "hold everything",
        "hold on",
    ]);
    (s.at <= c.at && said.is_some()).then(|| {
        let place = s.range.start..s.range.start + s.text[s.range.start..c.at].trim_end().len();
        let message = format!("`{}` is not how steps are stopped", &s.text[place.clone()]);
        Slip::new(Code::RestrictionNotPlain, place, message).put("hold")
    })
}

/// `except disputes`, `if customer is VIP: …` or `else: …` as a line of its own.
fn exception(s: &Statement) -> Option<Slip> {
    if !s.is_first() {
        return None;
    }
    let mut c = s.cursor(s.range.start);
    let found = c.any(&[
        "except",
        "exclude",
        "excluding",
        "unless",
        "elif",
        "else if",
        "else",
        "if",
        "when",
        "where",
        "skip",
    ])?;
    let place = s.range.start..s.range.start + found.len();
    let (message, help) = match found {
        "except" | "exclude" | "excluding" | "unless" | "skip" => (
            format!("`{found}` does not begin a line: an exception is a block of its own"),
            "write a carve-out: `carve-out disputes when invoice.disputed:` and below it `hold`",
        ),
        _ => (
            format!("`{found}` does not begin a line: a condition stands behind a step or in a header"),
            "for one step write `at D+3 email first_reminder, if invoice.partly_paid`; for a group of customers write `segment vip when customer.tags has \"vip\":`",
        ),
    };
    Some(Slip::new(Code::ConditionNotPlain, place, message).help(help))
}

/// `max 1 email per week`, `at most 200 messages per day`: limits have one form each.
fn limit(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    let said = c.any(&["max", "maximum", "at most", "no more than", "not more than", "limit"])?;
    if !s.is_first() {
        return None;
    }
    let place = s.range.start..s.range.start + said.len();
    let message = format!("`{said}` does not begin a line: a limit says first what it limits");
    let help = "write `write to a customer at most once every 5 days` or `send at most 200 messages a day`";
    Some(Slip::new(Code::RestrictionNotPlain, place, message).help(help))
}
