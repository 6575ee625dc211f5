//! Texts longer than one message of the telephone network (GSM 03.38).

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Lint;
use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::model::{Act, Channel, Policy, RoleHolder};
use crate::money::Money;
use crate::span::Span;
use crate::template::variables::{Kind, Variable, table};
use crate::template::{Fact, Record, TemplateId, TemplateSet};

/// What takes one place in a message.
const PLAIN: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
    ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// What takes two.
const EXTENDED: &str = "^{}\\[~]|€\u{c}";

/// A text as the network counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Length {
    /// How many places it takes.
    places: usize,
    /// How many messages it needs.
    messages: usize,
    /// How many places a text of one message has.
    room: usize,
    /// The first character that the alphabet lacks.
    foreign: Option<char>,
}

impl Length {
    fn of(text: &str) -> Length {
        let foreign = text.chars().find(|&c| !PLAIN.contains(c) && !EXTENDED.contains(c));
        let (places, room, part) = match foreign {
            None => (plain_places(text), 160, 153),
            Some(_) => (text.encode_utf16().count(), 70, 67),
        };
        let messages = if places <= room { 1 } else { places.div_ceil(part) };
        Length { places, messages, room, foreign }
    }
}

fn plain_places(text: &str) -> usize {
    text.chars().map(|c| if EXTENDED.contains(c) { 2 } else { 1 }).sum()
}

impl Lint<'_> {
    pub(super) fn long_texts(&mut self) {
        let Some(templates) = self.templates else { return };
        let facts = typical(self.policy);
        for id in texts(self.policy).into_iter().flat_map(|name| templates.languages_of(name)) {
            let Ok(rendered) = templates.render(id, &facts) else { continue };
            let text = rendered.body.trim_end();
            let length = Length::of(text);
            if length.messages > 1 {
                let found = self.long_text(templates, id, text, length);
                self.report(found);
            }
        }
    }

    fn long_text(&self, templates: &TemplateSet, id: TemplateId, text: &str, length: Length) -> Diagnostic {
        let Length { places, messages, room, foreign } = length;
        let message = format!("a text from `{}` is sent and paid as {messages} messages", templates.path(id));
        let start = templates.place(id);
        let literal = foreign.and_then(|foreign| self.literal(start, foreign));
        let found = Diagnostic::warning(Code::LongSms, literal.unwrap_or(start), message);
        let typical = format!("with typical values it takes {places} characters, and one message has {room}");
        let Some(foreign) = foreign else { return found.help(format!("{typical}; shorten it")) };
        let found = found
            .help(format!("{typical}, because {} is not in the alphabet of text messages", named(foreign)));
        let without: String = text.chars().filter(|&c| c != foreign).collect();
        let found = match Length::of(&without) {
            Length { messages: 1, .. } => found.help("without that character one message would do"),
            _ => found,
        };
        match literal {
            Some(_) => found.here("this character makes the whole text expensive"),
            None => found.help(format!(
                "it comes with a value: where that is an amount, write `{{{{ total | money | replace(\"\\u{:04x}\", \" \") }}}}`",
                u32::from(foreign)
            )),
        }
    }

    /// Where a character stands in a template's file.
    fn literal(&self, start: Span, character: char) -> Option<Span> {
        let text = &self.sources.get(start.file).text;
        let at = u32::try_from(text.find(character)?).ok()?;
        Some(Span { file: start.file, start: at, end: at + u32::try_from(character.len_utf8()).ok()? })
    }
}

/// The templates of texts.
fn texts(policy: &Policy) -> BTreeSet<&str> {
    let ladders = policy.ladders.iter().flat_map(|ladder| ladder.rungs.iter().flat_map(|rung| &rung.steps));
    let steps = ladders.chain(policy.carve_outs.iter().flat_map(|carve_out| &carve_out.steps));
    let texts = steps.flat_map(|step| &step.acts).filter(|act| act.contact() == Some(Channel::Sms));
    texts.filter_map(Act::template).collect()
}

/// A character as people can look for it.
fn named(character: char) -> String {
    match character {
        '\u{a0}' => String::from("the space that does not break (U+00A0)"),
        '\u{202f}' => String::from("the narrow space that does not break (U+202F)"),
        other => format!("`{other}` (U+{:04X})", u32::from(other)),
    }
}

/// What a template is told of a usual customer with one invoice, in values of usual length.
fn typical(policy: &Policy) -> Fact {
    record(policy, &table(&policy.fields), "")
}

fn record(policy: &Policy, variables: &[Variable], prefix: &str) -> Fact {
    let field = |variable: &Variable| {
        let path = format!("{prefix}{}", variable.name);
        (variable.name.clone(), value(policy, &variable.kind, &path))
    };
    Fact::from(variables.iter().map(field).collect::<Record>())
}

fn value(policy: &Policy, kind: &Kind, path: &str) -> Fact {
    match kind {
        Kind::Text => Fact::text(text(policy, path)),
        Kind::Number => Fact::Number(if path == "count" { 1 } else { 12 }),
        Kind::Money => Fact::Money(Money::new(123_450, policy.settings.currency)),
        Kind::Date => NaiveDate::from_ymd_opt(2026, 10, 5).into(),
        Kind::Flag => Fact::Flag(false),
        Kind::Texts => Fact::list([]),
        Kind::Record(fields) => record(policy, fields, &format!("{path}.")),
        Kind::Records(fields) => Fact::list([record(policy, fields, &format!("{path}."))]),
    }
}

fn text(policy: &Policy, path: &str) -> String {
    let sender = policy.settings.sender.map(|role| policy.role(role));
    let usual = match path {
        "policy.name" => policy.name.as_str(),
        "sender.name" => sender.map_or("finance", |role| role.name.as_str()),
        "sender.address" => match sender.map(|role| &role.holder) {
            Some(RoleHolder::Address(address)) => address,
            _ => "collections@acme.example",
        },
        _ => match path.rsplit('.').next().unwrap_or(path) {
            "id" | "invoice" => "INV-2026-0417",
            "name" => "Globex Industries",
            "contact_name" => "Robin Fields",
            "payment_link" | "document_url" => "https://pay.example/i/4f7c2a91",
            "language" => "en",
            "country" => "FR",
            "currency" => policy.settings.currency.code(),
            "email" | "owner" | "address" => "ap@globex.example",
            "phone" | "mobile" => "+33612345678",
            _ => "ten letters",
        },
    };
    usual.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> (usize, usize, Option<char>) {
        let Length { places, messages, foreign, .. } = Length::of(text);
        (places, messages, foreign)
    }

    #[test]
    fn a_text_is_counted_as_the_network_counts_it() {
        assert_eq!(messages(&"a".repeat(160)), (160, 1, None));
        assert_eq!(messages(&"a".repeat(161)), (161, 2, None));
        assert_eq!(messages(&"a".repeat(306)), (306, 2, None));
        assert_eq!(messages(&"a".repeat(307)), (307, 3, None));
        assert_eq!(messages(&"€".repeat(80)), (160, 1, None));
        assert_eq!(messages(&"€".repeat(81)), (162, 2, None));
        assert_eq!(messages("déjà à régler, süß, Ærø, ¿qué?"), (30, 1, None));
    }

    #[test]
    fn one_foreign_character_makes_every_place_dearer() {
        assert_eq!(messages(&format!("ê{}", "a".repeat(69))), (70, 1, Some('ê')));
        assert_eq!(messages(&format!("ê{}", "a".repeat(70))), (71, 2, Some('ê')));
        assert_eq!(messages(&format!("1{}234", '\u{202f}')), (5, 1, Some('\u{202f}')));
        // Beyond the basic plane a character takes two places.
        assert_eq!(messages("😀"), (2, 1, Some('😀')));
    }
}
