//! The facts behind `with`: columns of the data, and values as the data has them.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::model::field::Subject;
use crate::money::Currency;
use crate::snapshot;
use crate::suggest::nearest;
use crate::syntax::ast::{Fact, Literal, Value};

/// Columns that the line itself says.
const SAID_BEFORE: [&str; 6] = ["customer_id", "invoice_id", "amount", "currency", "issue_date", "due_date"];

/// The cell of a fact, or what is wrong with it.
pub(super) fn cell(
    policy: &Policy,
    subject: Subject,
    currency: Currency,
    fact: &Fact,
) -> Result<String, Box<Diagnostic>> {
    let own = policy.fields.iter().filter(|field| field.subject == subject).map(|field| field.name.as_str());
    let columns = snapshot::columns_of(subject).iter().copied().chain(own);
    let mut known = columns.filter(|column| !SAID_BEFORE.contains(column));
    if !known.clone().any(|column| column == fact.name.text) {
        return Err(Box::new(unknown(fact, subject, nearest(&fact.name.text, &mut known))));
    }
    let cells: Result<Vec<String>, Box<Diagnostic>> =
        fact.values.iter().map(|value| text(value, currency)).collect();
    Ok(cells?.join(";"))
}

fn unknown(fact: &Fact, subject: Subject, near: Option<&str>) -> Diagnostic {
    let message = format!("the data has no column `{}` for {}", fact.name.text, plural(subject));
    let error = Diagnostic::error(Code::UnknownName, fact.name.span, message);
    match near {
        Some(near) => error.fix(fact.name.span, near),
        None => error.help(format!(
            "facts are columns of the data; declare one of your own with `field {}.{}: text`",
            subject.word(),
            fact.name.text
        )),
    }
}

fn plural(subject: Subject) -> &'static str {
    match subject {
        Subject::Invoice => "invoices",
        Subject::Customer => "customers",
    }
}

fn text(value: &Value, currency: Currency) -> Result<String, Box<Diagnostic>> {
    match &value.literal {
        Literal::Text(text) => Ok(text.clone()),
        Literal::Number(millionths) => Ok(decimal(*millionths)),
        Literal::Days(days) => Ok(format!("{days} days")),
        Literal::Date(date) => Ok(date.to_string()),
        Literal::MonthDay(month, day) => Ok(format!("{month:02}-{day:02}")),
        Literal::Money(money) if money.currency == currency => Ok(money.decimal()),
        Literal::Money(money) => {
            let message = format!("this amount must be in `{currency}`, not in `{}`", money.currency);
            let error = Diagnostic::error(Code::WrongType, value.span, message);
            let help = "an invoice's amounts are in its own currency, a customer's in the policy's";
            Err(Box::new(error.help(help)))
        }
    }
}

/// A number in millionths as a plain decimal.
fn decimal(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, rest) = (millionths.unsigned_abs() / 1_000_000, millionths.unsigned_abs() % 1_000_000);
    let text = format!("{sign}{whole}.{rest:06}");
    String::from(text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_value() {
        let all = [(0, "0"), (12_000_000, "12"), (1_500_000, "1.5"), (-250_000, "-0.25"), (10, "0.00001")];
        for (millionths, text) in all {
            assert_eq!(decimal(millionths), text);
        }
    }
}
