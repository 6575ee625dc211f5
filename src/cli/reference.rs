//! `dun check --explain`: what a code means, for a terminal.

use super::output::deliver;
use super::{Exit, fail};
use crate::code::Code;
use crate::render::reference::{readable, section};
use crate::suggest::nearest;

/// Prints the section of a code.
pub(super) fn explain(word: &str) -> Exit {
    let Some(code) = Code::named(word) else {
        let known = Code::ALL.iter().map(|code| code.word());
        return match nearest(word, known) {
            Some(near) => fail(&format!("there is no code `{word}`; did you mean `{near}`?")),
            None => fail(&format!(
                "there is no code `{word}`; codes stand in brackets, as in `error[unknown-name]`"
            )),
        };
    };
    let text = format!("{word}\n\n{}", readable(section(code)));
    deliver(None, Exit::Done, |out| out.write_all(text.as_bytes()))
}
