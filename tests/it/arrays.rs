//! Strings in NumPy's arrays, and other UTF-32 among bytes of another kind.

use crate::findings::{findings, sha256};
use crate::support::{Run, Sandbox, hf_token};

/// A `.npy` file, as `numpy.save` writes it.
fn npy(descr: &str, count: usize, items: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({count},), }}");
    let header = format!("{header:<117}\n");
    let len = u16::try_from(header.len())
        .expect("it is short")
        .to_le_bytes();
    [&b"\x93NUMPY\x01\0"[..], &len, header.as_bytes(), items].concat()
}

fn utf32(text: &str, chars: usize, unit: fn(u32) -> [u8; 4]) -> Vec<u8> {
    let mut units: Vec<u8> = text.chars().map(u32::from).flat_map(unit).collect();
    units.resize(4 * chars, 0);
    units
}

#[track_caller]
fn assert_found(run: &Run, tokens: &[&str]) {
    let mut found: Vec<String> = findings(run)
        .into_iter()
        .map(|it| it.secret_sha256)
        .collect();
    found.sort();
    let mut wanted: Vec<String> = tokens.iter().map(|token| sha256(token)).collect();
    wanted.sort();
    assert_eq!(found, wanted, "{}", run.stdout);
    for token in tokens {
        run.assert_hides(token);
    }
}

#[test]
fn strings_of_an_array_are_read() {
    let tokens = [hf_token(801), hf_token(802), hf_token(803)];
    let all: Vec<&str> = tokens.iter().map(String::as_str).collect();
    for (name, file) in [
        // They fill their places: nothing stands between two.
        ("full.npy", {
            let items: Vec<u8> = all
                .iter()
                .flat_map(|it| utf32(it, 37, u32::to_le_bytes))
                .collect();
            npy("'<U37'", 3, &items)
        }),
        ("big.npy", {
            let items: Vec<u8> = all
                .iter()
                .flat_map(|it| utf32(it, 37, u32::to_be_bytes))
                .collect();
            npy("'>U37'", 3, &items)
        }),
        ("wide.npy", {
            let items: Vec<u8> = all
                .iter()
                .flat_map(|it| utf32(&format!("key={it}"), 64, u32::to_le_bytes))
                .collect();
            npy("'<U64'", 3, &items)
        }),
        ("bytes.npy", npy("'|S37'", 3, all.concat().as_bytes())),
        ("items.npy", {
            let item = |it: &&str| [&utf32(it, 37, u32::to_le_bytes)[..], &[1; 8]].concat();
            let items: Vec<u8> = all.iter().flat_map(item).collect();
            npy("[('key', '<U37'), ('count', '<i8')]", 3, &items)
        }),
    ] {
        let sandbox = Sandbox::new();
        sandbox.stage(name, &file);
        assert_found(&sandbox.guard(&["--format", "json"]), &all);
        let human = sandbox.guard(&[]);
        assert!(
            human.stdout.contains("an array of strings"),
            "{name}: {human:?}"
        );
        sandbox.commit_all("an array");
        let run = sandbox.guard(&["scan", "--all-history", "--format", "json"]);
        assert_found(&run, &all);
    }
}

#[test]
fn strings_of_a_packed_array_are_read() {
    let token = hf_token(804);
    let file = npy("'<U40'", 1, &utf32(&token, 40, u32::to_le_bytes));
    let sandbox = Sandbox::new();
    sandbox.write("a.npy", file);
    for (out, way) in [("stored.npz", "-0"), ("deflated.npz", "-9")] {
        crate::archives::shell(
            &sandbox,
            &format!(
                "python3 -c \"import zipfile; z = zipfile.ZipFile('{out}', 'w', {}); z.write('a.npy'); z.close()\"",
                if way == "-0" { 0 } else { 8 }
            ),
        );
        let run = sandbox.guard(&["scan", "--format", "json", out]);
        assert_found(&run, &[&token]);
        assert_eq!(findings(&run)[0].path, format!("{out}!/a.npy"));
    }
}

#[test]
fn utf32_among_bytes_of_another_kind_is_read() {
    let token = hf_token(805);
    for unit in [u32::to_le_bytes as fn(u32) -> [u8; 4], u32::to_be_bytes] {
        for before in 0..5 {
            let noise: Vec<u8> = (0..9_000_u32).map(|at| (at * 7 % 251) as u8 | 1).collect();
            let text = utf32(&format!("key = \"{token}\"\r\n"), 46, unit);
            let file = [&noise[before..], &text, &noise].concat();
            let sandbox = Sandbox::new();
            sandbox.stage("a.bin", &file);
            assert_found(&sandbox.guard(&["--format", "json"]), &[&token]);
        }
    }
}
