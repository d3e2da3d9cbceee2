//! Where a finding comes from and what accepts it, in words.

use crate::finding::{AcceptedBy, CommitInfo, Origin, Tagger};
use crate::text::escape;

/// The object that holds it, where the work tree may not show it.
pub(super) fn origin_name(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Commit(CommitInfo {
            commit,
            author,
            date,
        })
        | Origin::CommitMessage(CommitInfo {
            commit,
            author,
            date,
        }) => Some(format!(
            "in commit {} of {date} by {}",
            escape::for_terminal(commit.as_bytes()),
            escape::for_terminal(author)
        )),
        Origin::Tag { tag, tagger } => {
            let tag = escape::for_terminal(tag.as_bytes());
            Some(match tagger {
                Some(Tagger { author, date }) => {
                    let date = escape::for_terminal(date.as_bytes());
                    format!("in tag {tag} of {date} by {}", escape::for_terminal(author))
                }
                None => format!("in tag {tag}"),
            })
        }
        Origin::Object { object } => Some(format!(
            "in object {}",
            escape::for_terminal(object.as_bytes())
        )),
        Origin::Unreachable { object } => Some(format!(
            "in object {}, which no ref leads to any more",
            escape::for_terminal(object.as_bytes())
        )),
        Origin::Staged | Origin::Worktree | Origin::Stdin | Origin::Message | Origin::Ref => None,
    }
}

/// What accepts it, in words.
pub(super) fn reason(by: &AcceptedBy) -> String {
    match by {
        AcceptedBy::Entry { line, reason } => {
            format!(
                "line {line} of the configuration: {}",
                escape::for_terminal(reason.as_bytes())
            )
        }
        AcceptedBy::Comment { marker } => {
            format!("the comment `{}`", escape::for_terminal(marker.as_bytes()))
        }
        AcceptedBy::PublicTestCredential => {
            "its issuer, who publishes this credential for tests".to_owned()
        }
        AcceptedBy::Baseline => "the baseline".to_owned(),
        AcceptedBy::BreakGlass { reason } => {
            format!("break-glass: {}", escape::for_terminal(reason.as_bytes()))
        }
    }
}
