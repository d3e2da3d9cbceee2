//! What a URL of git names: whether two are the same repository, and what it is called.
//!
//! One repository is often fetched over `https` and pushed over `ssh`. Where that cannot be told from two repositories
//! the answer is no.
//!
//! Source: <https://git-scm.com/docs/git-push#_git_urls>

use bstr::{BStr, BString, ByteSlice};

/// A URL's parts that tell repositories apart.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    /// Whether a person with an account of its own on that host is named: paths can start at a home folder there.
    ssh_user: Option<&'a [u8]>,
    /// Lower case, with a port that is not the usual one.
    host: Vec<u8>,
    path: &'a [u8],
}

/// Whether `a` and `b` name the same repository.
pub(super) fn is_same(a: &BStr, b: &BStr) -> bool {
    if a == b {
        return true;
    }
    let (Some(a), Some(b)) = (parts(a), parts(b)) else {
        return false;
    };
    let users_agree = a.ssh_user.is_none() || b.ssh_user.is_none() || a.ssh_user == b.ssh_user;
    users_agree && a.host == b.host && a.path == b.path
}

/// Host and path, the same for every way to reach it, without user and password; `None` for a path on this machine.
pub(super) fn name(url: &BStr) -> Option<BString> {
    let Parts { host, path, .. } = parts(url)?;
    Some([&host, &b"/"[..], path].concat().into())
}

/// `None` for a path on this machine.
fn parts(url: &[u8]) -> Option<Parts<'_>> {
    let (usual_port, is_ssh, authority, path) = match url.split_once_str("://") {
        Some((scheme, rest)) => {
            let (port, is_ssh) = match scheme.to_ascii_lowercase().as_slice() {
                b"ssh" | b"git+ssh" | b"ssh+git" => (&b":22"[..], true),
                b"https" => (&b":443"[..], false),
                b"http" => (&b":80"[..], false),
                b"git" => (&b":9418"[..], false),
                _ => return None,
            };
            let (authority, path) = rest.split_once_str("/")?;
            (port, is_ssh, authority, path)
        }
        None => {
            let (authority, path) = url.split_once_str(":")?;
            if authority.contains(&b'/') {
                return None;
            }
            (&b":22"[..], true, authority, path)
        }
    };
    let (user, host) = match authority.rsplit_once_str("@") {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let host = host.strip_suffix(usual_port).unwrap_or(host);
    let path = path.trim_with(|character| character == '/');
    let path = path.strip_suffix(b".git").unwrap_or(path);
    Some(Parts {
        ssh_user: is_ssh.then_some(user.unwrap_or_default()),
        host: host.to_ascii_lowercase(),
        path,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_many_urls() {
        let urls = [
            "https://GitHub.com/o/r",
            "https://github.com:443/o/r.git/",
            "git@github.com:o/r.git",
            "ssh://git@github.com/o/r",
            "ssh://git@github.com:22/o/r.git",
        ];
        for a in urls {
            for b in urls {
                assert!(is_same(a.into(), b.into()), "{a} {b}");
            }
        }
        assert!(is_same("../x".into(), "../x".into()));
    }

    #[test]
    fn a_name_has_neither_user_nor_password() {
        for (url, expected) in [
            (
                "https://ada:word@GitHub.com/o/r.git",
                Some("github.com/o/r"),
            ),
            ("git@github.com:o/r.git", Some("github.com/o/r")),
            ("ssh://git@host:2222/o/r", Some("host:2222/o/r")),
            (
                "https://huggingface.co/datasets/o/r",
                Some("huggingface.co/datasets/o/r"),
            ),
            ("/srv/git/r.git", None),
            ("../r", None),
        ] {
            assert_eq!(name(url.into()), expected.map(BString::from), "{url}");
        }
    }

    #[test]
    fn what_may_be_another_repository_is_another() {
        for (a, b) in [
            ("https://github.com/o/r", "https://github.com/o/r2"),
            ("https://github.com/o/r", "https://gitlab.com/o/r"),
            ("http://localhost:3000/r", "http://localhost:4000/r"),
            ("alice@host:r", "bob@host:r"),
            ("../x", "../x.git"),
            ("/srv/x", "file:///srv/x"),
            ("./a:b/c", "./a:b/d"),
        ] {
            assert!(!is_same(a.into(), b.into()), "{a} {b}");
        }
    }
}
