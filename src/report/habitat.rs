//! What kind of text a secret stands in: it decides how to take it out.
//!
//! In: a finding. Out: a [`Habitat`], from the words beside the secret first, then from the file's name.

use bstr::{BStr, ByteSlice};

use crate::archive;
use crate::finding::{CellKind, Finding, Part};

/// A kind of text that has its own way of doing without a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Habitat {
    /// The file's path itself.
    Path,
    /// The target of a symbolic link.
    Link,
    /// A file in an archive.
    Archive,
    /// A private key, in a file that is no key file.
    Key,
    /// `https://user:SECRET@host/…`.
    Url,
    /// Code in a notebook's cell.
    NotebookSource,
    /// What a notebook's cell printed.
    NotebookOutput,
    /// Metadata of a notebook.
    NotebookMetadata,
    /// Python.
    Python,
    /// JavaScript or TypeScript.
    JavaScript,
    /// A shell script, or a shell's start-up file.
    Shell,
    /// A workflow or an action of GitHub.
    GithubActions,
    /// A pipeline of GitLab.
    GitlabCi,
    /// A Dockerfile.
    Dockerfile,
    /// Any other YAML.
    Yaml,
    /// A file that exists to hold secrets: `.env`, `.netrc`, a key.
    SecretFile,
    /// The sample of one: `.env.example`.
    SampleFile,
    /// The author or committer of a commit.
    Identity,
    /// The message of a commit or tag.
    Message,
    /// The name of a branch or tag.
    RefName,
    /// Anything else.
    Other,
}

impl Habitat {
    /// The habitat of the secret of `finding`.
    pub(super) fn of(finding: &Finding) -> Self {
        let is_packed = archive::outer_paths(&finding.path).next().is_some();
        match finding.part {
            Part::Path | Part::Content if is_packed => return Self::Archive,
            Part::Path => return Self::Path,
            Part::SymlinkTarget => return Self::Link,
            Part::Header => return Self::Identity,
            Part::Message => return Self::Message,
            Part::RefName => return Self::RefName,
            Part::Content => {}
        }
        let by_name = Self::of_path(finding.path.as_bstr());
        match by_name {
            Self::NotebookSource => match finding.cell.as_ref().map(|cell| cell.kind) {
                Some(CellKind::Source) => Self::NotebookSource,
                Some(CellKind::Output) => Self::NotebookOutput,
                Some(CellKind::Metadata) | None => Self::NotebookMetadata,
            },
            Self::SecretFile | Self::SampleFile => by_name,
            // A JSON file with such a key is the key, not a text that mentions one.
            Self::Other if finding.rule.id == "gcp-service-account-key" => Self::SecretFile,
            _ if is_key(&finding.rule.id) => Self::Key,
            _ if stands_in_url(&finding.excerpt.before, &finding.excerpt.after) => Self::Url,
            _ => by_name,
        }
    }

    /// The habitat of a secret of which no more is known.
    pub(super) fn of_place_in(part: Part, path: &[u8], rule: &str) -> Self {
        match part {
            Part::Path => Self::Path,
            Part::SymlinkTarget => Self::Link,
            Part::Header => Self::Identity,
            Part::Message => Self::Message,
            Part::RefName => Self::RefName,
            Part::Content => match Self::of_path(path.as_bstr()) {
                by_name @ (Self::SecretFile | Self::SampleFile) => by_name,
                _ if is_key(rule) => Self::Key,
                by_name => by_name,
            },
        }
    }

    fn of_path(path: &BStr) -> Self {
        let path = path.to_ascii_lowercase();
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        Self::of_name(name)
            .or_else(|| Self::of_place(&path))
            .or_else(|| Self::of_extension(name))
            .unwrap_or(Self::Other)
    }

    fn of_name(name: &[u8]) -> Option<Self> {
        let is_env = name == b".env" || name.starts_with(b".env.") || name.ends_with(b".env");
        let is_sample = [&b"example"[..], b"sample", b"template", b"dist"]
            .iter()
            .any(|word| name.contains_str(word));
        Some(match name {
            _ if is_env && is_sample => Self::SampleFile,
            _ if is_env => Self::SecretFile,
            b".envrc" | b".netrc" | b"_netrc" | b".npmrc" | b".pypirc" | b".git-credentials"
            | b"secrets.toml" | b"kaggle.json" | b"stored_tokens" | b"token" | b"credentials"
            | b"id_rsa" | b"id_ed25519" | b"id_ecdsa" | b"id_dsa" => Self::SecretFile,
            b".bashrc" | b".zshrc" | b".zshenv" | b".profile" | b".bash_profile" => Self::Shell,
            b".gitlab-ci.yml" => Self::GitlabCi,
            b"dockerfile" | b"containerfile" => Self::Dockerfile,
            _ if name.starts_with(b"dockerfile.") => Self::Dockerfile,
            b"action.yml" | b"action.yaml" => Self::GithubActions,
            _ => return None,
        })
    }

    /// Files whose folder says what they are; `path` in lower case.
    fn of_place(path: &[u8]) -> Option<Self> {
        if path.starts_with(b".github/workflows/") {
            Some(Self::GithubActions)
        } else if path.starts_with(b".gitlab/") && path.ends_with(b".yml") {
            Some(Self::GitlabCi)
        } else {
            None
        }
    }

    fn of_extension(name: &[u8]) -> Option<Self> {
        let extension = &name[name.rfind_byte(b'.')? + 1..];
        Some(match extension {
            b"ipynb" => Self::NotebookSource,
            b"py" | b"pyi" | b"pyx" | b"pyw" => Self::Python,
            b"js" | b"mjs" | b"cjs" | b"jsx" | b"ts" | b"mts" | b"cts" | b"tsx" | b"vue"
            | b"svelte" => Self::JavaScript,
            b"sh" | b"bash" | b"zsh" | b"ksh" | b"fish" | b"slurm" | b"sbatch" => Self::Shell,
            b"dockerfile" | b"containerfile" => Self::Dockerfile,
            b"yml" | b"yaml" => Self::Yaml,
            b"pem" | b"key" | b"p12" | b"ppk" | b"keystore" => Self::SecretFile,
            _ => return None,
        })
    }
}

fn is_key(rule: &str) -> bool {
    rule.ends_with("private-key") || rule == "age-secret-key"
}

/// Whether a secret between these texts is the password of a URL that git may know: a database's is none.
fn stands_in_url(before: &[u8], after: &[u8]) -> bool {
    let word = before
        .rsplit(|byte| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`'))
        .next()
        .unwrap_or_default();
    ["http://", "https://"]
        .iter()
        .any(|scheme| word.contains_str(scheme))
        && after.starts_with(b"@")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_kind() {
        for (path, expected) in [
            ("src/train.py", Habitat::Python),
            ("App.TSX", Habitat::JavaScript),
            ("run.sh", Habitat::Shell),
            (".github/workflows/ci.yml", Habitat::GithubActions),
            ("action.yml", Habitat::GithubActions),
            (".gitlab-ci.yml", Habitat::GitlabCi),
            ("k8s/app.yaml", Habitat::Yaml),
            ("Dockerfile", Habitat::Dockerfile),
            ("docker/Dockerfile.gpu", Habitat::Dockerfile),
            ("gpu.dockerfile", Habitat::Dockerfile),
            (".env", Habitat::SecretFile),
            ("app/.env.local", Habitat::SecretFile),
            ("prod.env", Habitat::SecretFile),
            (".env.example", Habitat::SampleFile),
            (".streamlit/secrets.toml", Habitat::SecretFile),
            ("keys/server.pem", Habitat::SecretFile),
            ("README.md", Habitat::Other),
            ("Makefile", Habitat::Other),
            ("py", Habitat::Other),
        ] {
            assert_eq!(Habitat::of_path(path.into()), expected, "{path}");
        }
    }

    #[test]
    fn what_it_is_and_where_it_stands_can_tell_more_than_the_name() {
        use crate::finding::Cell;
        use crate::report::fixture::finding;
        let habitat = |change: &dyn Fn(&mut Finding)| {
            let mut finding = finding(1);
            change(&mut finding);
            Habitat::of(&finding)
        };
        let rule = |id: &str| {
            crate::rules::BUILTIN
                .iter()
                .find(|rule| rule.id == id)
                .expect("it is built in")
        };
        assert_eq!(habitat(&|_| ()), Habitat::Python);
        assert_eq!(habitat(&|it| it.part = Part::Path), Habitat::Path);
        assert_eq!(habitat(&|it| it.part = Part::SymlinkTarget), Habitat::Link);
        assert_eq!(habitat(&|it| it.rule = rule("private-key")), Habitat::Key);
        let service_account = |it: &mut Finding| it.rule = rule("gcp-service-account-key");
        assert_eq!(habitat(&service_account), Habitat::Python);
        let in_json = |it: &mut Finding| {
            service_account(it);
            it.path = "key.json".into();
        };
        assert_eq!(habitat(&in_json), Habitat::SecretFile);
        let in_url = |it: &mut Finding| {
            it.excerpt.before = "https://me:".into();
            it.excerpt.after = "@huggingface.co".into();
        };
        assert_eq!(habitat(&in_url), Habitat::Url);
        for (kind, expected) in [
            (Some(CellKind::Source), Habitat::NotebookSource),
            (Some(CellKind::Output), Habitat::NotebookOutput),
            (Some(CellKind::Metadata), Habitat::NotebookMetadata),
            (None, Habitat::NotebookMetadata),
        ] {
            let in_cell = |it: &mut Finding| {
                it.path = "a.ipynb".into();
                it.cell = kind.map(|kind| Cell {
                    number: 1,
                    kind,
                    mime: None,
                    line: 1,
                });
            };
            assert_eq!(habitat(&in_cell), expected);
        }
    }

    #[test]
    fn the_password_of_a_url_is_one() {
        assert!(stands_in_url(
            b"git clone https://me:",
            b"@huggingface.co/x"
        ));
        assert!(stands_in_url(b"url=\"https://", b"@huggingface.co/x"));
        assert!(!stands_in_url(b"redis://default:", b"@cache/0"));
        assert!(!stands_in_url(b"see https://huggingface.co ", b"@you"));
        assert!(!stands_in_url(b"https://huggingface.co/?token=", b"&a"));
    }
}
