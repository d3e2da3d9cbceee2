//! Which commits have something: the first, the last and how many.
//!
//! Commits have numbers, parents before children. Those that refs lead to and those that reflogs alone lead to are counted
//! apart: a person who cleans a history has to do with the former.

/// Some commits of one sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// The numbers of the first and the last.
    pub(super) ends: Option<(u32, u32)>,
    pub(super) count: u32,
}

/// The commits that have something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Trace {
    /// Those that a ref or HEAD leads to.
    pub(super) refs: Span,
    /// Those that reflogs alone lead to.
    pub(super) reflogs: Span,
    /// Whether HEAD's commit is one of them.
    pub(super) at_head: bool,
    /// Whether a ref names the tree that has it, with no commit between.
    pub(super) at_ref: bool,
}

impl Span {
    fn add(&mut self, commit: u32) {
        let alone = Self {
            ends: Some((commit, commit)),
            count: 1,
        };
        self.merge(&alone);
    }

    /// Adds the commits of `other`, none of which is here yet.
    fn merge(&mut self, other: &Self) {
        self.ends = match (self.ends, other.ends) {
            (Some((first, last)), Some((other_first, other_last))) => {
                Some((first.min(other_first), last.max(other_last)))
            }
            (own, other) => own.or(other),
        };
        self.count += other.count;
    }
}

impl Trace {
    /// Adds the commits of `other`, none of which is here yet.
    pub(super) fn merge(&mut self, other: &Self) {
        self.refs.merge(&other.refs);
        self.reflogs.merge(&other.reflogs);
        self.at_head |= other.at_head;
        self.at_ref |= other.at_ref;
    }

    /// Adds a commit; the first `from_refs` numbers are of those that refs lead to.
    pub(super) fn add(&mut self, commit: u32, from_refs: u32) {
        if commit < from_refs {
            self.refs.add(commit);
        } else {
            self.reflogs.add(commit);
        }
    }

    /// Those that refs lead to or, where there is none, those that reflogs lead to.
    pub(super) fn span(&self) -> &Span {
        match self.refs.ends {
            Some(_) => &self.refs,
            None => &self.reflogs,
        }
    }

    /// The number of the first commit.
    pub(super) fn first(&self) -> Option<u32> {
        self.span().ends.map(|(first, _)| first)
    }
}
