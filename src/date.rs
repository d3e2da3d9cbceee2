//! Calendar dates in UTC: which day a second lies in, and days that a person writes.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds of a day.
const DAY_S: i64 = 86_400;

/// The last second of the year 9999, past which no date is written.
const LAST_S: i64 = 253_402_300_799;

/// `YYYY-MM-DD` in UTC of `seconds` since 1970; clamped to the years 1970 to 9999.
#[must_use]
pub fn iso(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.clamp(0, LAST_S) / DAY_S);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `YYYY-MM-DDTHH:MM:SSZ` of `seconds` since 1970; clamped to the years 1970 to 9999.
#[must_use]
pub fn instant(seconds: i64) -> String {
    let seconds = seconds.clamp(0, LAST_S);
    let second_of_day = seconds % DAY_S;
    format!(
        "{}T{:02}:{:02}:{:02}Z",
        iso(seconds),
        second_of_day / 3_600,
        second_of_day / 60 % 60,
        second_of_day % 60
    )
}

// Years are counted from March, so that the leap day ends one: the months before it always have the same lengths.
// A cycle of 400 years has 146,097 days; 719,468 lie between 0000-03-01 and 1970-01-01.
// Source: https://howardhinnant.github.io/date_algorithms.html

fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let cycle = days.div_euclid(146_097);
    let day_of_cycle = days.rem_euclid(146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1_460 + day_of_cycle / 36_524
        - day_of_cycle / 146_096)
        / 365;
    let day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_cycle + 400 * cycle + i64::from(month <= 2);
    (year, month, day)
}

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
        let day = iso(i64::try_from(seconds).unwrap_or(i64::MAX));
        Self::parse(&day).expect("what `iso` writes is a date")
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
    fn known_days() {
        for (seconds, date) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (86_400, "1970-01-02"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_767_312_000, "2026-01-02"),
            (4_107_542_399, "2100-02-28"),
            (4_107_542_400, "2100-03-01"),
            (LAST_S, "9999-12-31"),
            (i64::MAX, "9999-12-31"),
            (-1, "1970-01-01"),
        ] {
            assert_eq!(iso(seconds), date);
        }
    }

    #[test]
    fn an_instant_is_a_day_and_a_time() {
        // From `date -u -d @SECONDS +%FT%TZ`.
        assert_eq!(instant(1_767_323_045), "2026-01-02T03:04:05Z");
        assert_eq!(instant(86_399), "1970-01-01T23:59:59Z");
        assert_eq!(instant(i64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = (1970, 1, 1);
        for day in 0..=LAST_S / DAY_S {
            assert_eq!(civil(day), expected);
            let (year, month, date) = expected;
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let len = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            expected = match (month, date == len) {
                (12, true) => (year + 1, 1, 1),
                (_, true) => (year, month + 1, 1),
                (_, false) => (year, month, date + 1),
            };
        }
    }

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
