//! A secret of a history in words: who brought it, who still has it, where else it stands.
//!
//! Lines under the headline of the place that counts most. Long lists are cut; `--verbose` shows them whole.

use bstr::BString;

use super::origin;
use super::words::{number, push};
use crate::finding::{CommitInfo, Finding, Part, Provenance, Reach, Site, Stay};
use crate::text::escape;

/// How many places and refs are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// A few.
    Some,
    /// All.
    All,
}

impl Extent {
    fn limit(self, some: usize) -> usize {
        match self {
            Self::Some => some,
            Self::All => usize::MAX,
        }
    }
}

/// Digits of a commit's name beside another one that is shown whole.
const SHORT: usize = 12;

/// The lines, each with its end.
pub(super) fn lines(provenance: &Provenance, extent: Extent) -> String {
    let mut text = String::new();
    if let Some(stay) = &provenance.stay {
        brought(&mut text, stay, provenance.blobs);
    }
    if provenance.is_traced {
        still(&mut text, provenance, extent);
    }
    if provenance.sites.len() > 1 {
        sites(&mut text, provenance, extent);
    }
    text
}

fn brought(text: &mut String, stay: &Stay, blobs: usize) {
    let Stay {
        first,
        last,
        commits,
        reflog_commits,
    } = stay;
    push(
        text,
        format_args!(
            "  brought by commit {} of {} by {}",
            shown(&first.commit),
            first.date,
            author(first)
        ),
    );
    let mut words = format!("in {}", number(*commits, "commit"));
    if *reflog_commits > 0 {
        words.push_str(&format!(
            " and {reflog_commits} more that only reflogs lead to"
        ));
    }
    if blobs > 0 {
        words.push_str(&format!(", {}", number(blobs, "blob")));
    }
    if last.commit != first.commit {
        words.push_str(&format!(
            "; last in commit {} of {} by {}",
            shown(short(&last.commit)),
            last.date,
            author(last)
        ));
    }
    push(text, format_args!("  {words}"));
}

/// Where it is today.
fn still(text: &mut String, provenance: &Provenance, extent: Extent) {
    let nearest = provenance.sites.iter().map(|site| site.reach).min();
    let words = match nearest {
        Some(Reach::Reflogs) => "only reflogs of this clone lead to it".to_owned(),
        Some(Reach::Index) => "in the index, and in no commit".to_owned(),
        Some(Reach::Nothing) => {
            "nothing leads to it any more; git keeps it until it prunes".to_owned()
        }
        _ => at_refs(provenance, extent),
    };
    push(text, format_args!("  {words}"));
}

fn at_refs(provenance: &Provenance, extent: Extent) -> String {
    let is_file = |part| matches!(part, Part::Content | Part::Path | Part::SymlinkTarget);
    let names = names(&provenance.refs, extent);
    let has_file = provenance
        .sites
        .iter()
        .any(|site| is_file(site.finding.part));
    let parts = provenance.sites.iter().map(|site| site.finding.part);
    let is_name = parts.into_iter().all(|part| part == Part::RefName);
    match (provenance.in_head, names) {
        (_, Some(names)) if is_name => format!("a ref is still called so: {names}"),
        (true, Some(names)) if has_file => format!("still at HEAD; at the tip of {names}"),
        (true, Some(names)) => format!("in the history of HEAD; of {names}"),
        (false, Some(names)) if has_file => format!("gone from HEAD; still at the tip of {names}"),
        (false, Some(names)) => format!("not in the history of HEAD; in that of {names}"),
        (true, None) => "still at HEAD".to_owned(),
        (false, None) => {
            "gone from HEAD and from the tip of every ref, but older commits have it".to_owned()
        }
    }
}

/// Their short names, as a person calls them; `None` for none.
fn names(refs: &[BString], extent: Extent) -> Option<String> {
    const SOME: usize = 5;
    let limit = extent.limit(SOME);
    let shown: Vec<String> = refs
        .iter()
        .take(limit)
        .map(|name| short_ref(name))
        .collect();
    match refs.len().saturating_sub(limit) {
        _ if refs.is_empty() => None,
        0 => Some(shown.join(", ")),
        more => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

fn short_ref(name: &[u8]) -> String {
    let prefixes = [
        &b"refs/heads/"[..],
        b"refs/tags/",
        b"refs/remotes/",
        b"refs/",
    ];
    let short = prefixes
        .iter()
        .find_map(|prefix| name.strip_prefix(*prefix));
    escape::for_terminal(short.unwrap_or(name))
}

fn sites(text: &mut String, provenance: &Provenance, extent: Extent) {
    const SOME: usize = 10;
    let count = provenance.sites.len();
    let accepted = provenance.sites.iter().filter(|site| site.by.is_some());
    let accepted = match accepted.count() {
        0 => String::new(),
        some => format!(", {some} of them accepted"),
    };
    push(
        text,
        format_args!("  {count} places, the newest first{accepted}:"),
    );
    let limit = extent.limit(SOME);
    for site in provenance.sites.iter().take(limit) {
        push(text, format_args!("    {}", self::site(site)));
    }
    if count > limit {
        push(
            text,
            format_args!("    and {} more (--verbose lists them)", count - limit),
        );
    }
}

fn site(site: &Site) -> String {
    let finding = &site.finding;
    let mut words = place(finding);
    match &site.stay {
        Some(Stay { first, last, .. }) => {
            words.push_str(&format!(
                "  {} commit {}",
                first.date,
                shown(short(&first.commit))
            ));
            if last.commit != first.commit {
                words.push_str(&format!(" to {} {}", last.date, shown(short(&last.commit))));
            }
            if site.in_head {
                words.push_str(", at HEAD");
            }
        }
        None => {
            if let Some(origin) = origin::origin_name(&finding.origin) {
                words.push_str(&format!("  {origin}"));
            }
        }
    }
    match site.reach {
        Reach::Reflogs if site.stay.is_some() => words.push_str(", reflog only"),
        Reach::Index => words.push_str("  in the index"),
        Reach::Refs | Reach::Reflogs | Reach::Nothing | Reach::Unknown => {}
    }
    if let Some(by) = &site.by {
        words.push_str(&format!(", accepted by {}", origin::reason(by)));
    }
    words
}

/// `path:line:column`, or what stands for it.
pub(super) fn place(finding: &Finding) -> String {
    let path = escape::for_terminal(&finding.shown_path);
    match finding.part {
        Part::Content | Part::Message => {
            format!("{path}:{}:{}", finding.start.line, finding.start.column)
        }
        Part::Path => format!("{path} (its name)"),
        Part::SymlinkTarget => format!("{path} (the link's target)"),
        Part::Header | Part::RefName => path,
    }
}

fn author(info: &CommitInfo) -> String {
    escape::for_terminal(&info.author)
}

fn short(hex: &str) -> &str {
    hex.get(..SHORT).unwrap_or(hex)
}

fn shown(name: &str) -> String {
    escape::for_terminal(name.as_bytes())
}
