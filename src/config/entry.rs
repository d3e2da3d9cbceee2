//! One `[[allow]]`: what it accepts, why, and until when.
//!
//! In: a table of the file. Out: an [`Entry`], or the first mistake in it.

use std::ops::Range;

use toml::Spanned;

use super::document::AllowTable;
use super::error::Mistake;
use super::load::FILE_NAME;
use super::pattern::{PathPattern, SecretPattern};
use super::redact::without_long_runs;
use crate::archive;
use crate::date::Date;
use crate::finding::Finding;
use crate::fingerprint::Fingerprint;

/// An entry of the allowlist.
#[derive(Clone, Debug)]
pub struct Entry {
    /// 1-based line of its `[[allow]]`.
    pub line: usize,
    /// Why what it accepts may stay.
    pub reason: String,
    /// The last day on which it accepts; `None` for ever.
    pub expires: Option<Date>,
    /// What it accepts.
    pub criteria: Criteria,
}

/// What a finding must be; all that are present must hold, and at least one is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Criteria {
    /// Its fingerprint.
    pub fingerprint: Option<Fingerprint>,
    /// The id of its rule.
    pub rule: Option<String>,
    /// A glob on its path.
    pub path: Option<PathPattern>,
    /// Lower-case hex SHA-256 of its secret. It accepts nothing of a rule whose secrets can be guessed: a bare hash
    /// of those should stand in no repository.
    pub secret_sha256: Option<String>,
    /// A regex that matches in its secret: not in the line, whose other words say nothing of the secret. It accepts
    /// nothing in the configuration itself.
    pub regex: Option<SecretPattern>,
    /// It is no finding, but an archive that cannot be unpacked; only a path goes with this.
    pub unread: bool,
}

impl Criteria {
    /// Whether all of them hold.
    #[must_use]
    pub fn hold(&self, finding: &Finding) -> bool {
        let Self {
            fingerprint,
            rule,
            path,
            secret_sha256,
            regex,
            unread,
        } = self;
        !unread
            && fingerprint
                .as_ref()
                .is_none_or(|wanted| *wanted == finding.fingerprint)
            && rule.as_ref().is_none_or(|id| *id == finding.rule.id)
            && path
                .as_ref()
                .is_none_or(|pattern| matches(pattern, &finding.path))
            && regex.as_ref().is_none_or(|pattern| {
                // A regex that is the secret, word for word, would accept that it is committed.
                finding.path != FILE_NAME && pattern.matches(finding.secret.expose())
            })
            && secret_sha256
                .as_ref()
                .is_none_or(|hash| !finding.rule.guessable && *hash == finding.secret.sha256())
    }

    /// Whether they accept that the archive at `path`, or a member of it, is not unpacked.
    #[must_use]
    pub fn accept_unread(&self, path: &[u8]) -> bool {
        self.unread
            && self
                .path
                .as_ref()
                .is_some_and(|pattern| matches(pattern, path))
    }

    /// Whether they name one secret, and so accept nothing that is not known today.
    #[must_use]
    pub fn name_one_secret(&self) -> bool {
        self.fingerprint.is_some() || self.secret_sha256.is_some()
    }
}

/// Whether the pattern means the file, or an archive that it is a member of.
fn matches(pattern: &PathPattern, path: &[u8]) -> bool {
    pattern.matches(path) || archive::outer_paths(path).any(|outer| pattern.matches(outer))
}

impl Entry {
    /// Whether it still accepts on `today`.
    #[must_use]
    pub fn is_current(&self, today: Date) -> bool {
        self.expires.is_none_or(|last| today <= last)
    }

    /// The reason as a report may print it.
    #[must_use]
    pub fn shown_reason(&self) -> String {
        without_long_runs(&self.reason)
    }

    /// Reads a table; `known` tells whether there is a rule of an id, or which id may be meant.
    pub(super) fn new(
        table: &Spanned<AllowTable>,
        line: usize,
        known: impl Fn(&str) -> Result<(), String>,
    ) -> Result<Self, Mistake> {
        let AllowTable {
            fingerprint,
            rule,
            path,
            secret_sha256,
            regex,
            unread,
            reason,
            expires,
        } = table.get_ref();
        if reason.get_ref().trim().is_empty() {
            return Err(Mistake::new(
                &reason.span(),
                "`reason` is empty; say why this may stay",
            ));
        }
        let criteria = Criteria {
            fingerprint: read(fingerprint.as_ref(), |text| {
                Fingerprint::parse(text)
                    .ok_or("a fingerprint is 32 lower-case hex digits, as the report prints it")
            })?,
            rule: read(rule.as_ref(), |id| known(id).map(|()| id.to_owned()))?,
            path: read(path.as_ref(), PathPattern::new)?,
            secret_sha256: read(secret_sha256.as_ref(), sha256)?,
            regex: read(regex.as_ref(), SecretPattern::new)?,
            unread: unread.as_ref().is_some_and(|unread| *unread.get_ref()),
        };
        if let Some(unread) = unread {
            if !unread.get_ref() {
                return Err(Mistake::new(
                    &unread.span(),
                    "what is not read blocks unless `unread = true` stands here; leave `unread` out",
                ));
            }
            let path_only = Criteria {
                path: criteria.path.clone(),
                unread: true,
                ..Criteria::default()
            };
            if path_only.path.is_none() || criteria != path_only {
                return Err(Mistake::new(
                    &unread.span(),
                    "`unread = true` goes with `path` alone: it accepts that an archive there cannot be unpacked",
                ));
            }
        }
        if criteria == Criteria::default() {
            return Err(Mistake::new(
                &table.span(),
                "this entry does not say what it accepts; add `fingerprint`, `rule`, `path`, `secret_sha256` or `regex`",
            ));
        }
        Ok(Self {
            line,
            reason: reason.get_ref().trim().to_owned(),
            expires: expires.as_ref().map(date).transpose()?,
            criteria,
        })
    }
}

/// Reads a value where it is present, and puts the mistake at its place.
fn read<T, E: Into<String>>(
    value: Option<&Spanned<String>>,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<Option<T>, Mistake> {
    value
        .map(|value| parse(value.get_ref()).map_err(|message| Mistake::new(&value.span(), message)))
        .transpose()
}

fn sha256(text: &str) -> Result<String, &'static str> {
    let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| text.to_ascii_lowercase()).ok_or(
        "`secret_sha256` is the SHA-256 of the secret in 64 hex digits, never the secret itself",
    )
}

/// TOML has dates of its own; both they and strings are taken.
fn date(value: &Spanned<toml::Value>) -> Result<Date, Mistake> {
    let span: Range<usize> = value.span();
    match value.get_ref() {
        toml::Value::String(text) => Date::parse(text),
        toml::Value::Datetime(moment) => Date::parse(&moment.to_string()),
        _ => None,
    }
    .ok_or_else(|| {
        Mistake::new(
            &span,
            "`expires` is a day of the calendar, as in \"2027-01-31\"",
        )
    })
}
