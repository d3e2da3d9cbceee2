//! What git tells `pre-push` and `pre-receive` on standard input: which refs move from where to where.
//!
//! Source: <https://git-scm.com/docs/githooks#_pre_push>, <https://git-scm.com/docs/githooks#pre-receive>

use bstr::{BString, ByteSlice};

use crate::git::Oid;

/// One ref of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// What is pushed, as the person named it; may hold spaces (`HEAD^{/fix 2}`), is `(delete)` for a deletion and
    /// empty on a server.
    pub local_ref: BString,
    /// What the ref will point at; `None` where it is deleted.
    pub new: Option<Oid>,
    /// The ref on the remote.
    pub remote_ref: BString,
    /// What it points at there; `None` where it does not exist.
    pub old: Option<Oid>,
}

/// A line that is not of git's form.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of standard input is not what git writes to this hook; run it from git, or as `hf-guard scan --unpushed`"
)]
pub struct MalformedLine {
    /// 1-based.
    pub line: usize,
}

/// Reads `<local-ref> <local-oid> <remote-ref> <remote-oid>` lines.
///
/// # Errors
/// [`MalformedLine`]: a line that is skipped would be a ref that nobody scans.
pub fn pre_push(input: &[u8]) -> Result<Vec<RefUpdate>, MalformedLine> {
    // From the right: only the first field may hold spaces.
    updates(input, |line| {
        let mut fields = line.rsplitn_str(4, b" ");
        let old = oid(fields.next()?)?;
        let remote_ref = filled(fields.next()?)?;
        let new = oid(fields.next()?)?;
        let local_ref = filled(fields.next()?)?;
        Some(RefUpdate {
            local_ref,
            new,
            remote_ref,
            old,
        })
    })
}

/// Reads `<old-oid> <new-oid> <ref>` lines.
///
/// # Errors
/// [`MalformedLine`], as for [`pre_push`].
pub fn pre_receive(input: &[u8]) -> Result<Vec<RefUpdate>, MalformedLine> {
    updates(input, |line| {
        let mut fields = line.splitn_str(3, b" ");
        Some(RefUpdate {
            local_ref: BString::default(),
            old: oid(fields.next()?)?,
            new: oid(fields.next()?)?,
            remote_ref: filled(fields.next()?)?,
        })
    })
}

/// Reads every line with `read`, which knows the order of its fields.
fn updates(
    input: &[u8],
    read: fn(&[u8]) -> Option<RefUpdate>,
) -> Result<Vec<RefUpdate>, MalformedLine> {
    input
        .lines()
        .enumerate()
        .map(|(index, text)| read(text).ok_or(MalformedLine { line: index + 1 }))
        .collect()
}

/// A field that is not empty.
fn filled(field: &[u8]) -> Option<BString> {
    (!field.is_empty()).then(|| BString::from(field))
}

/// `Some(None)` for the zeros that stand for "none".
fn oid(field: &[u8]) -> Option<Option<Oid>> {
    Oid::from_hex(field).map(|oid| (!oid.is_zero()).then_some(oid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_local_ref_may_hold_spaces() {
        for len in [40, 64] {
            let (new, zeros) = ("1".repeat(len), "0".repeat(len));
            let input = format!(
                "HEAD^{{/fix 2}} {new} refs/heads/x {zeros}\n(delete) {zeros} refs/heads/y {new}\n"
            );
            let updates = pre_push(input.as_bytes()).expect("both lines are well-formed");
            assert_eq!(updates[0].local_ref, "HEAD^{/fix 2}");
            assert_eq!(updates[0].new, Oid::from_hex(new.as_bytes()));
            assert_eq!(updates[0].remote_ref, "refs/heads/x");
            assert_eq!(updates[0].old, None);
            assert_eq!(
                (updates[1].new, updates[1].old),
                (None, Oid::from_hex(new.as_bytes()))
            );
        }
        assert_eq!(pre_push(b""), Ok(Vec::new()));
    }

    #[test]
    fn a_line_of_another_form_is_an_error() {
        let oid = "1".repeat(40);
        for line in [
            "refs/heads/x".to_owned(),
            format!("{oid} refs/heads/x {oid}"),
            format!("refs/heads/x {oid} refs/heads/x {}", "1".repeat(39)),
            format!("refs/heads/x {} refs/heads/x {oid}", "g".repeat(40)),
            format!(" {oid} refs/heads/x {oid}"),
            "\n".to_owned(),
        ] {
            let input = format!("a {oid} b {oid}\n{line}\n");
            assert_eq!(
                pre_push(input.as_bytes()),
                Err(MalformedLine { line: 2 }),
                "{line:?}"
            );
        }
        assert_eq!(pre_receive(b"x"), Err(MalformedLine { line: 1 }));
    }

    #[test]
    fn a_server_reads_old_new_and_ref() {
        let (old, new) = ("0".repeat(40), "2".repeat(40));
        let updates = pre_receive(format!("{old} {new} refs/heads/x\n").as_bytes())
            .expect("it is well-formed");
        assert_eq!(
            (updates[0].old, updates[0].new),
            (None, Oid::from_hex(new.as_bytes()))
        );
        assert_eq!(updates[0].remote_ref, "refs/heads/x");
    }
}
