//! A file as texts: itself, or what an archive holds, archives in it opened too.
//!
//! In: its name and bytes. Out: each text by name, `image.tar!/layer.tar.gz!/etc/profile`; what cannot be opened is a skip. What is
//! no archive is one text, whatever it holds.

use std::ops::ControlFlow;

use bstr::BStr;

use super::Visit;
use crate::archive::{self, Item, Limits};
use crate::outcome::Skip;
use crate::rules::RuleError;

/// Hands on every text of `bytes`, a file called `name`.
pub(super) fn texts(
    name: &BStr,
    bytes: &[u8],
    skipped: &mut Vec<Skip>,
    visit: Visit<'_>,
) -> Result<(), RuleError> {
    let mut ended = Ok(());
    archive::walk(bytes, Limits::SEARCH, &mut |item| {
        match item {
            Item::Unpacking
            | Item::Text {
                is_archive: true, ..
            } => {}
            Item::Text { path, text, .. } => {
                let name = archive::member_path(name, path);
                ended = visit(BStr::new(&name), text);
            }
            Item::Unread { path, reason } => {
                skipped.push(Skip {
                    path: archive::member_path(name, path),
                    reason: reason.to_owned(),
                    is_packed: false,
                });
            }
        }
        match ended {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    });
    ended?;
    match archive::is_archive(bytes) {
        true => Ok(()),
        false => visit(name, bytes),
    }
}
