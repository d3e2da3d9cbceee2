//! What `verify` and `revoke` share: which secrets are meant, which endpoints are asked, and the asking.

use crate::order;
use std::env;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::time::SystemTime;

use super::args::{IssuerArguments, Options};
use super::scan::{self, Gathered};
use super::{history, push};
use crate::config;
use crate::git::{Ownership, Repository};
use crate::issuer::{Asker, Endpoints, Issuers, Transport, Trust, credentials, is_trustworthy};
use crate::outcome::{Outcome, Skip};
use crate::secret::Secret;
use crate::source::report::{Places, Report};
use crate::verification::Verification;

/// Why issuers cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum IssuerError {
    /// An endpoint is no place for credentials.
    #[error(
        "{name} is {url:?}; credentials are sent to https:// only (http:// to this machine), without a user in the address"
    )]
    Endpoint {
        /// Where it comes from.
        name: &'static str,
        /// What it is.
        url: String,
    },
    /// The build has no network.
    #[cfg(not(feature = "network"))]
    #[error(
        "this hf-guard was built without its network; use --offline, or build it with the feature `network`: \
         `cargo install --path . --features network`"
    )]
    NoNetwork,
    /// The report cannot be read.
    #[error("cannot read the report {path:?}")]
    ReadReport {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

/// What may be sent where in this run.
pub(super) struct Session {
    pub(super) issuers: Issuers,
    pub(super) endpoints: Endpoints,
    pub(super) client: Option<Box<dyn Transport>>,
}

/// Whether anything leaves this machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Issuers are asked.
    Network,
    /// Nobody is.
    Offline,
}

impl Session {
    /// Sets it up; `purpose` ends the User-Agent. Nothing is sent.
    pub(super) fn open(
        arguments: &IssuerArguments,
        options: &Options,
        reach: Reach,
        purpose: &'static str,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let trust = match options.config {
            Some(_) => Trust::Named,
            None => Trust::Repository,
        };
        let client = match reach {
            Reach::Network => Some(client(arguments, purpose)?),
            Reach::Offline => None,
        };
        Ok(Self {
            issuers: Issuers::new(trust),
            endpoints: endpoints(arguments)?,
            client,
        })
    }

    /// Asks about each secret of `outcome` once, and writes the answer to each of its findings.
    pub(super) fn verify(&mut self, outcome: &mut Outcome, options: &Options) {
        let rules = outcome.findings.iter().map(|finding| finding.rule);
        let mut warnings = self.issuers.warnings(rules);
        order::sort(&mut warnings);
        warnings.dedup();
        outcome.warnings.append(&mut warnings);
        self.verify_some(outcome, options, |_| true);
    }

    /// The same for the secrets that `wanted` names only.
    pub(super) fn verify_some(
        &mut self,
        outcome: &mut Outcome,
        options: &Options,
        wanted: impl Fn(&Secret) -> bool,
    ) {
        let answers: Vec<(Secret, Verification)> = credentials(&outcome.findings)
            .iter()
            .filter(|credential| wanted(credential.secret))
            .map(|credential| {
                let mut asker = Asker {
                    issuers: &self.issuers,
                    endpoints: &self.endpoints,
                    transport: self
                        .client
                        .as_deref_mut()
                        .map(|client| client as &mut dyn Transport),
                };
                let now = scan::unix_seconds(SystemTime::now());
                // An issuer may be slower than the watchdog's patience.
                let verification = options
                    .progress
                    .while_waiting(|| asker.verify(credential.secret, &credential.rules, now));
                (credential.secret.clone(), verification)
            })
            .collect();
        for finding in &mut outcome.findings {
            let answer = answers.iter().find(|(secret, _)| *secret == finding.secret);
            if let Some((_, verification)) = answer {
                finding.verification = Some(Box::new(verification.clone()));
            }
        }
    }
}

#[cfg(feature = "network")]
fn client(
    arguments: &IssuerArguments,
    purpose: &'static str,
) -> Result<Box<dyn Transport>, Box<dyn std::error::Error>> {
    let set = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| env::var_os(name).filter(|value| !value.is_empty()))
    };
    let text = |names| set(names).map(|value| value.to_string_lossy().into_owned());
    let options = crate::net::Options {
        timeout: std::time::Duration::from_secs(arguments.timeout),
        certificates: set(&["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
            .map(PathBuf::from),
        proxy: crate::net::ProxySettings {
            url: text(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]),
            exceptions: text(&["NO_PROXY", "no_proxy"]).unwrap_or_default(),
        },
        purpose,
    };
    Ok(Box::new(crate::net::Client::new(&options)?))
}

#[cfg(not(feature = "network"))]
fn client(
    _arguments: &IssuerArguments,
    _purpose: &'static str,
) -> Result<Box<dyn Transport>, Box<dyn std::error::Error>> {
    Err(Box::new(IssuerError::NoNetwork))
}

fn endpoints(arguments: &IssuerArguments) -> Result<Endpoints, IssuerError> {
    let of = |flag: &Option<String>, flag_name, variable: &'static str, default: &str| {
        let (name, url) = match (flag, env::var(variable)) {
            (Some(url), _) => (flag_name, url.clone()),
            (None, Ok(url)) if !url.is_empty() => (variable, url),
            (None, _) => ("the default", default.to_owned()),
        };
        let url = url.trim_end_matches('/').to_owned();
        match is_trustworthy(&url) {
            true => Ok(url),
            false => Err(IssuerError::Endpoint { name, url }),
        }
    };
    Ok(Endpoints {
        huggingface: of(
            &arguments.endpoint,
            "--endpoint",
            "HF_ENDPOINT",
            "https://huggingface.co",
        )?,
        github: of(
            &arguments.github_api,
            "--github-api",
            "GITHUB_API_URL",
            "https://api.github.com",
        )?,
    })
}

/// The findings that are meant, with their secrets.
pub(super) fn gather(arguments: &IssuerArguments, options: &Options) -> Gathered {
    let scan = &arguments.scan;
    let mut outcome = match (&arguments.from, &scan.range) {
        (Some(report), _) => {
            from_report(report, &arguments.fingerprint, options).map(|(outcome, _)| outcome)
        }
        (None, Some(range)) => push::range_outcome(range, options),
        (None, None) if scan.history.all_history => history::outcome(&scan.history, options),
        (None, None) if scan.unpushed => push::unpushed_outcome(options),
        (None, None) => scan::gather(scan, options),
    }?;
    select(&mut outcome, &arguments.fingerprint);
    // Outside of a repository there is none to name.
    if outcome.repository.is_none()
        && let Ok(repository) = Repository::open(Ownership::Check)
    {
        scan::name_repository(&mut outcome, &repository);
    }
    Ok(outcome)
}

/// Leaves the findings of `fingerprints`; one that none has is told, so that a slip of the pen does not look like success.
fn select(outcome: &mut Outcome, fingerprints: &[String]) {
    if fingerprints.is_empty() {
        return;
    }
    let named = |finding: &crate::finding::Finding| {
        fingerprints
            .iter()
            .position(|wanted| *wanted == finding.fingerprint.to_string())
    };
    let found: Vec<usize> = outcome.findings.iter().filter_map(named).collect();
    outcome.findings.retain(|finding| named(finding).is_some());
    for (index, fingerprint) in fingerprints.iter().enumerate() {
        let told = outcome
            .skipped
            .iter()
            .any(|skip| skip.reason.contains(fingerprint));
        if !found.contains(&index) && !told {
            outcome.skipped.push(Skip {
                path: "--fingerprint".into(),
                reason: format!("nothing that was read has the fingerprint {fingerprint}"),
                is_packed: false,
            });
        }
    }
}

/// The findings of a report with their secrets, as far as they still stand there, and the report.
pub(super) fn from_report(
    path: &std::path::Path,
    fingerprints: &[String],
    options: &Options,
) -> Result<(Outcome, Report), Box<dyn std::error::Error>> {
    let failed = |source| IssuerError::ReadReport {
        path: path.to_path_buf(),
        source,
    };
    let mut bytes = Vec::new();
    if path == std::path::Path::new("-") {
        let mut stdin = io::stdin().lock();
        options
            .progress
            .while_waiting(|| stdin.read_to_end(&mut bytes))
            .map_err(failed)?;
    } else {
        bytes = std::fs::read(path).map_err(failed)?;
    }
    let mut report = Report::parse(&bytes)?;
    report.keep(fingerprints);
    let base = scan::base()?;
    let repository = match base.work_dir {
        Some(_) => Some(Repository::open(Ownership::Check)?),
        // A bare repository has history and no work tree; anywhere else there are files only.
        None => Repository::open(Ownership::Check).ok(),
    };
    let config = scan::configuration(options, || match &repository {
        Some(repository) => push::local_config(repository),
        None => config::from_folder(&base.current_dir),
    })?;
    let scanner = scan::scanner(&config, options, SystemTime::now());
    let folders: Vec<PathBuf> = base
        .work_dir
        .iter()
        .chain([&base.current_dir])
        .cloned()
        .collect();
    let places = Places {
        repository: repository.as_ref(),
        folders: &folders,
    };
    let scanned = report
        .read_again(places, &scanner, &options.progress)?
        .with_shown_paths(&scanner);
    let outcome = Outcome {
        findings: scanned.findings,
        skipped: scanned.skipped,
        summary: scanned.summary,
        repository: report.repository().map(str::to_owned),
        ..Outcome::default()
    };
    Ok((outcome, report))
}
