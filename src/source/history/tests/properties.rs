//! What holds for every pack.

use proptest::prelude::*;

use super::packs::{packs, trees};
use super::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn only_what_is_new_is_as_good_as_everything((entries, texts) in packs()) {
        let scanner = Scanner::new(rules());
        let history = scan_files(&scanner, &entries, 2);
        prop_assert_eq!(history.objects, entries.len() as u64);
        prop_assert_eq!(history.bytes, texts.iter().map(|(_, text)| text.len() as u64).sum::<u64>());
        let read = seen(history.held.iter().map(|held| (held.oid, &*held.findings)));
        prop_assert_eq!(read, plain(&scanner, &texts));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn what_is_new_in_a_tree_names_all_that_the_whole_names((made, texts) in trees()) {
        let (store, _folder) = store_of(&made);
        let present = Present::new(&store, &[]);
        let scanner = Scanner::new(rules());
        let options = Options { jobs: 1, max_bytes: 1 << 28 };
        let progress = Progress::default();
        let mut readers = readers(options, &scanner, &present, &progress);
        read(&store, &[], options, &progress, &mut readers).expect("it is sound");
        let absent = readers[0].links.take_absent();
        let mut expected = HashSet::new();
        for text in &texts {
            let mut rest = &text[..];
            while let Some(nul) = memchr::memchr(0, rest) {
                if !rest.starts_with(b"16") {
                    expected.extend(Oid::from_bytes(&rest[nul + 1..nul + 21]));
                }
                rest = &rest[nul + 21..];
            }
        }
        prop_assert_eq!(absent.objects, expected);
        prop_assert!(absent.bent.is_empty());
    }
}
