//! What a hook waits for: it opens no socket, asks for no address and reads no certificates, though the program could.
//!
//! A library that is loaded before libc's notes each such call, of the program and of every git that it starts.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::issuer::{Issuer, Play, whoami};
use crate::support::{GUARD, Run, Sandbox, hf_token, run_with_input};

/// Notes calls in the file that TRACE names, and passes them on.
const WITNESS: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void note(const char *what, const char *text) {
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    const char *trace = getenv("TRACE");
    char line[5000];
    int length = snprintf(line, sizeof line, "%s %s\n", what, text ? text : "");
    if (!trace) return;
    int file = real(trace, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (file < 0 || write(file, line, length) != length) abort();
    close(file);
}

int socket(int domain, int type, int protocol) {
    int (*real)(int, int, int) = dlsym(RTLD_NEXT, "socket");
    note("socket", "");
    return real(domain, type, protocol);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
    note("getaddrinfo", node);
    return real(node, service, hints, found);
}

#define OPENS(name) \
    int name(const char *path, int flags, ...) { \
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #name); \
        va_list list; \
        va_start(list, flags); \
        int mode = va_arg(list, int); \
        va_end(list); \
        note("open", path); \
        return real(path, flags, mode); \
    }
OPENS(open)
OPENS(open64)

#define OPENS_AT(name) \
    int name(int folder, const char *path, int flags, ...) { \
        int (*real)(int, const char *, int, ...) = dlsym(RTLD_NEXT, #name); \
        va_list list; \
        va_start(list, flags); \
        int mode = va_arg(list, int); \
        va_end(list); \
        note("open", path); \
        return real(folder, path, flags, mode); \
    }
OPENS_AT(openat)
OPENS_AT(openat64)
"#;

/// The library, built once.
#[track_caller]
fn witness() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let name = format!("witness-{}", std::process::id());
        let source = folder.join(format!("{name}.c"));
        let library = folder.join("witness.so");
        let fresh = folder.join(format!("{name}.so"));
        fs::write(&source, WITNESS).expect("it can be written");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]);
        compiler.arg(&fresh).arg(&source).arg("-ldl");
        Run::of(&mut compiler).assert_code(0);
        fs::rename(&fresh, &library).expect("it can be renamed");
        fs::remove_file(&source).expect("it can be removed");
        library
    })
}

/// A command that is watched, and where its calls are noted.
fn watched(sandbox: &Sandbox, arguments: &[&str]) -> (Command, PathBuf) {
    let trace = sandbox.root().join("trace");
    if trace.exists() {
        fs::remove_file(&trace).expect("it can be removed");
    }
    let mut command = sandbox.command(GUARD);
    command
        .env("LD_PRELOAD", witness())
        .env("TRACE", &trace)
        .args(arguments);
    (command, trace)
}

/// The calls that have to do with the network or with certificates.
#[track_caller]
fn about_the_network(trace: &Path) -> Vec<String> {
    let calls = fs::read_to_string(trace).expect("something was opened");
    let is_one = |line: &&str| {
        !line.starts_with("open ")
            || [
                "ssl",
                "cert",
                ".pem",
                "resolv.conf",
                "/etc/hosts",
                "nsswitch",
            ]
            .iter()
            .any(|word| line.contains(word))
    };
    calls.lines().filter(is_one).map(str::to_owned).collect()
}

#[test]
fn a_hook_never_comes_near_the_network() {
    let sandbox = Sandbox::new();
    sandbox.write("a.py", "x = 1\n");
    sandbox.commit_all("First");
    sandbox.git(&["init", "--quiet", "--bare", "../remote.git"]);
    sandbox.git(&["remote", "add", "origin", "../remote.git"]);
    sandbox.stage("b.py", format!("token = '{}'\n", hf_token(51)));
    sandbox.write("message", "A message\n");
    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let zeros = "0".repeat(40);
    let line = format!("refs/heads/main {} refs/heads/main {zeros}\n", head.trim());
    for (arguments, input, code) in [
        (&["hook", "pre-commit"][..], "", 1),
        (&["hook", "commit-msg", "message"], "", 0),
        (&["hook", "pre-push", "origin", "../remote.git"], &*line, 0),
        (&["scan", "b.py"], "", 1),
        (&["scan", "--tracked", "--format", "json"], "", 1),
        (&["--all-history"], "", 1),
    ] {
        let (mut command, trace) = watched(&sandbox, arguments);
        // Were it read, this would be seen.
        command.env("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt");
        run_with_input(&mut command, input.as_bytes()).assert_code(code);
        let calls = about_the_network(&trace);
        assert!(calls.is_empty(), "{arguments:?}: {calls:?}");
    }
}

#[test]
fn the_witness_sees_what_verify_does() {
    let sandbox = Sandbox::new();
    sandbox.write("b.py", format!("token = '{}'\n", hf_token(51)));
    let issuer = Issuer::start(|_| Play::json(whoami("read")));
    let (mut command, trace) = watched(&sandbox, &["verify", "b.py"]);
    Run::of(issuer.serves(&mut command)).assert_code(1);
    let calls = about_the_network(&trace);
    let saw = |what: &dyn Fn(&str) -> bool| {
        assert!(calls.iter().any(|line| what(line)), "{calls:?}");
    };
    saw(&|line| line.starts_with("socket"));
    saw(&|line| line == "getaddrinfo localhost");
    saw(&|line| line.ends_with(issuer.certificate()));
}
