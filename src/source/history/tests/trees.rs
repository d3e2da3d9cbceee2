//! Names in trees that are none, or are made anew in part.

use super::*;
use crate::git::pack::testing::{Run, delta};

/// In a tree that is none a name may begin anywhere: what stood first in the base need not in the copy.
#[test]
fn what_stands_before_a_copied_keyword_in_a_bent_tree_decides() {
    let scanner = Scanner::new(rules());
    let entries = [
        Made::Whole(2, b"zz".to_vec()),
        Made::OffsetDelta(
            0,
            delta(
                2,
                &[Run::Insert(b"= "), Run::Copy(0, 2), Run::Insert(b"ba")],
            ),
        ),
    ];
    let history = scan_files(&scanner, &entries, 1);
    assert_eq!(history.held.len(), 1);
}

/// What is encoded in a name stays found when another part of the name is cut off, beside which nothing is new.
#[test]
fn a_name_that_is_cut_elsewhere_still_hides_its_token() {
    let scanner = Scanner::new(rules());
    let base = b"100644 words_zz%61bc_and_more\"ab";
    for len in [base.len() - 2, base.len() - 1, base.len()] {
        let entries = [
            Made::Whole(2, base.to_vec()),
            Made::OffsetDelta(0, delta(base.len(), &[Run::Copy(0, len)])),
            Made::OffsetDelta(
                0,
                delta(base.len(), &[Run::Copy(0, len), Run::Insert(b" more")]),
            ),
        ];
        let history = scan_files(&scanner, &entries, 1);
        assert_eq!(history.held.len(), 3, "{len}");
    }
}
