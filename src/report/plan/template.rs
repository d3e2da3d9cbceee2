//! A text with holes: the checklist is data, and this fills it in.
//!
//! In: lines, of which `%if a !b` … `%end` stand only where flag `a` holds and `b` does not, and `{name}` for texts. Out: the text. What
//! fills a hole is not looked at again, so nothing in it is taken for a hole.

/// What a template is filled with.
#[derive(Debug, Default)]
pub(super) struct Facts {
    flags: Vec<&'static str>,
    texts: Vec<(&'static str, String)>,
}

impl Facts {
    /// A flag, where `holds`.
    #[inline(never)]
    pub(super) fn flag(&mut self, name: &'static str, holds: bool) {
        if holds {
            self.flags.push(name);
        }
    }

    /// A text, and a flag of its name where it is not empty.
    #[inline(never)]
    pub(super) fn text(&mut self, name: &'static str, text: String) {
        self.flag(name, !text.is_empty());
        self.texts.push((name, text));
    }

    /// Whether a flag was set.
    pub(super) fn has(&self, name: &str) -> bool {
        self.flags.contains(&name)
    }

    fn hole(&self, name: &str) -> Option<&str> {
        let found = self.texts.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| &**text)
    }
}

/// Fills `template`; no two blank lines follow each other.
pub(super) fn fill(template: &str, facts: &Facts) -> String {
    let mut text = String::with_capacity(template.len());
    let mut shown = Vec::new();
    for line in template.lines() {
        if let Some(conditions) = line.strip_prefix("%if ") {
            shown.push(
                conditions
                    .split(' ')
                    .all(|condition| match condition.strip_prefix('!') {
                        Some(flag) => !facts.has(flag),
                        None => facts.has(condition),
                    }),
            );
        } else if line == "%end" {
            shown.pop();
        } else if shown.iter().all(|&shown| shown) {
            let filled = holes(line, facts);
            let is_blank = filled.is_empty();
            // A line that is nothing but an empty hole is no line.
            if is_blank && (!line.is_empty() || text.ends_with("\n\n")) {
                continue;
            }
            text.push_str(&filled);
            text.push('\n');
        }
    }
    text
}

fn holes(line: &str, facts: &Facts) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('{') {
        let (before, hole) = rest.split_at(at);
        text.push_str(before);
        let filled = hole[1..]
            .split_once('}')
            .and_then(|(name, after)| Some((facts.hole(name)?, after)));
        match filled {
            Some((value, after)) => {
                text.push_str(value);
                rest = after;
            }
            None => {
                text.push('{');
                rest = &hole[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_and_holes_are_filled_once() {
        let mut facts = Facts::default();
        facts.flag("live", true);
        facts.flag("dead", false);
        facts.text("name", "{live} %end".to_owned());
        facts.text("empty", String::new());
        let template = "a {name} { x: y } ${{ z }}\n%if live !dead\n\n\nb\n%if dead\nno\n%end\n%end\n{empty}\n%if empty\nno\n%end\nc";
        assert_eq!(
            fill(template, &facts),
            "a {live} %end { x: y } ${{ z }}\n\nb\nc\n"
        );
    }
}
