//! Headers of blocks: braces, a colon in the wrong place or none, names with spaces or quotes, `otherwise:` alone.

use super::{Home, Slip, Statement, cursor};
use crate::code::Code;

/// Blocks whose header ends with a colon.
const WITH_COLON: [&str; 6] = ["segment", "cadence", "carve-out", "everywhere", "scenario", "calendar"];

pub(super) fn of(s: &Statement) -> Option<Slip> {
    rest_alone(s).or_else(|| brace(s)).or_else(|| {
        let word = header(s)?;
        colon_before_name(s, word)
            .or_else(|| if s.before() == word { quoted_name(s) } else { None })
            .or_else(|| unquoted_text(s, word))
            .or_else(|| spaced_name(s, word))
            .or_else(|| condition_word(s, word))
            .or_else(|| no_colon(s, word))
    })
}

/// The word that begins the header, when the statement is one.
pub(super) fn header<'a>(s: &Statement<'a>) -> Option<&'a str> {
    let whole = s.whole();
    let word = &whole[..whole.find(|c: char| !cursor::is_word(c) && c != '-').unwrap_or(whole.len())];
    (WITH_COLON.contains(&word) || ["policy", "role", "field"].contains(&word)).then_some(word)
}

/// `otherwise:`, `else:` or `everyone else:` where a segment is meant.
fn rest_alone(s: &Statement) -> Option<Slip> {
    let mut c = s.cursor(s.range.start);
    c.any(&["otherwise", "else", "everyone else", "everybody else", "default", "all others", "the rest"])?;
    if !s.is_first() || !c.mark(":") {
        return None;
    }
    let place = s.range.start..c.at;
    let place = place.start..place.start + s.text[place].trim_end().len();
    let message = format!("`{}` does not begin a block", &s.text[place.start..place.end - 1].trim_end());
    Some(Slip::new(Code::HeaderNotPlain, place, message).put("segment everyone_else otherwise:"))
}

/// `{` and `}` around a block.
fn brace(s: &Statement) -> Option<Slip> {
    let place = s.at..s.at + 1;
    if s.rest().starts_with('}') {
        return Some(
            Slip::new(Code::BracketNotUsed, place, "blocks have no `}`: the next header ends them").put(""),
        );
    }
    let word = header(s)?;
    if !s.rest().starts_with('{') {
        return None;
    }
    let before = s.range.start + s.before().len();
    let right = if WITH_COLON.contains(&word) && !s.before().ends_with(':') { ":" } else { "" };
    let message = format!(
        "a block has no `{{`: its header {}",
        if right.is_empty() { "is enough" } else { "ends with `:`" }
    );
    Some(Slip::new(Code::BracketNotUsed, place.clone(), message).edit(before..place.end, right))
}

/// `segment: key_accounts`, `segment = key_accounts`, `policy: "Acme"`.
fn colon_before_name(s: &Statement, word: &str) -> Option<Slip> {
    let mark = s.rest().chars().next().filter(|mark| [':', '='].contains(mark))?;
    if s.before() != word {
        return None;
    }
    let mut c = s.cursor(s.at + 1);
    c.space();
    let message = format!("no `{mark}` stands between `{word}` and its name");
    let slip = Slip::new(Code::HeaderNotPlain, s.at..s.at + 1, message);
    let slip = slip.edit(s.range.start + word.len()..c.at, " ");
    let lacks_colon = WITH_COLON.contains(&word) && !s.whole().ends_with(':');
    Some(if lacks_colon { slip.edit(s.range.end..s.range.end, ":") } else { slip })
}

/// `segment "Key accounts":`, `email "first_reminder"`.
pub(super) fn quoted_name(s: &Statement) -> Option<Slip> {
    let inside = s.rest().strip_prefix('"')?;
    let (text, _) = inside.split_once('"')?;
    let place = s.at..s.at + text.len() + 2;
    let message = format!("the name `{text}` stands in quotes");
    let slip = Slip::new(Code::NameNotPlain, place, message);
    Some(match snake(text) {
        Some(name) => slip.put(name),
        None => slip.help("names have letters, digits and `_`, and no quotes: `key_accounts`"),
    })
}

/// A name as it is written here, when it has only words.
fn snake(text: &str) -> Option<String> {
    let words: Vec<String> =
        text.split([' ', '-', '_']).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let fits = words.first()?.starts_with(char::is_alphabetic);
    let all = words.iter().all(|word| word.chars().all(char::is_alphanumeric));
    (fits && all).then(|| words.join("_"))
}

/// `policy Acme`, `scenario a promise is kept:`: a title that needs its quotes.
fn unquoted_text(s: &Statement, word: &str) -> Option<Slip> {
    if s.before() != word || !["policy", "scenario"].contains(&word) || s.rest().is_empty() {
        return None;
    }
    let title = s.rest().trim_end_matches(':').trim_end();
    let place = s.at..s.at + title.len();
    (!title.contains('"')).then(|| {
        let message = format!("the title of a `{word}` stands in quotes");
        Slip::new(Code::TextNotQuoted, place, message).put(format!("\"{title}\""))
    })
}

/// `segment key accounts when …:`.
fn spaced_name(s: &Statement, word: &str) -> Option<Slip> {
    let before: Vec<&str> = s.before().split_whitespace().collect();
    if before.len() != 2 || !WITH_COLON.contains(&word) || KEYWORDS.contains(&s.cursor(s.at).peek()) {
        return None;
    }
    let start = s.range.start + s.before().len() - before[1].len();
    let mut c = s.cursor(s.at);
    let mut end = s.at;
    while !c.peek().is_empty() && !KEYWORDS.contains(&c.peek()) {
        end = c.at + c.peek().len();
        c.word();
        c.mark("-");
    }
    let name = snake(&s.text[start..end]).filter(|_| end > s.at)?;
    let message = format!("the name `{}` has a space inside", &s.text[start..end]);
    Some(Slip::new(Code::NameNotPlain, start..end, message).put(name))
}

/// What can follow the name in a header.
const KEYWORDS: [&str; 10] = ["when", "otherwise", "per", "if", "where", "for", "with", "is", "in", "and"];

/// `segment big if …:`, `carve-out disputes where …:`.
fn condition_word(s: &Statement, word: &str) -> Option<Slip> {
    let found = s.cursor(s.at).peek();
    let place = s.at..s.at + found.len();
    let takes = ["segment", "carve-out", "calendar"].contains(&word);
    (takes && ["if", "where", "with"].contains(&found)).then(|| {
        Slip::new(Code::HeaderNotPlain, place, format!("the condition of a `{word}` begins with `when`"))
            .put("when")
    })
}

/// A header that ends without its colon.
fn no_colon(s: &Statement, word: &str) -> Option<Slip> {
    let ends = s.at == s.range.end && WITH_COLON.contains(&word) && s.home != Home::File;
    let named = s.whole().split_whitespace().count() > 1 || word == "everywhere";
    (ends && named && !s.whole().ends_with(':') && complete(s.whole())).then(|| {
        let end = s.range.end;
        let message = format!("the header of a `{word}` ends with `:`");
        Slip::new(Code::HeaderNotPlain, s.range.clone(), message).edit(end..end, ":")
    })
}

/// Whether a header can end here: not after a word that announces more.
fn complete(header: &str) -> bool {
    let last = header.rsplit(char::is_whitespace).next().unwrap_or("");
    let more = ["when", "is", "in", "not", "and", "or", "has", "between", "per", "segment", "cadence"];
    !more.contains(&last) && header.matches('(').count() == header.matches(')').count()
}
