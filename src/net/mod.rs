//! The network: the only room from which anything leaves this machine, and only `verify` and `revoke` enter it.
//!
//! In: a request of [`crate::issuer`]. Out: its answer. HTTPS (plain HTTP to this machine only), no redirect is followed, a
//! body is read to 1 MB and no further, hosts are asked one question at a time and not too often, and no error holds more of
//! a request than its host.

mod pace;
mod proxy;
mod roots;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ureq::http;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Proxy, Timeout};

use crate::issuer::{Outgoing, Reply, Transport, Unanswered, is_trustworthy};
use crate::rules::issuer::Method;
use pace::Pace;
pub use proxy::ProxySettings;
pub use roots::RootsError;

/// No answer is longer, in bytes; what follows is not read.
const MAX_BODY_BYTES: u64 = 1 << 20;

/// How a client is set up; the edge reads the environment.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long one question may take, from the look-up of the name to the end of the answer.
    pub timeout: Duration,
    /// A file of root certificates in PEM, in place of those that the machine trusts.
    pub certificates: Option<std::path::PathBuf>,
    /// The proxy of the environment.
    pub proxy: ProxySettings,
    /// What is done: the last word of the User-Agent.
    pub purpose: &'static str,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// There is nothing to check a server's certificate against.
    #[error(transparent)]
    Roots(#[from] RootsError),
    /// The environment names a proxy that cannot be one.
    #[error(
        "the proxy of the environment (HTTPS_PROXY or ALL_PROXY) is no http:// address; correct or unset it"
    )]
    Proxy,
}

/// A client for all questions of a run.
#[derive(Debug)]
pub struct Client {
    direct: Agent,
    /// Where there is a proxy. It tunnels TLS; plain HTTP, which it could read, never goes this way.
    proxied: Option<Agent>,
    proxy: ProxySettings,
    pace: Pace,
    timeout: Duration,
}

impl Client {
    /// Sets a client up; nothing is sent.
    ///
    /// # Errors
    /// [`NetError`] where the certificates or the proxy are of no use.
    pub fn new(options: &Options) -> Result<Self, NetError> {
        let roots = roots::load(options.certificates.as_deref())?;
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = |proxy: Option<Proxy>| {
            Agent::new_with_config(
                Agent::config_builder()
                    .tls_config(tls.clone())
                    .proxy(proxy)
                    .http_status_as_error(false)
                    .max_redirects(0)
                    .max_redirects_will_error(false)
                    .timeout_global(Some(options.timeout))
                    .max_response_header_size(64 << 10)
                    .user_agent(user_agent(env!("CARGO_PKG_REPOSITORY"), options.purpose))
                    .build(),
            )
        };
        let proxied = match options.proxy.proxy() {
            Some(Ok(proxy)) => Some(agent(Some(proxy))),
            Some(Err(())) => return Err(NetError::Proxy),
            None => None,
        };
        Ok(Self {
            direct: agent(None),
            proxied,
            proxy: options.proxy.clone(),
            pace: Pace::default(),
            timeout: options.timeout,
        })
    }

    fn once(&self, request: &Outgoing) -> Result<Reply, Unanswered> {
        if !is_trustworthy(&request.url) {
            return Err(Unanswered(
                "its address is neither HTTPS nor this machine".to_owned(),
            ));
        }
        let method = match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
            Method::Delete => http::Method::DELETE,
        };
        let mut builder = http::Request::builder().method(method).uri(&request.url);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        let agent = match &self.proxied {
            Some(proxied) if self.takes_proxy(request) => proxied,
            _ => &self.direct,
        };
        let response = match &request.body {
            Some(body) => builder.body(&body[..]).map(|request| agent.run(request)),
            None => builder.body(()).map(|request| agent.run(request)),
        };
        // What the http crate says of a malformed request may quote it.
        let response =
            response.map_err(|_| self.failed(request, "the question cannot be written as HTTP"))?;
        let response = response.map_err(|error| self.failed(request, &self.reason(&error)))?;
        self.read(request, response)
    }

    /// TLS to another machine, unless the person excepts that one.
    fn takes_proxy(&self, request: &Outgoing) -> bool {
        let is_loopback = is_trustworthy(&request.url.replacen("https://", "http://", 1));
        !is_loopback && !self.proxy.excepts(request.host())
    }

    fn read(
        &self,
        request: &Outgoing,
        response: http::Response<ureq::Body>,
    ) -> Result<Reply, Unanswered> {
        let headers: BTreeMap<String, String> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.as_str().to_owned(), value)
            })
            .collect();
        let status = response.status().as_u16();
        let mut body = Vec::new();
        let read = response
            .into_body()
            .into_reader()
            .take(MAX_BODY_BYTES)
            .read_to_end(&mut body);
        match read {
            Ok(_) => Ok(Reply {
                status,
                headers,
                body,
            }),
            Err(error) => {
                let reason = self.reason(&ureq::Error::from(error));
                Err(self.failed(request, &reason))
            }
        }
    }

    fn failed(&self, request: &Outgoing, reason: &str) -> Unanswered {
        Unanswered(format!("no answer from {}: {reason}", request.host()))
    }

    /// In our own words: an error of a library may quote what was sent.
    fn reason(&self, error: &ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => "it cannot be reached in time".to_owned(),
            ureq::Error::Timeout(_) => {
                format!("it took more than {} seconds", self.timeout.as_secs())
            }
            ureq::Error::HostNotFound => "there is no such host; is this machine online?".to_owned(),
            ureq::Error::Rustls(rustls::Error::InvalidCertificate(_)) => {
                "its certificate is not trusted here; if a proxy of your company stands in between, name its \
                 certificate in SSL_CERT_FILE"
                    .to_owned()
            }
            ureq::Error::Rustls(_) | ureq::Error::Tls(_) | ureq::Error::TlsRequired => "it does not speak TLS as it should".to_owned(),
            ureq::Error::Io(error) => self.io_reason(error),
            ureq::Error::ConnectionFailed => "it cannot be reached".to_owned(),
            ureq::Error::ConnectProxyFailed(_) => "the proxy does not let this through".to_owned(),
            ureq::Error::LargeResponseHeader(..) => "its answer has too long a header".to_owned(),
            _ => "what came back is not HTTP".to_owned(),
        }
    }

    fn io_reason(&self, error: &std::io::Error) -> String {
        let inner = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        match inner {
            Some(rustls::Error::InvalidCertificate(_)) => self.reason(&ureq::Error::Rustls(
                rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer),
            )),
            Some(_) => self.reason(&ureq::Error::TlsRequired),
            // The kind alone: the text of some systems holds paths.
            None => format!("the connection broke ({})", error.kind()),
        }
    }
}

impl Transport for Client {
    fn send(&mut self, request: &Outgoing) -> Result<Reply, Unanswered> {
        let host = request.host().to_owned();
        let mut tries = self.pace.tries(&request.url)?;
        loop {
            self.pace.wait_for_turn(&host);
            let reply = self.once(request);
            match self.pace.after(&request.url, &reply, &mut tries) {
                Some(pause) => std::thread::sleep(pause),
                None => return reply,
            }
        }
    }
}

/// Who asks, where that can be read about, and why.
fn user_agent(repository: &str, purpose: &str) -> String {
    let repository = match repository {
        "" => String::new(),
        url => format!(" (+{url})"),
    };
    format!(
        "hf-guard/{}{repository} {purpose}",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_agent_says_who_asks() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            user_agent("", "verify"),
            format!("hf-guard/{version} verify")
        );
        assert_eq!(
            user_agent("https://forge.example/hf-guard", "revoke"),
            format!("hf-guard/{version} (+https://forge.example/hf-guard) revoke")
        );
    }
}
