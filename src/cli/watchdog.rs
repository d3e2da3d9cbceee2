//! Ends a run that hangs: a hook that never comes back is worse than one that says it could not finish.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::source::Progress;

/// How long a scan may go without finishing a single text.
const STALL: Duration = Duration::from_secs(25);

/// Starts watching; the returned counter must advance at least every 25 seconds.
pub(super) fn start() -> io::Result<Arc<Progress>> {
    let progress = Arc::new(Progress::default());
    let watched = Arc::clone(&progress);
    thread::Builder::new()
        .name("watchdog".to_owned())
        .stack_size(64 << 10)
        .spawn(move || watch(&watched))?;
    Ok(progress)
}

#[allow(
    clippy::exit,
    reason = "the main thread hangs; nothing else can end the process with the right code"
)]
fn watch(progress: &Progress) {
    let mut seen = progress.count();
    loop {
        thread::sleep(STALL);
        let now = progress.count();
        if now == seen {
            let message = "hf-guard: nothing was read for 25 seconds, giving up; \
                           check the disk and the repository with `git fsck`, then try again";
            drop(writeln!(io::stderr(), "{message}"));
            std::process::exit(2);
        }
        seen = now;
    }
}
