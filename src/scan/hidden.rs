//! Matches in what is encoded inside a text.
//!
//! In: a text and the places at which something may be encoded. Out: a view for each decoded stretch in which a rule
//! matches, with its matches. What is decoded is searched like any text, and may hide more, up to [`DEPTH`] layers deep.

use std::ops::Range;
use std::rc::Rc;

use super::Scanner;
use super::confirm::{self, Known};
use crate::rules::RuleError;
use crate::text::layer::{self, Encoding, Layer, Map, Seeds};
use crate::text::view::View;

/// Layers of encoding that are taken away, at most.
const DEPTH: usize = 3;

/// The rule and the secret's range of each match in one text.
pub(super) type Found = Vec<(usize, Range<usize>)>;

/// Everything that is hidden at `seeds` of `text`, which is the view at `parent`.
pub(super) fn all(
    scanner: &Scanner,
    text: &[u8],
    seeds: &mut Seeds,
    parent: usize,
) -> Result<Vec<(View<'static>, Found)>, RuleError> {
    let mut all = Vec::new();
    search(scanner, text, seeds, &[], &mut |layers, text, found, _| {
        all.push((View::decoded(parent, layers.to_vec(), text), found));
    })?;
    Ok(all)
}

/// What is split over strings of a notebook, if anything is. One of its parts holds a keyword, or it is not looked for.
pub(super) fn split(
    scanner: &Scanner,
    text: &[u8],
    parent: usize,
) -> Result<Option<(View<'static>, Found)>, RuleError> {
    let Some(Layer {
        encoding,
        text,
        map,
    }) = layer::joined(text)
    else {
        return Ok(None);
    };
    let found = matches(scanner, &text, &map, &mut Seeds::default())?;
    let layers = vec![(encoding, Rc::new(map))];
    Ok((!found.is_empty()).then(|| (View::decoded(parent, layers, text), found)))
}

impl Scanner {
    /// The stretches of `text`, of those at `seeds`, in which a match is hidden: what they hide depends on nothing beyond
    /// them but the bytes on either side.
    ///
    /// # Errors
    /// [`RuleError`] where a rule that was hit cannot be compiled.
    pub fn hiding(&self, text: &[u8], seeds: &mut Seeds) -> Result<Vec<Range<usize>>, RuleError> {
        let mut hiding: Vec<Range<usize>> = Vec::new();
        search(self, text, seeds, &[], &mut |_, _, _, stretch| {
            if hiding.last() != Some(stretch) {
                hiding.push(stretch.clone());
            }
        })?;
        Ok(hiding)
    }
}

/// Told of what is found: layers, decoded text, matches, stretch of the outermost text.
type Told<'t> = dyn FnMut(Layers<'_>, Vec<u8>, Found, &Range<usize>) + 't;

type Layers<'l> = &'l [(Encoding, Rc<Map>)];

/// Calls `found` with the layers, the decoded text and the matches of each stretch that has any, and with the stretch of
/// the outermost text that it lies in.
fn search(
    scanner: &Scanner,
    text: &[u8],
    seeds: &mut Seeds,
    outer: Layers<'_>,
    found: &mut Told<'_>,
) -> Result<(), RuleError> {
    layer::layers(text, seeds, |layer, stretch| {
        let Layer {
            encoding,
            text,
            map,
        } = layer;
        let mut deeper = Seeds::default();
        let matches = matches(scanner, &text, &map, &mut deeper)?;
        // What else is encoded in a text of which parts were decoded was seen in the text itself.
        let is_deep = outer.len() + 1 == DEPTH || matches!(map, Map::Parts(_));
        if matches.is_empty() && (deeper.is_empty() || is_deep) {
            return Ok(());
        }
        let layers = [outer, &[(encoding, Rc::new(map))]].concat();
        let mut below = Vec::new();
        if !deeper.is_empty() && !is_deep {
            search(
                scanner,
                &text,
                &mut deeper,
                &layers,
                &mut |layers, text, matches, _| below.push((layers.to_vec(), text, matches)),
            )?;
        }
        // What needs the fewest layers comes first: of readings of the same bytes the first counts.
        if !matches.is_empty() {
            found(&layers, text, matches, stretch);
        }
        for (layers, text, matches) in below {
            found(&layers, text, matches, stretch);
        }
        Ok(())
    })
}

/// The matches in a decoded text that the text around it does not show; `seeds` are then the places at which more may be hidden.
fn matches(
    scanner: &Scanner,
    text: &[u8],
    map: &Map,
    seeds: &mut Seeds,
) -> Result<Found, RuleError> {
    let mut found = Vec::new();
    confirm::matches(
        &scanner.rules,
        &scanner.prefilter,
        Known::default(),
        text,
        seeds,
        |rule, secret| {
            if map.tells(&secret) {
                found.push((rule, secret));
            }
        },
    )?;
    Ok(found)
}
