//! The `hf-guard` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    hf_guard::cli::run()
}
