//! A walk over a template's syntax tree that compares every name with the table of variables.
//!
//! The engine would find a wrong name only where it runs, and `| default("")` would hide it for ever.
//! The walk knows the kind of what it reads as far as the table goes: through fields, loops, `set`
//! and the filters that keep a kind. Of anything else it knows nothing and accepts everything.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::machinery::ast::{BinOpKind, CallArg, CallType, CompareOpKind, Const, Expr, Spanned, Stmt};
use minijinja::machinery::{Span as Range, ast};
use minijinja::value::ValueKind;

use super::engine::{FILTERS, FUNCTIONS, TESTS};
use super::front_matter::span;
use super::variables::{Kind, Variable};
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};
use crate::suggest::{nearest, one_of};

/// One parsed template text: a body or a subject.
pub(super) struct Unit<'a> {
    pub(super) file: FileId,
    pub(super) path: &'a str,
    pub(super) source: &'a str,
    /// Where `source` starts in the file.
    pub(super) base: usize,
    /// The one place to show when places in `source` are not places in the file.
    pub(super) whole: Option<Span>,
    pub(super) tree: Stmt<'a>,
}

/// What every walk of a set reads.
pub(super) struct Context<'a> {
    /// The bodies that could be parsed, by path.
    pub(super) bodies: &'a BTreeMap<&'a str, Unit<'a>>,
    /// The paths of all files of the set.
    pub(super) paths: &'a BTreeSet<&'a str>,
    /// What a template may read.
    pub(super) table: &'a [Variable],
}

/// A walk over one text and what it includes.
pub(super) struct Walk<'a> {
    context: &'a Context<'a>,
    unit: &'a Unit<'a>,
    open: Vec<&'a str>,
    entered: usize,
    scopes: Vec<Vec<(&'a str, Option<Kind>)>>,
    /// The paths that were included by name.
    pub(super) included: BTreeSet<&'a str>,
    /// What was found, in no order, the same thing perhaps twice.
    pub(super) found: Vec<Diagnostic>,
}

/// How many includes one walk follows: parts that include parts twice over would never end.
const MAX_ENTERED: usize = 1000;

/// What the engine itself defines.
const ENGINE_NAMES: [&str; 4] = ["loop", "self", "super", "caller"];

impl<'a> Walk<'a> {
    /// Walks a text that is rendered on its own.
    pub(super) fn new(context: &'a Context<'a>, unit: &'a Unit<'a>) -> Walk<'a> {
        let mut walk = Walk {
            context,
            unit,
            open: vec![unit.path],
            entered: 0,
            scopes: vec![Vec::new()],
            included: BTreeSet::new(),
            found: Vec::new(),
        };
        walk.statement(&unit.tree);
        walk
    }

    /// Walks an included text, which sees what stands around the include.
    fn enter(&mut self, unit: &'a Unit<'a>) {
        let outer = std::mem::replace(&mut self.unit, unit);
        self.open.push(unit.path);
        self.scoped(|walk| walk.statement(&unit.tree));
        self.open.pop();
        self.unit = outer;
    }

    fn statements(&mut self, statements: &'a [Stmt<'a>]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn scoped(&mut self, body: impl FnOnce(&mut Self)) {
        self.scopes.push(Vec::new());
        body(self);
        self.scopes.pop();
    }

    // One arm a statement of the language; each is a line or two.
    fn statement(&mut self, statement: &'a Stmt<'a>) {
        match statement {
            Stmt::Template(it) => self.statements(&it.children),
            Stmt::EmitExpr(it) => drop(self.expression(&it.expr)),
            Stmt::EmitRaw(_) => {}
            Stmt::ForLoop(it) => self.for_loop(it),
            Stmt::IfCond(it) => {
                self.expression(&it.expr);
                self.statements(&it.true_body);
                self.statements(&it.false_body);
            }
            Stmt::WithBlock(it) => self.scoped(|walk| {
                for (target, value) in &it.assignments {
                    let kind = walk.expression(value);
                    walk.bind(target, kind);
                }
                walk.statements(&it.body);
            }),
            Stmt::Set(it) => {
                let kind = self.expression(&it.expr);
                self.bind(&it.target, kind);
            }
            Stmt::SetBlock(it) => {
                self.statements(&it.body);
                self.optional(it.filter.as_ref());
                self.bind(&it.target, Some(Kind::Text));
            }
            Stmt::AutoEscape(it) => {
                self.expression(&it.enabled);
                self.statements(&it.body);
            }
            Stmt::FilterBlock(it) => {
                self.expression(&it.filter);
                self.statements(&it.body);
            }
            Stmt::Block(it) => self.scoped(|walk| walk.statements(&it.body)),
            Stmt::Macro(it) => self.macro_of(it, true),
            Stmt::CallBlock(it) => {
                self.call(&it.call);
                self.macro_of(&it.macro_decl, false);
            }
            Stmt::Do(it) => drop(self.call(&it.call)),
            Stmt::Import(it) => {
                self.reference(&it.expr, false);
                self.bind(&it.name, None);
            }
            Stmt::FromImport(it) => {
                self.reference(&it.expr, false);
                for (name, alias) in &it.names {
                    self.bind(alias.as_ref().unwrap_or(name), None);
                }
            }
            Stmt::Extends(it) => self.reference(&it.name, false),
            Stmt::Include(it) => self.include(it),
        }
    }

    fn for_loop(&mut self, it: &'a ast::ForLoop<'a>) {
        let member = match self.expression(&it.iter) {
            Some(Kind::Records(fields)) => Some(Kind::Record(fields)),
            Some(Kind::Texts | Kind::Record(_)) => Some(Kind::Text),
            _ => None,
        };
        self.scoped(|walk| {
            walk.bind(&it.target, member);
            walk.optional(it.filter_expr.as_ref());
            walk.statements(&it.body);
        });
        self.statements(&it.else_body);
    }

    fn macro_of(&mut self, it: &'a ast::Macro<'a>, named: bool) {
        if named {
            self.define(it.name, None);
        }
        self.scoped(|walk| {
            for argument in &it.args {
                walk.bind(argument, None);
            }
            for default in &it.defaults {
                walk.expression(default);
            }
            walk.statements(&it.body);
        });
    }

    fn include(&mut self, it: &'a ast::Include<'a>) {
        self.reference(&it.name, it.ignore_missing);
        let Some(path) = constant(&it.name) else { return };
        let Some(unit) = self.context.bodies.get(path.as_str()) else { return };
        if self.open.contains(&unit.path) {
            let message = format!("`{path}` includes itself without end");
            return self.report(Diagnostic::error(Code::TemplateInclude, self.span(it.name.span()), message));
        }
        self.included.insert(unit.path);
        if self.entered < MAX_ENTERED {
            self.entered += 1;
            self.enter(unit);
        }
    }

    /// Checks the name of another template file.
    fn reference(&mut self, name: &'a Expr<'a>, may_be_missing: bool) {
        let Some(path) = constant(name) else { return drop(self.expression(name)) };
        let at = self.span(name.span());
        if path.starts_with('/') || path.contains(['\\', ':']) || path.split('/').any(|part| part == "..") {
            let message = format!("`{path}` is outside the templates folder");
            let help = "name a file of the templates folder by its path in it, such as `parts/sign.md`";
            self.report(Diagnostic::error(Code::TemplateInclude, at, message).help(help));
        } else if !may_be_missing && !self.context.paths.contains(path.as_str()) {
            let found =
                Diagnostic::error(Code::TemplateInclude, at, format!("there is no template file `{path}`"));
            let near = nearest(&path, self.context.paths.iter().copied());
            self.report(match near {
                Some(near) => found.fix(at, format!("\"{near}\"")),
                None => found.help("name a file of the templates folder by its path in it, ending included"),
            });
        }
    }

    fn bind(&mut self, target: &'a Expr<'a>, kind: Option<Kind>) {
        match target {
            Expr::Var(it) => self.define(it.id, kind),
            Expr::List(it) => it.items.iter().for_each(|item| self.bind(item, None)),
            Expr::Tuple(it) => it.items.iter().for_each(|item| self.bind(item, None)),
            _ => {}
        }
    }

    fn define(&mut self, name: &'a str, kind: Option<Kind>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, kind));
        }
    }

    fn optional(&mut self, expression: Option<&'a Expr<'a>>) -> Option<Kind> {
        expression.and_then(|expression| self.expression(expression))
    }

    /// The kind of an expression, where the table says it.
    fn expression(&mut self, expression: &'a Expr<'a>) -> Option<Kind> {
        match expression {
            Expr::Var(it) => self.variable(it),
            Expr::Const(it) => kind_of(it),
            Expr::GetAttr(it) => {
                let base = self.expression(&it.expr);
                self.field(base, expression, &it.expr, it.name)
            }
            Expr::GetItem(it) => self.item(expression, it),
            Expr::Slice(it) => {
                for part in [&it.start, &it.stop, &it.step] {
                    self.optional(part.as_ref());
                }
                self.expression(&it.expr)
            }
            Expr::UnaryOp(it) => {
                self.expression(&it.expr);
                None
            }
            Expr::BinOp(it) => {
                let (left, right) = (self.expression(&it.left), self.expression(&it.right));
                if compares(it.op) {
                    self.comparable(&it.left, left.as_ref(), &it.right, right.as_ref());
                }
                None
            }
            Expr::Compare(it) => self.chain(it),
            Expr::IfExpr(it) => {
                self.expression(&it.test_expr);
                let yes = self.expression(&it.true_expr);
                let no = self.optional(it.false_expr.as_ref());
                yes.filter(|yes| no.as_ref() == Some(yes))
            }
            Expr::Filter(it) => self.filter(it),
            Expr::Test(it) => {
                self.expression(&it.expr);
                self.arguments(&it.args);
                self.known("test", it.name, &TESTS, it.expr.span(), it.span());
                Some(Kind::Flag)
            }
            Expr::Call(it) => self.call(it),
            Expr::List(it) => self.all(&it.items),
            Expr::Tuple(it) => self.all(&it.items),
            Expr::Map(it) => self.all(&it.keys).or_else(|| self.all(&it.values)),
        }
    }

    fn all(&mut self, expressions: &'a [Expr<'a>]) -> Option<Kind> {
        for expression in expressions {
            self.expression(expression);
        }
        None
    }

    fn arguments(&mut self, arguments: &'a [CallArg<'a>]) {
        for argument in arguments {
            match argument {
                CallArg::Pos(it)
                | CallArg::Kwarg(_, it)
                | CallArg::PosSplat(it)
                | CallArg::KwargSplat(it) => {
                    self.expression(it);
                }
            }
        }
    }

    fn variable(&mut self, it: &'a Spanned<ast::Var<'a>>) -> Option<Kind> {
        let of_own =
            self.scopes.iter().rev().flat_map(|scope| scope.iter().rev()).find(|(name, _)| *name == it.id);
        if let Some((_, kind)) = of_own {
            return kind.clone();
        }
        if let Some(variable) = self.context.table.iter().find(|variable| variable.name == it.id) {
            return Some(variable.kind.clone());
        }
        if !ENGINE_NAMES.contains(&it.id) && !FUNCTIONS.contains(&it.id) {
            self.unknown_variable(it);
        }
        None
    }

    fn unknown_variable(&mut self, it: &Spanned<ast::Var<'a>>) {
        let at = self.span(it.span());
        let found = Diagnostic::error(UNKNOWN, at, format!("there is no variable `{}`", it.id));
        let own = self.scopes.iter().flatten().map(|(name, _)| *name);
        let near =
            nearest(it.id, own.chain(self.context.table.iter().map(|variable| variable.name.as_ref())));
        let owner = self.context.table.iter().find(|variable| match &variable.kind {
            Kind::Record(fields) => fields.iter().any(|field| field.name == it.id),
            _ => false,
        });
        self.report(match (near, owner) {
            (Some(near), _) => found.fix(at, near),
            (None, Some(owner)) => found.fix(at, format!("{}.{}", owner.name, it.id)),
            (None, None) => found,
        });
    }

    /// The kind of a field; `whole` is the expression that ends with its name.
    fn field(&mut self, base: Option<Kind>, whole: &Expr<'a>, of: &Expr<'a>, name: &str) -> Option<Kind> {
        let (kind, names) = match base? {
            Kind::Record(fields) => {
                let kind = fields.iter().find(|field| field.name == name).map(|field| field.kind.clone());
                (kind, fields.iter().map(|field| field.name.to_string()).collect())
            }
            Kind::Money => {
                let kind = ["amount", "currency"].contains(&name).then_some(Kind::Text);
                (kind, vec![String::from("amount"), String::from("currency")])
            }
            Kind::Records(_) => {
                let text = self.source(of).to_owned();
                let found = self.no_field(whole, of, name, &[]);
                let help = format!(
                    "go through the list: `{{% for item in {text} %}}{{{{ item.{name} }}}}{{% endfor %}}`"
                );
                self.report(found.help(help));
                return None;
            }
            _ => (None, Vec::new()),
        };
        if kind.is_none() {
            let found = self.no_field(whole, of, name, &names);
            self.report(found);
        }
        kind
    }

    fn no_field(&self, whole: &Expr<'a>, of: &Expr<'a>, name: &str, names: &[String]) -> Diagnostic {
        let owner = self.source(of);
        let at = self.between(start(whole), whole.span());
        let found = Diagnostic::error(UNKNOWN, at, format!("`{owner}` has no field `{name}`"));
        match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => found.fix(at, format!("{owner}.{near}")),
            None if names.len() <= 6 && !names.is_empty() => found.help(format!(
                "it has {}",
                one_of(names.iter().map(String::as_str)).replace(" or ", " and ")
            )),
            None => found,
        }
    }

    fn item(&mut self, whole: &'a Expr<'a>, it: &'a ast::GetItem<'a>) -> Option<Kind> {
        let base = self.expression(&it.expr);
        self.expression(&it.subscript_expr);
        match (base?, constant(&it.subscript_expr)) {
            (Kind::Records(fields), None) => Some(Kind::Record(fields)),
            (Kind::Texts, None) => Some(Kind::Text),
            (base, Some(name)) => self.field(Some(base), whole, &it.expr, &name),
            _ => None,
        }
    }

    fn chain(&mut self, it: &'a ast::Compare<'a>) -> Option<Kind> {
        let mut before = (&it.expr, self.expression(&it.expr));
        for op in &it.ops {
            let kind = self.expression(&op.expr);
            if !matches!(op.op, CompareOpKind::In | CompareOpKind::NotIn) {
                self.comparable(before.0, before.1.as_ref(), &op.expr, kind.as_ref());
            }
            before = (&op.expr, kind);
        }
        None
    }

    /// The engine orders values of different kinds by their kind: an amount would be above any number.
    fn comparable(&mut self, left: &Expr<'a>, a: Option<&Kind>, right: &Expr<'a>, b: Option<&Kind>) {
        let (Some(a), Some(b)) = (a, b) else { return };
        if a == b || matches!(a, Kind::Record(_)) || matches!(b, Kind::Record(_)) {
            return;
        }
        let at = self.between(start(left), right.span());
        let text = self.source(left);
        let message = format!("`{text}` is {} and is compared with {}", a.describe(), b.describe());
        let found = Diagnostic::error(Code::TemplateType, at, message);
        self.report(match (a, b) {
            (Kind::Money, _) | (_, Kind::Money) => found.help("leave conditions on amounts to the policy"),
            (Kind::Date, _) | (_, Kind::Date) => found.help("compare dates with dates, such as `today`"),
            _ => found,
        });
    }

    fn filter(&mut self, it: &'a Spanned<ast::Filter<'a>>) -> Option<Kind> {
        let base = self.optional(it.expr.as_ref());
        self.arguments(&it.args);
        let before =
            it.expr.as_ref().map_or(Range { end_offset: it.span().start_offset, ..it.span() }, Expr::span);
        self.known("filter", it.name, &FILTERS, before, it.span());
        self.attribute(base.as_ref(), it);
        match it.name {
            "money" | "amount" | "date" | "upper" | "lower" | "title" | "capitalize" | "trim" | "replace"
            | "join" | "string" | "format" | "indent" => Some(Kind::Text),
            "length" | "count" => Some(Kind::Number),
            "first" | "last" | "min" | "max" => match base? {
                Kind::Records(fields) => Some(Kind::Record(fields)),
                Kind::Texts => Some(Kind::Text),
                _ => None,
            },
            "sort" | "reverse" | "unique" | "list" | "select" | "reject" | "selectattr" | "rejectattr" => {
                base
            }
            _ => None,
        }
    }

    /// The field that a filter over a list names: `selectattr("disputed")`, `sort(attribute="due_date")`.
    fn attribute(&mut self, base: Option<&Kind>, it: &'a ast::Filter<'a>) {
        let (Some(Kind::Records(fields)), Some(list)) = (base, it.expr.as_ref()) else { return };
        let by_position = matches!(it.name, "selectattr" | "rejectattr" | "groupby");
        let named = it.args.iter().enumerate().find_map(|(at, argument)| match argument {
            CallArg::Kwarg("attribute", name) => Some(name),
            CallArg::Pos(name) if at == 0 && by_position => Some(name),
            _ => None,
        });
        let Some((name, text)) = named.and_then(|name| Some((name, constant(name)?))) else { return };
        let field = text.split('.').next().unwrap_or(&text);
        if fields.iter().all(|known| known.name != field) {
            let at = self.span(name.span());
            let message = format!("a member of `{}` has no field `{field}`", self.source(list));
            let found = Diagnostic::error(UNKNOWN, at, message);
            let near = nearest(field, fields.iter().map(|known| known.name.as_ref()));
            self.report(match near {
                Some(near) => found.fix(at, format!("\"{near}\"")),
                None => found,
            });
        }
    }

    fn call(&mut self, it: &'a Spanned<ast::Call<'a>>) -> Option<Kind> {
        match it.identify_call() {
            CallType::Function(name) => self.function(name, it.expr.span()),
            CallType::Method(of, _) => drop(self.expression(of)),
            CallType::Block(_) => {}
            CallType::Object(of) => drop(self.expression(of)),
        }
        self.arguments(&it.args);
        None
    }

    fn function(&mut self, name: &str, at: Range) {
        let own = self.scopes.iter().flatten().any(|(known, _)| *known == name);
        if own || FUNCTIONS.contains(&name) || ENGINE_NAMES.contains(&name) {
            return;
        }
        let at = self.span(at);
        let found = Diagnostic::error(UNKNOWN, at, format!("there is no function `{name}`"));
        let near =
            nearest(name, FUNCTIONS.into_iter().chain(self.scopes.iter().flatten().map(|(known, _)| *known)));
        self.report(match near {
            Some(near) => found.fix(at, near),
            None => found,
        });
    }

    /// Checks the name of a filter or a test, which stands after `before`, within `within`.
    fn known(&mut self, what: &str, name: &str, names: &[&'static str], before: Range, within: Range) {
        if names.contains(&name) {
            return;
        }
        let from = before.end_offset as usize;
        let text = self.unit.source.get(from..within.end_offset as usize).unwrap_or_default();
        let start = from + text.find(name).unwrap_or(0);
        let at = self.bytes(start, start + name.len());
        let found = Diagnostic::error(UNKNOWN, at, format!("there is no {what} `{name}`"));
        self.report(match nearest(name, names.iter().copied()) {
            Some(near) => found.fix(at, near),
            None => found,
        });
    }

    fn report(&mut self, found: Diagnostic) {
        self.found.push(found);
    }

    /// The text of an expression as written.
    fn source(&self, expression: &Expr<'a>) -> &'a str {
        let end = expression.span().end_offset as usize;
        self.unit.source.get(start(expression)..end).unwrap_or_default()
    }

    fn span(&self, range: Range) -> Span {
        self.bytes(range.start_offset as usize, range.end_offset as usize)
    }

    fn between(&self, start: usize, end: Range) -> Span {
        self.bytes(start, end.end_offset as usize)
    }

    fn bytes(&self, start: usize, end: usize) -> Span {
        let unit = self.unit;
        unit.whole.unwrap_or_else(|| span(unit.file, unit.base + start, unit.base + end))
    }
}

const UNKNOWN: Code = Code::TemplateUnknownName;

/// Where an expression starts: the engine's spans of fields and filters may start later.
fn start(expression: &Expr<'_>) -> usize {
    match expression {
        Expr::GetAttr(it) => start(&it.expr),
        Expr::GetItem(it) => start(&it.expr),
        Expr::Slice(it) => start(&it.expr),
        Expr::Call(it) => start(&it.expr),
        Expr::Test(it) => start(&it.expr),
        Expr::BinOp(it) => start(&it.left),
        Expr::Filter(it) => it.expr.as_ref().map_or(it.span().start_offset as usize, start),
        other => other.span().start_offset as usize,
    }
}

/// The text of a constant.
fn constant(expression: &Expr<'_>) -> Option<String> {
    match expression {
        Expr::Const(it) => it.value.as_str().map(str::to_owned),
        _ => None,
    }
}

fn kind_of(it: &Const) -> Option<Kind> {
    match it.value.kind() {
        ValueKind::String => Some(Kind::Text),
        ValueKind::Number => Some(Kind::Number),
        ValueKind::Bool => Some(Kind::Flag),
        _ => None,
    }
}

fn compares(op: BinOpKind) -> bool {
    use BinOpKind::{Eq, Gt, Gte, Lt, Lte, Ne};
    matches!(op, Eq | Ne | Lt | Lte | Gt | Gte)
}
