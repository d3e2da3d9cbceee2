//! Whether a body is made of words rather than drawn at random.
//!
//! In: bytes. Out: yes or no. The test is one of compression: a text is written as letters and as words of a list, in
//! a code that any decoder could read. However the words are chosen, at most one in 2^k random texts comes out k bits
//! shorter than its letters, so the floor below bounds the real tokens that can ever be lost.

/// Common English, programming and machine-learning words: one line for each length, sorted, one space between.
const WORDS: &str = include_str!("words.txt");

/// Bits of the choice between a letter and a word: 2^-0.5 + 2^-1.78 is just under 1.
const LETTER_FOLLOWS: f32 = 0.5;
const WORD_FOLLOWS: f32 = 1.78;

/// Bits that a random letter carries where both cases occur, and where one does.
const BOTH_CASES: f32 = 5.700_44;
const ONE_CASE: f32 = 4.700_44;

/// Bits to name a word of the list, and how it is capitalized (lower, Capitalized, UPPER).
const WORD: f32 = 10.21;
const CAPITALS: f32 = 1.585;

/// A text that comes out this many bits shorter is worded: one in 16 million random ones.
pub const SURELY_WORDED: f32 = 24.0;

/// Bits by which words shorten `text`; negative where they do not.
///
/// Letters, digits and `_` or `-` may stand in it; only letters can be shortened.
#[must_use]
pub fn bits_saved(text: &[u8]) -> f32 {
    let upper = text.iter().any(u8::is_ascii_uppercase);
    let lower = text.iter().any(u8::is_ascii_lowercase);
    let (letter, word_cost) = if upper && lower {
        (BOTH_CASES, WORD_FOLLOWS + WORD + CAPITALS)
    } else {
        (ONE_CASE, WORD_FOLLOWS + WORD)
    };
    let lists: Vec<(usize, &str)> = WORDS
        .lines()
        .map(|list| (list.find(' ').unwrap_or(list.len()), list))
        .collect();
    let mut best = vec![0.0_f32; text.len() + 1];
    for start in (0..text.len()).rev() {
        best[start] = best[start + 1] - LETTER_FOLLOWS;
        let longest = word_like(&text[start..]);
        for &(len, list) in lists.iter().take_while(|(len, _)| *len <= longest) {
            let candidate = &text[start..start + len];
            if contains(list, len, candidate) {
                let saved = letter * len as f32 - word_cost + best[start + len];
                best[start] = best[start].max(saved);
            }
        }
    }
    best[0]
}

/// How many bytes at the head of `text` are capitalized as one word: lower, Capitalized or UPPER.
fn word_like(text: &[u8]) -> usize {
    let upper = text
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    let tail = text
        .iter()
        .skip(1)
        .take_while(|byte| byte.is_ascii_lowercase())
        .count();
    match text.first() {
        Some(first) if first.is_ascii_alphabetic() => upper.max(1 + tail),
        _ => 0,
    }
}

/// Binary search in `list`, sorted words of `len` letters with one space between.
fn contains(list: &str, len: usize, candidate: &[u8]) -> bool {
    let list = list.as_bytes();
    let (mut low, mut high) = (0, list.len().div_ceil(len + 1));
    while low < high {
        let middle = low.midpoint(high);
        let word = &list[middle * (len + 1)..][..len];
        match word
            .iter()
            .copied()
            .cmp(candidate.iter().map(u8::to_ascii_lowercase))
        {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_its_costs_are_those_of_a_code() {
        let mut count = 0_u16;
        for list in WORDS.lines() {
            let words: Vec<&str> = list.split(' ').collect();
            assert!(words.is_sorted_by(|a, b| a < b && a.len() == b.len()));
            assert!(
                words
                    .iter()
                    .all(|word| contains(list, word.len(), word.as_bytes()))
            );
            count += u16::try_from(words.len()).expect("a short list");
        }
        assert!(f32::from(count).log2() <= WORD, "{count}");
        assert!((-LETTER_FOLLOWS).exp2() + (-WORD_FOLLOWS).exp2() <= 1.0);
    }

    #[test]
    fn sentences_are_worded() {
        for body in [
            "ThisIsNotARealTokenPleaseReplaceIt",
            "YourHuggingFaceAccessTokenGoesHere",
            "thisisjustanexampletokenforthedocs",
            "MyVerySecretReadOnlyTokenForTheHub",
            "PutYourOwnPersonalTokenHerePlease",
            "REPLACETHISWITHYOURHUGGINGFACETOKEN",
        ] {
            assert!(bits_saved(body.as_bytes()) >= SURELY_WORDED, "{body}");
        }
    }

    /// How many of 1,000 bodies of a length are seen that are words put together by chance; words that are not on the list
    /// are among them.
    fn seen(len: usize, join: fn(&mut String, &str)) -> usize {
        const SAID: &str = "my your this that secret token key read write access only model hub api user private not real \
            please replace with here insert test demo sample example personal own paste the and for from account \
            team project staging production inference endpoint dataset space upload download deploy jenkins kubernetes \
            zebra umbrella whimsical quixotic";
        let said: Vec<&str> = SAID.split_whitespace().collect();
        let mut state = 11_u64;
        let mut body = || {
            let mut body = String::new();
            while body.len() < len {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                join(&mut body, said[(state >> 33) as usize % said.len()]);
            }
            body.truncate(len);
            body
        };
        (0..1_000)
            .filter(|_| bits_saved(body().as_bytes()) >= SURELY_WORDED)
            .count()
    }

    #[test]
    fn words_put_together_are_seen() {
        let camel = |body: &mut String, word: &str| {
            body.push_str(&word[..1].to_ascii_uppercase());
            body.push_str(&word[1..]);
        };
        let lower = |body: &mut String, word: &str| body.push_str(word);
        let snake = |body: &mut String, word: &str| {
            body.push_str(word);
            body.push('_');
        };
        for (len, join, at_least) in [
            (34, camel as fn(&mut String, &str), 930),
            (34, lower, 900),
            (40, snake, 900),
            (52, camel, 970),
        ] {
            let seen = seen(len, join);
            assert!(seen >= at_least, "{len}: {seen} of 1000");
        }
    }

    #[test]
    fn a_few_words_by_chance_do_not_make_a_sentence() {
        for body in [
            "QxTheKzWvYouPqRjAndMbLtNxCfHgDkSzV",
            "TokenqZxWvKjHgPbLmNtRyXcDfQsWzVbKJ",
        ] {
            assert!(bits_saved(body.as_bytes()) < SURELY_WORDED, "{body}");
        }
        assert!(bits_saved(b"") <= 0.0);
    }
}
