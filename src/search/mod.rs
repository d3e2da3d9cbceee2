//! Where else one known secret stands: logs, exports, caches, images of containers.
//!
//! In: secrets, or the hashes of a register, and paths. Out: places, and what could not be read. A known secret is looked for in
//! plain and in the forms that copies take (`forms`); one of which only the hash is known, by scanning and comparing.
//! Nothing is left out because git ignores it, and archives are opened (`unpack`).

mod forms;
mod unpack;

use crate::order;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use bstr::{BStr, BString, ByteVec as _};
use serde::Serialize;

use crate::finding::{Encoding, Origin, Part};
use crate::outcome::{Exit, Skip, Summary};
use crate::rules::RuleError;
use crate::scan::{Place as ScanPlace, Scanner};
use crate::secret::Secret;
use crate::source::Progress;
use crate::text::position::{Lines, Position};
use forms::Needles;
pub use forms::{Form, forms};

/// No file is larger, in bytes: each is read into memory.
const MAX_FILE_BYTES: u64 = 2 << 30;

/// A text as it is handed on by whoever unpacks: its name, and its bytes.
pub type Visit<'v> = &'v mut dyn FnMut(&BStr, &[u8]) -> Result<(), RuleError>;

/// What is looked for.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Known secrets.
    pub secrets: Vec<Secret>,
    /// SHA-256 of others, in lower-case hex.
    pub hashes: HashSet<String>,
}

/// One copy.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// Path as the caller gave it, and after `!` the name inside an archive; secrets in it are masked.
    #[serde(serialize_with = "crate::text::path::serialize")]
    pub path: BString,
    /// 1-based line of its first byte.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
    /// How it is written there.
    pub form: Form,
    /// The mask.
    pub secret: Secret,
    /// Whether the name of the file holds it, rather than its content.
    pub in_name: bool,
}

/// What a search came to.
#[derive(Debug, Default)]
pub struct Found {
    /// Every copy, in path order.
    pub places: Vec<Place>,
    /// What could not be read.
    pub skipped: Vec<Skip>,
    /// Lines for the person.
    pub warnings: Vec<String>,
    /// What was read.
    pub summary: Summary,
}

impl Found {
    /// A copy is a finding.
    #[must_use]
    pub fn exit(&self) -> Exit {
        Exit::of(!self.places.is_empty(), &self.skipped)
    }
}

/// Looks for `wanted` at and below `paths`.
///
/// # Errors
/// [`RuleError`] where a rule that was hit is unusable.
pub fn search(
    wanted: &Wanted,
    paths: &[PathBuf],
    scanner: &Scanner,
    progress: &Progress,
) -> Result<Found, RuleError> {
    let mut search = Search {
        needles: Needles::new(&wanted.secrets),
        wanted,
        scanner,
        progress,
        found: Found::default(),
    };
    for path in paths {
        search.below(path)?;
    }
    let Found {
        places, skipped, ..
    } = &mut search.found;
    for skip in skipped {
        skip.path = scanner.shown_path(BStr::new(&skip.path));
    }
    order::sort_by(places, |a, b| {
        (&a.path, a.line, a.column).cmp(&(&b.path, b.line, b.column))
    });
    Ok(search.found)
}

/// Hands on each text of the file `path`, archives opened; what cannot be opened is a skip.
///
/// # Errors
/// Those of reading the file. Inside: whatever `visit` gave.
pub fn each_text(
    path: &Path,
    skipped: &mut Vec<Skip>,
    visit: Visit<'_>,
) -> io::Result<Result<(), RuleError>> {
    let name = bytes_of(path);
    let bytes = read(path)?.unwrap_or_default();
    Ok(unpack::texts(BStr::new(&name), &bytes, skipped, visit))
}

struct Search<'a> {
    needles: Needles,
    wanted: &'a Wanted,
    scanner: &'a Scanner,
    progress: &'a Progress,
    found: Found,
}

impl Search<'_> {
    fn below(&mut self, path: &Path) -> Result<(), RuleError> {
        let walk = ignore::WalkBuilder::new(path)
            .standard_filters(false)
            .follow_links(false)
            .sort_by_file_path(Path::cmp)
            .filter_entry(|entry| !is_object_store(entry.path()))
            .build();
        for entry in walk {
            self.progress.advance();
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {
                    if entry.file_name() == ".git" {
                        self.found.warnings.push(format!(
                            "the history of {:?} is not read here; `hf-guard --all-history` in it does",
                            entry.path().parent().unwrap_or(path)
                        ));
                    }
                }
                Ok(entry) => self.file(entry.path())?,
                Err(error) => {
                    let reason = error
                        .io_error()
                        .map_or_else(|| "cannot be walked".to_owned(), io::Error::to_string);
                    self.skip(&bytes_of(path), &reason);
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), RuleError> {
        let name = bytes_of(path);
        self.look_in_name(&name);
        match read(path) {
            Ok(Some(bytes)) => {
                let mut skipped = Vec::new();
                let visited =
                    unpack::texts(BStr::new(&name), &bytes, &mut skipped, &mut |name, text| {
                        self.look(name, text)
                    });
                self.found.skipped.append(&mut skipped);
                visited
            }
            Ok(None) => {
                self.found.summary.without_content += 1;
                Ok(())
            }
            Err(error) => {
                self.skip(&name, &error.to_string());
                Ok(())
            }
        }
    }

    fn look_in_name(&mut self, name: &BString) {
        let hits: Vec<(usize, Form)> = self
            .needles
            .hits(name)
            .into_iter()
            .map(|hit| (hit.secret, hit.form))
            .collect();
        for (secret, form) in hits {
            let start = Position { line: 1, column: 1 };
            self.add(
                BStr::new(name),
                start,
                form,
                self.wanted.secrets[secret].clone(),
                true,
            );
        }
    }

    fn look(&mut self, name: &BStr, text: &[u8]) -> Result<(), RuleError> {
        self.progress.advance();
        self.found.summary.texts += 1;
        self.found.summary.bytes += text.len() as u64;
        let hits = self.needles.hits(text);
        if !hits.is_empty() {
            let mut lines = Lines::of(text);
            for hit in hits {
                let secret = self.wanted.secrets[hit.secret].clone();
                self.add(name, lines.position(hit.start), hit.form, secret, false);
            }
        }
        if self.wanted.hashes.is_empty() {
            return Ok(());
        }
        let candidates = self.scanner.candidates(text)?;
        let place = ScanPlace {
            path: name,
            part: Part::Content,
            origin: &Origin::Worktree,
        };
        for finding in self.scanner.findings(&candidates, place) {
            if self.wanted.hashes.contains(&finding.secret.sha256()) {
                let form = form(&finding.encoding);
                self.add(name, finding.start, form, finding.secret, false);
            }
        }
        Ok(())
    }

    fn add(&mut self, name: &BStr, start: Position, form: Form, secret: Secret, in_name: bool) {
        self.found.places.push(Place {
            path: shown(self.scanner, name, &secret),
            line: start.line,
            column: start.column,
            form,
            secret,
            in_name,
        });
    }

    fn skip(&mut self, name: &BString, reason: &str) {
        self.found.skipped.push(Skip {
            path: name.clone(),
            reason: reason.to_owned(),
            is_packed: false,
        });
    }
}

/// The form that a scan had to undo; of several the outermost.
fn form(encoding: &[Encoding]) -> Form {
    match encoding {
        // Each part of a split one is written as it is.
        [] | [Encoding::Split, ..] => Form::Plain,
        [Encoding::Base64, Encoding::Base64, ..] => Form::Base64Twice,
        [
            Encoding::Base64 | Encoding::Base64Utf16 | Encoding::Base64Gzip,
            ..,
        ] => Form::Base64,
        [Encoding::Hex, ..] => Form::Hex,
        [Encoding::Percent, ..] => Form::Percent,
        [Encoding::Escapes, ..] => Form::JsonEscape,
        [Encoding::Entities, ..] => Form::Entities,
    }
}

/// The name with every known secret in it masked, whether a rule knows it or not.
fn shown(scanner: &Scanner, name: &BStr, secret: &Secret) -> BString {
    use bstr::ByteSlice as _;
    let masked = name.replace(secret.expose(), secret.mask());
    scanner.shown_path(BStr::new(&masked))
}

/// git's object store is compressed object by object; it has a command of its own.
fn is_object_store(path: &Path) -> bool {
    path.ends_with(".git/objects") || path.ends_with(".git/lfs/objects")
}

/// The whole file; `None` for what has no content to read: links, sockets, pipes.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let metadata = fs::symlink_metadata(path)?;
    if !metadata.is_file() {
        return Ok(None);
    }
    if metadata.len() > MAX_FILE_BYTES {
        return Err(io::Error::other("larger than 2 GB; split it"));
    }
    let mut bytes = Vec::new();
    // A log may grow while it is read: what comes later is another search's.
    File::open(path)?
        .take(MAX_FILE_BYTES)
        .read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

fn bytes_of(path: &Path) -> BString {
    let path = path.strip_prefix(".").unwrap_or(path);
    BString::from(Vec::from_path_lossy(path).into_owned())
}
