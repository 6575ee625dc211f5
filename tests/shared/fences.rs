//! The fenced blocks of Markdown pages, for the tests that run the documentation.

/// A fenced block: what stands behind the fence, the line it begins after, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) info: String,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The fenced blocks of a Markdown text. A fence in a list keeps its indentation, which a policy ignores.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<(&str, Block)> = None;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let fence = &trimmed[..trimmed.len() - trimmed.trim_start_matches('`').len()];
        open = match open {
            Some((begun, block)) if fence.len() >= begun.len() && trimmed.trim_end() == fence => {
                found.push(block);
                None
            }
            Some((begun, block)) => Some((begun, Block { text: format!("{}{line}\n", block.text), ..block })),
            None if fence.len() >= 3 => {
                let info = String::from(trimmed[fence.len()..].trim());
                Some((fence, Block { info, line: at + 1, text: String::new() }))
            }
            None => None,
        };
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}
