//! The end of the human report: how to take the secrets out, how to go on, how to accept, where to revoke.
//!
//! Ten findings of a kind get one paragraph: findings are grouped by the kind of text and the variable that replaces
//! the secret.

use std::collections::HashSet;

use super::advice::{self, Line, MAX_NAMED};
use super::habitat::Habitat;
use super::paint::{Paint, Role};
use super::words::{number, push};
use super::{Options, rewrite, shell, variable};
use crate::archive;
use crate::finding::{Finding, Origin, Part};
use crate::outcome::Rewrite;
use crate::text::escape;

/// The advice for `findings`; nothing for none.
pub(super) fn of(
    findings: &[&Finding],
    way: Option<&Rewrite>,
    options: &Options,
    paint: Paint,
) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    push(
        &mut text,
        format_args!("{}", paint.paint(Role::Heading, "How to fix it")),
    );
    let groups = group(findings);
    if options.surroundings.below_root
        && findings
            .iter()
            .any(|finding| finding.origin == Origin::Staged)
    {
        words(
            &mut text,
            "Paths below start at the root of the repository:",
        );
        command(&mut text, paint, "cd \"$(git rev-parse --show-toplevel)\"");
    }
    for group in &groups {
        group.write(&mut text, paint);
    }
    go_on(&mut text, &groups, findings, paint);
    if let Some(way) = way {
        text.push_str(&rewrite::steps(way, paint));
    }
    accept(&mut text, findings, paint);
    revoke(&mut text, findings);
    text
}

/// Findings that one paragraph serves.
pub(super) struct Group<'a> {
    habitat: Habitat,
    variable: String,
    /// Paths, each once, that may be printed whole.
    files: Vec<&'a [u8]>,
}

pub(super) fn group<'a>(findings: &[&'a Finding]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut seen = HashSet::new();
    for finding in findings {
        let habitat = Habitat::of(finding);
        let variable = variable::of(finding.rule);
        if !seen.insert((habitat, variable.clone(), &finding.path)) {
            continue;
        }
        let at = groups
            .iter()
            .position(|group| group.habitat == habitat && group.variable == variable)
            .unwrap_or_else(|| {
                groups.push(Group {
                    habitat,
                    variable,
                    files: Vec::new(),
                });
                groups.len() - 1
            });
        if is_printable(finding) {
            groups[at].files.push(&finding.path);
        }
    }
    groups
}

/// A path that holds a secret cannot stand in a command.
fn is_printable(finding: &Finding) -> bool {
    finding.path == finding.shown_path
}

impl Group<'_> {
    pub(super) fn write(&self, text: &mut String, paint: Paint) {
        let mut lines = advice::lines(self.habitat, &self.variable, &self.files).into_iter();
        let mut head = advice::title(self.habitat).to_owned();
        if !self.files.is_empty() {
            head.push_str(&format!(" ({})", self.names()));
        }
        if let Some(Line::Text(first)) = lines.next() {
            words(text, &format!("{head}: {first}"));
        }
        for line in lines {
            match line {
                Line::Text(line) => push(text, format_args!("    {line}")),
                Line::Code(line) => command(text, paint, &line),
            }
        }
    }

    fn names(&self) -> String {
        const SHOWN: usize = 3;
        let shown: Vec<String> = self
            .files
            .iter()
            .take(SHOWN)
            .map(|file| escape::for_terminal(file))
            .collect();
        match self.files.len().saturating_sub(SHOWN) {
            0 => shown.join(", "),
            more => format!("{} and {}", shown.join(", "), number(more, "more file")),
        }
    }
}

/// The commands that stage the fixed files, or leave them out; for a message the way back to it.
fn go_on(text: &mut String, groups: &[Group<'_>], findings: &[&Finding], paint: Paint) {
    let is_message = |finding: &&Finding| finding.origin == Origin::Message;
    if findings.iter().any(is_message) {
        words(
            text,
            "Then commit again, with the options you gave. git has kept what you wrote:",
        );
        command(
            text,
            paint,
            "git commit --edit --file=\"$(git rev-parse --git-path COMMIT_EDITMSG)\"",
        );
    }
    if !findings
        .iter()
        .any(|finding| finding.origin == Origin::Staged)
    {
        return;
    }
    let mut fixed = Vec::new();
    let mut any_secret_file = false;
    for group in groups {
        match group.habitat {
            Habitat::SecretFile => any_secret_file = true,
            // git knows the archive, not what is in it.
            Habitat::Archive => fixed.extend(group.files.iter().map(|file| {
                let outer = archive::outer_paths(file).next();
                outer.map_or(*file, |outer| &**outer)
            })),
            _ => fixed.extend(group.files.iter().copied()),
        }
    }
    let mut once = HashSet::new();
    fixed.retain(|file| once.insert(*file));
    if any_secret_file {
        fixed.push(b".gitignore");
    }
    words(text, "Then stage the change and commit again:");
    command(text, paint, &format!("git add -- {}", specs(&fixed)));
    command(text, paint, "git commit");
    fixed.retain(|file| *file != b".gitignore" || !any_secret_file);
    if !fixed.is_empty() {
        words(text, "To commit the rest without it:");
        command(
            text,
            paint,
            &format!("git reset --quiet -- {}", specs(&fixed)),
        );
    }
}

fn specs(files: &[&[u8]]) -> String {
    if files.is_empty() || files.len() > MAX_NAMED {
        return "FILE...".to_owned();
    }
    let specs: Vec<String> = files.iter().map(|file| shell::pathspec(file)).collect();
    specs.join(" ")
}

/// One line for each fingerprint: a secret that stands twice in a file is accepted once.
fn accept(text: &mut String, findings: &[&Finding], paint: Paint) {
    words(
        text,
        "If it may stay (a false alarm, a value for tests), accept it, say why, and stage .hf-guard.toml:",
    );
    let mut seen = HashSet::new();
    // Each part is accepted by itself.
    let findings: Vec<&Finding> = findings
        .iter()
        .flat_map(|finding| std::iter::once(*finding).chain(&finding.parts))
        .collect();
    for finding in &findings {
        if seen.insert(&finding.fingerprint) {
            let allow = format!("hf-guard allow {} --reason \"…\"", finding.fingerprint);
            if findings.len() == 1 {
                command(text, paint, &allow);
            } else {
                command(text, paint, &format!("{allow}  # {}", place(finding)));
            }
        }
    }
}

pub(super) fn place(finding: &Finding) -> String {
    let path = escape::for_terminal(&finding.shown_path);
    match finding.part {
        Part::Content => format!("{path}:{}", finding.start.line),
        Part::Path | Part::SymlinkTarget | Part::Header | Part::Message | Part::RefName => path,
    }
}

pub(super) fn revoke(text: &mut String, findings: &[&Finding]) {
    let places = issuers(findings);
    let advice = "If it was ever pushed or shared, taking it out is not enough: revoke it";
    if places.is_empty() {
        words(text, &format!("{advice} where it was issued."));
        return;
    }
    words(text, &format!("{advice}."));
    for place in places {
        push(text, format_args!("      {place}"));
    }
}

/// Where each of them is revoked, once.
pub(super) fn issuers(findings: &[&Finding]) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut places = Vec::new();
    for finding in findings {
        let rule = finding.rule;
        if !rule.revoke.trim().is_empty() && seen.insert((&rule.provider, &rule.revoke)) {
            let place = escape::for_terminal(rule.revoke.as_bytes());
            places.push(match &*rule.provider {
                // A key is anyone's, a name can be any provider's.
                "any" | "several" => place,
                provider => format!("{}: {place}", escape::for_terminal(provider.as_bytes())),
            });
        }
    }
    places
}

pub(super) fn words(text: &mut String, words: &str) {
    push(text, format_args!("  {words}"));
}

pub(super) fn command(text: &mut String, paint: Paint, command: &str) {
    push(
        text,
        format_args!("      {}", paint.paint(Role::Command, command)),
    );
}
