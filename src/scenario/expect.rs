//! Whether an action is one that an expectation names.

use crate::plan::{Action, Blocker};
use crate::syntax::ast::{Expected, Reason};
use crate::syntax::spoken;

/// Whether an action is what is expected, its mode included.
pub(super) fn fits(expected: &Expected, action: &Action) -> bool {
    expected.mode.as_deref().is_none_or(|mode| mode == action.mode.word()) && is_it(expected, action)
}

/// Whether an action is the step or of the kind that is expected, whatever its mode.
pub(super) fn is_it(expected: &Expected, action: &Action) -> bool {
    match expected.what.as_str() {
        "action" => true,
        "message" => action.kind.message().is_some(),
        "contact" => action.kind.is_contact(),
        kind if !kind.contains(' ') && kind == action.kind.word() => true,
        step => action.members.iter().any(|member| names(step, &member.step)),
    }
}

/// Whether a step is named by its key, with or without its carve-out and its number.
pub(super) fn names(step: &str, key: &str) -> bool {
    let base = match key.rsplit_once(" #") {
        Some((base, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => base,
        _ => key,
    };
    [key, base].into_iter().any(|key| step == key || key.split_once('/').is_some_and(|(_, own)| step == own))
}

/// What is expected, as one writes it.
pub(super) fn phrase(expected: &Expected) -> String {
    let what = spoken(&expected.what);
    expected.mode.as_ref().map_or(what.clone(), |mode| format!("{mode} {what}"))
}

/// An action as an expectation would name it.
pub(super) fn named(action: &Action) -> String {
    format!("{} {}", action.mode.word(), step(action))
}

/// An action's leading step, as an expectation would name it.
pub(super) fn step(action: &Action) -> String {
    let key = action.step.split_once('/').map_or(action.step.as_str(), |(_, own)| own);
    match key.starts_with("task ") {
        true => String::from(key),
        false => spoken(key),
    }
}

/// Whether a reason is what keeps a step back: its code, the block of its rule, or in quotes words of its sentence.
pub(super) fn is_reason(reason: &Reason, blocker: &Blocker) -> bool {
    let block = blocker.rule.as_deref().map(|rule| rule.split('/').next().unwrap_or(rule));
    let text = reason.text();
    let is_said = || blocker.sentence.to_lowercase().contains(&text.to_lowercase());
    blocker.code == text || block == Some(text) || matches!(reason, Reason::Words(_)) && is_said()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_named_with_or_without_carve_out_and_number() {
        assert!(names("email first", "email first"));
        assert!(names("hand off owner", "disputes/hand off owner"));
        assert!(names("disputes/hand off owner", "disputes/hand off owner"));
        assert!(names("task \"a/b\"", "task \"a/b\" #3"));
        assert!(names("task \"a/b\" #3", "task \"a/b\" #3"));
        assert!(!names("task \"a/b\" #2", "task \"a/b\" #3"));
        assert!(!names("email first", "email first_reminder"));
    }
}
