//! Texts inside a text that a search does not see: base64, also of UTF-16 and of gzip, hex, percent encoding, the escapes of
//! strings, numeric entities of HTML.
//!
//! In: a text and [`Seeds`], the few places in it at which such a thing may stand. Out: a [`Layer`] for each stretch that
//! decodes to readable text, which knows where every byte of it stood. What is decoded at a place depends on nothing but
//! the stretch of [carriers](is_carrier) around it, and on the lines above and below where those are wrapped base64: so
//! a text that changed elsewhere hides the same there.

mod base64;
mod escapes;
mod gzip;
mod hex;
mod map;
mod probe;
mod row;
mod run;
pub mod sign;
mod split;
mod values;
mod wide;

use std::ops::Range;

use serde::Serialize;

pub use map::Map;
pub use probe::run_seeds;
pub use row::{MAX_BACK, MAX_BLANKS, aligned};
pub use run::MIN_RUN;
pub use split::joined;
pub use values::is_manifest;

/// A way in which a text can be written so that a search for it does not find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// Base64, standard or URL-safe, on one line or several.
    Base64,
    /// The same of UTF-16.
    Base64Utf16,
    /// The same of a gzip.
    Base64Gzip,
    /// Two hexadecimal digits a byte.
    Hex,
    /// `%68`, as in URLs.
    Percent,
    /// `\u0068`, `\x68`: escapes of a string in JSON, YAML or a program.
    Escapes,
    /// `&#104;` and `&#x68;`, as in HTML and XML.
    Entities,
    /// Over several strings of a list, as the lines of a notebook's cell are stored.
    Split,
}

impl Encoding {
    /// Its name in a sentence.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base64Utf16 => "base64 of UTF-16",
            Self::Base64Gzip => "base64 of gzip",
            Self::Hex => "hex",
            Self::Percent => "percent encoding",
            Self::Escapes => "string escapes",
            Self::Entities => "numeric entities",
            Self::Split => "a split into several strings",
        }
    }
}

/// Places at which something may be encoded, as byte offsets into a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seeds {
    /// In a run of [`MIN_RUN`] or more characters of base64.
    pub runs: Vec<usize>,
    /// In an escape.
    pub escapes: Vec<usize>,
    /// Of signs before values in base64 ([`sign::VALUES`]).
    pub values: Vec<usize>,
    /// Whether the text looks like a notebook.
    pub notebook: bool,
    /// Whether it looks like a Kubernetes Secret ([`sign::MANIFESTS`]), any value of which may be encoded.
    pub manifest: bool,
}

/// What a stretch of a text decodes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// How it was written.
    pub encoding: Encoding,
    /// What it says.
    pub text: Vec<u8>,
    /// Where its bytes stood.
    pub map: Map,
}

/// Fewer decoded bytes than this hold no credential.
const MIN_BYTES: usize = 20;

/// A longer row begins where its groups begin. In a shorter one they may begin at any of four places: after a path, or a
/// word that runs into it.
const ANY_START: usize = 4_096;

impl Seeds {
    /// Whether nothing can be encoded; strings of a notebook aside.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places().next().is_none() && !self.manifest
    }

    /// All places, in no order.
    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        let others = self.escapes.iter().chain(&self.values);
        self.runs.iter().chain(others).copied()
    }

    /// Moves each place.
    pub fn place_all(&mut self, place: impl Fn(usize) -> usize) {
        let others = self.escapes.iter_mut().chain(&mut self.values);
        for at in self.runs.iter_mut().chain(others) {
            *at = place(*at);
        }
    }

    /// Adds those of a later stretch.
    pub fn append(&mut self, later: Self) {
        self.runs.extend(later.runs);
        self.escapes.extend(later.escapes);
        self.values.extend(later.values);
        self.notebook |= later.notebook;
        self.manifest |= later.manifest;
    }

    /// Forgets them.
    pub fn clear(&mut self) {
        self.runs.clear();
        self.escapes.clear();
        self.values.clear();
        self.notebook = false;
        self.manifest = false;
    }
}

/// Calls `found` with every layer at the seeds, and with the byte range of `text` that decides what is there.
pub fn layers<E>(
    text: &[u8],
    seeds: &mut Seeds,
    mut found: impl FnMut(Layer, &Range<usize>) -> Result<(), E>,
) -> Result<(), E> {
    seeds.runs.sort_unstable();
    let mut done = 0;
    for &seed in &seeds.runs {
        if seed < done {
            continue;
        }
        let row = row::around(text, seed);
        done = row.whole().end.max(seed + 1);
        let whole = row.whole();
        let chars = row.chars(text);
        base64::layers(&chars, &row, |layer| found(layer, &whole))?;
        wide::layers(&chars, &row, |layer| found(layer, &whole))?;
        hex::layers(&chars, &row, |layer| found(layer, &whole))?;
        if let Some(layer) = gzip::layer(&chars, &row) {
            found(layer, &whole)?;
        }
    }
    seeds.escapes.sort_unstable();
    for (kind, decoders) in [
        (PLAIN, &[escapes::percent, escapes::strings][..]),
        (ENTITY, &[escapes::entities]),
    ] {
        let mut done = 0;
        for &seed in &seeds.escapes {
            let is_entity = text.get(seed) == Some(&b'&');
            if seed < done || is_entity != (kind == ENTITY) {
                continue;
            }
            let stretch = stretch_around(text, seed, kind);
            done = stretch.end.max(seed + 1);
            if stretch.len() < MIN_BYTES {
                continue;
            }
            for decode in decoders {
                if let Some(layer) =
                    decode(text, &stretch).filter(|layer| layer.text.len() >= MIN_BYTES)
                {
                    found(layer, &stretch)?;
                }
            }
        }
    }
    for &seed in &seeds.values {
        let value = sign::value_of(text, seed).and_then(|start| values::short(text, start));
        if let Some((layer, end)) = value {
            found(layer, &(seed..end))?;
        }
    }
    if seeds.manifest
        && let Some(layer) = values::manifest(text)
    {
        found(layer, &(0..text.len()))?;
    }
    Ok(())
}

/// Whether a byte can be part of something encoded.
#[inline(always)]
#[must_use]
pub fn is_carrier(byte: u8) -> bool {
    CARRIERS[usize::from(byte)] != 0
}

/// What carries all but entities, and what carries these.
const PLAIN: u8 = 1;
const ENTITY: u8 = 2;

const CARRIERS: [u8; 256] = {
    let mut carriers = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        if byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'+' | b'/' | b'=' | b'_' | b'-' | b'%' | b'\\' | b'.' | b'{' | b'}'
            )
        {
            carriers[byte as usize] = PLAIN | ENTITY;
        } else if matches!(byte, b'&' | b'#' | b';') {
            carriers[byte as usize] = ENTITY;
        }
        byte += 1;
    }
    carriers
};

/// The same as [`is_carrier`] without a table, for many bytes together.
#[inline(always)]
#[must_use]
pub fn is_carrier_of_ranges(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // From `-` to `9`.
    let is_number = byte.wrapping_sub(b'-') < 13;
    let is_sign = (byte == b'+') | (byte == b'=') | (byte == b'_') | (byte == b'%');
    let is_of_entity = (byte == b'&') | (byte == b'#') | (byte == b';');
    let is_other = (byte == b'\\') | (byte == b'{') | (byte == b'}');
    is_letter | is_number | is_sign | is_of_entity | is_other
}

/// The carriers of this kind around `at`.
fn stretch_around(text: &[u8], at: usize, kind: u8) -> Range<usize> {
    let is_carrier = |byte: u8| CARRIERS[usize::from(byte)] & kind != 0;
    let before = text[..at]
        .iter()
        .rev()
        .take_while(|&&byte| is_carrier(byte));
    let after = text[at..].iter().take_while(|&&byte| is_carrier(byte));
    at - before.count()..at + after.count()
}

/// Stretches of `count` parts in which at least `min` in a row satisfy `is_good`; only every `min`th is looked at where
/// most are not.
fn good_stretches(
    count: usize,
    min: usize,
    is_good: impl Fn(usize) -> bool,
) -> impl Iterator<Item = Range<usize>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let probe = from + min - 1;
            if probe >= count {
                return None;
            }
            match (from..=probe).rev().find(|&at| !is_good(at)) {
                Some(bad) => from = bad + 1,
                None => {
                    let start = from;
                    let end = (probe + 1..count).find(|&at| !is_good(at)).unwrap_or(count);
                    from = end + 1;
                    return Some(start..end);
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriers_are_told_alike() {
        for byte in 0..=u8::MAX {
            assert_eq!(is_carrier_of_ranges(byte), is_carrier(byte), "{byte}");
        }
    }

    #[test]
    fn stretches_are_those_that_a_plain_search_finds() {
        let mut random = 7_u32;
        for round in 0..400 {
            let parts: Vec<bool> = (0..60)
                .map(|_| {
                    random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    random >> 24 > 20 + round / 3
                })
                .collect();
            let found: Vec<Range<usize>> = good_stretches(parts.len(), 5, |at| parts[at]).collect();
            let mut expected = Vec::new();
            let mut at = 0;
            for chunk in parts.chunk_by(|a, b| a == b) {
                if chunk[0] && chunk.len() >= 5 {
                    expected.push(at..at + chunk.len());
                }
                at += chunk.len();
            }
            assert_eq!(found, expected);
        }
    }
}
