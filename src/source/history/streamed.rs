//! Blobs that are larger than the memory that the walk may use, read in chunks.
//!
//! In: the name of an object. Out: what it holds, as if it had been read whole; or why it has to be. It is read twice: the
//! first time tells whether it is what its name says, and what must be known before a part of it can be read.

use bstr::BStr;

use crate::finding::{Origin, Part};
use crate::git::pack::{Next, Object, Store};
use crate::git::{Kind, Oid};
use crate::scan::Place;
use crate::scan::piece::{Pieces, Whole};

use super::HistoryError;
use super::reader::Reader;

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Streamed {
    /// It was read.
    Read,
    /// It must be read whole, and why.
    Whole(&'static str),
    /// Somebody has had enough.
    Stopped,
}

/// Reads the object `oid` where `store` has it stored whole.
///
/// # Errors
/// [`HistoryError`] where a rule is unusable.
pub(super) fn read(
    store: &Store,
    oid: Oid,
    reader: &mut Reader<'_>,
) -> Result<Streamed, HistoryError> {
    let mut why = "it is larger than the memory that the walk may use, and stored as a delta";
    for stored in store.stored_whole(&oid) {
        if stored.kind != Kind::Blob {
            return Ok(Streamed::Whole("only a blob is read in chunks"));
        }
        let progress = reader.progress;
        let next = || match progress.is_stopped() {
            true => Next::Stop,
            false => Next::More,
        };
        let mut whole = Whole::default();
        let first = progress.while_waiting(|| {
            stored.read(&mut |chunk| {
                whole.add(chunk);
                next()
            })
        });
        match first {
            Err(problem) => {
                why = problem;
                continue;
            }
            Ok(Next::Stop) => return Ok(Streamed::Stopped),
            Ok(Next::More) => {}
        }
        if let Some(why) = whole.is_one() {
            return Ok(Streamed::Whole(why));
        }
        let object = Object::new(oid, Kind::Blob);
        let origin = Origin::Object {
            object: oid.to_string(),
        };
        let place = Place {
            path: BStr::new(b""),
            part: Part::Content,
            origin: &origin,
        };
        let mut pieces = Pieces::new(reader.scanner, place, whole);
        let mut failed = None;
        let second = stored.read(&mut |chunk| {
            reader.count(chunk.len());
            match pieces.add(chunk) {
                Ok(()) => next(),
                Err(error) => {
                    failed = Some(error);
                    Next::Stop
                }
            }
        });
        if let Some(error) = failed {
            return Err(error.into());
        }
        match second {
            Err(problem) => why = problem,
            Ok(Next::Stop) => return Ok(Streamed::Stopped),
            Ok(Next::More) => {
                reader.hold(&object, pieces.finish()?);
                return Ok(Streamed::Read);
            }
        }
    }
    Ok(Streamed::Whole(why))
}
