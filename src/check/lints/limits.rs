//! Limits on messages that the steps they concern can never keep.

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{CatchUp, Ladder, Moment, Restriction, RestrictionKind, RuleId, Step, Unit};

/// A message and the day on which it first goes out, counted from the anchor of its ladder.
struct Sent<'a> {
    moment: Moment,
    day: i64,
    step: &'a Step,
}

impl<'a> Lint<'a> {
    pub(super) fn limits(&mut self) {
        let policy = self.policy;
        for restriction in &policy.everywhere {
            self.nothing_a_day(restriction);
            for (id, ladder) in self.ladders() {
                if self.users(id).next().is_some() {
                    self.too_tight(restriction, ladder);
                }
            }
        }
        for segment in &policy.segments {
            for restriction in &segment.restrictions {
                self.nothing_a_day(restriction);
                segment.ladders.iter().for_each(|id| self.too_tight(restriction, &policy.ladders[id.0]));
            }
        }
        for (_, ladder) in self.ladders() {
            for restriction in &ladder.restrictions {
                self.nothing_a_day(restriction);
                self.too_tight(restriction, ladder);
            }
        }
    }

    /// `send at most 0 messages a day`.
    fn nothing_a_day(&mut self, restriction: &Restriction) {
        if restriction.kind == RestrictionKind::SendAtMost(0) {
            let span = self.span(restriction.rule);
            let found = Diagnostic::warning(Code::LimitTooTight, span, "no message ever goes out by itself")
                .help("write `never auto-send` if a person is to send them all, or a greater number");
            self.report(found);
        }
    }

    /// Two messages of one ladder that stand closer together than a limit allows: the second is withheld every time.
    fn too_tight(&mut self, restriction: &Restriction, ladder: &'a Ladder) {
        let RestrictionKind::WriteAtMost { times, days } = restriction.kind else { return };
        let sent = messages(ladder);
        let (times, days) = (times as usize, i64::from(days));
        let clash = sent
            .iter()
            .zip(sent.iter().skip(times))
            .find(|(first, last)| first.moment.anchor == last.moment.anchor && last.day - first.day < days);
        if let Some(clash) = clash {
            let found = self.clash(restriction.rule, ladder, clash, times, days);
            self.report(found);
        }
    }

    fn clash(
        &self,
        limit: RuleId,
        ladder: &Ladder,
        (first, last): (&Sent, &Sent),
        times: usize,
        period: i64,
    ) -> Diagnostic {
        let gap = last.day - first.day;
        let (from, to) = (first.moment.name(), last.moment.name());
        let again = first.step.rule == last.step.rule;
        let message = match times {
            _ if again => {
                format!("`{}` comes back after {}, sooner than this limit allows", first.step.key, days(gap))
            }
            1 => {
                format!("`{}` writes at {from} and {to}, closer together than this limit allows", ladder.name)
            }
            n => format!(
                "`{}` writes {} times from {from} to {to}, more often than this limit allows",
                ladder.name,
                n + 1
            ),
        };
        let lapses = last.step.skip_if_missed || ladder.catch_up == CatchUp::SameDayOnly;
        let late = match lapses {
            true => String::from("withheld on its day, and then it is too late"),
            false => format!("withheld at first every time, for {}", days(period - gap)),
        };
        let found = Diagnostic::warning(Code::LimitTooTight, self.span(limit), message);
        let found = if again { found } else { found.label(self.span(first.step.rule), "from here") };
        let found = found.label(self.span(last.step.rule), late);
        let short = days(period - gap);
        found.help(format!("set the steps {short} further apart, or let the limit allow what the steps do"))
    }
}

/// The days with a message that a ladder plans for every invoice, in order. A rung that comes back is there twice; open
/// days and lines with a condition are left out, for nobody knows how far apart they will be.
fn messages(ladder: &Ladder) -> Vec<Sent<'_>> {
    let mut sent = Vec::new();
    for rung in &ladder.rungs {
        let plain =
            |step: &&Step| step.when.is_none() && step.acts.first().is_some_and(|act| act.is_message());
        if !rung.moment.anchor.is_of_invoice() {
            continue;
        }
        let Some(step) = rung.steps.iter().find(plain).filter(|_| rung.moment.offset.unit == Unit::Days)
        else {
            continue;
        };
        let (moment, day) = (rung.moment, rung.moment.offset.count);
        sent.push(Sent { moment, day, step });
        if let Some(repeat) =
            rung.repeat.filter(|repeat| repeat.times != Some(1) && repeat.period.unit == Unit::Days)
        {
            sent.push(Sent { moment, day: day + repeat.period.count, step });
        }
    }
    sent.sort_by_key(|sent| (sent.moment.anchor, sent.day));
    sent.dedup_by_key(|sent| (sent.moment.anchor, sent.day));
    sent
}

fn days(count: i64) -> String {
    if count == 1 { String::from("1 day") } else { format!("{count} days") }
}
