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
}
