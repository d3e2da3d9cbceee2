//! By which way a host is reached: through the proxy of the environment, or past it.
//!
//! In: the values of HTTPS_PROXY or ALL_PROXY, and of NO_PROXY. Out: a proxy, and for each host whether it is an exception.
//!
//! Source: <https://curl.se/docs/manpage.html#ENVIRONMENT>

use ureq::{Proxy, ProxyProtocol};

/// What the environment says of proxies.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// Address of the proxy for HTTPS, where there is one.
    pub url: Option<String>,
    /// Hosts that are reached without it, between commas.
    pub exceptions: String,
}

impl ProxySettings {
    /// The proxy; `None` for a text that names none.
    pub(super) fn proxy(&self) -> Option<Result<Proxy, ()>> {
        let url = self.url.as_deref().filter(|url| !url.is_empty())?;
        let proxy = Proxy::new(url)
            .ok()
            .filter(|proxy| matches!(proxy.protocol(), ProxyProtocol::Http | ProxyProtocol::Https));
        Some(proxy.ok_or(()))
    }

    /// Whether `host` (with its port, where it has one) is reached without the proxy.
    pub(super) fn excepts(&self, host: &str) -> bool {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        let fits = |entry: &str, host: &str| {
            let bare = entry.trim_start_matches('*').trim_start_matches('.');
            let rest = host.strip_suffix(bare);
            !bare.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        self.exceptions
            .split([',', ' '])
            .any(|entry| entry == "*" || fits(entry, host) || fits(entry, name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, exceptions: &str) -> ProxySettings {
        ProxySettings {
            url: Some(url.to_owned()),
            exceptions: exceptions.to_owned(),
        }
    }

    #[test]
    fn only_what_can_tunnel_is_a_proxy() {
        assert!(settings("", "").proxy().is_none());
        for url in [
            "http://proxy:3128",
            "proxy:3128",
            "http://user:word@proxy:3128",
        ] {
            assert!(matches!(settings(url, "").proxy(), Some(Ok(_))), "{url}");
        }
        for url in ["socks5://proxy:1080", "not a url", "ftp://x"] {
            assert!(matches!(settings(url, "").proxy(), Some(Err(()))), "{url}");
        }
    }

    #[test]
    fn exceptions_are_hosts_and_domains() {
        let settings = settings(
            "http://proxy",
            "example.org, .corp.example,*.lab.example,api.github.com:8443",
        );
        for host in [
            "example.org",
            "example.org:443",
            "hub.example.org",
            "a.corp.example",
            "x.lab.example",
            "api.github.com:8443",
        ] {
            assert!(settings.excepts(host), "{host}");
        }
        for host in [
            "badexample.org",
            "example.org.evil",
            "huggingface.co",
            "api.github.com",
            "",
        ] {
            assert!(!settings.excepts(host), "{host}");
        }
        assert!(
            ProxySettings {
                url: None,
                exceptions: "*".to_owned()
            }
            .excepts("anything")
        );
    }
}
