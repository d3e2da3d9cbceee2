//! The way to an issuer: TLS, certificates and proxies.

use crate::issuer::{Issuer, Play, whoami};
use crate::support::{GUARD, Run, Sandbox, hf_token};

#[test]
fn credentials_go_to_tls_or_to_this_machine_only() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", format!("token = \"{}\"\n", hf_token(1)));
    for endpoint in [
        "http://hub.example",
        "https://user:word@hub.example",
        "ftp://localhost",
        "hub.example",
    ] {
        let run = sandbox.guard(&["verify", "--endpoint", endpoint, "a.py"]);
        run.assert_code(2).assert_stderr("--endpoint is");
    }
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        command
            .env("HF_ENDPOINT", "http://hub.example")
            .args(["verify", "a.py"]),
    );
    run.assert_code(2).assert_stderr("HF_ENDPOINT is");
    let plain = Issuer::start_plain(|_| Play::json(whoami("write")));
    let run = sandbox.guard(&["verify", "--endpoint", &plain.url, "a.py"]);
    run.assert_code(1);
    assert_eq!(plain.seen().len(), 1);
}

#[test]
fn a_certificate_of_nobody_known_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", format!("token = \"{}\"\n", hf_token(1)));
    let issuer = Issuer::start(|_| Play::json(whoami("write")));
    let other = Issuer::start(|_| Play::json(whoami("write")));
    let mut command = sandbox.command(GUARD);
    let run =
        Run::of(
            other
                .trusted_by(&mut command)
                .args(["verify", "--endpoint", &issuer.url, "a.py"]),
        );
    run.assert_code(2)
        .assert_stdout("certificate is not trusted here");
    assert!(issuer.seen().is_empty());
    for (name, content) in [("none.pem", ""), ("missing.pem", "-")] {
        if content.is_empty() {
            sandbox.write(name, content);
        }
        let mut command = sandbox.command(GUARD);
        let run = Run::of(
            command
                .env("SSL_CERT_FILE", sandbox.path().join(name))
                .args(["verify", "--endpoint", &issuer.url, "a.py"]),
        );
        run.assert_code(2).assert_stderr("SSL_CERT_FILE");
    }
    for variable in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        let mut command = sandbox.command(GUARD);
        let bundle = issuer.folder().join(issuer.certificate());
        let run = Run::of(command.env(variable, bundle).args([
            "verify",
            "--endpoint",
            &issuer.url,
            "a.py",
        ]));
        run.assert_code(1);
    }
}

#[test]
fn the_proxy_of_the_environment_is_taken_and_reads_nothing() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    let proxy = Issuer::start(|seen| match &*seen.host {
        "huggingface.co:443" => Play::json(whoami("write")),
        _ => Play::status(404, "{}"),
    });
    let mut command = sandbox.command(GUARD);
    let run = Run::of(proxy.proxies(&mut command).args(["verify", "a.py"]));
    run.assert_code(1).assert_hides(&token);
    assert_eq!(proxy.seen()[0].host, "huggingface.co:443");
    // This machine is reached without it, and so is what NO_PROXY names.
    let direct = Issuer::start_plain(|_| Play::json(whoami("write")));
    let mut command = sandbox.command(GUARD);
    Run::of(
        proxy
            .proxies(&mut command)
            .args(["verify", "--endpoint", &direct.url, "a.py"]),
    )
    .assert_code(1);
    assert_eq!((proxy.seen().len(), direct.seen().len()), (1, 1));
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        proxy
            .proxies(&mut command)
            .env("NO_PROXY", "invalid")
            .args(["verify", "--endpoint", "https://hub.invalid", "a.py"]),
    );
    run.assert_code(2);
    assert_eq!(proxy.seen().len(), 1, "{}", run.stdout);
    let mut command = sandbox.command(GUARD);
    let run = Run::of(
        command
            .env("HTTPS_PROXY", "socks5://localhost:1")
            .args(["verify", "a.py"]),
    );
    run.assert_code(2).assert_stderr("HTTPS_PROXY");
}
