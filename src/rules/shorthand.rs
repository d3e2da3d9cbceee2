//! What the regexes of many rules have in common: a name, an assignment and then the value.
//!
//! In: a regex as a rule states it. Out: the same with `(?&key)`, `(?&is)`, `(?&b)` and `(?&login)` written out. PCRE calls a named group so;
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
/// `=`, `:`, `=>`, `?=`, `] = "`, `", "`, `: str = "`, `: &str = "`, `= f"`, `' or '`, `:-` of a shell default, a flag's space, a
/// tag's `>`, the `value:`, `value=` and `"value":` of lists of names and values; `%3D`, `%22` and mail's `=3D`, which stand for
/// such. The value may stand on the next line: behind `(`, a backslash, or YAML's `|` and `>-`.
const IS: (&str, &str) = (
    "(?&is)",
    r#"(?:["'`\\\])]|%2[27]){0,5}(?:\s?:\s?&?(?:'static )?[Ss]tr(?:ing)?)?(?:\s{0,4}(?:=3D|=>|\?=|:=|:-|\|\||\?\?|[:=,>(]|%3[AaDd]|,\s{0,24}\\{0,3}["'][Vv]alue\\{0,3}["']\s?:)|\s{1,8}(?:or|["']?value["']?\s?[:=])?)\s{0,4}(?:[(\\]\s{1,12}|[|>][+-]?\s{1,12})?(?:[BbFfRrUu]{1,2}["'])?(?:["'`\\]|%2[27]){0,4}"#,
);

/// Before a name that is short: no letter of another word. The last letter of `\n` is none, nor is that of a colour
/// sequence.
const BEGIN: (&str, &str) = ("(?&b)", r"(?:\b|\\[nrt]|\[[0-9;]{0,8}m)");

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
        [KEY, IS, BEGIN, LOGIN]
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
            "ACME_TOKEN ?= @",
            "const ACME_TOKEN: &str = \"@\";",
            "const ACME_TOKEN: &'static str = \"@\";",
            "acme_token = f\"@\"",
            "ACME_KEY = b'@'",
            "acme_key = \"\"\"@\"\"\"",
            "<add key=\"AcmeToken\" value=\"@\" />",
            "https://h.example/?q=ACME_TOKEN%3D@",
            "%7B%22acme_key%22%3A%22@%22%7D",
            "ACME_TOKEN=3D@",
            "{\"name\": \"ACME_API_KEY\", \"value\": \"@\"}",
            "  {\n    \"name\": \"ACME_API_KEY\",\n    \"value\": \"@\"\n  }",
            "{\"Name\":\"ACME_API_KEY\",\"Value\":\"@\"}",
            "\"{\\\"name\\\": \\\"ACME_KEY\\\", \\\"value\\\": \\\"@\\\"}\"",
            "ACME_API_KEY = (\n    \"@\"\n)",
            "ACME_API_KEY = \\\n    \"@\"",
            "acme_api_key: |\n  @",
            "acme_api_key: >-\n    @",
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
    fn a_short_name_begins_where_no_word_goes_on() {
        let regex = regex::Regex::new(&expand("(?&b)ac_key=")).expect("a good regex");
        for (text, expected) in [
            ("ac_key=", true),
            ("x.ac_key=", true),
            ("a=1\\nac_key=", true),
            ("\u{1b}[1;32mac_key=", true),
            ("mac_key=", false),
            ("nac_key=", false),
        ] {
            assert_eq!(regex.is_match(text), expected, "{text}");
        }
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
