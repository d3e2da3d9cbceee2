//! One question to an issuer and its answer, without the network in between.
//!
//! In: a template, the endpoints of the run and a credential. Out: an [`Outgoing`] request whose address holds nothing
//! secret; [`Reply`] is what comes back. Who carries one to the other is a [`Transport`].

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::rules::issuer::{Method, Request};
use crate::secret::Secret;

/// Where the credential goes in a template.
pub(super) const SECRET: &str = "{secret}";

/// Where an array of credentials goes in a JSON body.
const SECRETS: &str = "\"{secrets}\"";

/// Base addresses that the edge may set, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Of the Hugging Face Hub.
    pub huggingface: String,
    /// Of GitHub's REST API.
    pub github: String,
}

/// A request that is ready to go. `Debug` shows its address and the names of its headers only.
#[derive(Clone)]
pub struct Outgoing {
    /// The verb.
    pub method: Method,
    /// Absolute address; never holds a credential.
    pub url: String,
    /// Headers by name; values may hold one.
    pub headers: Vec<(String, String)>,
    /// The body; may hold some.
    pub body: Option<Vec<u8>>,
}

/// What an issuer answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Headers by lower-case name, of which the last counts.
    pub headers: BTreeMap<String, String>,
    /// As much of the body as anybody reads.
    pub body: Vec<u8>,
}

/// Why there is no answer, in words that hold nothing of the request but its host.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(pub String);

/// Carries requests to issuers.
pub trait Transport {
    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// [`Unanswered`] where none came.
    fn send(&mut self, request: &Outgoing) -> Result<Reply, Unanswered>;
}

/// Why no request can be made of a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The address is neither HTTPS nor this machine.
    #[error(
        "{url:?} is no address that a credential may be sent to; use https:// (http:// only to this machine)"
    )]
    Address {
        /// The address.
        url: String,
    },
    /// The template puts the credential into the address, where logs and proxies see it.
    #[error("the address holds {{secret}}; put it into a header or the body")]
    SecretInAddress,
    /// The credential cannot stand in a header.
    #[error("it holds characters that no header can carry")]
    Header,
}

impl Outgoing {
    /// Fills `template` in for `secrets`; all of them where it takes an array, else the first.
    ///
    /// # Errors
    /// [`RequestError`] where the address is not to be trusted or a credential does not fit.
    pub fn of(
        template: &Request,
        endpoints: &Endpoints,
        secrets: &[&Secret],
    ) -> Result<Self, RequestError> {
        let url = address(&template.url, endpoints)?;
        let first: &[u8] = secrets.first().map_or(b"", |secret| secret.expose());
        let header = || {
            std::str::from_utf8(first)
                .ok()
                .filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()))
                .ok_or(RequestError::Header)
        };
        let mut headers = Vec::new();
        for (name, value) in &template.headers {
            let value = match value.contains(SECRET) {
                true => value.replace(SECRET, header()?),
                false => value.clone(),
            };
            headers.push((name.clone(), value));
        }
        if let Some(pair) = &template.basic {
            let pair = STANDARD.encode(pair.replace(SECRET, header()?));
            headers.push(("authorization".to_owned(), format!("Basic {pair}")));
        }
        let mut body = None;
        if let Some(json) = &template.json {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            body = Some(json_body(json, secrets));
        } else if !template.form.is_empty() {
            headers.push((
                "content-type".to_owned(),
                "application/x-www-form-urlencoded".to_owned(),
            ));
            body = Some(form_body(&template.form, first));
        } else if template.method == Method::Post {
            body = Some(Vec::new());
        }
        Ok(Self {
            method: template.method,
            url,
            headers,
            body,
        })
    }

    /// The host of the address, with its port.
    #[must_use]
    pub fn host(&self) -> &str {
        authority(&self.url)
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| &**name).collect();
        f.debug_struct("Outgoing")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// The address of a template, with the endpoints put in.
///
/// # Errors
/// [`RequestError`] where a credential must not be sent there.
pub(super) fn address(template: &str, endpoints: &Endpoints) -> Result<String, RequestError> {
    if template.contains(SECRET) {
        return Err(RequestError::SecretInAddress);
    }
    let url = template
        .replace("{huggingface}", &endpoints.huggingface)
        .replace("{github}", &endpoints.github);
    if is_trustworthy(&url) {
        Ok(url)
    } else {
        Err(RequestError::Address { url })
    }
}

/// Whether a credential may be sent to `url`: HTTPS to anywhere, plain HTTP to this machine only, no user in it.
#[must_use]
pub fn is_trustworthy(url: &str) -> bool {
    let authority = authority(url);
    let plain = !authority.is_empty()
        && !authority.contains('@')
        && url
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if url.starts_with("https://") {
        return plain;
    }
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_loopback = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    plain && url.starts_with("http://") && is_loopback
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// Each placeholder stands in quotes, and is replaced by a JSON string or array.
fn json_body(template: &str, secrets: &[&Secret]) -> Vec<u8> {
    let texts: Vec<_> = secrets
        .iter()
        .map(|secret| String::from_utf8_lossy(secret.expose()))
        .collect();
    let one = serde_json::Value::from(texts.first().map_or("", |text| text)).to_string();
    let all = serde_json::Value::from(texts.clone()).to_string();
    template
        .replace(SECRETS, &all)
        .replace(&format!("\"{SECRET}\""), &one)
        .into_bytes()
}

fn form_body(fields: &BTreeMap<String, String>, secret: &[u8]) -> Vec<u8> {
    let mut body = String::new();
    for (name, value) in fields {
        if !body.is_empty() {
            body.push('&');
        }
        body.push_str(name);
        body.push('=');
        match value.split_once(SECRET) {
            Some((before, after)) => {
                percent(before.as_bytes(), &mut body);
                percent(secret, &mut body);
                percent(after.as_bytes(), &mut body);
            }
            None => percent(value.as_bytes(), &mut body),
        }
    }
    body.into_bytes()
}

fn percent(bytes: &[u8], out: &mut String) {
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints() -> Endpoints {
        Endpoints {
            huggingface: "https://hub.example".to_owned(),
            github: "http://127.0.0.1:8080".to_owned(),
        }
    }

    fn template(toml: &str) -> Request {
        toml::from_str(toml).expect("the template is TOML")
    }

    #[test]
    fn the_secret_goes_into_headers_and_bodies_only() {
        let secret = Secret::new(b"s3cr\"t+/".to_vec(), 0);
        let request = |toml: &str| Outgoing::of(&template(toml), &endpoints(), &[&secret, &secret]);
        let bearer = request("url = \"{huggingface}/x\"\nheaders = { a = \"Bearer {secret}\" }")
            .expect("it fits");
        assert_eq!(bearer.url, "https://hub.example/x");
        assert_eq!(
            bearer.headers,
            [("a".to_owned(), "Bearer s3cr\"t+/".to_owned())]
        );
        assert_eq!(bearer.body, None);
        let basic = request("url = \"{github}/y\"\nbasic = \"u:{secret}\"").expect("it fits");
        assert_eq!(basic.headers[0].1, "Basic dTpzM2NyInQrLw==");
        let json = request(
            "method = \"POST\"\nurl = \"{github}\"\njson = '{\"a\": \"{secrets}\", \"b\": \"{secret}\"}'",
        );
        assert_eq!(
            json.expect("it fits").body.as_deref(),
            Some(&br#"{"a": ["s3cr\"t+/","s3cr\"t+/"], "b": "s3cr\"t+/"}"#[..])
        );
        let form =
            request("method = \"POST\"\nurl = \"{github}\"\nform = { token = \"{secret}\" }");
        assert_eq!(
            form.expect("it fits").body.as_deref(),
            Some(&b"token=s3cr%22t%2B%2F"[..])
        );
        assert_eq!(
            request("url = \"{github}/{secret}\"").expect_err("it is refused"),
            RequestError::SecretInAddress
        );
    }

    #[test]
    fn no_header_is_made_of_what_would_end_it() {
        let secret = Secret::new(b"a\r\nHost: evil".to_vec(), 0);
        let bearer = template("url = \"{github}\"\nheaders = { a = \"{secret}\" }");
        assert_eq!(
            Outgoing::of(&bearer, &endpoints(), &[&secret]).expect_err("it is refused"),
            RequestError::Header
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let secret = Secret::new(b"QQplantedQQ".to_vec(), 0);
        let bearer = template("url = \"{github}\"\nheaders = { auth = \"{secret}\" }");
        let request = Outgoing::of(&bearer, &endpoints(), &[&secret]).expect("it fits");
        let shown = format!("{request:?}");
        assert!(
            shown.contains("auth") && !shown.contains("planted"),
            "{shown}"
        );
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for url in [
            "https://huggingface.co/api",
            "https://hub.example:8443",
            "http://localhost:1/x",
            "http://127.0.0.1",
            "http://127.8.9.1:80/",
            "http://[::1]:8080/x",
        ] {
            assert!(is_trustworthy(url), "{url}");
        }
        for url in [
            "http://huggingface.co",
            "http://localhost.example",
            "http://127.0.0.1.example/",
            "http://user@127.0.0.1/",
            "https://user:password@example.com/",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\\@b",
            "https://a\n",
            "ftp://127.0.0.1",
            "huggingface.co",
            "",
            "http://[fe80::1]/",
            "HTTP://127.0.0.1@example",
        ] {
            assert!(!is_trustworthy(url), "{url}");
        }
    }
}
