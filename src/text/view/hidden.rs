//! Views of what is encoded in another view.
//!
//! In: layers, and the text that is left once they are taken away. Out: a view, and where it stood.

use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

use super::{Encoding, View};
use crate::text::layer::{self, Map};

/// The way from a decoded stretch to the view that it is a part of.
#[derive(Debug)]
pub(super) struct Hidden {
    pub(super) parent: usize,
    pub(super) layers: Vec<(layer::Encoding, Rc<Map>)>,
}

impl View<'_> {
    /// What a stretch of the view `parent` says once `layers` are taken away, outermost first.
    #[must_use]
    pub fn decoded(
        parent: usize,
        layers: Vec<(layer::Encoding, Rc<Map>)>,
        text: Vec<u8>,
    ) -> View<'static> {
        View {
            text: Cow::Owned(text),
            encoding: Encoding::Raw,
            marks: Vec::new(),
            hidden: Some(Hidden { parent, layers }),
        }
    }

    /// The index of the view that it is a part of, if it is one's.
    #[must_use]
    pub fn parent(&self) -> Option<usize> {
        self.hidden.as_ref().map(|hidden| hidden.parent)
    }

    /// How it was written in its parent, outermost first.
    #[must_use]
    pub fn layers(&self) -> Vec<layer::Encoding> {
        let layers = self.hidden.iter().flat_map(|hidden| &hidden.layers);
        layers.map(|&(encoding, _)| encoding).collect()
    }

    /// Whether it is a whole text of which only parts were written otherwise.
    #[must_use]
    pub fn is_in_parts(&self) -> bool {
        let layers = self.hidden.iter().flat_map(|hidden| hidden.layers.first());
        layers
            .into_iter()
            .any(|(_, map)| matches!(**map, Map::Parts(_)))
    }

    /// Where `range` of its text stands in the text that a row of its parent packs, if one does: [`Self::written`] is all of the row.
    #[must_use]
    pub fn packed(&self, range: Range<usize>) -> Option<Range<usize>> {
        let layers = &self.hidden.as_ref()?.layers;
        let row = layers
            .iter()
            .position(|(_, map)| matches!(**map, Map::Whole(_)))?;
        let inner = layers[row + 1..].iter().rev();
        Some(inner.fold(range, |range, (_, map)| map.written(&range)))
    }
}
