//! Calendar dates: until when an entry accepts, and which day it is.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// A day of the proleptic Gregorian calendar; dates compare by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`; `None` for any other form and for days that no calendar has.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let well_formed = bytes.len() == 10
            && bytes.iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !well_formed {
            return None;
        }
        let date = Self {
            year: text[..4].parse().ok()?,
            month: text[5..7].parse().ok()?,
            day: text[8..].parse().ok()?,
        };
        (date.day >= 1 && date.day <= days_in(date.year, date.month)).then_some(date)
    }

    /// The day in UTC on which `time` falls: an entry ends at the same moment for everybody.
    ///
    /// A clock before 1970 counts as 1970, one past the year 9999 as its last day.
    #[must_use]
    pub fn of(time: SystemTime) -> Self {
        let seconds = time
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let mut days = seconds / 86_400;
        let mut date = Self {
            year: 1970,
            month: 1,
            day: 1,
        };
        loop {
            let length = u64::from(days_in(date.year, date.month));
            match (u8::try_from(days), days < length) {
                (Ok(rest), true) => {
                    date.day += rest;
                    return date;
                }
                _ => days -= length,
            }
            (date.year, date.month) = match date {
                Self {
                    year: 9999,
                    month: 12,
                    ..
                } => return Self { day: 31, ..date },
                Self {
                    year, month: 12, ..
                } => (year + 1, 1),
                Self { year, month, .. } => (year, month + 1),
            };
        }
    }
}

/// Days of a month; 0 for a month that does not exist.
fn days_in(year: u16, month: u8) -> u8 {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_days_of_the_calendar_are_dates() {
        for text in ["2026-01-31", "2024-02-29", "2000-02-29", "9999-12-31"] {
            assert_eq!(
                Date::parse(text).map(|date| date.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-04-31",
            "2026-01-00",
            "2026-1-1",
            "26-01-01",
            "2026/01/01",
            "2026-01-01T00:00:00Z",
            "+026-01-01",
            "tomorrow",
            "",
            "２026-1-1",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn dates_compare_by_time() {
        let days = ["2025-12-31", "2026-01-01", "2026-01-02", "2026-02-01"].map(Date::parse);
        assert!(days.is_sorted());
    }

    #[test]
    fn a_clock_gives_its_day_in_utc() {
        // From `date -u -d DAY +%s`.
        for (seconds, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_767_225_599, "2025-12-31"),
            (1_767_225_600, "2026-01-01"),
            (4_107_542_400, "2100-03-01"),
            (u64::from(u32::MAX) * 1_000, "9999-12-31"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(Date::of(time).to_string(), day);
        }
    }
}
