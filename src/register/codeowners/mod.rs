//! Who is responsible for a path: the file CODEOWNERS of GitHub, GitLab, Gitea, Forgejo and others.
//!
//! In: the text of the file. Out: the owners of a path. The last line whose pattern names the path counts, also where it names
//! nobody. In GitLab's dialect that holds in each section for itself, and all of them count.

mod pattern;

use bstr::{BStr, ByteSlice as _};

use crate::git::{GitError, Mode, Repository};
use crate::scan::Scanner;
use crate::text::path;
use pattern::{Dialect, Pattern};

/// Where the file may lie; the first that is there counts.
const LOCATIONS: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// GitHub reads no larger one, in bytes.
const MAX_BYTES: usize = 3_000_000;

/// The lines of a file.
#[derive(Debug, Default)]
pub struct Codeowners {
    /// One where there are no sections.
    sections: Vec<Section>,
    /// Whether there is a file that is not read for its size.
    pub is_too_large: bool,
}

#[derive(Debug, Default)]
struct Section {
    /// In lower case; those of one name are one.
    name: String,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    pattern: Pattern,
    owners: Vec<String>,
    /// GitLab: what it names has no owner in this section, whatever other lines say.
    is_exclusion: bool,
}

impl Codeowners {
    /// That of HEAD, secrets in it masked; empty where there is none.
    ///
    /// # Errors
    /// [`GitError`] where HEAD cannot be read.
    pub fn of_head(repository: &Repository, scanner: &Scanner) -> Result<Self, GitError> {
        if repository.head()?.is_none() {
            return Ok(Self::default());
        }
        for location in LOCATIONS {
            let entry = repository.head_entry(location.as_bytes())?;
            if let Some((Mode::File, oid)) = entry {
                let text = scanner.shown_path(BStr::new(&repository.blob(&oid)?));
                return Ok(Self::parse(location, &text));
            }
        }
        Ok(Self::default())
    }

    /// Reads the file that lies at `location`; lines that the code host would pass over are passed over.
    #[must_use]
    pub fn parse(location: &str, text: &[u8]) -> Self {
        let mut codeowners = Self::default();
        if text.len() > MAX_BYTES {
            codeowners.is_too_large = true;
            return codeowners;
        }
        let text = text.to_str_lossy();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let has_sections = text.lines().any(|line| heading(line).is_some());
        let dialect = match has_sections || location.starts_with(".gitlab/") {
            true => Dialect::GitLab,
            false => Dialect::GitHub,
        };
        let mut section = codeowners.section("");
        let mut default_owners = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if dialect == Dialect::GitLab
                && let Some((name, rest)) = heading(line)
            {
                section = codeowners.section(&name.to_lowercase());
                default_owners = owners(&mut words(rest).into_iter(), dialect).unwrap_or_default();
                continue;
            }
            if let Some(line) = self::line(line, &default_owners, dialect) {
                codeowners.sections[section].lines.push(line);
            }
        }
        codeowners
    }

    fn section(&mut self, name: &str) -> usize {
        let known = self
            .sections
            .iter()
            .position(|section| section.name == name);
        known.unwrap_or_else(|| {
            self.sections.push(Section {
                name: name.to_owned(),
                lines: Vec::new(),
            });
            self.sections.len() - 1
        })
    }

    /// The owners of the file at `path`, encoded as [`path::encode`] does, in the order of the file; none where it has none.
    #[must_use]
    pub fn owners(&self, path: &[u8]) -> Vec<String> {
        let names: Vec<Vec<char>> = path
            .split(|&byte| byte == b'/')
            .map(|name| name.chars().collect())
            .collect();
        let mut owners: Vec<String> = Vec::new();
        for section in &self.sections {
            let names_it = |line: &&Line| line.pattern.matches(&names);
            let is_excluded = section
                .lines
                .iter()
                .filter(|line| line.is_exclusion)
                .any(|line| names_it(&line));
            let last = section.lines.iter().rev().find(names_it);
            for owner in last
                .filter(|_| !is_excluded)
                .into_iter()
                .flat_map(|line| &line.owners)
            {
                let owner = path::encode(owner.as_bytes());
                if !owners.contains(&owner) {
                    owners.push(owner);
                }
            }
        }
        owners
    }
}

/// `None` for what the code host calls invalid.
fn line(text: &str, default_owners: &[String], dialect: Dialect) -> Option<Line> {
    let mut words = words(text).into_iter();
    let first = words.next()?;
    let (is_exclusion, pattern) = match (first.strip_prefix('!'), dialect) {
        (Some(rest), Dialect::GitLab) => (true, rest),
        (Some(_), Dialect::GitHub) => return None,
        (None, _) => (false, &*first),
    };
    let is_invalid = pattern.starts_with("\\#") || pattern.contains("***") || pattern.contains('[');
    if dialect == Dialect::GitHub && is_invalid {
        return None;
    }
    let mut owners = owners(&mut words, dialect)?;
    if owners.is_empty() {
        owners = default_owners.to_vec();
    }
    Some(Line {
        pattern: Pattern::new(pattern, dialect),
        owners,
        is_exclusion,
    })
}

/// Accounts, teams and e-mail addresses up to a comment; `None` where one is none of them and the host passes the line over.
fn owners(words: &mut dyn Iterator<Item = String>, dialect: Dialect) -> Option<Vec<String>> {
    let mut owners = Vec::new();
    for word in words.take_while(|word| !word.starts_with('#')) {
        let is_owner = word.len() > 1 && word.contains('@');
        match (is_owner, dialect) {
            (true, _) => owners.push(word),
            (false, Dialect::GitHub) => return None,
            (false, Dialect::GitLab) => {}
        }
    }
    Some(owners)
}

/// `[Name][2] @owner…` or `^[Name] …` of GitLab: the name, and what follows name and number.
fn heading(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix('^').unwrap_or(line);
    let (name, rest) = line.strip_prefix('[')?.split_once(']')?;
    let rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((number, rest)) if number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => rest,
    };
    let ends = rest.is_empty() || rest.starts_with([' ', '\t', '@']);
    (ends && !name.trim().is_empty()).then_some((name.trim(), rest))
}

/// The words of a line; a space after a backslash is part of one. Backslashes stay.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_escaped = false;
    for character in line.chars() {
        if character.is_whitespace() && !is_escaped {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
        } else {
            word.push(character);
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
