//! Conditions that read a field which no row of the data has.

use super::count;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::Policy;
use crate::model::field::{CustomerField, Field, InvoiceField};
use crate::snapshot::Snapshot;
use crate::syntax::ast::{
    Ast, Block, Clause, Condition, Modifier, Operand, Path, Predicate, RulesBlock, RulesHeader,
    SegmentCatches,
};

/// What becomes of invoices when a condition cannot be decided (R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    Calendar,
    Segment,
    Step,
    /// It has restrictions, which apply.
    Restricts,
    /// It has steps only.
    DoesNothing,
}

/// A field that a condition reads.
struct Reading<'a> {
    path: &'a Path,
    unknown: Unknown,
}

/// One finding for each field and block.
pub(super) fn lints(policy: &Policy, ast: &Ast, snapshot: &Snapshot) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for block in &ast.blocks {
        let mut told: Vec<Field> = Vec::new();
        for reading in readings(block) {
            let Some(field) = field(policy, reading.path).filter(|field| !told.contains(field)) else {
                continue;
            };
            if lacks(snapshot, field) {
                told.push(field);
                found.push(finding(snapshot, field, &reading));
            }
        }
        found.extend(recorded(block, snapshot));
    }
    found
}

fn finding(snapshot: &Snapshot, field: Field, reading: &Reading) -> Diagnostic {
    let name = format!("{}.{}", reading.path.subject, reading.path.field.text);
    let (customers, invoices) = (snapshot.customers.id.len(), snapshot.invoices.id.len());
    let rows = match reading.path.subject.as_str() {
        "customer" => count(customers, "customer"),
        _ => count(invoices, "invoice"),
    };
    let is_list = matches!(field, Field::Invoice(InvoiceField::Tags) | Field::Customer(CustomerField::Tags));
    let label = match reading.unknown {
        _ if is_list => String::from("no tag is ever found"),
        Unknown::Calendar => String::from("nobody gets the calendar by this"),
        Unknown::Segment => String::from("no invoice is caught by this"),
        Unknown::Step => String::from("the line does not act unless the rest of its condition decides"),
        Unknown::Restricts => format!(
            "it restricts all of {} that the rest of the condition does not rule out",
            count(invoices, "invoice")
        ),
        Unknown::DoesNothing => String::from("its steps do not act"),
    };
    let message = format!("`{name}` has no value for any of {rows}");
    let finding = Diagnostic::warning(Code::FieldWithoutData, reading.path.span, message)
        .here(label)
        .help("add the column, or map it in the `snapshot.yaml` of the data");
    match reading.unknown {
        Unknown::Restricts if !is_list => {
            finding.help(format!("or ask `{name} is known and …`, so that what is not known releases"))
        }
        _ => finding,
    }
}

/// A segment that waits for the segment recorded with the customer.
fn recorded(block: &Block, snapshot: &Snapshot) -> Option<Diagnostic> {
    let Block::Rules(rules) = block else { return None };
    let RulesHeader::Segment { name, catches: SegmentCatches::Recorded } = &rules.header else { return None };
    let field = Field::Customer(CustomerField::Segment);
    lacks(snapshot, field).then(|| {
        let rows = count(snapshot.customers.id.len(), "customer");
        let message = format!("`customer.segment` has no value for any of {rows}");
        Diagnostic::warning(Code::FieldWithoutData, name.span, message)
            .here("no invoice is caught by this: it is for customers recorded with this segment")
            .help("add the column, or give the segment a condition with `when`")
    })
}

/// The fields that the conditions of a block compare. Whether a field is missing can be asked of any data.
fn readings(block: &Block) -> Vec<Reading<'_>> {
    let mut found = Vec::new();
    match block {
        Block::Calendar(calendar) => {
            calendar.when.iter().for_each(|when| read(when, Unknown::Calendar, &mut found));
        }
        Block::Rules(rules) => {
            match &rules.header {
                RulesHeader::Segment { catches: SegmentCatches::When(when), .. } => {
                    read(when, Unknown::Segment, &mut found);
                }
                RulesHeader::CarveOut { when, .. } => read(when, carve_out(rules), &mut found),
                _ => {}
            }
            for clause in &rules.clauses {
                let Clause::Step(step) = &clause.node else { continue };
                for modifier in &step.modifiers {
                    if let Modifier::If(condition) | Modifier::Unless(condition) = &modifier.node {
                        read(condition, Unknown::Step, &mut found);
                    }
                }
            }
        }
        _ => {}
    }
    found
}

fn carve_out(rules: &RulesBlock) -> Unknown {
    let restricts = rules.clauses.iter().any(|clause| matches!(clause.node, Clause::Restriction(_)));
    if restricts { Unknown::Restricts } else { Unknown::DoesNothing }
}

fn read<'a>(condition: &'a Condition, unknown: Unknown, found: &mut Vec<Reading<'a>>) {
    match condition {
        Condition::Not(inner, _) => read(inner, unknown, found),
        Condition::And(parts, _) | Condition::Or(parts, _) => {
            parts.iter().for_each(|part| read(part, unknown, found));
        }
        Condition::Test(test) => match (&test.operand, &test.predicate) {
            (_, Predicate::IsMissing | Predicate::IsKnown) | (Operand::Today(_), _) => {}
            (Operand::Path(path), _) => found.push(Reading { path, unknown }),
        },
    }
}

fn field(policy: &Policy, path: &Path) -> Option<Field> {
    let name = path.field.text.as_str();
    let own = policy.fields.iter().position(|own| own.subject.word() == path.subject && own.name == name);
    match (own, path.subject.as_str()) {
        (Some(at), _) => Some(Field::Own(at)),
        (None, "invoice") => InvoiceField::named(name).map(Field::Invoice),
        (None, _) => CustomerField::named(name).map(Field::Customer),
    }
}

/// Whether a field that comes from a column has no value at all. What dun works out itself is not lacking.
fn lacks(snapshot: &Snapshot, field: Field) -> bool {
    let (customers, invoices) = (&snapshot.customers, &snapshot.invoices);
    let has = match field {
        Field::Own(at) => {
            customers.own.get(at).is_some_and(|column| column.has_values())
                || invoices.own.get(at).is_some_and(|column| column.has_values())
        }
        Field::Invoice(InvoiceField::IssueDate | InvoiceField::Age) => invoices.issue_date.has_values(),
        Field::Invoice(InvoiceField::PoNumber) => invoices.po_number.has_values(),
        Field::Invoice(InvoiceField::Tags) => invoices.tags.has_values(),
        Field::Customer(CustomerField::Name) => customers.name.has_values(),
        Field::Customer(CustomerField::Email) => customers.email.has_values(),
        Field::Customer(CustomerField::Phone) => customers.phone.has_values(),
        Field::Customer(CustomerField::Language) => customers.language.has_values(),
        Field::Customer(CustomerField::Country) => customers.country.has_values(),
        Field::Customer(CustomerField::Sector) => customers.sector.has_values(),
        Field::Customer(CustomerField::Segment) => customers.segment.has_values(),
        Field::Customer(CustomerField::Kind) => customers.kind.has_values(),
        Field::Customer(CustomerField::Owner) => customers.owner.has_values(),
        Field::Customer(CustomerField::Tags) => customers.tags.has_values(),
        Field::Customer(CustomerField::CreditLimit | CustomerField::OverCreditLimit) => {
            customers.credit_limit.has_values()
        }
        Field::Customer(CustomerField::Since) => customers.since.has_values(),
        _ => true,
    };
    !has
}
