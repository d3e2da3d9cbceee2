//! What the regexes of many rules have in common: a name, an assignment and then the value.
//!
//! In: a regex as a rule states it. Out: the same with `(?&key)`, `(?&is)` and `(?&login)` written out. PCRE calls a named group so;
//! the regex crate has no such form, so that no regex means anything else by it. Written out only when a rule
//! compiles: the catalogue in the binary stays short.

use std::borrow::Cow;

/// Behind a vendor's name: a little text, a word for a credential, and an assignment.
///
/// `ACME_API_KEY=`, `acme.Client(api_key="`, `"acme": {"token": "`, `[acme]` and `secret = ` on the next line.
const KEY: (&str, &str) = (
    "(?&key)",
    r#"[\w\s."'`\\\])(:{-]{0,20}?(?i:key|token|secret|auth|client|passw(?:or)?d)(?&is)"#,
);

/// Behind a name: what closes its quotes, what assigns, and what opens those of the value.
///
/// `=`, `:`, `=>`, `] = "`, `", "`, `: str = "`, `' or '`, `:-` of a shell default, a flag's space, a tag's `>`, and the
/// `value:` of a list of names and values.
const IS: (&str, &str) = (
    "(?&is)",
    r#"["'`\\\])]{0,4}(?:\s?:\s?[Ss]tr(?:ing)?)?(?:\s{0,4}(?:=>|:=|:-|\|\||\?\?|[:=,>(])|\s{1,8}(?:or|["']?value["']?:)?)\s{0,4}["'`\\]{0,3}"#,
);

/// Behind the scheme of an address: a driver, a user and the password, which is the secret.
///
/// It begins with `:/` or `+`, so that a keyword can be the scheme and one of them.
/// Braces never belong to a password in an address: they are a template's. One with many escapes is a test's.
const LOGIN: (&str, &str) = (
    "(?&login)",
    r#"(?::/|\+)[A-Za-z0-9_]{0,20}:?/{1,2}[^\s:/@"'`<>\\]{0,64}:(?P<secret>[^\s:/@"'`<>\\{}%]{4,80}(?:%[0-9A-Fa-f]{2}[^\s:/@"'`<>\\{}%]{1,40}){0,2})@"#,
);

/// The regex with its shorthands written out.
#[must_use]
pub fn expand(regex: &str) -> Cow<'_, str> {
    if !regex.contains("(?&") {
        return Cow::Borrowed(regex);
    }
    // The first holds the second.
    Cow::Owned(
        [KEY, IS, LOGIN]
            .iter()
            .fold(regex.to_owned(), |regex, (short, long)| {
                regex.replace(short, long)
            }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Option<String> {
        let regex = expand("(?i:acme)(?&key)(?P<secret>[a-f0-9]{20})");
        let regex = regex::Regex::new(&regex).expect("a good regex");
        Some(regex.captures(text)?["secret"].to_owned())
    }

    #[test]
    fn a_value_is_seen_in_every_spelling_of_an_assignment() {
        let digits = "0123456789abcdef0123";
        for template in [
            "ACME_API_KEY=@",
            "export ACME_TOKEN='@'",
            "ENV ACME_API_KEY @",
            "acme --acme-api-key @",
            "os.environ[\"ACME_API_KEY\"] = \"@\"",
            "os.environ.setdefault('ACME_API_KEY', '@')",
            "os.getenv(\"ACME_KEY\") or \"@\"",
            "process.env.ACME_API_KEY || '@'",
            "process.env.ACME_API_KEY ?? `@`",
            "${ACME_SECRET:-@}",
            "acme_api_key: str = \"@\"",
            "acmeApiKey: '@',",
            "{\"acme\": {\"api_key\": \"@\"}}",
            "\"{\\\"acme_key\\\": \\\"@\\\"}\"",
            "[acme]\napi_key = \"@\"",
            "acme:\n  api_key: @",
            "acme.Client(\"@\")",
            "client = acme.AcmeClient(api_key=\"@\")",
            "- name: ACME_API_KEY\n  value: @",
            "<acmeApiKey>@</acmeApiKey>",
            "acme_key := \"@\"",
            ":acme_token => '@'",
        ] {
            let text = template.replace('@', digits);
            assert_eq!(value(&text).as_deref(), Some(digits), "{text}");
        }
        assert_eq!(
            value("acme and then a long way to the api key: 0123456789abcdef0123"),
            None
        );
        assert_eq!(value("acme_hash = 0123456789abcdef0123"), None);
    }

    #[test]
    fn a_password_is_seen_in_an_address() {
        let regex = regex::Regex::new(&expand("acme(?&login)")).expect("a good regex");
        let password = |text: &str| Some(regex.captures(text)?["secret"].to_owned());
        for text in [
            "acme://ada:@@@@@@@@@db/app",
            "'acme+driver://ada:@@@@@@@@@db:1/app?x=y'",
            "acme://:@@@@@@@@@db",
        ] {
            let text = text.replace("@@@@@@@@", "Xq7w.T2p");
            assert_eq!(password(&text).as_deref(), Some("Xq7w.T2p"), "{text}");
        }
        let escaped = "acme://ada:Xq7w%2FT2p@db";
        assert_eq!(password(escaped).as_deref(), Some("Xq7w%2FT2p"));
        for text in [
            "acme://{user}:{password}@{host}",
            "acme://localhost:8080/a@b",
            "acme: see https://ada:Xq7wT2pp@db",
        ] {
            assert_eq!(password(text), None, "{text}");
        }
    }

    #[test]
    fn a_regex_without_shorthands_stays_as_it_is() {
        assert!(matches!(expand("acme_[a-z]{20}"), Cow::Borrowed(_)));
        let unknown_to_regex = String::from("acme(?&key)");
        assert!(regex::Regex::new(&unknown_to_regex).is_err());
    }
}
