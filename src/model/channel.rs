//! The ways a contact goes.

use serde::Serialize;

/// The way a contact goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// E-mail.
    Email,
    /// Text message.
    Sms,
    /// Letter.
    Letter,
    /// Telephone.
    Call,
}

impl Channel {
    /// The word used in policies, ledgers and plans.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Channel::Email => "email",
            Channel::Sms => "sms",
            Channel::Letter => "letter",
            Channel::Call => "call",
        }
    }

    /// The channel written with this word.
    #[must_use]
    pub fn named(word: &str) -> Option<Channel> {
        [Channel::Email, Channel::Sms, Channel::Letter, Channel::Call].into_iter().find(|c| c.word() == word)
    }

    /// Whether it carries a message, which goes out without a person.
    #[must_use]
    pub fn is_message(self) -> bool {
        self != Channel::Call
    }
}
