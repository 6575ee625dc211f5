//! What the policy names: roles, cadences, own fields; each once.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::Checker;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::field::{CustomerField, Field, FieldType, InvoiceField, OwnField, Subject};
use crate::model::{Role, RoleHolder, RoleId};
use crate::span::Span;
use crate::suggest::{nearest, one_of};
use crate::syntax::ast::{self, Block, Name, Path, RulesHeader};

/// The names of a policy.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) roles: Vec<Role>,
    pub(super) fields: Vec<OwnField>,
    /// The cadences in file order.
    pub(super) cadences: Vec<String>,
}

/// Collects them; a name given twice is an error.
pub(super) fn collect(c: &mut Checker) -> Names {
    let mut names = Names::default();
    let mut seen: BTreeMap<(&str, String), Span> = BTreeMap::new();
    for block in &c.input.ast.blocks {
        let Some((kind, name, span)) = named(block) else { continue };
        if let Some(&first) = seen.get(&(kind, name.clone())) {
            c.report(twice(kind, &name, span).label(first, "the first one"));
            continue;
        }
        seen.insert((kind, name), span);
        match block {
            Block::Field(field) => own_field(c, &mut names, field),
            Block::Rules(rules) => {
                if let RulesHeader::Cadence { name, .. } = &rules.header {
                    names.cadences.push(name.text.clone());
                }
            }
            _ => {}
        }
    }
    // Roles come last: they may read the policy's own fields.
    for block in &c.input.ast.blocks {
        if let Block::Role(role) = block
            && !names.roles.iter().any(|known| known.name == role.name.text)
        {
            let holder = role_holder(c, &names.fields, role);
            names.roles.push(Role { name: role.name.text.clone(), holder });
        }
    }
    names
}

fn twice(kind: &str, name: &str, span: Span) -> Diagnostic {
    let (message, help) = match kind {
        "policy block" => {
            (String::from("a file has one policy block"), "put all settings into the first one")
        }
        "role" | "field" => (format!("the {kind} `{name}` is there twice"), "keep one of the two lines"),
        "scenario" => (format!("the {kind} `{name}` is there twice"), "rename one of them"),
        _ => (format!("the {kind} `{name}` is there twice"), "rename one of them, or join the two blocks"),
    };
    Diagnostic::error(Code::DuplicateName, span, message).help(help)
}

fn named(block: &Block) -> Option<(&'static str, String, Span)> {
    Some(match block {
        Block::Policy(policy) => ("policy block", String::new(), policy.span),
        Block::Role(role) => ("role", role.name.text.clone(), role.name.span),
        Block::Field(field) => {
            ("field", format!("{}.{}", field.path.subject, field.path.field.text), field.path.span)
        }
        Block::Calendar(calendar) => ("calendar", calendar.name.text.clone(), calendar.name.span),
        Block::Scenario(scenario) => ("scenario", scenario.name.clone(), scenario.span),
        Block::Rules(rules) => match &rules.header {
            RulesHeader::Segment { name, .. } => ("segment", name.text.clone(), name.span),
            RulesHeader::Cadence { name, .. } => ("cadence", name.text.clone(), name.span),
            RulesHeader::CarveOut { name, .. } => ("carve-out", name.text.clone(), name.span),
            RulesHeader::Everywhere => return None,
        },
    })
}

fn subject(c: &mut Checker, path: &Path) -> Option<Subject> {
    match path.subject.as_str() {
        "invoice" => Some(Subject::Invoice),
        "customer" => Some(Subject::Customer),
        other => {
            let message = format!("`{other}` has no fields");
            let error = Diagnostic::error(Code::UnknownField, path.span, message);
            c.report(error.help("fields are written `invoice.NAME` or `customer.NAME`"));
            None
        }
    }
}

fn own_field(c: &mut Checker, names: &mut Names, field: &ast::FieldDeclaration) {
    let Some(subject) = subject(c, &field.path) else { return };
    let name = field.path.field.text.clone();
    if built_in(subject, &name).is_some() {
        let message = format!("`{}.{name}` is a field that dun has already", subject.word());
        c.report(
            Diagnostic::error(Code::DuplicateName, field.path.span, message)
                .help("leave the declaration out, or choose another name"),
        );
        return;
    }
    names.fields.push(OwnField { subject, name, kind: field.kind.clone() });
}

fn built_in(subject: Subject, name: &str) -> Option<Field> {
    match subject {
        Subject::Invoice => InvoiceField::named(name).map(Field::Invoice),
        Subject::Customer => CustomerField::named(name).map(Field::Customer),
    }
}

fn role_holder(c: &mut Checker, fields: &[OwnField], role: &ast::Role) -> RoleHolder {
    match &role.holder {
        ast::RoleHolder::Contact => RoleHolder::Contact,
        ast::RoleHolder::Address(address) => {
            if !is_one_address(&address.node) {
                let message = format!("`{}` is not one plain e-mail address", address.node);
                let help = "write a single address without a name, such as `\"collections@acme.example\"`";
                c.report(Diagnostic::error(Code::BadAddress, address.span, message).help(help));
            }
            RoleHolder::Address(address.node.clone())
        }
        ast::RoleHolder::Field(path) => match field_in(c, fields, path) {
            Some((field, FieldType::Text)) => RoleHolder::Field(field),
            Some((_, kind)) => {
                let message =
                    format!("`{}` is {}, not an address", c.input.sources.text(path.span), kind.describe());
                c.report(
                    Diagnostic::error(Code::WrongType, path.span, message)
                        .help("a role reads a text field, such as `customer.owner`"),
                );
                RoleHolder::Contact
            }
            None => RoleHolder::Contact,
        },
    }
}

/// What evaluation takes for an address as well: nothing that adds a name, a second address or a header.
fn is_one_address(text: &str) -> bool {
    let parts = text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '"');
    parts && text.matches('@').count() == 1 && !text.contains(odd)
}

/// The field of a path and its type; unknown ones are reported.
pub(super) fn field(c: &mut Checker, path: &Path) -> Option<(Field, FieldType)> {
    let names = Rc::clone(&c.names);
    field_in(c, &names.fields, path)
}

fn field_in(c: &mut Checker, fields: &[OwnField], path: &Path) -> Option<(Field, FieldType)> {
    let subject = subject(c, path)?;
    let name = path.field.text.as_str();
    let own = fields.iter().position(|field| field.subject == subject && field.name == name);
    if let Some(at) = own {
        return Some((Field::Own(at), fields[at].kind.clone()));
    }
    if let Some(field) = built_in(subject, name) {
        return Some((field, kind_of(field)));
    }
    c.report(unknown_field(fields, subject, path));
    None
}

fn kind_of(field: Field) -> FieldType {
    match field {
        Field::Invoice(field) => field.kind(),
        Field::Customer(field) => field.kind(),
        Field::Today | Field::Own(_) => FieldType::Date,
    }
}

fn unknown_field(fields: &[OwnField], subject: Subject, path: &Path) -> Diagnostic {
    let name = path.field.text.as_str();
    let word = subject.word();
    let error =
        Diagnostic::error(Code::UnknownField, path.field.span, format!("`{word}` has no field `{name}`"));
    let mut known: Vec<&str> = match subject {
        Subject::Invoice => InvoiceField::ALL.iter().map(|field| field.name()).collect(),
        Subject::Customer => CustomerField::ALL.iter().map(|field| field.name()).collect(),
    };
    known.extend(fields.iter().filter(|field| field.subject == subject).map(|field| field.name.as_str()));
    let other = match subject {
        Subject::Invoice => CustomerField::named(name).map(|_| format!("customer.{name}")),
        Subject::Customer => InvoiceField::named(name).map(|_| format!("invoice.{name}")),
    };
    match (nearest(name, known.iter().copied()), other) {
        (_, Some(other)) => error.fix(path.span, other),
        (Some(near), None) => error.fix(path.field.span, near),
        (None, None) => error.help(format!(
            "declare a column of your own with `field {word}.{name}: text`, or use one of dun's fields"
        )),
    }
}

impl Checker<'_> {
    /// The role of a name; an unknown one is reported.
    pub(super) fn role(&mut self, name: &Name) -> Option<RoleId> {
        let found = self.names.roles.iter().position(|role| role.name == name.text).map(RoleId);
        if found.is_none() {
            let known: Vec<String> = self.names.roles.iter().map(|role| role.name.clone()).collect();
            self.unknown(
                "role",
                name,
                &known,
                &format!("declare it: `role {} = \"someone@acme.example\"`", name.text),
            );
        }
        found
    }

    /// Reports a name that nothing has, with a near one or the list of those there are.
    pub(super) fn unknown(&mut self, kind: &str, name: &Name, known: &[String], otherwise: &str) {
        let error =
            Diagnostic::error(Code::UnknownName, name.span, format!("there is no {kind} `{}`", name.text));
        let names = || known.iter().map(String::as_str);
        self.report(match nearest(&name.text, names()) {
            Some(near) => error.fix(name.span, near),
            None if known.is_empty() || known.len() > 12 => error.help(otherwise),
            None => error.help(format!("there is {}; or {otherwise}", one_of(names()))),
        });
    }
}
