//! "Did you mean …?": the nearest of a list of known words.

/// The entry of `known` that `word` most probably meant, or `None` when nothing is near.
///
/// Near means at most a third of the word's letters (and at least one) inserted, removed, replaced or swapped
/// with a neighbour, upper and lower case taken as equal: the optimal-string-alignment distance.
///
/// ```
/// assert_eq!(dotdo_core::nearest("retries", ["retry", "backoff"]), Some("retry"));
/// assert_eq!(dotdo_core::nearest("colour", ["retry", "backoff"]), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let reach = (word.len() / 3).max(1);
    known
        .into_iter()
        .filter_map(|candidate| {
            let other: Vec<char> = candidate.to_lowercase().chars().collect();
            // `retries` and `retry` are three edits apart, but one begins like the other.
            let stem = word.len().min(other.len()).saturating_sub(1).max(3);
            let same_stem =
                word.len() >= stem && other.len() >= stem && word[..stem] == other[..stem];
            let distance = distance(&word, &other);
            (distance <= reach || same_stem).then_some((distance, candidate))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let substitution = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = substitution.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
