//! What a configuration that is itself part of the commit changes: said aloud, because whoever commits a secret can
//! commit its permission beside it.
//!
//! In: the configuration of the index and that of HEAD. Out: one line for each new way to accept what nobody has
//! seen, and one with the number of entries that accept a single secret each.

use super::Config;
use super::entry::{Criteria, Entry};
use super::redact::without_long_runs;
use crate::text::escape;

/// The lines; `old` is what HEAD holds, the default where it holds none.
pub(super) fn lines(old: &Config, new: &Config) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let fresh = |new: &[String], old: &[String]| -> Vec<String> {
        new.iter().filter(|id| !old.contains(id)).cloned().collect()
    };
    if !new.preset().covers(old.preset()) {
        lines.push(format!(
            "has fewer rules: those of the preset {} instead of {}",
            new.preset().name(),
            old.preset().name()
        ));
    }
    for id in fresh(&new.changes.disabled, &old.changes.disabled) {
        lines.push(format!("disables rule {id}"));
    }
    for id in &new.changes.extended {
        if rule_text(new, id) != rule_text(old, id) {
            lines.push(format!("changes rule {id}"));
        }
    }
    for id in &old.changes.added {
        if !new.changes.added.contains(id) {
            lines.push(format!("removes the custom rule {id}"));
        } else if rule_text(new, id) != rule_text(old, id) {
            lines.push(format!("changes the custom rule {id}"));
        }
    }
    let (narrow, wide): (Vec<&Entry>, Vec<&Entry>) = new
        .entries
        .iter()
        .filter(|entry| {
            !old.entries
                .iter()
                .any(|other| permits_as_much(other, entry))
        })
        .partition(|entry| entry.criteria.name_one_secret());
    lines.extend(
        wide.iter()
            .map(|entry| format!("accepts {} (line {})", what(&entry.criteria), entry.line)),
    );
    match narrow.len() {
        0 => {}
        1 => lines.push("accepts 1 more secret by name".to_owned()),
        count => lines.push(format!("accepts {count} more secrets by name")),
    }
    lines
        .into_iter()
        .map(|line| format!("{} is part of this commit and {line}", new.name))
        .collect()
}

/// Whether `old` accepts the same for at least as long.
fn permits_as_much(old: &Entry, new: &Entry) -> bool {
    let longer = match (old.expires, new.expires) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(old), Some(new)) => old >= new,
    };
    longer && old.criteria == new.criteria
}

/// Everything that a rule says, to tell whether it changed.
fn rule_text(config: &Config, id: &str) -> Option<String> {
    let rules = config.changes.rules.as_ref()?;
    rules
        .iter()
        .map(|member| member.rule())
        .find(|rule| rule.id == id)
        .map(|rule| format!("{rule:?}"))
}

fn what(criteria: &Criteria) -> String {
    let mut text = match &criteria.rule {
        None if criteria.unread => "archives that cannot be unpacked".to_owned(),
        Some(id) => format!("every finding of rule {id}"),
        None => "everything".to_owned(),
    };
    if let Some(path) = &criteria.path {
        let path = without_long_runs(path.as_str());
        text.push_str(&format!(" under {}", escape::for_terminal(path.as_bytes())));
    }
    if criteria.regex.is_some() {
        text.push_str(" that its regex matches");
    }
    text
}
