//! The canonical form: it says the same, it is reached in one step, and it loses no comment.
//!
//! `PROPTEST_CASES` sets on how many made-up policies the laws are tried.
#![expect(clippy::unwrap_used, reason = "what fails to set up is a failed test")]
#![expect(clippy::disallowed_methods, reason = "the tests read policies and documentation")]

mod generate;

use dun::span::Sources;
use dun::syntax::ast::Ast;
use dun::{render, syntax};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The tree of a text that must parse.
fn parsed(text: &str) -> Ast {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, found) = syntax::parse(&sources, file);
    assert!(found.is_empty(), "{}\n{text}", render::diagnostic::diagnostics(&found, &sources, false));
    ast.without_places()
}

/// The canonical text of a policy.
fn formatted(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("policy.dun", text);
    let (ast, found) = syntax::parse(&sources, file);
    assert!(found.is_empty(), "{}\n{text}", render::diagnostic::diagnostics(&found, &sources, false));
    syntax::format(&sources, file, &ast)
        .unwrap_or_else(|error| panic!("{error}:\n{}\nfrom\n{text}", error.text))
}

/// The canonical text of a tree that nobody wrote.
fn written(tree: &Ast) -> String {
    let mut sources = Sources::default();
    let nowhere = sources.add("nowhere", "");
    syntax::format(&sources, nowhere, tree).unwrap_or_else(|error| panic!("{error}:\n{}", error.text))
}

/// The comments of a policy, without blanks at their ends: found here once more, in another way.
fn comments(text: &str) -> Vec<&str> {
    let outside = |line: &str| {
        let (mut quoted, mut escaped) = (false, false);
        line.char_indices().find_map(|(at, c)| {
            let begins = c == '#' && !quoted;
            (quoted, escaped) = match c {
                '"' if !escaped => (!quoted, false),
                '\\' if quoted && !escaped => (true, true),
                _ => (quoted, false),
            };
            begins.then_some(at)
        })
    };
    text.split('\n').filter_map(|line| Some(line[outside(line)?..].trim_end())).collect()
}

/// Whether the language lets a line that ends like this go on.
fn is_open(line: &str) -> bool {
    let word = |word| line.strip_suffix(word).is_some_and(|rest| rest.ends_with(char::is_whitespace));
    line.ends_with(',') || word("and") || word("or")
}

/// A text laid out as no one should: other blanks, lines and comments wherever the language takes them.
fn disturbed(text: &str, choices: &[u8]) -> String {
    let mut choices = choices.iter().copied().cycle();
    let mut choose = || choices.next().unwrap_or(0);
    let mut out = String::new();
    let (mut depth, mut quoted, mut escaped, mut number) = (0, false, false, 0);
    let mut comment = |choice: u8| {
        number += 1;
        let texts = ["", " é", "\"quoted", " and", ",", " (", "! /usr/bin/env dun   ", " a # b", " x \t"];
        let long = if choice == 255 { "long ".repeat(300) } else { String::new() };
        format!("#{number}{}{long}", texts[usize::from(choice) % texts.len()])
    };
    for c in text.chars() {
        let goes_on = depth > 0 || is_open(out.rsplit('\n').next().unwrap_or_default().trim_end());
        match c {
            _ if quoted => {
                out.push(c);
                (quoted, escaped) = (escaped || c != '"', c == '\\' && !escaped);
                continue;
            }
            '\n' | ' ' if goes_on => match choose() {
                choice @ 200.. => {
                    out.push_str(&format!("  {}\r\n{}", comment(choice), " ".repeat(usize::from(choice % 9))))
                }
                choice @ 190.. => out.push_str(&format!("\n\n {}\n", comment(choice))),
                170.. => out.push_str("\n\n"),
                _ => out.push(' '),
            },
            '\n' => match choose() {
                choice @ 200.. => out.push_str(&format!("{}\n", comment(choice))),
                choice @ 160.. => {
                    let indent = " ".repeat(usize::from(choice % 4));
                    let blank = if choice % 5 == 0 { "\n \n" } else { "" };
                    out.push_str(&format!("\n{blank}{indent}{}\r\n{blank}", comment(choice)));
                }
                120.. => out.push_str("\n\n\n"),
                100.. => out.push_str(" ; "),
                _ => out.push('\n'),
            },
            ' ' => out.push_str(match choose() {
                200.. => "  ",
                190.. => "\t",
                180.. => "\u{a0}",
                _ => " ",
            }),
            _ => {
                depth += match c {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                (quoted, escaped) = (c == '"', false);
                out.push(c);
                if c == '(' && choose() > 200 {
                    out.push_str(&format!("{}\n", comment(choose())));
                }
            }
        }
    }
    out
}

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(0), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    /// What is written says what the tree says, and is in canonical form itself.
    #[test]
    fn a_tree_is_written_and_read_again(tree in generate::policies::policy()) {
        let text = written(&tree);
        prop_assert_eq!(parsed(&text), tree, "{}", text);
        prop_assert_eq!(formatted(&text), text);
    }

    /// However a policy is laid out: the same tree, every comment once and in order, and nothing left to do.
    #[test]
    fn no_layout_changes_what_a_policy_says(
        tree in generate::policies::policy(),
        choices in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let text = disturbed(&written(&tree), &choices);
        let canonical = formatted(&text);
        prop_assert_eq!(parsed(&canonical), tree, "{}", canonical);
        prop_assert_eq!(comments(&canonical), comments(&text), "{}\nfrom\n{}", canonical, text);
        prop_assert_eq!(formatted(&canonical), canonical);
    }
}

/// The policies that are shipped, by name.
fn shipped() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let files =
        folders.filter(|folder| folder.is_dir()).flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut found: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|end| end == "dun"));
    found.sort();
    assert!(found.len() >= 3, "the policies are found");
    let read =
        |path: std::path::PathBuf| (path.display().to_string(), std::fs::read_to_string(path).unwrap());
    found.into_iter().map(read).collect()
}

#[test]
fn shipped_policies_are_in_canonical_form() {
    for (name, text) in shipped() {
        assert_eq!(formatted(&text), text, "{name}: run `dun fmt policies`");
    }
}

/// The policies in the documentation, whichever way they are laid out there.
#[test]
fn policies_in_the_documentation_keep_their_meaning() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut count = 0;
    for page in
        pages.chain([root.join("README.md")]).filter(|page| page.extension().is_some_and(|end| end == "md"))
    {
        let text = std::fs::read_to_string(&page).unwrap();
        for (_, block) in
            text.split("\n```").zip(text.split("\n```").skip(1)).filter(|(_, b)| b.starts_with("dun\n"))
        {
            let policy = &block["dun\n".len()..];
            let canonical = formatted(policy);
            assert_eq!(parsed(&canonical), parsed(policy), "{}", page.display());
            assert_eq!(comments(&canonical), comments(policy), "{}", page.display());
            assert_eq!(formatted(&canonical), canonical, "{}", page.display());
            count += 1;
        }
    }
    assert!(count > 20, "the policies of the documentation are found: {count}");
}

/// Other spellings of the same, each with the canonical one.
#[test]
fn each_construct_has_one_spelling() {
    let spellings = r#"
policy "A":
  terms 1 days; language 01
  ignore balances under 5.00 EUR,12345.5 USD , -1_000_000 JPY
  catch up : all,  1 days apart
  pilot: customers "C-1"
  pilot: 1 customers
  weekends:same day
field customer.tier: "gold", "silver" or "bronze"
calendar a when (customer.country is in ("FR","BE",)):
  closed saturday and sunday
  holiday on 2026-05-01
cadence b:
  at D+0 email a as k with t attach invoice cc c to d and wait formerly e
  at D-0 days email b else call by x
  at D+3 days email c, needs approval by f, if ((invoice.disputed))
  at D+1 business days email d, unless not (not invoice.disputed), deadline 1 days
  at end of month( D+0 ) email e
  every 1 days from D+60, at most 1 times: email f
  every 2 months from issue+3, at most 2 time: charge interest at 10 % plus 1 points
segment c when not not invoice.disputed and not(invoice.days_overdue < 030 days) and invoice.score is 1.50:
  write to a customer at most 1 times every 1 days
  send at most 1 messages a day; data no older than 1 days
scenario "d":
  customer with tags ("late")
  payment of 5 EUR on 2026-10-01
  email a sent on 2026-10-01
  expect on 2026-10-01: call finance and hand off owner and "email first" and "a word" and task "call to  order"
  expect nothing on 2026-10-01 because "disputed"
  expect never: automatic message and "message"
"#;
    insta::assert_snapshot!(formatted(spellings));
}

/// Long lines, and comments at every kind of place.
#[test]
fn comments_stay_where_they_were_and_long_lines_go_on() {
    let text = r#"#!/usr/bin/env dun
   # How we ask for money. This line is much longer than any line should be, but a comment is never broken: it is the author's.

# Revised: été 2026
policy "Comments"   # the name
  # before a setting
  currency EUR


  # a group of its own

  # and another
  sender finance # who "signs" # twice
  # the end of the block
role finance="finance#1@acme.example"
# a word about the owner
role owner = customer.owner # from the record
field customer.tier: "gold" or # the best
  "silver"
segment one_line: hold; never sms # stays
segment too_long_for_one_line: at D+3 email first_reminder; at D+10 email second_reminder, needs approval by finance
segment nothing_yet:
  # to be decided
segment countries when (
    # where we have an office
    customer.country in ("FR", "BE", # in French
      "DE",
      # and beyond
      "PL" # since 2025
    ) and
    # but not
    not (customer.kind is "public" or customer.tags has "sensitive") # the careful ones
  ): # the header
  use standard
segment sectors when customer.sector in ("hospitality", "construction", "agriculture", "transport", "retail", "wholesale"):
  use standard
cadence standard:
  # first
  at D email due
  at D+3 email first and # both
    sms first_text, # the line goes on
    needs approval

  at D+10 email second
  at issue+30 notify owner
  at D+120 email third_reminder to buyer cc owner attach invoice attach statement, if invoice.balance >= 1000 EUR and customer.kind is "business", needs approval by finance from D+125
  at D+3 business days call by finance
  every 15 days from D+150, # not too often
    at most 3 times: task "Decide" for owner
  # the end of the cadence
everywhere:
  hold and # a little
    resume 3 days later
  messages between 08:00 and # not at night
    19:00
  # last words
# really the last
"#;
    insta::assert_snapshot!(formatted(text));
}

/// Line ends, a byte-order mark, and files without a statement.
#[test]
fn what_is_around_the_text_is_canonical_too() {
    assert_eq!(
        formatted("\u{feff}# a\r\n\r\n\r\neverywhere:\r\n\thold\r\n\r\n"),
        "# a\n\neverywhere:\n  hold\n"
    );
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n ;\n\n"), "");
    assert_eq!(formatted("\n\n  # only\n\n\n# comments  "), "# only\n\n# comments\n");
    assert_eq!(
        formatted("policy \"A\"; messages in or; currency EUR"),
        "policy \"A\"\n  messages in or;\n  currency EUR\n"
    );
}

/// Nothing in the formatter depends on how often a construct stands in a file, or how deep.
#[test]
fn large_and_deep_policies_are_formatted() {
    let block = "segment a when invoice.disputed: hold # why\n  # more\ncadence b:\n  at D+3 email a, if (invoice.disputed) # b\n";
    let wide =
        format!("segment a when {}invoice.disputed: hold\n", "invoice.disputed or # c\n".repeat(3_000));
    let deep = format!("segment a when {}invoice.disputed{}:\n  hold\n", "not (".repeat(64), ")".repeat(64));
    let one_line = format!("{}\n", "cadence b:;".repeat(3_000));
    for text in [block.repeat(1_000), wide, deep, one_line] {
        let canonical = formatted(&text);
        assert!(formatted(&canonical) == canonical);
    }
}
