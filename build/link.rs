//! Makes the linker leave out of the released program what it does not need.
//!
//! In: Cargo's environment. Out: link arguments for the program, if the linker at hand takes them: a probe is linked with
//! them, and run where it can be. Builds for tests stay as they are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// Prints the arguments that work here, if this is a release build.
pub(crate) fn small(out: &Path) {
    println!("cargo::rerun-if-changed=build");
    if env::var("PROFILE").as_deref() != Ok("release")
        || env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("linux")
    {
        return;
    }
    let script =
        PathBuf::from(env::var("CARGO_MANIFEST_DIR").unwrap()).join("build/no-unwind-tables.ld");
    let groups = [
        // Functions whose code is the same become one.
        vec!["-Wl,--icf=all".to_owned()],
        vec![
            format!("-Wl,-T,{}", script.display()),
            "-Wl,--no-eh-frame-hdr".to_owned(),
        ],
    ];
    for arguments in groups {
        if links(out, &arguments) {
            for argument in arguments {
                println!("cargo::rustc-link-arg-bins={argument}");
            }
        }
    }
}

/// Whether a program that is linked with `arguments` comes about, and runs if it is one for this machine.
fn links(out: &Path, arguments: &[String]) -> bool {
    let source = out.join("probe.rs");
    let program = out.join("probe");
    fs::write(
        &source,
        "fn main() { println!(\"{:?}\", std::env::args()); }",
    )
    .unwrap();
    let target = env::var("TARGET").unwrap();
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap());
    rustc.args(["--edition=2024", "-Cpanic=abort", "--target", &target]);
    if let Ok(flags) = env::var("CARGO_ENCODED_RUSTFLAGS") {
        rustc.args(flags.split('\x1f').filter(|flag| !flag.is_empty()));
    }
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        rustc
            .arg("-C")
            .arg(format!("linker={}", linker.to_string_lossy()));
    }
    for argument in arguments {
        rustc.arg(format!("-Clink-arg={argument}"));
    }
    rustc.arg("-o").arg(&program).arg(&source);
    succeeds(&mut rustc)
        && (env::var("HOST").as_ref() != Ok(&target) || succeeds(&mut Command::new(&program)))
}

fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
