//! The few styles of the human report, or none of them.

use std::fmt::{self, Display};

use anstyle::{AnsiColor, Style};

/// Puts a style around a text, or leaves it as it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    colored: bool,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Where a finding stands.
    Place,
    /// What blocks.
    Alarm,
    /// What does not.
    Note,
    /// Line numbers and the bar beside an excerpt.
    Gutter,
    /// The head of a section.
    Heading,
    /// A command that can be copied.
    Command,
}

impl Paint {
    /// Styles where `colored`.
    pub(super) fn new(colored: bool) -> Self {
        Self { colored }
    }

    /// `text` in the style of `role`.
    pub(super) fn paint<T: Display>(self, role: Role, text: T) -> Painted<T> {
        let style = if self.colored {
            role.style()
        } else {
            Style::new()
        };
        Painted { style, text }
    }
}

impl Role {
    fn style(self) -> Style {
        match self {
            Self::Place | Self::Heading => Style::new().bold(),
            Self::Alarm => AnsiColor::Red.on_default().bold(),
            Self::Note => AnsiColor::Yellow.on_default(),
            Self::Gutter => Style::new().dimmed(),
            Self::Command => AnsiColor::Cyan.on_default(),
        }
    }
}

/// A text and its style.
#[derive(Debug)]
pub(super) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}{}",
            self.style.render(),
            self.text,
            self.style.render_reset()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_closed_and_no_style_leaves_no_trace() {
        let plain = Paint::new(false).paint(Role::Alarm, "x").to_string();
        assert_eq!(plain, "x");
        let red = Paint::new(true).paint(Role::Alarm, "x").to_string();
        assert!(
            red.starts_with("\u{1b}[") && red.ends_with("\u{1b}[0m"),
            "{red:?}"
        );
    }
}
