//! What an imported rule lacks and its regex can tell: keywords, and an example.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Literals of three and more characters of which every match holds one; nothing where there are none.
pub(super) fn keywords(hir: &Hir) -> Option<Vec<String>> {
    match hir.kind() {
        HirKind::Capture(capture) => keywords(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => keywords(&repetition.sub),
        HirKind::Literal(literal) => long(&String::from_utf8(literal.0.to_vec()).ok()?),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<Vec<String>>> = parts.iter().map(keywords).collect();
            Some(all?.concat())
        }
        HirKind::Concat(parts) => {
            let mut best: Option<Vec<String>> = None;
            let shortest = |words: &Vec<String>| words.iter().map(String::len).min();
            let mut run = String::new();
            for part in parts {
                if let Some(more) = letters(part) {
                    run.push_str(&more);
                    continue;
                }
                for found in [long(&std::mem::take(&mut run)), keywords(part)]
                    .into_iter()
                    .flatten()
                {
                    if best
                        .as_ref()
                        .is_none_or(|best| shortest(best) < shortest(&found))
                    {
                        best = Some(found);
                    }
                }
            }
            match long(&run) {
                Some(last)
                    if best
                        .as_ref()
                        .is_none_or(|best| shortest(best) < shortest(&last)) =>
                {
                    Some(last)
                }
                _ => best,
            }
        }
        _ => None,
    }
}

fn long(text: &str) -> Option<Vec<String>> {
    (text.len() >= 3).then(|| vec![text.to_lowercase()])
}

/// A literal, or a letter in either case.
fn letters(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).ok(),
        HirKind::Class(class) => {
            let members = members(class);
            let first = *members.first()?;
            let same = members
                .iter()
                .all(|member| member.eq_ignore_ascii_case(&first));
            (same && members.len() == 2).then(|| char::from(first).to_string())
        }
        _ => None,
    }
}

/// A template of a text that the regex matches, in the words of [`crate::rules::example`].
pub(super) fn example(hir: &Hir) -> String {
    let mut template = String::new();
    append(hir, &mut template);
    template
}

fn append(hir: &Hir, template: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            for character in String::from_utf8_lossy(&literal.0).chars() {
                template.push(character);
            }
        }
        HirKind::Class(class) => template.push_str(&drawn(class, 1)),
        HirKind::Repetition(repetition) => match repetition.sub.kind() {
            HirKind::Class(class) => {
                let most = repetition.max.unwrap_or(repetition.min);
                // Long enough for a secret, where that is left open.
                let count = if repetition.min <= 1 && most >= 40 {
                    1
                } else {
                    repetition.min.max(most.min(32))
                };
                if repetition.min > 0 {
                    template.push_str(&drawn(
                        class,
                        if repetition.min == 1 {
                            count
                        } else {
                            repetition.min.max(count.min(32))
                        },
                    ));
                }
            }
            _ => (0..repetition.min).for_each(|_| append(&repetition.sub, template)),
        },
        HirKind::Capture(capture) => append(&capture.sub, template),
        HirKind::Concat(parts) => parts.iter().for_each(|part| append(part, template)),
        HirKind::Alternation(parts) => {
            if let Some(first) = parts.first() {
                append(first, template);
            }
        }
    }
}

/// `count` characters of a class: drawn from an alphabet of the template language that lies in it.
fn drawn(class: &Class, count: u32) -> String {
    let members = members(class);
    let holds = |alphabets: &[std::ops::RangeInclusive<u8>]| {
        let mut all = alphabets.iter().cloned().flatten();
        all.all(|byte| members.contains(&byte))
    };
    let (lower, upper, digits) = (b'a'..=b'z', b'A'..=b'Z', b'0'..=b'9');
    let fields = [
        ('A', vec![lower.clone(), upper.clone(), digits.clone()]),
        ('L', vec![lower.clone(), upper.clone()]),
        ('a', vec![lower, digits.clone()]),
        ('U', vec![upper, digits.clone()]),
        ('h', vec![digits.clone(), b'a'..=b'f']),
        ('H', vec![digits.clone(), b'A'..=b'F']),
        ('d', vec![digits]),
    ];
    if let Some((field, _)) = fields.iter().find(|(_, alphabets)| holds(alphabets)) {
        return format!("{{{{{field}{count}}}}}");
    }
    let plain = members.iter().find(|byte| (b'!'..=b'z').contains(*byte));
    let plain = plain.or(members.first());
    plain.map_or(String::new(), |&byte| {
        char::from(byte).to_string().repeat(count as usize)
    })
}

fn members(class: &Class) -> Vec<u8> {
    match class {
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .flat_map(|range| range.start()..=range.end())
            .filter(u8::is_ascii)
            .collect(),
        Class::Unicode(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hir(regex: &str) -> Hir {
        let mut parser = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build();
        parser.parse(regex).expect("a regex")
    }

    #[test]
    fn literals_of_every_match_are_keywords() {
        for (regex, expected) in [
            ("acme_[a-z]{20}", Some(vec!["acme_"])),
            ("(?i)acme[_-]?key=[a-z]{9}", Some(vec!["acme"])),
            ("(?:acme|umbrella)-[0-9]{9}", Some(vec!["acme", "umbrella"])),
            ("[a-z]{30}", None),
            ("(?:acme|[0-9])x", None),
            (r"\bxoxz-[0-9]{12}", Some(vec!["xoxz-"])),
        ] {
            let expected = expected.map(|words| words.into_iter().map(str::to_owned).collect());
            assert_eq!(keywords(&hir(regex)), expected, "{regex}");
        }
    }

    #[test]
    fn examples_match_their_regex() {
        for (regex, expected) in [
            ("acme_[a-z0-9]{20}", "acme_{{a20}}"),
            (
                "key=['\"](?P<secret>[A-Za-z0-9]{16,40})['\"]",
                "key=\"{{A32}}\"",
            ),
            (r"\bid-\d{9}\b", "id-{{d9}}"),
            ("(?:ab|cd)[!-/]", "ab!"),
        ] {
            let template = example(&hir(regex));
            assert_eq!(template, expected);
            let text = crate::rules::example::expand(&template, 1).expect("a template");
            let compiled = regex::bytes::RegexBuilder::new(regex)
                .unicode(false)
                .build();
            assert!(
                compiled.expect("a regex").is_match(text.as_bytes()),
                "{text}"
            );
        }
    }
}
