//! What somebody wrote into the data stands in some reasons. Who reads a pull request need not read it.

/// A reason without the words of a dispute's record: `disputed since 12 September` of `disputed since 12 September,
/// wrong price`.
#[must_use]
pub fn without_remark(sentence: &str) -> &str {
    let is_dispute = sentence.starts_with("disputed");
    sentence.split_once(", ").filter(|_| is_dispute).map_or(sentence, |(dun, _)| dun)
}

#[cfg(test)]
mod tests {
    use super::without_remark;

    #[test]
    fn only_what_dun_says_is_left() {
        for (sentence, left) in [
            ("disputed since 12 September 2025, Mrs Smith, ill", "disputed since 12 September 2025"),
            ("disputed, wrong price", "disputed"),
            ("disputed", "disputed"),
            (
                "last written to on 3 September, and at most once every 5 days",
                "last written to on 3 September, and at most once every 5 days",
            ),
        ] {
            assert_eq!(without_remark(sentence), left);
        }
    }
}
