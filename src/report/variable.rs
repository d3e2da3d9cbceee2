//! The environment variable that takes a secret's place.
//!
//! In: a rule. Out: the name that the provider's own tools read, so that the advice works as it is written.

use crate::rules::Rule;

/// The variables that tools read for the secrets of one rule.
const OF_RULES: &[(&str, &str)] = &[
    ("aws-access-key-id", "AWS_ACCESS_KEY_ID"),
    ("aws-bedrock-api-key", "AWS_BEARER_TOKEN_BEDROCK"),
    ("azure-openai-api-key-by-name", "AZURE_OPENAI_API_KEY"),
    ("databricks-oauth-secret", "DATABRICKS_CLIENT_SECRET"),
    ("gcp-service-account-key", "GOOGLE_APPLICATION_CREDENTIALS"),
    ("google-oauth-client-secret", "GOOGLE_CLIENT_SECRET"),
    ("huggingface-oauth-client-secret", "OAUTH_CLIENT_SECRET"),
    ("huggingface-webhook-secret", "WEBHOOK_SECRET"),
    ("k6-cloud-token-by-name", "K6_CLOUD_TOKEN"),
    ("looker-client-secret-by-name", "LOOKERSDK_CLIENT_SECRET"),
    ("opsgenie-api-key-by-name", "OPSGENIE_API_KEY"),
];

/// Those for all other secrets of a provider, where they are not the provider's name and `_API_KEY`.
const OF_PROVIDERS: &[(&str, &str)] = &[
    ("Amazon Web Services", "AWS_SECRET_ACCESS_KEY"),
    ("Apify", "APIFY_TOKEN"),
    ("Atlassian", "ATLASSIAN_API_TOKEN"),
    ("Cloudflare", "CLOUDFLARE_API_TOKEN"),
    ("Databricks", "DATABRICKS_TOKEN"),
    ("Discord", "DISCORD_WEBHOOK_URL"),
    ("Docker", "DOCKER_TOKEN"),
    ("FriendliAI", "FRIENDLI_TOKEN"),
    ("GitHub", "GITHUB_TOKEN"),
    ("GitLab", "GITLAB_TOKEN"),
    ("Grafana", "GRAFANA_TOKEN"),
    ("Hugging Face", "HF_TOKEN"),
    ("Jina AI", "JINA_API_KEY"),
    ("Kaggle", "KAGGLE_KEY"),
    ("LangChain", "LANGSMITH_API_KEY"),
    ("Langfuse", "LANGFUSE_SECRET_KEY"),
    ("Microsoft Azure", "AZURE_API_KEY"),
    ("Neptune", "NEPTUNE_API_TOKEN"),
    ("PyPI", "PYPI_TOKEN"),
    ("Replicate", "REPLICATE_API_TOKEN"),
    ("Slack", "SLACK_TOKEN"),
    ("TestPyPI", "PYPI_TOKEN"),
    ("Together AI", "TOGETHER_API_KEY"),
    ("Weights & Biases", "WANDB_API_KEY"),
    ("any", "API_KEY"),
    ("npm", "NPM_TOKEN"),
];

/// The environment variable that the provider's own tools read, or a likely name for it.
pub(super) fn of(rule: &Rule) -> String {
    let known = |table: &[(&str, &'static str)], key: &str| {
        table
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, variable)| (*variable).to_owned())
    };
    known(OF_RULES, &rule.id)
        .or_else(|| known(OF_PROVIDERS, &rule.provider))
        .or_else(|| rule.examples.first().and_then(|example| assigned(example)))
        .unwrap_or_else(|| named_after(&rule.provider))
}

/// The variable that an example sets: `ACME_TOKEN=…`.
fn assigned(example: &str) -> Option<String> {
    let (name, _) = example.split_once(['=', ':'])?;
    let is_variable = name.len() > 3
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    is_variable.then(|| name.to_owned())
}

fn named_after(provider: &str) -> String {
    let words: Vec<String> = provider
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    match words.first() {
        Some(first) if !first.starts_with(|character: char| character.is_ascii_digit()) => {
            format!("{}_API_KEY", words.join("_"))
        }
        _ => "API_KEY".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    #[test]
    fn a_variable_has_the_name_that_the_tools_read() {
        let rule = |provider: &'static str| Rule {
            id: Cow::Borrowed("some-rule"),
            provider: Cow::Borrowed(provider),
            examples: Cow::Borrowed(&[]),
            ..crate::rules::BUILTIN[0].clone()
        };
        assert_eq!(of(&rule("Hugging Face")), "HF_TOKEN");
        assert_eq!(of(&rule("OpenAI")), "OPENAI_API_KEY");
        assert_eq!(of(&rule("Some AI")), "SOME_AI_API_KEY");
        assert_eq!(of(&rule("")), "API_KEY");
        assert_eq!(of(&rule("模")), "API_KEY");
        assert_eq!(of(&rule("1Password")), "API_KEY");
        let named = Rule {
            examples: Cow::Borrowed(&[Cow::Borrowed("SOME_TOKEN=x")]),
            ..rule("Some AI")
        };
        assert_eq!(of(&named), "SOME_TOKEN");
        for (id, expected) in OF_RULES {
            let rule = crate::rules::BUILTIN
                .iter()
                .find(|rule| rule.id == *id)
                .expect("the table names rules that are there");
            assert_eq!(of(rule), *expected);
        }
        for (provider, _) in OF_PROVIDERS {
            let is_one = |rule: &Rule| rule.provider == *provider;
            assert!(crate::rules::BUILTIN.iter().any(is_one), "{provider}");
        }
    }
}
