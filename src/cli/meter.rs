//! How far a long scan is, on one line of a terminal: `hf-guard: 41% of 419,403 objects, 1.2 GB, 800 MB/s, 3 found, 2 s left`.
//!
//! Nothing is written where standard error is no terminal, and nothing of it stays.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::git::pack::Progress;

/// A scan that is over before this shows nothing.
const PATIENCE: Duration = Duration::from_millis(400);

/// Back to the line's start, and away with what stands there.
const CLEAR: &str = "\r\x1b[K";

/// The line of one scan.
#[derive(Debug)]
pub(super) struct Meter {
    started: Instant,
    is_shown: bool,
}

impl Meter {
    /// `None` where nobody looks.
    pub(super) fn on_terminal() -> Option<Self> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        (io::stderr().is_terminal() && !is_dumb).then(|| Self {
            started: Instant::now(),
            is_shown: false,
        })
    }

    /// Shows how far `progress` is.
    pub(super) fn show(&mut self, progress: &Progress) {
        let elapsed = self.started.elapsed();
        if elapsed < PATIENCE {
            return;
        }
        self.is_shown = true;
        // A terminal that is gone takes nothing away from the scan.
        drop(write!(
            io::stderr().lock(),
            "{CLEAR}{}",
            line(progress, elapsed)
        ));
    }

    /// Leaves the line as it was before.
    pub(super) fn clear(&mut self) {
        if self.is_shown {
            drop(write!(io::stderr().lock(), "{CLEAR}"));
            self.is_shown = false;
        }
    }
}

fn line(progress: &Progress, elapsed: Duration) -> String {
    let number = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let (total, objects) = (number(&progress.total), number(&progress.objects));
    let (bytes, found) = (number(&progress.bytes), number(&progress.found));
    if progress.waiting.load(Ordering::Relaxed) {
        return format!("hf-guard: {found} found; asking git what is missing");
    }
    let seconds = elapsed.as_secs_f64().max(0.001);
    let share = ratio(objects, total).min(1.0);
    let left = if share > 0.0 {
        format!(", {:.0} s left", seconds * (1.0 - share) / share)
    } else {
        String::new()
    };
    format!(
        "hf-guard: {:.0}% of {} objects, {}, {}/s, {found} found{left}",
        share * 100.0,
        grouped(total),
        size(ratio(bytes, 1)),
        size(ratio(bytes, 1) / seconds),
    )
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a number for a person, of three digits"
)]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn size(bytes: f64) -> String {
    match bytes {
        _ if bytes >= 1e9 => format!("{:.1} GB", bytes / 1e9),
        _ => format!("{:.0} MB", bytes / 1e6),
    }
}

/// With a comma before every three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_it_is_and_how_long_it_takes() {
        let progress = Progress::default();
        progress.total.store(419_403, Ordering::Relaxed);
        progress.objects.store(104_851, Ordering::Relaxed);
        progress.bytes.store(2_400_000_000, Ordering::Relaxed);
        progress.found.store(3, Ordering::Relaxed);
        assert_eq!(
            line(&progress, Duration::from_secs(2)),
            "hf-guard: 25% of 419,403 objects, 2.4 GB, 1.2 GB/s, 3 found, 6 s left"
        );
        let unknown = line(&Progress::default(), Duration::from_secs(2));
        assert_eq!(unknown, "hf-guard: 0% of 0 objects, 0 MB, 0 MB/s, 0 found");
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
