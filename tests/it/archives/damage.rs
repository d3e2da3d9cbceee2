//! Archives of every kind with bytes changed and cut off at random.

use proptest::prelude::*;

use super::shell;
use crate::support::{Sandbox, hf_token};
use crate::tools;

/// Scans `bytes` as a file and as what replaces it, which is never a crash.
fn scan(bytes: &[u8]) -> (usize, usize) {
    use hf_guard::rules::RuleSet;
    use hf_guard::scan::Scanner;
    use std::sync::LazyLock;
    static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::new(RuleSet::builtin()));
    let mut candidates = SCANNER.candidates(bytes).expect("built-in rules compile");
    let before = usize::from(!candidates.is_empty());
    let unread = candidates.unread().len();
    candidates.keep_new(&[bytes]);
    assert!(
        candidates.is_empty(),
        "nothing is new in what did not change"
    );
    (before, unread)
}

fn seeds() -> Vec<Vec<u8>> {
    tools::require();
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", format!("x\n{}\n", hf_token(8)));
    shell(
        &sandbox,
        "gzip -kc a.txt > b.gz; tar -cf c.tar a.txt b.gz; tar -czf d.tgz a.txt; python3 -m zipfile -c e.zip a.txt c.tar
         python3 -c '
import zipfile
z = zipfile.ZipFile(\"f.zip\", \"w\", zipfile.ZIP_DEFLATED)
with z.open(\"big\", \"w\", force_zip64=True) as f: f.write(open(\"a.txt\", \"rb\").read())
z.close()
import bz2, lzma
text = open(\"a.txt\", \"rb\").read()
open(\"g.bz2\", \"wb\").write(bz2.compress(text))
open(\"h.xz\", \"wb\").write(lzma.compress(text))
open(\"j.lzma\", \"wb\").write(lzma.compress(text, lzma.FORMAT_ALONE))
z = zipfile.ZipFile(\"k.zip\", \"w\", zipfile.ZIP_LZMA); z.write(\"a.txt\"); z.close()'
         zstd -q a.txt -o i.zst",
    );
    [
        "b.gz", "c.tar", "d.tgz", "e.zip", "f.zip", "g.bz2", "h.xz", "i.zst", "j.lzma", "k.zip",
    ]
    .iter()
    .map(|name| std::fs::read(sandbox.path().join(name)).expect("it was written"))
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn no_damage_is_a_crash_and_what_is_whole_is_read(
        which in 0..10_usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::weighted(0.3, any::<prop::sample::Index>()),
    ) {
        static SEEDS: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(seeds);
        let mut bytes = SEEDS[which].clone();
        let is_whole = flips.is_empty() && cut.is_none();
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        for (at, to) in flips {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = to;
            }
        }
        let (found, unread) = scan(&bytes);
        if is_whole {
            prop_assert_eq!((found, unread), (1, 0));
        }
    }
}
