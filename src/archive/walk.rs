//! The members of an archive, archives in it opened too, within bounds.
//!
//! In: bytes and [`Limits`]. Out: an [`Item`] for each member and for what cannot be read. What is merely compressed is opened in passing:
//! the files of `a.tar.gz` are `!/etc/profile`, not those of an archive in an archive.

use std::ops::ControlFlow;

use bstr::{BStr, BString};

use super::room::Room;
use super::{Item, Kind, Limits, MAX_MEMBERS, SEPARATOR, gzip, kind, stream, tar, zip};

/// Visits everything that `bytes` hold, if they are an archive; they themselves are no item of it.
pub fn walk(bytes: &[u8], limits: Limits, visit: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>) {
    let mut walk = Walk {
        limits,
        room: Room::of(bytes, limits),
        members: 0,
        level: 0,
        visit,
    };
    // What ended it early is known to whoever broke it.
    let (ControlFlow::Continue(()) | ControlFlow::Break(())) = match kind(bytes) {
        Some(kind) => walk.open(BStr::new(b""), bytes, kind, 1),
        None => ControlFlow::Continue(()),
    };
}

struct Walk<'v> {
    limits: Limits,
    room: Room,
    members: u64,
    /// Archives that were told of and are open.
    level: usize,
    /// Told of each item; a break ends the walk.
    visit: &'v mut dyn FnMut(Item<'_>) -> ControlFlow<()>,
}

impl Walk<'_> {
    /// Visits what is in an archive at `path`, itself the archive in so many others and one.
    fn open(&mut self, path: &BStr, bytes: &[u8], is: Kind, depth: usize) -> ControlFlow<()> {
        match is {
            Kind::Closed(reason) => self.unread(path, reason),
            Kind::Gzip | Kind::Stream(_) => {
                let inner = match self.unpack(bytes, is) {
                    Ok(inner) => inner,
                    Err(reason) => return self.unread(path, reason),
                };
                if kind(&inner) == Some(Kind::Tar) {
                    self.text(path, &inner, true)?;
                    return self.inside(path, &inner, Kind::Tar, depth);
                }
                let name = match is {
                    Kind::Gzip => gzip::name(bytes),
                    _ => gzip::NAMELESS,
                };
                let inside = inside(path, name);
                self.member(inside.as_ref(), &inner, depth)
            }
            Kind::Tar => {
                let mut entries = tar::Entries::of(bytes);
                for entry in &mut entries {
                    let path = inside(path, &entry.name);
                    self.member(path.as_ref(), entry.bytes, depth)?;
                }
                match entries.is_damaged {
                    true => self.unread(path, "a damaged tar archive; pack it anew"),
                    false => ControlFlow::Continue(()),
                }
            }
            Kind::Zip => {
                let most = MAX_MEMBERS.saturating_sub(self.members);
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                let (entries, problem) = zip::entries(bytes, most);
                for entry in entries {
                    let path = inside(path, entry.name);
                    let visit = &mut self.visit;
                    let text = entry
                        .packed
                        .and_then(|packed| packed.unpack(&mut self.room, &mut || go_on(visit)));
                    match text {
                        Ok(text) => self.member(path.as_ref(), &text, depth)?,
                        Err(reason) => self.unread(path.as_ref(), reason)?,
                    }
                }
                match problem {
                    Some(reason) => self.unread(path, reason),
                    None => ControlFlow::Continue(()),
                }
            }
        }
    }

    fn member(&mut self, path: &BStr, bytes: &[u8], depth: usize) -> ControlFlow<()> {
        self.members += 1;
        if self.members > MAX_MEMBERS {
            self.unread(path, "more files than are read here; unpack it first")?;
            return ControlFlow::Break(());
        }
        let Some(kind) = kind(bytes) else {
            return self.text(path, bytes, false);
        };
        self.text(path, bytes, true)?;
        if let Kind::Closed(reason) = kind {
            return self.unread(path, reason);
        }
        if depth >= self.limits.depth {
            return self.unread(path, "an archive in too many archives; unpack it first");
        }
        self.inside(path, bytes, kind, depth + 1)
    }

    /// Visits what is in an archive that was told of.
    fn inside(&mut self, path: &BStr, bytes: &[u8], is: Kind, depth: usize) -> ControlFlow<()> {
        self.level += 1;
        let flow = self.open(path, bytes, is, depth);
        self.level -= 1;
        flow
    }

    /// What `bytes` hold that one stream packs.
    fn unpack(&mut self, bytes: &[u8], is: Kind) -> Result<Vec<u8>, &'static str> {
        let visit = &mut self.visit;
        match is {
            Kind::Stream(form) => stream::unpack(form, bytes, &mut self.room, &mut || go_on(visit)),
            _ => gzip::inflate(bytes, &mut self.room),
        }
    }

    fn text(&mut self, path: &BStr, text: &[u8], is_archive: bool) -> ControlFlow<()> {
        (self.visit)(Item::Text {
            path,
            text,
            is_archive,
            level: self.level,
        })
    }

    fn unread(&mut self, path: &BStr, reason: &'static str) -> ControlFlow<()> {
        (self.visit)(Item::Unread { path, reason })
    }
}

/// Says that unpacking goes on.
fn go_on(visit: &mut dyn FnMut(Item<'_>) -> ControlFlow<()>) {
    // What comes of it is asked once it is unpacked.
    let (ControlFlow::Continue(()) | ControlFlow::Break(())) = visit(Item::Unpacking);
}

fn inside(path: &BStr, name: &[u8]) -> BString {
    BString::from([path, SEPARATOR, name].concat())
}
