//! Hashes that name actions and their content.

use sha2::{Digest as _, Sha256};

/// A hash over parts that cannot run into each other: each is preceded by its length.
#[derive(Debug, Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Adds a text.
    pub fn text(&mut self, text: &str) -> &mut Hasher {
        self.0.update((text.len() as u64).to_be_bytes());
        self.0.update(text.as_bytes());
        self
    }

    /// Adds a number.
    pub fn number(&mut self, number: i64) -> &mut Hasher {
        self.0.update(number.to_be_bytes());
        self
    }

    /// The whole SHA-256, 64 hexadecimal digits.
    #[must_use]
    pub fn long(self) -> String {
        hexadecimal(&self.0.finalize())
    }

    /// The first half, 32 hexadecimal digits, enough to name a step.
    #[must_use]
    pub fn short(self) -> String {
        hexadecimal(&self.0.finalize()[..16])
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|half| char::from(DIGITS[usize::from(half)]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let hash = |parts: &[&str]| {
            let mut hasher = Hasher::default();
            parts.iter().for_each(|part| {
                hasher.text(part);
            });
            hasher.long()
        };
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_eq!(hash(&["ab"]).len(), 64);
    }
}
