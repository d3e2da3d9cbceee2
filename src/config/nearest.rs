//! "Did you mean …?": the known word nearest to an unknown one.

/// The candidate that a slip of the keyboard turns into `word`; `None` where none is near.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`, letter case aside.
fn distance(a: &str, b: &str) -> usize {
    // A known word has at most 64 bytes; a key of kilobytes must not cost their product.
    let a: Vec<u8> = a
        .bytes()
        .take(100)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let b: Vec<u8> = b.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_strangers_are_not() {
        let keys = ["fingerprint", "rule", "path", "reason", "expires"];
        for (typed, meant) in [
            ("reasno", Some("reason")),
            ("Reason", Some("reason")),
            ("finger_print", Some("fingerprint")),
            ("expire", Some("expires")),
            ("paths", Some("path")),
            ("rules", Some("rule")),
            ("commit", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, keys), meant, "{typed}");
        }
        assert_eq!(nearest(&"x".repeat(1 << 20), keys), None);
    }
}
