//! Text of a configuration on its way into a report.
//!
//! A person wrote it, so a secret can stand in it: a path that holds one, a reason that quotes one.

/// A run of this many letters and digits is no word of any language that is typed by hand; the shortest tokens with a
/// public prefix have 20.
const LONG: usize = 20;

/// How much of such a run is shown.
const SHOWN: usize = 4;

/// `text` with all but the start of each long run of letters and digits left out.
pub(super) fn without_long_runs(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars().chain([' ']) {
        if character.is_ascii_alphanumeric() {
            run.push(character);
            continue;
        }
        if run.len() < LONG {
            shown.push_str(&run);
        } else {
            shown.push_str(&run[..SHOWN]);
            shown.push('…');
        }
        run.clear();
        shown.push(character);
    }
    shown.pop();
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_and_tokens_go() {
        assert_eq!(
            without_long_runs("made up, see docs/a_b.md"),
            "made up, see docs/a_b.md"
        );
        assert_eq!(without_long_runs(""), "");
        let token = format!("hf_{}", "aBcDe".repeat(7));
        assert_eq!(
            without_long_runs(&format!("it is {token}")),
            "it is hf_aBcD…"
        );
        assert_eq!(without_long_runs(&format!("é{token} é")), "éhf_aBcD… é");
    }
}
