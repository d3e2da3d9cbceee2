//! How to do without the secret, in each kind of text. Data, not flow.
//!
//! In: a [`Habitat`] and how the provider's tools call the variable. Out: paragraphs.

use super::habitat::Habitat;
use super::shell;

/// One line of advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Words.
    Text(String),
    /// What can be copied.
    Code(String),
}

/// What the advice is called: "In Python".
pub(super) fn title(habitat: Habitat) -> &'static str {
    match habitat {
        Habitat::Path => "In a file's name",
        Habitat::Link => "In a link's target",
        Habitat::Archive => "In an archive",
        Habitat::Key => "A key",
        Habitat::Url => "In a URL",
        Habitat::NotebookSource => "In a notebook's code",
        Habitat::NotebookOutput => "In a notebook's output",
        Habitat::NotebookMetadata => "In a notebook's metadata",
        Habitat::Python => "In Python",
        Habitat::JavaScript => "In JavaScript",
        Habitat::Shell => "In a shell script",
        Habitat::GithubActions => "In GitHub Actions",
        Habitat::GitlabCi => "In GitLab CI",
        Habitat::Dockerfile => "In a Dockerfile",
        Habitat::Yaml => "In YAML",
        Habitat::SecretFile => "In a file of secrets",
        Habitat::SampleFile => "In a sample of settings",
        Habitat::Identity => "In a name or e-mail address",
        Habitat::Message => "In a message",
        Habitat::RefName => "In a ref's name",
        Habitat::Other => "Elsewhere",
    }
}

/// How to do without a secret there; `files` are paths from the repository's root that may be printed.
pub(super) fn lines(habitat: Habitat, variable: &str, files: &[&[u8]]) -> Vec<Line> {
    let hub = variable == "HF_TOKEN";
    match habitat {
        Habitat::Path => vec![text(
            "rename the file, and use another name wherever it is read.",
        )],
        Habitat::Link => vec![text("point the link at a path that holds no secret.")],
        Habitat::Archive => vec![
            text(
                "take it out of the file that was packed, build the archive anew and stage it. Better, keep what is built",
            ),
            text("out of git: publish it as a release."),
        ],
        Habitat::Key => vec![
            text(
                "keep it in a file outside the repository that only you can read (chmod 600) or in a secret store, and",
            ),
            text("give the program the path of that file."),
        ],
        Habitat::Url => url(hub),
        Habitat::NotebookSource => notebook_source(variable),
        Habitat::NotebookOutput => notebook_output(files),
        Habitat::NotebookMetadata => vec![
            text(
                "remove it in Jupyter (Edit > Notebook Metadata, or the cell's property inspector), or clear the",
            ),
            text("outputs and widgets that recorded it."),
        ],
        Habitat::Python => python(variable, hub),
        Habitat::JavaScript => vec![
            text("read it from the environment:"),
            code(format!("const token = process.env.{variable};")),
            text("Never in code that runs in the browser: whoever opens the page can read it."),
        ],
        Habitat::Shell => shell_script(variable, hub),
        Habitat::GithubActions => github_actions(variable, hub),
        Habitat::GitlabCi => vec![
            text("store it under Settings > CI/CD > Variables (masked, protected) and use it as"),
            code(format!("${variable}")),
        ],
        Habitat::Dockerfile => dockerfile(variable),
        Habitat::Yaml => vec![
            text("refer to the environment or to the platform's secret store:"),
            code(format!(
                "{variable}: ${{{variable}}}        # Docker Compose"
            )),
            code(format!(
                "valueFrom: {{secretKeyRef: {{name: my-secret, key: {variable}}}}}        # Kubernetes"
            )),
        ],
        Habitat::SecretFile => secret_file(files),
        Habitat::SampleFile => vec![
            text("leave the value empty; the sample shows names, not values:"),
            code(format!("{variable}=")),
        ],
        Habitat::Identity => vec![
            text("set your own name and address, then rewrite the commit with them:"),
            code("git config user.email you@example.org"),
            code("git commit --amend --reset-author --no-edit"),
        ],
        Habitat::Message => vec![text("write the message without it.")],
        Habitat::RefName => vec![
            text("give the branch or tag another name:"),
            code("git branch --move NEW-NAME"),
        ],
        Habitat::Other => vec![
            text(format!(
                "leave a placeholder such as ${variable} here, and read the secret from the environment or a"
            )),
            text("secret store where it is needed."),
        ],
    }
}

fn text(words: impl Into<String>) -> Line {
    Line::Text(words.into())
}

fn code(command: impl Into<String>) -> Line {
    Line::Code(command.into())
}

fn url(hub: bool) -> Vec<Line> {
    let mut lines = vec![text(
        "write the URL without a password, and let git's credential helper fill it in:",
    )];
    if hub {
        lines.push(code("git clone https://huggingface.co/OWNER/NAME"));
        lines.push(code("hf auth login --add-to-git-credential"));
    } else {
        lines.push(code("git config --global credential.helper cache"));
    }
    lines
}

fn python(variable: &str, hub: bool) -> Vec<Line> {
    let mut lines = vec![
        text("read it from the environment:"),
        code(format!("token = os.environ[\"{variable}\"]")),
    ];
    if hub {
        lines.push(text(
            "or let huggingface_hub find it: leave `token=` out after `hf auth login`, or call",
        ));
        lines.push(code("token = huggingface_hub.get_token()"));
    }
    lines
}

fn notebook_source(variable: &str) -> Vec<Line> {
    vec![
        text(
            "on Colab keep it among the Secrets (the key on the left), elsewhere in the environment:",
        ),
        code(format!(
            "from google.colab import userdata; token = userdata.get(\"{variable}\")"
        )),
        code(format!("token = os.environ[\"{variable}\"]")),
        text("and clear outputs that printed it."),
    ]
}

fn notebook_output(files: &[&[u8]]) -> Vec<Line> {
    let mut lines = vec![text("clear the output, and do not print the secret again:")];
    let words = if files.is_empty() || files.len() > MAX_NAMED {
        "FILE".to_owned()
    } else {
        words(files)
    };
    lines.push(code(format!(
        "jupyter nbconvert --clear-output --inplace {words}"
    )));
    lines
}

fn shell_script(variable: &str, hub: bool) -> Vec<Line> {
    let mut lines = vec![
        text("take it from the caller's environment:"),
        code(format!(": \"${{{variable}:?set {variable} first}}\"")),
    ];
    if hub {
        lines.push(text("`hf auth login` stores it once, outside the repository; no command then needs --token."));
    }
    lines
}

fn github_actions(variable: &str, hub: bool) -> Vec<Line> {
    let mut lines = vec![
        text("store it as a secret of the repository and hand it to the step:"),
        code(format!("gh secret set {variable}")),
        code(format!(
            "env: {{ {variable}: \"${{{{ secrets.{variable} }}}}\" }}"
        )),
    ];
    if hub {
        lines.push(text(
            "A Trusted Publisher on the Hub (OIDC) needs no stored token at all.",
        ));
    }
    lines
}

fn dockerfile(variable: &str) -> Vec<Line> {
    vec![
        text("ENV and ARG stay in the image's layers. Mount it for the one command that needs it:"),
        code(format!(
            "RUN --mount=type=secret,id={variable} {variable}=\"$(cat /run/secrets/{variable})\" COMMAND"
        )),
        code(format!(
            "docker build --secret id={variable},env={variable} ."
        )),
    ]
}

fn secret_file(files: &[&[u8]]) -> Vec<Line> {
    let mut lines = vec![text(
        "it belongs on your machine, not in git; the file itself stays where it is:",
    )];
    if files.is_empty() || files.len() > MAX_NAMED {
        lines.push(text("add its name to .gitignore, then"));
        lines.push(code("git rm --cached -- FILE"));
        return lines;
    }
    for file in files {
        if file
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-'))
        {
            lines.push(code(format!(
                "echo {} >> .gitignore",
                shell::word(&[b"/", *file].concat())
            )));
        } else {
            lines.push(text("add its name to .gitignore, then"));
        }
    }
    let specs: Vec<String> = files.iter().map(|file| shell::pathspec(file)).collect();
    lines.push(code(format!("git rm --cached -- {}", specs.join(" "))));
    lines
}

/// More files than this are not listed in a command.
pub(super) const MAX_NAMED: usize = 8;

fn words(files: &[&[u8]]) -> String {
    let words: Vec<String> = files.iter().map(|file| shell::word(file)).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(habitat: Habitat, variable: &str, files: &[&[u8]]) -> String {
        lines(habitat, variable, files)
            .into_iter()
            .map(|line| match line {
                Line::Text(text) | Line::Code(text) => text + "\n",
            })
            .collect()
    }

    #[test]
    fn each_kind_of_text_gets_its_own_way() {
        for (habitat, expected) in [
            (Habitat::Key, "chmod 600"),
            (Habitat::Url, "credential"),
            (Habitat::NotebookSource, "userdata.get(\"HF_TOKEN\")"),
            (
                Habitat::NotebookOutput,
                "jupyter nbconvert --clear-output --inplace a.x",
            ),
            (Habitat::NotebookMetadata, "Notebook Metadata"),
            (Habitat::Python, "os.environ[\"HF_TOKEN\"]"),
            (Habitat::JavaScript, "process.env.HF_TOKEN"),
            (Habitat::Shell, ": \"${HF_TOKEN:?set HF_TOKEN first}\""),
            (Habitat::GithubActions, "\"${{ secrets.HF_TOKEN }}\""),
            (Habitat::GitlabCi, "Settings > CI/CD > Variables"),
            (Habitat::Dockerfile, "RUN --mount=type=secret,id=HF_TOKEN "),
            (Habitat::Yaml, "HF_TOKEN: ${HF_TOKEN}"),
            (Habitat::SecretFile, "git rm --cached -- a.x"),
            (Habitat::SampleFile, "HF_TOKEN=\n"),
            (Habitat::Other, "HF_TOKEN"),
            (Habitat::Path, "rename"),
            (Habitat::Link, "link"),
            (Habitat::Archive, "build the archive anew"),
        ] {
            let advice = all(habitat, "HF_TOKEN", &[b"a.x"]);
            assert!(advice.contains(expected), "{habitat:?}: {advice}");
        }
    }

    #[test]
    fn advice_for_the_hub_stays_with_the_hub() {
        for habitat in [
            Habitat::Python,
            Habitat::Shell,
            Habitat::GithubActions,
            Habitat::Url,
        ] {
            let advice = all(habitat, "OPENAI_API_KEY", &[b"a.x"]);
            assert!(
                !advice.contains("hf") && !advice.contains("Hub") && !advice.contains("hugging"),
                "{advice}"
            );
        }
    }
}
