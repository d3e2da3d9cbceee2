//! How a report is to be written. The edge decides; nothing here looks at the environment itself.

/// Everything that shapes a report and is not in the outcome.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// For whom it is written.
    pub format: Format,
    /// How much the human report says.
    pub detail: Detail,
    /// Whether the human report lists accepted findings or only counts them.
    pub accepted: Accepted,
    /// When the human report is coloured.
    pub color: Color,
    /// What the edge knows of the place where the report is read.
    pub surroundings: Surroundings,
}

/// For whom a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A person.
    #[default]
    Human,
    /// A program.
    Json,
    /// A code host.
    Sarif,
    /// A spreadsheet: the register only.
    Csv,
    /// An auditor: the register only.
    Html,
}

/// How much the human report says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// One line for each finding that counts and for each text that was not read; no excerpt, no advice.
    Quiet,
    /// All that helps.
    #[default]
    Normal,
    /// Also what was read, even where nothing was found.
    Verbose,
}

/// What the human report says of accepted findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accepted {
    /// How many there are.
    #[default]
    Count,
    /// Each of them, and what accepts it.
    List,
}

/// When the human report is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// As the surroundings suggest.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// Facts about the process that the report depends on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings {
    /// Whether `out` ends at a terminal.
    pub terminal: bool,
    /// `NO_COLOR` is set and not empty. Source: <https://no-color.org>
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set and neither empty nor `0`. Source: <https://bixense.com/clicolors/>
    pub clicolor_force: bool,
    /// `TERM` is `dumb`.
    pub dumb_terminal: bool,
    /// `GITHUB_ACTIONS` is `true`: a line of output can be a command to the runner.
    pub github_actions: bool,
    /// The person stands below the repository's root, where the report's paths lead nowhere.
    pub below_root: bool,
}

impl Options {
    /// Whether the human report is coloured.
    #[must_use]
    pub fn colored(&self) -> bool {
        let around = &self.surroundings;
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if around.no_color => false,
            Color::Auto if around.clicolor_force => true,
            Color::Auto => around.terminal && !around.dumb_terminal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_colored(expected: bool, color: Color, change: impl FnOnce(&mut Surroundings)) {
        let mut options = Options {
            color,
            ..Options::default()
        };
        change(&mut options.surroundings);
        assert_eq!(options.colored(), expected, "{options:?}");
    }

    #[test]
    fn a_flag_beats_the_environment_and_that_beats_the_terminal() {
        assert_colored(false, Color::Auto, |_| {});
        assert_colored(true, Color::Auto, |around| around.terminal = true);
        assert_colored(true, Color::Auto, |around| around.clicolor_force = true);
        assert_colored(false, Color::Auto, |around| {
            (around.terminal, around.dumb_terminal) = (true, true);
        });
        assert_colored(false, Color::Auto, |around| {
            (around.terminal, around.no_color) = (true, true);
        });
        assert_colored(false, Color::Auto, |around| {
            (around.clicolor_force, around.no_color) = (true, true);
        });
        assert_colored(true, Color::Always, |around| around.no_color = true);
        assert_colored(false, Color::Never, |around| around.clicolor_force = true);
    }
}
