//! Where a secret stands, and how the texts there do without it, as lines of the checklist.

use super::super::advice::{self, Line};
use super::super::habitat::Habitat;
use super::super::variable;
use super::markdown::{code, encoded, plain};
use crate::finding::{Part, Reach};
use crate::respond::{Kind, Plan};
use crate::source::report::document::{Commit, Place};
use crate::text::{escape, path};

/// No more places are told.
const SHOWN: usize = 20;

/// Each place and how long it has it.
pub(super) fn places(places: &[Place]) -> String {
    list(places.iter().map(|place| {
        let mut text = spot(place);
        if let (Some(first), Some(last)) = (&place.first, &place.last) {
            text.push_str(&format!(", from commit {}", dated(first)));
            if first.commit != last.commit {
                text.push_str(&format!(" to {}", dated(last)));
            }
        } else if let Some(one) = place.origin.commit() {
            text.push_str(&format!(", in commit {}", dated(&one)));
        }
        match place.reach {
            Reach::Reflogs => text.push_str("; only reflogs of this clone lead there"),
            Reach::Index => text.push_str("; staged"),
            Reach::Nothing => text.push_str("; nothing leads there"),
            Reach::Refs | Reach::Unknown => {}
        }
        text
    }))
}

fn spot(place: &Place) -> String {
    let path = encoded(&place.path);
    match place.part {
        Part::Content => code(&format!("{path}:{}:{}", place.line, place.column)),
        Part::Path => format!("the name of {}", code(&path)),
        Part::SymlinkTarget => format!("the target of the link {}", code(&path)),
        Part::Header => format!("an identity of {}", code(&path)),
        Part::Message => format!("the message of {}, line {}", code(&path), place.line),
        Part::RefName => format!("the name of the ref {}", code(&path)),
    }
}

/// A commit in a few words.
pub(super) fn commit(commit: &Commit) -> String {
    format!("{} by {}", dated(commit), code(&encoded(&commit.author)))
}

fn dated(commit: &Commit) -> String {
    let short: String = commit.commit.chars().take(12).collect();
    format!("{} of {}", code(&short), plain(&commit.date))
}

/// Lines of a list below an item.
pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = items.map(|item| format!("  - {item}")).collect();
    if let Some(more @ 1..) = lines.len().checked_sub(SHOWN) {
        lines.truncate(SHOWN);
        lines.push(format!("  - and {more} more"));
    }
    lines.join("\n")
}

/// How each kind of text that has it does without it.
pub(super) fn habitats(plan: &Plan) -> (String, Vec<Habitat>) {
    let mut groups: Vec<(Habitat, Vec<Vec<u8>>)> = Vec::new();
    let mut places: Vec<&Place> = plan.incident.places.iter().collect();
    // Where HEAD still has it, only that is there to be changed.
    if plan.incident.in_head == Some(true) {
        places.retain(|place| place.in_head == Some(true));
    }
    for place in places {
        let Some(file) = path::decode(&place.path) else {
            continue;
        };
        let habitat = Habitat::of_place_in(place.part, &file, &plan.incident.entry().rule);
        let at = groups.iter().position(|(known, _)| *known == habitat);
        let at = at.unwrap_or_else(|| {
            groups.push((habitat, Vec::new()));
            groups.len() - 1
        });
        let file = file.to_vec();
        if place.part == Part::Content && !groups[at].1.contains(&file) {
            groups[at].1.push(file);
        }
    }
    let name = variable(plan);
    let mut text = String::new();
    for (habitat, files) in &groups {
        text.push_str(&group(*habitat, &name, files));
    }
    let found = groups.into_iter().map(|(habitat, _)| habitat).collect();
    (text.trim_end().to_owned(), found)
}

/// The environment variable that takes its place.
pub(super) fn variable(plan: &Plan) -> String {
    plan.rule.map_or_else(|| "API_KEY".to_owned(), variable::of)
}

fn group(habitat: Habitat, variable: &str, files: &[Vec<u8>]) -> String {
    let names: Vec<&[u8]> = files.iter().map(|file| &**file).collect();
    let shown: Vec<String> = files
        .iter()
        .take(advice::MAX_NAMED)
        .map(|file| code(&escape::for_terminal(file)))
        .collect();
    let mut text = format!("- [ ] {}", advice::title(habitat));
    if !shown.is_empty() {
        text.push_str(&format!(" ({})", shown.join(", ")));
    }
    text.push_str(": ");
    let mut in_code = false;
    for line in advice::lines(habitat, variable, &names) {
        match line {
            Line::Code(line) => {
                text.push_str(if in_code { "" } else { "\n\n```\n" });
                text.push_str(&line);
                text.push('\n');
                in_code = true;
            }
            Line::Text(line) => {
                if in_code {
                    text.push_str("```\n\n");
                } else if !text.ends_with(' ') {
                    text.push(' ');
                }
                text.push_str(&line);
                in_code = false;
            }
        }
    }
    text.push_str(if in_code { "```\n\n" } else { "\n\n" });
    text
}

/// What else is needed where the tool that rewrites history leaves a file alone.
pub(super) fn obstacles(plan: &Plan) -> String {
    let lines = plan.obstacles.iter().map(|obstacle| {
        let why = match obstacle.kind {
            Kind::Binary => {
                "is a binary file to git-filter-repo (a NUL stands near its beginning, as in UTF-16)"
            }
            Kind::Scattered => "has it in pieces, over several lines or strings",
            Kind::Packed => "is packed in an archive",
        };
        format!(
            "- [ ] {} {why}, so `--replace-text` leaves it alone. Remove the file from the whole history instead \
             (`git filter-repo --invert-paths --path FILE`), and add a clean one.",
            code(&encoded(&obstacle.path))
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}
