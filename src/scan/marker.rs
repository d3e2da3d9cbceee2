//! Inline comments that ask to accept a finding, on its line or the line above.

use bstr::ByteSlice;

use crate::finding::Marker;
use crate::text::position;

/// Bytes looked at on each side of the secret: a comment in a minified file must not allow the whole file.
const WINDOW: usize = 400;

/// The markers that stand near the half-open range `start..end` of `text`.
pub(super) fn near(text: &[u8], start: usize, end: usize) -> Vec<Marker> {
    let line = position::line_around(text, start);
    let mut markers = Vec::new();
    let own = line.start.max(start.saturating_sub(WINDOW))..line.end.min(end + WINDOW).max(end);
    read(&text[own], &mut markers);
    if line.start > 0 {
        let above = position::line_around(text, line.start - 1);
        let above = &text[above.end.saturating_sub(WINDOW).max(above.start)..above.end];
        if !above.trim().is_empty() {
            read(above, &mut markers);
        }
    }
    markers
}

fn read(line: &[u8], markers: &mut Vec<Marker>) {
    for at in line.find_iter(b"hf-guard: allow ") {
        let rest = &line[at + b"hf-guard: allow ".len()..];
        let rules: Vec<String> = rest
            .split(|byte| matches!(byte, b',' | b' '))
            .map_while(|word| {
                let word = word.to_str().ok()?;
                let is_id = !word.is_empty()
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                is_id.then(|| word.to_owned())
            })
            .collect();
        if !rules.is_empty() {
            markers.push(Marker::HfGuard(rules));
        }
    }
    for (text, marker) in [
        ("gitleaks:allow", Marker::Gitleaks),
        ("betterleaks:allow", Marker::Betterleaks),
        ("trufflehog:ignore", Marker::Trufflehog),
        ("pragma: allowlist secret", Marker::DetectSecrets),
    ] {
        if line.contains_str(text) {
            markers.push(marker);
        }
    }
}
