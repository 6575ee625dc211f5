//! Hashes that name actions and their content.

use std::fmt;

use sha2::{Digest as _, Sha256};

/// A hash over parts that cannot run into each other: each is preceded by its length.
#[derive(Debug, Clone, Default)]
pub struct Hasher(Sha256);

/// A hash that names a step or an action: half of a SHA-256, enough to tell them apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(u128);

/// A hash of a content: a whole SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Content([u8; 32]);

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

    /// The whole SHA-256.
    #[must_use]
    pub fn content(self) -> Content {
        Content(self.0.finalize().into())
    }

    /// The first half.
    #[must_use]
    pub fn key(self) -> Key {
        let Content(bytes) = self.content();
        Key(bytes[..16].iter().fold(0, |number, byte| number << 8 | u128::from(*byte)))
    }
}

impl Key {
    /// The key of an action with these steps, whatever their order.
    #[must_use]
    pub fn of_steps(steps: &[Key]) -> Key {
        let mut sorted = steps.to_vec();
        sorted.sort_unstable();
        let mut hash = Hasher::default();
        sorted.iter().for_each(|key| {
            hash.text(&key.to_string());
        });
        hash.key()
    }

    /// Reads 32 hexadecimal digits.
    #[must_use]
    pub fn read(text: &str) -> Option<Key> {
        u128::from_str_radix(text, 16).ok().map(Key)
    }
}

impl Content {
    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn read(text: &str) -> Option<Content> {
        let (first, second) = text.split_at_checked(32)?;
        let (Key(first), Key(second)) = (Key::read(first)?, Key::read(second)?);
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&first.to_be_bytes());
        bytes[16..].copy_from_slice(&second.to_be_bytes());
        Some(Content(bytes))
    }
}

/// 32 hexadecimal digits.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(&self.0.to_be_bytes(), &mut [0; 32], f)
    }
}

/// 64 hexadecimal digits.
impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hexadecimal(&self.0, &mut [0; 64], f)
    }
}

/// Writes two digits a byte, by way of a place for all of them.
fn hexadecimal(bytes: &[u8], digits: &mut [u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (byte, pair) in bytes.iter().zip(digits.chunks_exact_mut(2)) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    f.write_str(std::str::from_utf8(digits).unwrap_or_default())
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
            hasher.content()
        };
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
        assert_eq!(hash(&["ab"]).to_string().len(), 64);
    }

    #[test]
    fn a_key_reads_as_it_is_written() {
        let mut hasher = Hasher::default();
        hasher.text("INV-7");
        let whole = hasher.clone().content().to_string();
        let key = hasher.key();
        assert_eq!(key.to_string(), whole[..32]);
        assert_eq!(Key::read(&whole[..32]), Some(key));
        assert_eq!(Content::read(&whole).map(|content| content.to_string()), Some(whole));
        assert_eq!(Key::of_steps(&[key, Key(7)]), Key::of_steps(&[Key(7), key]));
    }
}
