//! Trees that were read just now: a commit and its parents share most of theirs with their neighbours.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{GitError, Oid};

/// When the cache holds more, in bytes, it starts anew.
const MAX_BYTES: usize = 32 << 20;

/// The bytes of trees by name; threads may share it.
#[derive(Debug, Default)]
pub(super) struct TreeCache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    trees: HashMap<Oid, Arc<[u8]>>,
    bytes: usize,
}

impl TreeCache {
    /// The tree `oid`, read if it is not here.
    ///
    /// # Errors
    /// Those of `read`.
    pub(super) fn tree(
        &self,
        oid: &Oid,
        read: impl FnOnce() -> Result<Vec<u8>, GitError>,
    ) -> Result<Arc<[u8]>, GitError> {
        if let Some(tree) = self.kept().trees.get(oid) {
            return Ok(Arc::clone(tree));
        }
        // Not locked while it is read: two threads may read the same tree, and none waits.
        let tree: Arc<[u8]> = read()?.into();
        let mut kept = self.kept();
        if kept.bytes > MAX_BYTES {
            *kept = Kept::default();
        }
        kept.bytes += tree.len();
        kept.trees.insert(*oid, Arc::clone(&tree));
        Ok(tree)
    }

    /// A thread that panicked has left whole entries only.
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_once_until_there_are_too_many() {
        let cache = TreeCache::default();
        let oid = |byte| Oid::from_bytes(&[byte; 20]).unwrap();
        let big = || Ok(vec![0; MAX_BYTES + 1]);
        assert_eq!(cache.tree(&oid(1), big).unwrap().len(), MAX_BYTES + 1);
        let again = cache.tree(&oid(1), || panic!("it is here"));
        assert_eq!(again.unwrap().len(), MAX_BYTES + 1);
        assert!(cache.tree(&oid(2), || Ok(vec![2])).is_ok());
        assert_eq!(*cache.tree(&oid(1), || Ok(vec![1])).unwrap(), [1]);
        assert_eq!(*cache.tree(&oid(2), || panic!("it is here")).unwrap(), [2]);
    }
}
