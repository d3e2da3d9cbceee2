//! What a configuration that is itself part of the commit changes: said aloud, because whoever commits a secret can
//! commit its permission beside it.
//!
//! In: the configuration of the index and that of HEAD. Out: one line for each new way to accept what nobody has
//! seen, and one with the number of entries that accept a single secret each.

use super::Config;
use super::entry::{Criteria, Entry};
use super::redact::without_long_runs;
use crate::rules::Preset;
use crate::text::escape;

/// The lines; `old` is what HEAD holds, the default where it holds none.
pub(super) fn lines(old: &Config, new: &Config) -> Vec<String> {
    let mut lines: Vec<String> = fewer(old.preset(), new.preset()).into_iter().collect();
    lines.append(&mut changes(old, new));
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

/// What a scan of a repository that is not the person's own would miss because of its `config`, one line each; `chosen` is
/// the preset of the person.
#[must_use]
pub fn weaker_rules(config: &Config, chosen: Option<Preset>) -> Vec<String> {
    let preset = match chosen {
        None => fewer(Preset::default(), config.preset()),
        Some(_) => None,
    };
    let mut lines: Vec<String> = preset.into_iter().collect();
    lines.append(&mut changes(&Config::default(), config));
    let said = |line| format!("{} {line}; see without it: --no-config", config.name);
    lines.into_iter().map(said).collect()
}

fn fewer(old: Preset, new: Preset) -> Option<String> {
    (!new.covers(old)).then(|| {
        format!(
            "has fewer rules: those of the preset {} instead of {}",
            new.name(),
            old.name()
        )
    })
}

/// What happens to built-in rules.
fn changes(old: &Config, new: &Config) -> Vec<String> {
    let fresh = new.changes.disabled.iter();
    let disabled = fresh.filter(|id| !old.changes.disabled.contains(id));
    let extended = new.changes.extended.iter();
    let changed = extended.filter(|id| rule_text(new, id) != rule_text(old, id));
    let disabled = disabled.map(|id| format!("disables rule {id}"));
    disabled
        .chain(changed.map(|id| format!("changes rule {id}")))
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
