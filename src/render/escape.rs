//! Data made harmless for what shows it: terminals, Markdown, spreadsheets, pictures.

use std::borrow::Cow;

/// Data for a terminal: one line, without characters that steer it, cannot be seen or reorder what is read.
#[must_use]
pub fn clean(text: &str) -> String {
    cleaned(text).into_owned()
}

/// The same, copied only where something is replaced.
#[must_use]
pub fn cleaned(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) || !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if steers(c) { '\u{fffd}' } else { c }).collect())
}

/// Control and format characters; what joins the parts of an emoji is among them.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e007f}')
}

/// Keeps a sigil from naming a person, an issue or a link on the sites that show Markdown. It cannot be seen.
const APART: &str = "&#8203;";

/// Data as plain text within a line or a table of Markdown.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = clean(text);
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
        if rest.peek().is_some_and(|&next| refers(c, next)) {
            escaped.push_str(APART);
        }
    }
    // `www.` alone makes a link.
    escaped.replace("www.", &format!("www{APART}.")).replace("WWW.", &format!("WWW{APART}."))
}

/// Whether two neighbours may begin a mention, a reference, an emoji's name or a link.
fn refers(c: char, next: char) -> bool {
    match c {
        '@' | '#' | '!' | '%' | '~' | '&' | '$' | '^' => {
            next.is_alphanumeric() || matches!(next, '"' | '_' | '-')
        }
        ':' => next.is_alphabetic() || matches!(next, '/' | '+' | '-'),
        _ => false,
    }
}

/// An id in Markdown: as code, where nothing is a reference and which can be copied; else escaped.
#[must_use]
pub fn markdown_id(id: &str) -> String {
    let id = clean(id);
    // A space at an end of code is taken away, and these three end code or a cell.
    let plain = !id.is_empty() && id.trim() == id && !id.contains(['`', '|', '\\']);
    if plain { format!("`{id}`") } else { markdown(&id) }
}

/// Text of many lines as a block of code in Markdown, fenced by more backticks than it holds.
#[must_use]
pub fn markdown_block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines: Vec<String> = text.lines().map(clean).collect();
    format!("{fence}text\n{}\n{fence}\n", lines.join("\n"))
}

/// Data for a cell of a spreadsheet: what would be a formula begins with an apostrophe, as OWASP advises.
/// Line breaks stay within the cell; the quotation marks are the writer's part.
#[must_use]
pub fn cell(text: &str) -> String {
    let kept = |c: char| if steers(c) && !matches!(c, '\n' | '\t') { '\u{fffd}' } else { c };
    let text: String = text.chars().map(kept).collect();
    let begins = text.starts_with(['\n', '\t']);
    let computes = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins || computes { format!("'{text}") } else { text }
}

/// Data as text or an attribute of XML.
#[must_use]
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            // No character of XML, however it is written.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Data within a line of a Mermaid diagram. It has no way to write its own signs, so their wide forms stand in.
#[must_use]
pub fn mermaid(text: &str) -> String {
    let wide = |c: char| match c {
        ':' => '：',
        ';' => '；',
        '#' => '＃',
        '%' => '％',
        '<' => '＜',
        '>' => '＞',
        '&' => '＆',
        '{' => '｛',
        '}' => '｝',
        '`' => '｀',
        '\\' => '＼',
        c => c,
    };
    clean(text).chars().map(wide).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered() {
        for (text, shown) in [
            ("Café Müller 株式会社 🦀", "Café Müller 株式会社 🦀"),
            ("a\x1b[2Jb\0c\r\nd", "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}d"),
            ("a\u{202e}b\u{2066}c\u{61c}d", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
            ("pay\u{200b}pal \u{ad}\u{2060}\u{e0041}", "pay\u{fffd}pal \u{fffd}\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(clean(text), shown);
        }
    }

    #[test]
    fn markdown_shows_data_as_it_stands() {
        for (text, written) in [
            ("first_reminder *now*", r"first\_reminder \*now\*"),
            ("a | b `c` \\", r"a \| b \`c\` \\"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("AT&T &lt;", r"AT&amp;&#8203;T &amp;&#8203;lt;"),
            ("@team and a@b.example", r"@&#8203;team and a@&#8203;b.example"),
            ("#123 !45 GH @ 5", "#&#8203;123 !&#8203;45 GH @ 5"),
            ("[x](https://evil.example)", r"\[x\](https:&#8203;//evil.example)"),
            ("www.evil.example", r"www&#8203;.evil.example"),
            (":shipit: policy.dun:13: at", r":&#8203;shipit: policy.dun:13: at"),
            ("a\nb", "a\u{fffd}b"),
        ] {
            assert_eq!(markdown(text), written);
        }
    }

    #[test]
    fn ids_are_code_where_code_can_hold_them() {
        for (id, written) in [
            ("INV-1", "`INV-1`"),
            ("@team #1 <b>", "`@team #1 <b>`"),
            ("a`b", r"a\`b"),
            (r"a\|b", r"a\\\|b"),
            (" a", " a"),
            ("", ""),
        ] {
            assert_eq!(markdown_id(id), written);
        }
    }

    #[test]
    fn a_block_ends_where_its_text_ends() {
        assert_eq!(markdown_block("a\nb"), "```text\na\nb\n```\n");
        assert_eq!(markdown_block("a ```` b\x1b"), "`````text\na ```` b\u{fffd}\n`````\n");
    }

    #[test]
    fn a_cell_computes_nothing() {
        for (text, written) in [
            ("D+10", "D+10"),
            ("=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"),
            ("+33 6 39", "'+33 6 39"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("  =1", "'  =1"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\u{fffd}=1"),
            ("a\nb\0", "a\nb\u{fffd}"),
        ] {
            assert_eq!(cell(text), written);
        }
    }

    #[test]
    fn a_picture_shows_data_as_it_stands() {
        for (text, written) in [
            ("Café Müller 株式会社", "Café Müller 株式会社"),
            ("<script>alert('x')</script>", "&lt;script&gt;alert('x')&lt;/script&gt;"),
            ("a \"b\" & c", "a &quot;b&quot; &amp; c"),
            ("a\0b\u{fffe}c\u{202e}d", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
        ] {
            assert_eq!(xml(text), written);
        }
        for (text, written) in [
            ("D+10", "D+10"),
            ("Decide: case by case; #1", "Decide： case by case； ＃1"),
            ("%%{init: {}}%%", "％％｛init： ｛｝｝％％"),
            ("a\nsection b <br>", "a\u{fffd}section b ＜br＞"),
        ] {
            assert_eq!(mermaid(text), written);
        }
    }
}
