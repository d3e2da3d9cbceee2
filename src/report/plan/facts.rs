//! What is known of an incident, as the flags and texts of the template.

use super::super::habitat::Habitat;
use super::super::shell;
use super::super::words::number;
use super::markdown::{code, encoded, page, plain};
use super::places::{self, commit, list};
use super::template::Facts;
use crate::finding::{Part, Reach};
use crate::order;
use crate::respond::{Incident, Plan, replacement};
use crate::taxonomy::{self, Step, Taxonomy};
use crate::verification::{Organization, Status, Verification};

/// Where the file is written in a fresh clone.
const REPLACE_FILE: &str = ".git/hf-guard-replace.txt";

/// A mask shows fewer characters of a secret than this.
const SHORT_SECRET: &str = "****";

/// Everything that the template may ask.
pub(super) fn of(plan: &Plan, taxonomies: &[Taxonomy]) -> Facts {
    let mut facts = Facts::default();
    credential(plan, &mut facts);
    verification(&plan.incident, &mut facts);
    history(&plan.incident, &mut facts);
    commands(plan, &mut facts);
    replace(plan, &mut facts);
    cleaning(plan, &mut facts);
    called(&plan.incident, taxonomies, &mut facts);
    facts
}

fn credential(plan: &Plan, facts: &mut Facts) {
    let record = plan.incident.entry();
    facts.text("short", short(&record.fingerprint));
    facts.text("description", plain(&record.description));
    facts.text("secret", code(&mask(&record.secret)));
    facts.text("rule", code(&record.rule));
    facts.text("provider", plain(&record.provider));
    facts.flag("hub", record.provider == "Hugging Face");
    facts.flag("github", record.provider == "GitHub");
    let mut all = plan.incident.asked.clone();
    if !all.contains(&record.fingerprint) {
        all.insert(0, record.fingerprint.clone());
    }
    facts.text("fingerprints", join(all.iter().map(|one| code(one))));
    let kin = plan.incident.record.kin.iter();
    facts.text(
        "kin",
        list(kin.map(|(what, name)| format!("{}, {}", plain(what), code(name)))),
    );
    facts.text("unread", unread(plan));
}

/// A mask that a report brings, if it is one.
pub(super) fn mask(text: &str) -> String {
    match text.contains("…(") || text.ends_with(SHORT_SECRET) {
        true => text.to_owned(),
        false => SHORT_SECRET.to_owned(),
    }
}

fn short(fingerprint: &str) -> String {
    plain(&fingerprint.chars().take(12).collect::<String>())
}

fn unread(plan: &Plan) -> String {
    if plan.unread.is_empty() {
        return String::new();
    }
    let lines = list(plan.unread.iter().map(|one| plain(one)));
    format!("- Not everything could be read, so there may be more places:\n{lines}\n")
}

fn verification(incident: &Incident, facts: &mut Facts) {
    let known = incident.verification.as_ref();
    facts.flag(
        "can_write",
        known.is_none_or(|known| known.can_write != Some(false)),
    );
    facts.flag(
        "writes",
        known.is_some_and(|known| known.can_write == Some(true)),
    );
    let Some(known) = known else {
        facts.text("owners", "[\"OWNER\"]".to_owned());
        facts.text("list_commands", listings(&["OWNER"]));
        return;
    };
    let (words, is_dead) = match (known.status, known.can_write) {
        (Status::Live, Some(true)) => ("LIVE, can write", false),
        (Status::Live, Some(false)) => ("LIVE, reads only", false),
        (Status::Live, None) => ("LIVE", false),
        (Status::Unknown, _) => ("unknown: take it for live", false),
        (Status::Expired, _) => ("expired", true),
        (Status::Revoked, _) => ("revoked", true),
        (Status::Invalid, _) => ("invalid: its issuer does not know it", true),
    };
    facts.flag("verified", true);
    facts.flag("dead", is_dead);
    facts.text("status", words.to_owned());
    facts.text("checked_at", plain(&known.checked_at));
    let reason = known.reason.as_ref();
    facts.text(
        "reason",
        reason.map_or(String::new(), |why| format!(" ({})", plain(why))),
    );
    let kind = known.kind.as_ref();
    let owner = known.owner.as_ref().map(|owner| match kind {
        Some(kind) => format!("{} ({})", plain(owner), plain(kind)),
        None => plain(owner),
    });
    facts.text("owner", owner.unwrap_or_default());
    facts.text("token", token(known));
    facts.text(
        "organizations",
        list(known.organizations.iter().map(organization)),
    );
    facts.text("scopes", list(known.scopes.iter().map(|one| plain(one))));
    facts.flag(
        "forgotten",
        known.status == Status::Live && incident.in_head == Some(false),
    );
    let names = writable(known);
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    facts.text("owners", format!("[{}]", quoted.join(", ")));
    facts.text("list_commands", listings(&names));
}

fn token(known: &Verification) -> String {
    let mut parts = Vec::new();
    parts.extend(known.name.as_ref().map(|name| code(name)));
    parts.extend(
        known
            .role
            .as_ref()
            .map(|role| format!("role {}", plain(role))),
    );
    parts.push(match &known.expires_at {
        Some(at) => format!("expires {}", plain(at)),
        None => "no end is known".to_owned(),
    });
    parts.join(", ")
}

fn organization(organization: &Organization) -> String {
    match &organization.role {
        Some(role) => format!("{} ({})", plain(&organization.name), plain(role)),
        None => plain(&organization.name),
    }
}

/// Whose repositories it may have changed; only names that can stand in a command.
fn writable(known: &Verification) -> Vec<&str> {
    let others = known
        .organizations
        .iter()
        .filter(|one| one.role.as_deref() != Some("read"))
        .map(|one| &one.name);
    let names: Vec<&str> = known
        .owner
        .iter()
        .chain(others)
        .map(|name| &**name)
        .filter(|name| {
            name.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        })
        .collect();
    match names.is_empty() {
        true => vec!["OWNER"],
        false => names,
    }
}

fn listings(names: &[&str]) -> String {
    let mut lines = Vec::new();
    for name in names {
        for kind in ["models", "datasets", "spaces"] {
            lines.push(format!(
                "hf {kind} ls --author {name} --sort last_modified --limit 1000"
            ));
        }
    }
    lines.join("\n")
}

fn history(incident: &Incident, facts: &mut Facts) {
    let first = incident.first();
    facts.text("first", first.as_ref().map(commit).unwrap_or_default());
    let since = first.map(|first| first.date).unwrap_or_default();
    let is_day = since.len() == 10
        && since
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let since = if is_day { since } else { String::new() };
    facts.text(
        "since_or_day",
        match since.is_empty() {
            true => "2000-01-01".to_owned(),
            false => since.clone(),
        },
    );
    facts.text("since", since);
    let (last, commits) = match &incident.last {
        Some((last, count)) => (
            Some(last).filter(|last| incident.first().as_ref() != Some(*last)),
            format!("; in {}", number(*count, "commit")),
        ),
        None => (None, String::new()),
    };
    facts.text("last", last.map(commit).unwrap_or_default());
    facts.text("commits", commits);
    facts.flag("in_head", incident.in_head == Some(true));
    facts.flag("history_only", incident.in_head == Some(false));
    facts.text(
        "refs",
        list(incident.refs.iter().map(|name| code(&encoded(name)))),
    );
    facts.text("places", places::places(&incident.places));
    facts.text("notify", notify(incident));
    let has = |part| incident.places.iter().any(|place| place.part == part);
    facts.flag("in_identity", has(Part::Header));
    facts.flag("in_ref_name", has(Part::RefName));
    let mut files: Vec<&str> = incident.places.iter().map(|place| &*place.path).collect();
    order::sort(&mut files);
    files.dedup();
    facts.flag("several_files", files.len() > 1);
}

fn notify(incident: &Incident) -> String {
    let mut lines = Vec::new();
    if let Some(first) = incident.first() {
        lines.push(format!(
            "- [ ] {}, who committed it: not to blame, but they know what it is for.",
            code(&encoded(&first.author))
        ));
    }
    if let Some(known) = &incident.verification {
        if let Some(owner) = &known.owner {
            lines.push(format!("- [ ] {}, whose it is.", plain(owner)));
        }
        if !known.organizations.is_empty() {
            let names = known.organizations.iter().map(|one| plain(&one.name));
            lines.push(format!(
                "- [ ] The administrators of what it reaches: {}.",
                join(names)
            ));
        }
    }
    lines.push("- [ ] Whoever is in charge of security here.".to_owned());
    lines.join("\n")
}

fn commands(plan: &Plan, facts: &mut Facts) {
    let record = plan.incident.entry();
    let fingerprint = shell::word(record.fingerprint.as_bytes());
    let from = match &plan.report {
        Some(path) => format!(
            " --from {}",
            shell::word(path.as_os_str().as_encoded_bytes())
        ),
        None => " --all-history".to_owned(),
    };
    let command = |name: &str| format!("hf-guard {name}{from} --fingerprint {fingerprint}");
    facts.text("verify_command", command("verify"));
    facts.text("revoke_command", command("revoke"));
    facts.flag("by_command", plan.remedy.by_command);
    let page_name = match plan.remedy.page.is_empty() {
        true => "where it was issued".to_owned(),
        false => page(&plan.remedy.page),
    };
    facts.text("page", page_name);
    let steps = plan.remedy.steps.as_ref();
    facts.text(
        "page_steps",
        steps.map_or(String::new(), |steps| format!(": {}", plain(steps))),
    );
    facts.text("variable", places::variable(plan));
    let find = match (&record.secret_sha256, plan.report.is_some()) {
        (_, true) => format!("hf-guard find{from} --fingerprint {fingerprint} PATH..."),
        (Some(hash), false) => format!(
            "hf-guard find --sha256 {} PATH...",
            shell::word(hash.as_bytes())
        ),
        (None, false) => String::new(),
    };
    facts.text("find_command", find);
    let asked: Vec<String> = plan
        .incident
        .asked
        .iter()
        .map(|one| shell::word(one.as_bytes()))
        .collect();
    facts.text("fingerprint_list", asked.join(" "));
}

fn replace(plan: &Plan, facts: &mut Facts) {
    let (text, found) = places::habitats(plan);
    facts.text("habitats", text);
    let actions = found.contains(&Habitat::GithubActions);
    facts.flag("actions", actions);
    facts.flag("ci", actions || found.contains(&Habitat::GitlabCi));
}

fn cleaning(plan: &Plan, facts: &mut Facts) {
    let incident = &plan.incident;
    let rewrite = incident.is_reached_by(Reach::Refs)
        || (incident.is_reached_by(Reach::Unknown) && incident.first().is_some());
    facts.flag("rewrite", rewrite);
    let (reflogs, nothing) = (
        incident.is_reached_by(Reach::Reflogs),
        incident.is_reached_by(Reach::Nothing),
    );
    facts.flag("local_only", reflogs || nothing);
    let staged = incident.is_reached_by(Reach::Index);
    facts.flag("staged", staged);
    facts.flag("no_history", !rewrite && !reflogs && !nothing && !staged);
    facts.text(
        "local_what",
        match (reflogs, nothing) {
            (true, true) => "some of the commits and objects that have it",
            (true, false) => "some of the commits that have it (only reflogs do)",
            _ => "some of the objects that have it",
        }
        .to_owned(),
    );
    facts.flag(
        "short_secret",
        incident.entry().secret.ends_with(SHORT_SECRET),
    );
    let placeholder = replacement::placeholder(&incident.entry().fingerprint);
    facts.text("placeholder", code(&placeholder));
    let file = plan.replacement.as_deref();
    facts.text("replacement", file.map(code).unwrap_or_default());
    let file = shell::word(file.unwrap_or(REPLACE_FILE).as_bytes());
    let paths = match plan.renames {
        true => format!(" --paths-from-file {file}"),
        false => String::new(),
    };
    facts.text("paths_option", paths);
    facts.text("replace_file", file);
    facts.text("obstacles", places::obstacles(plan));
    let remotes = plan.remotes;
    facts.flag("to_github", remotes.github || remotes.is_unknown());
    facts.flag("to_hub", remotes.hub || remotes.is_unknown());
    facts.flag("to_other", remotes.other || remotes.is_unknown());
}

fn called(incident: &Incident, taxonomies: &[Taxonomy], facts: &mut Facts) {
    let traits = incident.traits();
    for (step, hole) in Step::ALL.into_iter().zip([
        "asked_revoke",
        "asked_rotate",
        "asked_replace",
        "asked_check",
        "asked_search",
        "asked_clean",
        "asked_notify",
    ]) {
        let mut names = String::new();
        let mut last = "";
        for (taxonomy, item) in taxonomy::of_step(taxonomies, traits, step) {
            names.push_str(match last {
                "" => "",
                last if last == taxonomy.short => ", ",
                _ => "; ",
            });
            if last != taxonomy.short {
                names.push_str(&format!("{} ", taxonomy.short));
            }
            names.push_str(&item.id);
            last = &taxonomy.short;
        }
        facts.text(hole, format!("_{names}_"));
    }
    let mut lines = Vec::new();
    for one in taxonomies {
        let items: Vec<String> = taxonomy::about(taxonomies, traits)
            .filter(|(taxonomy, _)| taxonomy.id == one.id)
            .map(|(_, item)| format!("  - {} {}: {}", item.id, item.name, item.why))
            .collect();
        if !items.is_empty() {
            lines.push(format!("- {} {} (<{}>)", one.name, one.version, one.url));
            lines.extend(items);
        }
    }
    facts.text("taxonomies", lines.join("\n"));
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
