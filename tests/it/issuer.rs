//! An issuer of the tests: a real HTTPS server on this machine with a certificate of a CA of its own, which plays any answer
//! and remembers all that was sent to it.
//!
//! Asked to CONNECT, it is a proxy at whose end it itself sits, with a certificate for whatever host was wanted: so every
//! issuer of the table can be played.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as it came over the wire.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The host of a CONNECT, where the client took this for its proxy.
    pub host: String,
    /// `GET`, `POST`, …
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// Header lines by lower-case name.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// What is played.
#[derive(Clone, Debug)]
pub enum Play {
    /// Status, header lines and body.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Nothing, for longer than anybody waits.
    Silence,
    /// The end of the connection.
    Cut,
    /// Half an answer, then the end of the connection.
    CutInside,
    /// Bytes that are no HTTP.
    Garbage,
    /// 200 and a body of so many bytes.
    Large(usize),
}

impl Play {
    /// 200 and a JSON body.
    pub fn json(body: impl Into<String>) -> Self {
        Self::status(200, body)
    }

    /// Any status and a JSON body.
    pub fn status(status: u16, body: impl Into<String>) -> Self {
        Self::Answer(
            status,
            vec![("content-type", "application/json".to_owned())],
            body.into(),
        )
    }

    /// With one more header.
    pub fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer(status, mut headers, body) => {
                headers.push((name, value.to_owned()));
                Self::Answer(status, headers, body)
            }
            other => other,
        }
    }
}

type Script = Arc<dyn Fn(&Seen) -> Play + Send + Sync>;

/// The running server; it ends with the test.
pub struct Issuer {
    /// Its address without a slash at the end.
    pub url: String,
    /// Its port.
    pub port: u16,
    folder: tempfile::TempDir,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// What a connection needs.
#[derive(Clone)]
struct Stage {
    ca: Arc<rcgen::Issuer<'static, KeyPair>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    script: Script,
    plain: bool,
}

impl Issuer {
    /// Starts one that plays what `script` says.
    pub fn start(script: impl Fn(&Seen) -> Play + Send + Sync + 'static) -> Self {
        Self::listen(Arc::new(script), false)
    }

    /// The same without TLS.
    pub fn start_plain(script: impl Fn(&Seen) -> Play + Send + Sync + 'static) -> Self {
        Self::listen(Arc::new(script), true)
    }

    fn listen(script: Script, plain: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let (ca, pem) = authority();
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::write(folder.path().join("ca.pem"), pem).expect("the file can be written");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let stage = Stage {
            ca: Arc::new(ca),
            seen: Arc::clone(&seen),
            script,
            plain,
        };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let stage = stage.clone();
                thread::spawn(move || stage.serve(stream));
            }
        });
        let scheme = if plain { "http" } else { "https" };
        Self {
            url: format!("{scheme}://localhost:{port}"),
            port,
            folder,
            seen,
        }
    }

    /// The certificate of its CA.
    pub fn certificate(&self) -> &'static str {
        "ca.pem"
    }

    /// The folder with that certificate.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Makes `command` ask this server for the Hub and for GitHub.
    pub fn serves<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        self.trusted_by(command)
            .env("HF_ENDPOINT", &self.url)
            .env("GITHUB_API_URL", &self.url)
    }

    /// Makes `command` reach every issuer through this server.
    pub fn proxies<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        self.trusted_by(command)
            .env("HTTPS_PROXY", format!("http://127.0.0.1:{}", self.port))
    }

    /// Makes `command` trust its CA.
    pub fn trusted_by<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("SSL_CERT_FILE", self.folder.path().join(self.certificate()))
    }

    /// All that was sent so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("no thread panicked").clone()
    }
}

impl Seen {
    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value)
    }

    /// Asserts that `secret` is in no place but the named header or, for `body`, the body.
    #[track_caller]
    pub fn assert_carries(&self, secret: &str, place: &str) {
        assert!(!self.path.contains(secret), "the secret is in the address");
        for (name, value) in &self.headers {
            assert_eq!(name == place, value.contains(secret), "header {name}");
        }
        assert_eq!(place == "body", self.body.contains(secret), "body");
        assert!(place == "body" || !self.header(place).is_empty());
    }
}

impl Stage {
    fn serve(&self, mut stream: TcpStream) {
        let timeout = Some(Duration::from_secs(30));
        if stream.set_read_timeout(timeout).is_err() {
            return;
        }
        let mut first = [0];
        if !matches!(stream.peek(&mut first), Ok(1)) {
            return;
        }
        let mut host = String::new();
        if first[0] == b'C' {
            let Some(connect) = read_request(&mut BufReader::new(&mut stream)) else {
                return;
            };
            host = connect.path;
            if stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").is_err() {
                return;
            }
        }
        if self.plain {
            self.play(&mut stream, host);
            return;
        }
        let name = host.rsplit_once(':').map_or("localhost", |(name, _)| name);
        let Ok(tls) = ServerConnection::new(Arc::new(self.config(name))) else {
            return;
        };
        let mut stream = StreamOwned::new(tls, stream);
        self.play(&mut stream, host);
        stream.conn.send_close_notify();
        // The client may be gone; then there is nobody to say goodbye to.
        drop(stream.flush());
    }

    fn config(&self, host: &str) -> ServerConfig {
        let key = KeyPair::generate().expect("a key can be made");
        let names = vec![host.to_owned(), "127.0.0.1".to_owned()];
        let leaf = CertificateParams::new(names)
            .and_then(|params| params.signed_by(&key, &self.ca))
            .expect("a certificate can be made");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows them")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .expect("the certificate fits the key")
    }

    fn play(&self, stream: &mut (impl Read + Write), host: String) {
        let Some(mut seen) = read_request(&mut BufReader::new(&mut *stream)) else {
            return;
        };
        seen.host = host;
        let play = (self.script)(&seen);
        self.seen.lock().expect("no thread panicked").push(seen);
        let written = match play {
            Play::Answer(status, headers, body) => {
                let mut answer = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n");
                for (name, value) in headers {
                    answer.push_str(&format!("{name}: {value}\r\n"));
                }
                answer.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
                stream.write_all(answer.as_bytes())
            }
            Play::Silence => {
                thread::sleep(Duration::from_secs(20));
                Ok(())
            }
            Play::Cut => Ok(()),
            Play::CutInside => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"name\"")
            }
            Play::Garbage => stream.write_all(b"\x00\x01\x02 this is no HTTP\r\n\r\n\xff\xfe"),
            Play::Large(bytes) => stream
                .write_all(format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n").as_bytes())
                .and_then(|()| stream.write_all(&vec![b'x'; bytes])),
        };
        // A client that reads no further is what some of the tests are about.
        drop(written.and_then(|()| stream.flush()));
    }
}

fn authority() -> (rcgen::Issuer<'static, KeyPair>, String) {
    let key = KeyPair::generate().expect("a key can be made");
    let mut params = CertificateParams::new(Vec::new()).expect("no name is no wrong name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    let pem = params.self_signed(&key).expect("a key can sign").pem();
    (rcgen::Issuer::new(params, key), pem)
}

fn read_request(stream: &mut BufReader<impl Read>) -> Option<Seen> {
    let mut seen = Seen::default();
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    seen.method = words.next()?.to_owned();
    seen.path = words.next()?.to_owned();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? <= 2 {
            break;
        }
        let (name, value) = line.trim_end().split_once(": ")?;
        seen.headers
            .push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length: usize = seen.header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    seen.body = String::from_utf8_lossy(&body).into_owned();
    Some(seen)
}

/// What the Hub says of a user token with `role`.
pub fn whoami(role: &str) -> String {
    serde_json::json!({
        "type": "user", "name": "ada", "fullname": "Ada L.", "email": "ada@example.org",
        "orgs": [
            {"name": "acme", "roleInOrg": "admin", "isEnterprise": true},
            {"name": "lab", "roleInOrg": "read"}
        ],
        "auth": {"type": "access_token", "accessToken": {
            "displayName": "laptop", "role": role, "createdAt": "2026-01-01T00:00:00.000Z",
            "expiration": "2027-01-01T00:00:00.000Z"
        }}
    })
    .to_string()
}
