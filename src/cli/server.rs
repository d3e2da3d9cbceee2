//! `hook pre-receive` and `hook update`: the last place where a push can be stopped.
//!
//! In: what git hands to these hooks, and the flags of the server's administrator. Out: exit 0 only if everything that is
//! new to the server was read within the time limit and nothing counts. What the push brings along accepts nothing of
//! itself: no configuration, no comment.

use std::collections::HashSet;
use std::error::Error;
use std::io::{self, BufWriter, Read as _};
use std::time::Duration;

use super::args::{Format, Options, PreReceiveArguments, ServerArguments, UpdateArguments};
use super::break_glass::{self, Permission};
use super::{Ended, reporting, scan, watchdog};
use crate::allow::parts;
use crate::config::{self, Config, ConfigError};
use crate::finding::Finding;
use crate::git::{GitError, Oid, Ownership, Repository};
use crate::outcome::{Exit, Outcome};
use crate::report::wire::{self, Acceptance};
use crate::source::push::RefUpdate;
use crate::source::receive::{self, Judge, Portion};
use crate::source::{outgoing, rewrite};
use crate::text::escape;

/// Why a push is refused although nothing was found.
#[derive(Debug, thiserror::Error)]
enum ServerError {
    /// Something could not be read.
    #[error("the push is refused, because it could not be checked")]
    Unchecked {
        /// What.
        #[source]
        source: Box<dyn Error>,
    },
    /// The configuration that judges the push is unusable.
    #[error(
        "the configuration that this push builds on cannot be used; the server's administrator can let a mended one in \
         (docs/server.md, \"A broken configuration\")"
    )]
    Base {
        /// Why.
        #[source]
        source: ConfigError,
    },
    /// A tree of the push cannot be read.
    #[error("cannot look for a configuration in what is pushed")]
    Tree {
        /// Why.
        #[source]
        source: GitError,
    },
    /// The push brings a configuration that would stop the next push.
    #[error("{name} would get a configuration that cannot be used; mend it and push again")]
    Tip {
        /// The ref, escaped.
        name: String,
        /// Why.
        #[source]
        source: ConfigError,
    },
}

/// `hook pre-receive`: every ref of a push at once, before any of it is stored for good.
pub(super) fn pre_receive(arguments: &PreReceiveArguments, options: &Options) -> Ended {
    limit(&arguments.server)?;
    let permission = if arguments.break_glass {
        Permission::Given
    } else {
        Permission::AskRepository
    };
    let mut input = Vec::new();
    let updates = options
        .progress
        .while_waiting(|| io::stdin().lock().read_to_end(&mut input))
        .map_err(Box::<dyn Error>::from)
        .and_then(|_| Ok(receive::updates(&input)?));
    updates
        .and_then(|updates| check(&updates, &arguments.server, permission, options))
        .map_err(|source| ServerError::Unchecked { source }.into())
}

/// `hook update`: one ref, after its objects are stored.
pub(super) fn update(arguments: &UpdateArguments, options: &Options) -> Ended {
    limit(&arguments.server)?;
    let [name, old, new] = [&arguments.name, &arguments.old, &arguments.new]
        .map(|argument| argument.as_encoded_bytes());
    receive::update(name, old, new)
        .map_err(Box::<dyn Error>::from)
        // git hands no push options to this hook.
        .and_then(|updates| check(&updates, &arguments.server, Permission::NotHere, options))
        .map_err(|source| ServerError::Unchecked { source }.into())
}

/// Starts before anything is read: standard input can hang as well.
fn limit(server: &ServerArguments) -> io::Result<()> {
    let message = format!(
        "hf-guard: the push is refused, because reading it took longer than {} s; push fewer commits at a time, or ask \
         the server's administrator for a longer --timeout",
        server.timeout
    );
    watchdog::limit(Duration::from_secs(server.timeout), message)
}

fn check(
    updates: &[RefUpdate],
    server: &ServerArguments,
    permission: Permission,
    options: &Options,
) -> Ended {
    let repository = Repository::open(Ownership::CheckedByGit)?;
    let judge = match &options.config {
        None if !options.no_config => Judge::Base,
        _ => Judge::Administrator,
    };
    let portions = receive::portions(updates, judge, &repository)?;
    let mut outcome = scanned(&portions, judge, &repository, server, options)?;
    let mut remarks = Vec::new();
    let broken = match judge {
        Judge::Base => check_new_configurations(&portions, &repository),
        Judge::Administrator => Ok(()),
    };
    if outcome.exit() == Exit::Clean {
        broken?;
    } else {
        outcome.rewrite = receive::way(outcome.blocking(), &portions, &repository)?;
        let tips: Vec<Oid> = portions.iter().flat_map(Portion::commits).collect();
        rewrite::note_what_is_gone(&mut outcome.findings, &tips, &repository)?;
        remarks = match broken {
            Ok(()) => break_glass::apply(&mut outcome, updates, permission, &repository)?,
            // Told beside the findings, so that both can be mended at once.
            Err(error) => vec![with_causes(&error)],
        };
    }
    tell(&mut outcome, judge, &remarks, options)?;
    Ok(outcome.exit())
}

/// Reads each portion with the configuration that judges it, and joins what came of them.
fn scanned(
    portions: &[Portion],
    judge: Judge,
    repository: &Repository,
    server: &ServerArguments,
    options: &Options,
) -> Result<Outcome, Box<dyn Error>> {
    let mut whole = Outcome {
        min_confidence: options.min_confidence.into(),
        ..Outcome::default()
    };
    for portion in portions {
        let config = match (judge, &portion.base) {
            (Judge::Base, Some(base)) => config::from_commit(repository, base)
                .map_err(|source| ServerError::Base { source })?,
            _ => Config::default(),
        };
        let part = scan::outcome(
            options,
            || Ok(config),
            |scanner, progress| {
                let mut scanned = outgoing::scan(&portion.outgoing, repository, scanner, progress)?;
                if !server.trust_comments {
                    receive::distrust_comments(&mut scanned.findings);
                }
                Ok(scanned)
            },
        )?;
        join(&mut whole, part);
    }
    Ok(whole)
}

/// A configuration that cannot be used would stop every later push to its branch, the one that mends it included.
fn check_new_configurations(
    portions: &[Portion],
    repository: &Repository,
) -> Result<(), ServerError> {
    for portion in portions {
        let new = portion.new_configurations(repository);
        for (name, mode, oid) in new.map_err(|source| ServerError::Tree { source })? {
            config::from_blob(repository, mode, &oid).map_err(|source| ServerError::Tip {
                name: escape::for_terminal(name),
                source,
            })?;
        }
    }
    Ok(())
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    let words: Vec<String> = chain.map(ToString::to_string).collect();
    words.join(": ")
}

/// A commit that two refs bring is read for both, and told once; it passes only where both let it.
fn join(whole: &mut Outcome, part: Outcome) {
    let key = |finding: &Finding| {
        (
            finding.origin.clone(),
            finding.part,
            finding.start,
            finding.fingerprint.clone(),
        )
    };
    let told: HashSet<_> = whole.findings.iter().map(key).collect();
    whole.findings.extend(
        part.findings
            .into_iter()
            .filter(|finding| !told.contains(&key(finding))),
    );
    whole.accepted.extend(part.accepted);
    whole.skipped.extend(part.skipped);
    whole.warnings.extend(part.warnings);
    whole.summary.texts += part.summary.texts;
    whole.summary.bytes += part.summary.bytes;
    whole.summary.without_content += part.summary.without_content;
}

/// To the other end of the push; where the administrator asks for a file, that too.
fn tell(
    outcome: &mut Outcome,
    judge: Judge,
    remarks: &[String],
    options: &Options,
) -> Result<(), Box<dyn Error>> {
    parts::join(outcome);
    if options.output.is_some() || options.format != Format::Human {
        reporting::write(outcome, options)?;
    }
    if options.output.is_none() && options.format != Format::Human {
        return Ok(());
    }
    let acceptance = match judge {
        Judge::Base => Acceptance::Base,
        Judge::Administrator => Acceptance::Administrator,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let report = reporting::report_options(options, false);
    wire::write(outcome, acceptance, remarks, &report, &mut out)
        .map_err(|source| reporting::ReportError::Stdout { source })?;
    Ok(())
}
