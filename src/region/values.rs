//! Sets of values: ranges of whole numbers, and words.

use std::collections::BTreeSet;

/// Ranges, both ends included.
pub type Spans = Vec<(i64, i64)>;

/// The values that something can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Ranges in ascending order, with a gap between any two.
    Spans(Spans),
    /// These words, or all but these.
    Words {
        /// The words.
        listed: BTreeSet<String>,
        /// Whether it is all others instead.
        others: bool,
    },
}

impl Values {
    /// These ranges together; those that end before they begin hold nothing.
    pub fn spans(spans: impl IntoIterator<Item = (i64, i64)>) -> Values {
        let mut spans: Spans = spans.into_iter().filter(|(least, most)| least <= most).collect();
        spans.sort_unstable();
        let mut joined = Spans::new();
        for (least, most) in spans {
            match joined.last_mut() {
                Some(last) if least <= last.1.saturating_add(1) => last.1 = last.1.max(most),
                _ => joined.push((least, most)),
            }
        }
        Values::Spans(joined)
    }

    /// These words.
    pub fn words<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Values {
        Values::Words { listed: words.into_iter().map(Into::into).collect(), others: false }
    }

    /// Any word.
    pub fn any_word() -> Values {
        Values::Words { listed: BTreeSet::new(), others: true }
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        match self {
            Values::Spans(spans) => spans.is_empty(),
            Values::Words { listed, others } => listed.is_empty() && !others,
        }
    }

    /// The words, where they are listed.
    pub fn listed(&self) -> Option<Vec<String>> {
        match self {
            Values::Words { listed, others: false } => Some(listed.iter().cloned().collect()),
            _ => None,
        }
    }

    /// The values of both. Ranges and words have none in common.
    pub fn and(&self, other: &Values) -> Values {
        match (self, other) {
            (Values::Spans(a), Values::Spans(b)) => {
                let both = a.iter().flat_map(|a| b.iter().map(|b| (a.0.max(b.0), a.1.min(b.1))));
                Values::spans(both)
            }
            (Values::Words { listed: a, others: false }, Values::Words { listed: b, others: false }) => {
                Values::words(a & b)
            }
            (Values::Words { listed: a, others: true }, Values::Words { listed: b, others: true }) => {
                Values::Words { listed: a | b, others: true }
            }
            (Values::Words { listed: a, others: false }, Values::Words { listed: b, .. })
            | (Values::Words { listed: b, .. }, Values::Words { listed: a, .. }) => Values::words(a - b),
            _ => Values::spans([]),
        }
    }

    /// What a domain holds besides these.
    pub fn without(&self, domain: &Values) -> Values {
        let contrary = match self {
            Values::Spans(spans) => Values::spans(gaps(spans)),
            Values::Words { listed, others } => Values::Words { listed: listed.clone(), others: !others },
        };
        contrary.and(domain)
    }
}

/// What lies between ranges, before and after them.
fn gaps(spans: &[(i64, i64)]) -> Spans {
    let mut gaps = Spans::new();
    let mut next = Some(i64::MIN);
    for &(least, most) in spans {
        if let (Some(from), Some(to)) = (next, least.checked_sub(1)) {
            gaps.push((from, to));
        }
        next = most.checked_add(1);
    }
    gaps.extend(next.map(|from| (from, i64::MAX)));
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_joined_cut_and_turned_round() {
        let ranges = Values::spans([(10, 20), (1, 5), (6, 8), (30, 25)]);
        assert_eq!(ranges, Values::Spans(vec![(1, 8), (10, 20)]));
        assert_eq!(ranges.and(&Values::spans([(4, 12)])), Values::Spans(vec![(4, 8), (10, 12)]));
        assert_eq!(ranges.without(&Values::spans([(0, 30)])), Values::Spans(vec![(0, 0), (9, 9), (21, 30)]));
        let all = Values::spans([(i64::MIN, i64::MAX)]);
        assert!(all.without(&all).is_empty());
        assert_eq!(Values::spans([]).without(&all), all);
    }

    #[test]
    fn words_are_listed_or_left_out() {
        let (a, b) = (Values::words(["fr", "be"]), Values::words(["be", "nl"]));
        assert_eq!(a.and(&b), Values::words(["be"]));
        let other_than_b = b.without(&Values::any_word());
        assert_eq!(a.and(&other_than_b), Values::words(["fr"]));
        assert_eq!(other_than_b.and(&a), Values::words(["fr"]));
        let neither = a.without(&Values::any_word()).and(&other_than_b);
        assert_eq!(neither.without(&Values::words(["fr", "nl", "de"])), Values::words(["fr", "nl"]));
    }
}
