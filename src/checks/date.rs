//! Calendar dates of Unix seconds, in UTC: all that a note or an expiry needs.

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

/// Days since 1970 of a date; `None` unless it exists and lies in the years 1970 to 9999.
#[must_use]
pub fn parse_iso(text: &str) -> Option<i64> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let field = |text: &str, len: usize| {
        let digits = text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i64>().ok()).flatten()
    };
    let (year, month, day) = (field(year, 4)?, field(month, 2)?, field(day, 2)?);
    let days = days_of(year, month, day);
    (year >= 1970 && civil(days) == (year, month, day)).then_some(days)
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

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let cycle = year.div_euclid(400);
    let year_of_cycle = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_cycle = 365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    cycle * 146_097 + day_of_cycle - 719_468
}

#[cfg(test)]
mod tests {
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
    fn every_day_follows_the_one_before_and_comes_back() {
        let mut expected = (1970, 1, 1);
        for day in 0..=LAST_S / DAY_S {
            assert_eq!(civil(day), expected);
            let (year, month, date) = expected;
            assert_eq!(days_of(year, month, date), day);
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
    fn only_days_that_exist_are_read() {
        assert_eq!(parse_iso("1970-01-02"), Some(1));
        assert_eq!(
            parse_iso("2024-02-29").map(|day| iso(day * DAY_S)),
            Some("2024-02-29".to_owned())
        );
        for text in [
            "2023-02-29",
            "2024-13-01",
            "2024-00-10",
            "2024-01-00",
            "1969-12-31",
            "24-1-1",
            "2024-1-01",
            "",
            "2024-01-01-",
            "+024-01-01",
        ] {
            assert_eq!(parse_iso(text), None, "{text}");
        }
    }
}
