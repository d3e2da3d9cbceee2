//! Politeness: how often a host is asked, and when it is asked again.
//!
//! In: what came back. Out: how long to wait before the next try, or that there is none. An address that says "not now" and means
//! longer than a person waits is not asked again in this run.

use std::collections::{HashMap, HashSet};
use std::thread;
use std::time::{Duration, Instant};

use crate::issuer::{Reply, Unanswered};

/// Between two questions to one host.
const INTERVAL: Duration = Duration::from_millis(100);

/// How often one question is asked again.
const MAX_RETRIES: u32 = 2;

/// No pause is longer; whoever wants a longer one is left alone.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// The first pause where the host does not say how long; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What is known of the hosts of a run.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: HashMap<String, Instant>,
    /// Addresses, not hosts: who has enough of questions may still take it that a credential has leaked.
    left_alone: HashSet<String>,
}

/// How often the question at hand was asked again.
#[derive(Debug, Default)]
pub(super) struct Tries(u32);

impl Pace {
    /// Begins a question to `url`, unless it asked to be left alone.
    pub(super) fn tries(&self, url: &str) -> Result<Tries, Unanswered> {
        if self.left_alone.contains(url) {
            return Err(Unanswered(
                "not asked: its issuer had enough of questions (HTTP 429); try again later"
                    .to_owned(),
            ));
        }
        Ok(Tries::default())
    }

    /// Waits until `host` may be asked.
    pub(super) fn wait_for_turn(&mut self, host: &str) {
        if let Some(last) = self.last.get(host) {
            thread::sleep(INTERVAL.saturating_sub(last.elapsed()));
        }
        self.last.insert(host.to_owned(), Instant::now());
    }

    /// How long to wait before the question is asked again; `None` where `reply` is final.
    pub(super) fn after(
        &mut self,
        url: &str,
        reply: &Result<Reply, Unanswered>,
        tries: &mut Tries,
    ) -> Option<Duration> {
        // A broken connection may have carried the question: it is not asked twice, revoking least of all.
        let Ok(reply) = reply else { return None };
        if !is_temporary(reply.status) {
            return None;
        }
        let wanted = retry_after(reply).unwrap_or(FIRST_PAUSE * 2_u32.pow(tries.0));
        if tries.0 < MAX_RETRIES && wanted <= MAX_PAUSE {
            tries.0 += 1;
            return Some(wanted);
        }
        if reply.status == 429 {
            self.left_alone.insert(url.to_owned());
        }
        None
    }
}

/// Statuses that say "later".
fn is_temporary(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

/// `Retry-After` in seconds; a date counts as longer than anybody waits.
fn retry_after(reply: &Reply) -> Option<Duration> {
    let value = reply.headers.get("retry-after")?;
    Some(
        value
            .trim()
            .parse()
            .map_or(Duration::MAX, Duration::from_secs),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, retry_after: Option<&str>) -> Result<Reply, Unanswered> {
        Ok(Reply {
            status,
            headers: retry_after
                .map(|value| ("retry-after".to_owned(), value.to_owned()))
                .into_iter()
                .collect(),
            body: Vec::new(),
        })
    }

    #[test]
    fn a_host_is_asked_again_a_few_times() {
        let mut pace = Pace::default();
        let mut tries = pace.tries("a").expect("it may be asked");
        let busy = reply(503, None);
        assert_eq!(pace.after("a", &busy, &mut tries), Some(FIRST_PAUSE));
        assert_eq!(pace.after("a", &busy, &mut tries), Some(FIRST_PAUSE * 2));
        assert_eq!(pace.after("a", &busy, &mut tries), None);
        assert!(pace.tries("a").is_ok());
    }

    #[test]
    fn a_host_that_wants_peace_gets_it() {
        for wish in [
            "3600",
            "Wed, 21 Oct 2026 07:28:00 GMT",
            "99999999999999999999",
        ] {
            let mut pace = Pace::default();
            let mut tries = pace.tries("a").expect("it may be asked");
            assert_eq!(pace.after("a", &reply(429, Some(wish)), &mut tries), None);
            assert!(pace.tries("a").is_err(), "{wish}");
            assert!(pace.tries("b").is_ok());
        }
        let mut pace = Pace::default();
        let mut tries = pace.tries("a").expect("it may be asked");
        let soon = pace.after("a", &reply(429, Some("2")), &mut tries);
        assert_eq!(soon, Some(Duration::from_secs(2)));
    }

    #[test]
    fn an_answer_is_final_and_so_is_silence() {
        let mut pace = Pace::default();
        let mut tries = pace.tries("a").expect("it may be asked");
        for status in [200, 202, 302, 401, 403, 404] {
            assert_eq!(pace.after("a", &reply(status, Some("1")), &mut tries), None);
        }
        let silence = Err(Unanswered("cut".to_owned()));
        assert_eq!(pace.after("a", &silence, &mut tries), None);
    }

    #[test]
    fn questions_to_one_host_keep_their_distance() {
        let mut pace = Pace::default();
        let start = Instant::now();
        for _ in 0..3 {
            pace.wait_for_turn("a");
        }
        pace.wait_for_turn("b");
        assert!(start.elapsed() >= INTERVAL * 2);
    }
}
