//! The plan for one incident: a checklist in Markdown, filled in with what is known; or the same as JSON.
//!
//! In: a [`Plan`]. Out: `plan.md` (packed by `build/`), filled in. For a program its steps are taken from that very text, so that both
//! say the same.

mod facts;
mod markdown;
mod places;
mod template;

use std::io::{self, Write};

use serde::Serialize;

use super::json::{SCHEMA, write_document};
use super::{Format, Options, runner};
use crate::respond::{Plan, replacement};
use crate::source::report::document::{Commit, Place};
use crate::taxonomy::{self, Step, Taxonomy};
use crate::verification::Verification;

include!(concat!(env!("OUT_DIR"), "/plan.rs"));

/// Writes the plans: for a person, or else as JSON.
///
/// # Errors
/// Those of `out`.
pub fn write(plans: &[Plan], options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let taxonomies = taxonomy::all();
    let template = String::from_utf8_lossy(&PACKED.unpack()).into_owned();
    let texts: Vec<String> = plans
        .iter()
        .map(|plan| template::fill(&template, &facts::of(plan, &taxonomies)))
        .collect();
    if options.format != Format::Human {
        let document = Document {
            schema: SCHEMA,
            plans: plans
                .iter()
                .zip(&texts)
                .map(|(plan, text)| Entry::of(plan, text, &taxonomies))
                .collect(),
            taxonomies: &taxonomies,
        };
        return write_document(&document, out);
    }
    runner::write(&texts.join("\n"), options, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    plans: Vec<Entry<'a>>,
    taxonomies: &'a [Taxonomy],
}

#[derive(Serialize)]
struct Entry<'a> {
    fingerprint: &'a str,
    asked: &'a [String],
    rule: &'a str,
    description: &'a str,
    provider: &'a str,
    secret: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_sha256: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<&'a Verification>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<Commit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_head: Option<bool>,
    refs: &'a [String],
    places: &'a [Place],
    placeholder: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    replace_text: Option<&'a str>,
    unread: &'a [String],
    mappings: Vec<String>,
    steps: Vec<Section<'a>>,
    markdown: &'a str,
}

#[derive(Serialize)]
struct Section<'a> {
    id: Step,
    title: &'a str,
    tasks: Vec<Task<'a>>,
    mappings: Vec<String>,
}

#[derive(Serialize)]
struct Task<'a> {
    text: &'a str,
    done: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    commands: Vec<String>,
}

impl<'a> Entry<'a> {
    fn of(plan: &'a Plan, markdown: &'a str, taxonomies: &'a [Taxonomy]) -> Self {
        let incident = &plan.incident;
        let record = incident.entry();
        let traits = incident.traits();
        Self {
            fingerprint: &record.fingerprint,
            asked: &incident.asked,
            rule: &record.rule,
            description: &record.description,
            provider: &record.provider,
            secret: facts::mask(&record.secret),
            secret_sha256: record.secret_sha256.as_deref(),
            verification: incident.verification.as_ref(),
            first: incident.first(),
            in_head: incident.in_head,
            refs: &incident.refs,
            places: &incident.places,
            placeholder: replacement::placeholder(&record.fingerprint),
            replace_text: plan.replacement.as_deref(),
            unread: &plan.unread,
            mappings: taxonomy::names(taxonomy::about(taxonomies, traits)),
            steps: sections(markdown)
                .into_iter()
                .zip(Step::ALL)
                .map(|((title, tasks), id)| Section {
                    id,
                    title,
                    tasks,
                    mappings: taxonomy::names(taxonomy::of_step(taxonomies, traits, id)),
                })
                .collect(),
            markdown,
        }
    }
}

/// The numbered sections of a checklist, each with its tasks.
fn sections(markdown: &str) -> Vec<(&str, Vec<Task<'_>>)> {
    let mut sections: Vec<(&str, Vec<Task<'_>>)> = Vec::new();
    let mut in_code = false;
    for line in markdown.lines() {
        let section = sections.last_mut().map(|(_, tasks)| tasks);
        if line.starts_with("```") {
            in_code = !in_code;
            if let (true, Some(task)) = (in_code, section.and_then(|tasks| tasks.last_mut())) {
                task.commands.push(String::new());
            }
        } else if in_code {
            let command = section
                .and_then(|tasks| tasks.last_mut())
                .and_then(|task| task.commands.last_mut());
            if let Some(command) = command {
                command.push_str(line);
                command.push('\n');
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            let is_numbered = heading.starts_with(|first: char| first.is_ascii_digit());
            if let (true, Some((_, title))) = (is_numbered, heading.split_once(". ")) {
                sections.push((title, Vec::new()));
            }
        } else if let (Some(text), Some(tasks)) = (
            line.strip_prefix("- [ ] ")
                .or_else(|| line.strip_prefix("- [x] ")),
            section,
        ) {
            tasks.push(Task {
                text,
                done: line.starts_with("- [x]"),
                commands: Vec::new(),
            });
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_has_a_section_and_every_hole_a_text() {
        let template = String::from_utf8(PACKED.unpack()).expect("it is UTF-8");
        let titles: Vec<String> = template
            .lines()
            .filter_map(|line| line.strip_prefix("## ")?.split_once(". "))
            .map(|(_, title)| title.split(':').next().unwrap_or_default().to_lowercase())
            .collect();
        let steps: Vec<&str> = Step::ALL.iter().map(|step| step.name()).collect();
        assert_eq!(titles, steps);
        let opened = template.matches("\n%if ").count();
        assert_eq!(opened, template.matches("\n%end").count());
    }

    #[test]
    fn tasks_and_their_commands_are_told_apart() {
        let text = "# x\n## 1. Revoke: now\n- [x] done\n\n```sh\na\nb\n```\n- [ ] open\n## 2. Rotate\n## More\n- [ ] no task\n";
        let sections = sections(text);
        let titles: Vec<&str> = sections.iter().map(|(title, _)| *title).collect();
        assert_eq!(titles, ["Revoke: now", "Rotate"]);
        let tasks = &sections[0].1;
        assert_eq!((tasks[0].text, tasks[0].done), ("done", true));
        assert_eq!(tasks[0].commands, ["a\nb\n"]);
        assert_eq!((tasks[1].text, tasks[1].done), ("open", false));
    }
}
