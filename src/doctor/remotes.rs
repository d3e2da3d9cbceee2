//! Addresses of remotes: a token in one stands in `.git/config`, in error messages and in what is pasted into a chat.

use bstr::{BStr, ByteSlice as _};

use super::{Diagnosis, found};
use crate::git::Repository;
use crate::rules::RuleError;
use crate::scan::Scanner;

pub(super) fn examine(
    repository: &Repository,
    scanner: &Scanner,
    diagnosis: &mut Diagnosis,
) -> Result<(), RuleError> {
    let settings = match repository.settings(r"^(remote|url|submodule)\..*url$") {
        Ok(settings) => settings,
        Err(error) => {
            diagnosis.skip("the remotes of this repository", &error);
            return Ok(());
        }
    };
    for (key, value) in settings {
        let token = found(scanner, BStr::new(&value), &value)?
            .into_iter()
            .next();
        let what = match token {
            Some(finding) => format!(
                "{} {} stands in the address",
                finding.rule.description, finding.secret
            ),
            None if has_password(&value) => "a password stands in the address".to_owned(),
            None => continue,
        };
        let bare = without_user(&value);
        let fix = match key
            .strip_prefix(b"remote.")
            .and_then(|key| key.rsplit_once_str("."))
        {
            Some((name, _)) => format!(
                "revoke it, then: git remote set-url {} {bare}",
                name.as_bstr()
            ),
            None => format!("revoke it, then: git config {} {bare}", key.as_bstr()),
        };
        diagnosis.problem(format!("git config {}", key.as_bstr()), what, fix);
    }
    Ok(())
}

fn user_and_rest(url: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (scheme, rest) = url.split_once_str("://")?;
    let end = rest.find_byte(b'/').unwrap_or(rest.len());
    let at = rest[..end].rfind_byte(b'@')?;
    Some((scheme, &rest[..at], &rest[at + 1..]))
}

fn has_password(url: &[u8]) -> bool {
    user_and_rest(url).is_some_and(|(_, user, _)| {
        user.split_once_str(":")
            .is_some_and(|(_, password)| !password.is_empty())
    })
}

fn without_user(url: &[u8]) -> String {
    match user_and_rest(url) {
        Some((scheme, _, rest)) => format!("{}://{}", scheme.as_bstr(), rest.as_bstr()),
        None => "URL".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_seen_and_left_out() {
        let password = ["s3c", "ret"].concat();
        let url = format!("https://ada:{password}@hub.example/acme/m@in");
        assert!(has_password(url.as_bytes()));
        assert_eq!(
            without_user(url.as_bytes()),
            "https://hub.example/acme/m@in"
        );
        for url in [
            "https://hub.example/a",
            "https://ada@hub.example/a",
            "git@hub.example:a/b",
            "/srv/x:y@z",
        ] {
            assert!(!has_password(url.as_bytes()), "{url}");
        }
    }
}
