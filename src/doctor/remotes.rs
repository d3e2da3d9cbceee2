//! Addresses of remotes and headers sent to them: a token in one stands in `.git/config`, in error messages and in what is
//! pasted into a chat.

use bstr::{BStr, ByteSlice as _};

use super::{Diagnosis, found};
use crate::git::Repository;
use crate::rules::RuleError;
use crate::scan::Scanner;

/// Settings that hold an address, or a header that goes with it.
const SETTINGS: &str =
    r"^(remote\..*url|submodule\..*url|url\..*\.insteadof|http\.(.*\.)?extraheader)$";

pub(super) fn examine(
    repository: &Repository,
    scanner: &Scanner,
    diagnosis: &mut Diagnosis,
) -> Result<(), RuleError> {
    let settings = match repository.settings(SETTINGS) {
        Ok(settings) => settings,
        Err(error) => {
            diagnosis.skip("the remotes of this repository", &error);
            return Ok(());
        }
    };
    for (key, value) in settings {
        // An address that stands for another one is a part of the setting's name.
        let address = key
            .strip_prefix(b"url.")
            .and_then(|key| key.strip_suffix(b".insteadof"));
        let text = address.unwrap_or(&value);
        let place = if key.ends_with(b"extraheader") {
            "a header"
        } else {
            "the address"
        };
        let token = found(scanner, BStr::new(text), text)?.into_iter().next();
        let what = match token {
            Some(finding) => format!(
                "{} {} stands in {place}",
                finding.rule.description, finding.secret
            ),
            None if has_password(text) => format!("a password stands in {place}"),
            None => continue,
        };
        let mut bare = without_user(&value);
        if !found(scanner, BStr::new(&bare), bare.as_bytes())?.is_empty() {
            "URL".clone_into(&mut bare);
        }
        let remote = key
            .strip_prefix(b"remote.")
            .and_then(|key| key.rsplit_once_str("."));
        let command = match remote {
            Some((name, b"pushurl")) => {
                format!("git remote set-url --push {} {bare}", name.as_bstr())
            }
            Some((name, _)) => format!("git remote set-url {} {bare}", name.as_bstr()),
            None if key.ends_with(b"url") => format!("git config {} {bare}", key.as_bstr()),
            // Its name holds the secret, or its value is one.
            None => {
                "git config --edit  # take the line out; --global, if it is not there".to_owned()
            }
        };
        diagnosis.problem(
            format!("git config {}", key.as_bstr()),
            what,
            format!("revoke it, then: {command}"),
        );
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
