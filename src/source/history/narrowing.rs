//! What a scan of a history is asked to tell of: some refs, a time, some paths.
//!
//! Every object is read all the same; the narrowing decides what of the findings counts.
//!
//! - Refs: what the refs that match, and the commits that they lead to, hold. Reflogs, the index and what nothing leads to are out.
//! - Time: what a commit of that time (the committer's date) brings: a secret at a path where none of its parents has it; and
//!   messages of commits and tags of that time. What has no date is out: the index, names of refs, what nothing leads to.
//! - Paths: files whose path matches, their names too. What has no path is out: messages, tags, names of refs.

use globset::{GlobBuilder, GlobMatcher};

use crate::config::PathPattern;
use crate::date;
use crate::git::{DayEnd, GitError, Repository};
use crate::outcome::Narrowed;

/// What counts; the default leaves nothing out.
#[derive(Debug, Default)]
pub struct Narrowing {
    refs: Vec<GlobMatcher>,
    since: Option<i64>,
    until: Option<i64>,
    paths: Vec<PathPattern>,
    words: Narrowed,
}

/// The words of a person.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Globs of refs.
    pub refs: &'a [String],
    /// The first moment.
    pub since: Option<&'a str>,
    /// The last moment.
    pub until: Option<&'a str>,
    /// Globs of paths.
    pub paths: &'a [String],
}

/// Why a narrowing means nothing.
#[derive(Debug, thiserror::Error)]
pub enum NarrowingError {
    /// A glob of refs is broken.
    #[error("--refs `{glob}` is not a valid glob; write `main`, `v1.*` or `refs/remotes/origin/*`")]
    Refs {
        /// The glob, escaped.
        glob: String,
    },
    /// A glob of refs matches none.
    #[error("--refs `{glob}` matches no ref; `git for-each-ref` lists those that there are")]
    NoRef {
        /// The glob, escaped.
        glob: String,
    },
    /// A glob of paths is broken.
    #[error("--path `{glob}`: {problem}")]
    Path {
        /// The glob, escaped.
        glob: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The end comes before the beginning.
    #[error("--since is later than --until: no commit can be of that time; exchange them")]
    Empty,
    /// A date is none, or git cannot be asked.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Narrowing {
    /// Reads what a person wrote.
    ///
    /// # Errors
    /// [`NarrowingError`] where a glob or a date is none, or where no ref matches.
    pub fn new(words: Words<'_>, repository: &Repository) -> Result<Self, NarrowingError> {
        let moment =
            |text: Option<&str>, end| text.map(|text| repository.moment(text, end)).transpose();
        let since = moment(words.since, DayEnd::First)?;
        let until = moment(words.until, DayEnd::Last)?;
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            return Err(NarrowingError::Empty);
        }
        let paths = words.paths.iter().map(|glob| {
            PathPattern::new(glob).map_err(|problem| NarrowingError::Path {
                glob: shown(glob),
                problem,
            })
        });
        Ok(Self {
            refs: refs(words.refs, repository)?,
            since,
            until,
            paths: paths.collect::<Result<_, _>>()?,
            words: Narrowed {
                refs: words.refs.to_vec(),
                since: since.map(written),
                until: until.map(written),
                paths: words.paths.to_vec(),
                left_out: 0,
            },
        })
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.has_refs() && !self.has_times() && !self.has_paths()
    }

    /// How a report tells of it; `None` where nothing is left out.
    #[must_use]
    pub fn narrowed(&self, left_out: usize) -> Option<Narrowed> {
        (!self.is_whole()).then(|| Narrowed {
            left_out,
            ..self.words.clone()
        })
    }

    pub(super) fn has_refs(&self) -> bool {
        !self.refs.is_empty()
    }

    pub(super) fn has_times(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    pub(super) fn has_paths(&self) -> bool {
        !self.paths.is_empty()
    }

    /// Whether the ref with this full name counts.
    pub(super) fn takes_ref(&self, name: &[u8]) -> bool {
        !self.has_refs() || self.refs.iter().any(|glob| matches(glob, name))
    }

    /// Whether a moment counts, in seconds since 1970.
    pub(super) fn takes_time(&self, time: i64) -> bool {
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time <= until)
    }

    pub(super) fn takes_path(&self, path: &[u8]) -> bool {
        !self.has_paths() || self.paths.iter().any(|pattern| pattern.matches(path))
    }
}

fn refs(globs: &[String], repository: &Repository) -> Result<Vec<GlobMatcher>, NarrowingError> {
    if globs.is_empty() {
        return Ok(Vec::new());
    }
    let references = repository.references(&["refs/"])?;
    let mut matchers = Vec::new();
    for text in globs {
        // As in `git log --branches=GLOB` a star stops at no slash.
        let glob = GlobBuilder::new(text)
            .backslash_escape(true)
            .build()
            .ok()
            .filter(|_| !text.is_empty())
            .ok_or_else(|| NarrowingError::Refs { glob: shown(text) })?;
        let glob = glob.compile_matcher();
        let is_met = references
            .iter()
            .any(|reference| matches(&glob, &reference.name))
            || glob.is_match("HEAD") && repository.head()?.is_some();
        if !is_met {
            return Err(NarrowingError::NoRef { glob: shown(text) });
        }
        matchers.push(glob);
    }
    Ok(matchers)
}

/// By its full name, or by that without `refs/` and the kind of ref.
fn matches(glob: &GlobMatcher, name: &[u8]) -> bool {
    let shorter = ["refs/", "refs/heads/", "refs/tags/", "refs/remotes/"];
    let mut names = shorter
        .iter()
        .filter_map(|prefix| name.strip_prefix(prefix.as_bytes()))
        .chain([name]);
    names.any(|name| glob.is_match_candidate(&globset::Candidate::from_bytes(name)))
}

fn shown(text: &str) -> String {
    crate::text::escape::for_terminal(text.as_bytes())
}

fn written(seconds: i64) -> String {
    let day = seconds.rem_euclid(86_400);
    format!(
        "{}T{:02}:{:02}:{:02}Z",
        date::iso(seconds),
        day / 3_600,
        day / 60 % 60,
        day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(written(0), "1970-01-01T00:00:00Z");
        assert_eq!(written(1_767_312_245), "2026-01-02T00:04:05Z");
    }

    #[test]
    fn refs_match_by_any_of_their_names() {
        let glob = |text: &str| {
            GlobBuilder::new(text)
                .build()
                .expect("it is a glob")
                .compile_matcher()
        };
        for (text, name, expected) in [
            ("main", "refs/heads/main", true),
            ("main", "refs/remotes/origin/main", false),
            ("origin/*", "refs/remotes/origin/a/b", true),
            ("v1.*", "refs/tags/v1.2", true),
            ("heads/*", "refs/heads/a", true),
            ("refs/notes/*", "refs/notes/commits", true),
            ("stash", "refs/stash", true),
            ("HEAD", "HEAD", true),
            ("main", "refs/heads/maintenance", false),
        ] {
            assert_eq!(matches(&glob(text), name.as_bytes()), expected, "{text}");
        }
    }
}
