//! Trees without their places, so that two texts can be compared by what they say.

use super::{
    Act, ActKind, Action, Allow, Anchor, Ast, Block, CalendarBlock, CalendarLine, Clause, Comparison,
    Condition, Expected, Fact, FieldDeclaration, InterestRate, Literal, Modifier, Moment, Name,
    NeedsApproval, Never, Offset, Operand, Path, Pilot, PolicyBlock, Predicate, Rate, Reason, Restriction,
    Role, RoleHolder, RulesBlock, RulesHeader, Scenario, ScenarioLine, Schedule, SegmentCatches, Setting,
    Spanned, Step, Test, Unit, Value, Weekends,
};
use crate::model::field::FieldType;
use crate::model::{Attachment, CatchUp, Channel};
use crate::money::{Currency, Money};
use crate::span::Span;

impl Ast {
    /// The same tree with every place set to [`Span::NOWHERE`].
    ///
    /// Two policies say the same when their trees are equal without places. The places themselves stay part of
    /// a tree's equality.
    #[must_use]
    pub fn without_places(mut self) -> Ast {
        self.each(&mut |span| *span = Span::NOWHERE);
        self
    }
}

/// A part of the tree whose places can be walked over.
///
/// Every part is taken to pieces by name, without `..`: a field that is added to the tree does not compile
/// before it stands here as well.
trait Places {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Span));
}

impl Places for Span {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        visit(self);
    }
}

impl<T: Places> Places for Vec<T> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        self.iter_mut().for_each(|part| part.each(visit));
    }
}

impl<T: Places> Places for Option<T> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        self.iter_mut().for_each(|part| part.each(visit));
    }
}

impl<T: Places> Places for Box<T> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        (**self).each(visit);
    }
}

impl<T: Places> Places for Spanned<T> {
    fn each(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let Spanned { node, span } = self;
        node.each(visit);
        span.each(visit);
    }
}

impl<A, B> Places for (A, B) {
    fn each(&mut self, _: &mut dyn FnMut(&mut Span)) {}
}

macro_rules! without {
    ($($name:ty),* $(,)?) => { $(impl Places for $name {
        fn each(&mut self, _: &mut dyn FnMut(&mut Span)) {}
    })* };
}

macro_rules! record {
    ($($name:ident { $($field:ident),* })*) => { $(impl Places for $name {
        fn each(&mut self, visit: &mut dyn FnMut(&mut Span)) {
            let $name { $($field),* } = self;
            $($field.each(visit);)*
        }
    })* };
}

macro_rules! choice {
    ($($name:ident { $($variant:ident $(($($part:ident),*))? $({$($field:ident),*})?,)* })*) => {
        $(impl Places for $name {
            fn each(&mut self, visit: &mut dyn FnMut(&mut Span)) {
                match self {
                    $($name::$variant $(($($part),*))? $({$($field),*})? => {
                        $($($part.each(visit);)*)?
                        $($($field.each(visit);)*)?
                    })*
                }
            }
        })*
    };
}

without! {
    bool, i64, u32, String, chrono::NaiveDate, chrono::NaiveTime, chrono::Weekday, Currency, Money,
    CatchUp, Weekends, Channel, Attachment, FieldType, Anchor, Offset, Unit, Never, Comparison,
}

record! {
    Ast { blocks }
    Name { text, span }
    PolicyBlock { span, name, settings }
    Allow { code, reason }
    Rate { left, right }
    Role { span, name, holder }
    Path { span, subject, field }
    FieldDeclaration { span, path, kind }
    CalendarBlock { span, name, when, lines }
    RulesBlock { span, header, clauses }
    Step { schedule, actions, modifiers }
    Moment { span, anchor, offset }
    Action { alternatives }
    Act { span, kind, to, cc, attach, with, key_name, formerly, wait }
    NeedsApproval { by, from }
    Test { span, operand, predicate }
    Value { span, literal }
    Scenario { span, name, lines }
    Fact { name, values }
    Expected { span, mode, what }
}

choice! {
    Block { Policy(block), Role(block), Field(block), Calendar(block), Rules(block), Scenario(block), }
    Setting {
        Language(version), Currency(currency), MessagesIn(language), Timezone(zone), Templates(folder),
        Terms { days, end_of_month }, Ignore(amounts), Sender(role), ReplyTo(role), Fallback(role),
        CatchUp(way), Weekends(way), OneMessagePerInvoice, Pilot(pilot), Rate(rate), Allow(allow),
    }
    Pilot { Count(count), Customers(ids), }
    RoleHolder { Address(address), Field(path), Contact, }
    CalendarLine {
        Closed(days), HolidayEvery { day, name }, HolidayOn { date, name }, HolidaysFrom(file),
    }
    RulesHeader {
        Segment { name, catches }, Cadence { name, per_customer }, CarveOut { name, when }, Everywhere,
    }
    SegmentCatches { Recorded, When(condition), Otherwise(span), }
    Clause { Use(names), CatchUp(way), Weekends(way), Step(step), Restriction(restriction), Allow(allow), }
    Schedule { At(moment), Every { period, from, times }, }
    ActKind {
        Message { channel, template, registered }, Call(role), Notify(role), Task(text, role), HandOff(role),
        Escalate(role), Flag(name), ChargeFee(amount), ChargeInterest { rate, points },
    }
    InterestRate { Percent(percent), File(file), }
    Modifier {
        NeedsApproval(approval), If(condition), Unless(condition), SkipIfMissed, Formal, Deadline(days),
    }
    Restriction {
        Never(what), OnlyByHand(role), NeedsApproval(approval), Hold { until, resume },
        WriteAtMost { times, days }, SendAtMost(count), Window(from, to), DataNoOlder(days),
    }
    Condition { Test(test), Not(inner, span), And(terms, span), Or(terms, span), }
    Operand { Today(span), Path(path), }
    Predicate {
        Holds, IsMissing, IsKnown, Is { value, negated }, In { values, negated }, Has(value),
        Between(least, most), Compare(order, value),
    }
    Literal { Text(text), Number(number), Days(days), Money(amount), Date(date), MonthDay(month, day), }
    ScenarioLine {
        Customer { id, segment, facts }, Invoice { id, amount, issued, due, facts },
        Payment { amount, on, invoice }, Dispute { on, until, because, invoice },
        Promise { on, amount, due, invoice }, Past { step, outcome, on, invoice }, ExpectOn(on, expected),
        ExpectNothingOn(on, because), ExpectNothingAfter(on), ExpectNever(expected),
    }
    Reason { Named(name), Words(text), }
}
