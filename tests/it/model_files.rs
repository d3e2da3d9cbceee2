//! Files of models: pickles, safetensors, GGUF, and other formats that count their strings.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::archives::shell;
use crate::findings::assert_reports;
use crate::support::{Run, Sandbox, hf_token, letters};

/// Keys of several lengths; each is found whole in any text that ends it.
fn keys(seed: u64) -> Vec<String> {
    vec![
        hf_token(seed),
        format!("AKIA{}", letters(seed, 16).to_uppercase()),
        format!("sk-ant-api03-{}AA", letters(seed, 93)),
        format!("glpat-{}", letters(seed, 20)),
        format!("r8_{}", letters(seed, 37)),
    ]
}

#[track_caller]
fn scan(sandbox: &Sandbox, path: &str) -> Run {
    sandbox.guard(&["scan", "--format", "json", path])
}

/// Hashes of the secrets that are found, each once.
#[track_caller]
fn hashes(run: &Run) -> Vec<String> {
    let found = crate::findings::findings(run);
    let mut hashes: Vec<String> = found.into_iter().map(|it| it.secret_sha256).collect();
    hashes.sort();
    hashes.dedup();
    hashes
}

#[track_caller]
fn assert_found(run: &Run, keys: &[String], what: &str) {
    let mut wanted: Vec<String> = keys
        .iter()
        .map(|key| crate::findings::sha256(key))
        .collect();
    wanted.sort();
    assert_eq!(hashes(run), wanted, "{what}: {}", run.stdout);
}

/// Writes what Python makes of `statement`, in which `keys` is a list of texts, as the file `out`.
#[track_caller]
fn python(sandbox: &Sandbox, keys: &[String], statement: &str) {
    sandbox.write("keys.json", json!(keys).to_string());
    sandbox.write(
        "make.py",
        format!(
            "import json, marshal, pickle, struct\nkeys = json.load(open('keys.json'))\n{statement}\n"
        ),
    );
    shell(sandbox, "python3 make.py");
}

/// Hash and file of each secret that is found below `out`, each once.
#[track_caller]
fn found_in_files(sandbox: &Sandbox) -> BTreeSet<(String, String)> {
    let found = crate::findings::findings(&scan(sandbox, "out"));
    found
        .into_iter()
        .map(|it| (it.path.to_string(), it.secret_sha256))
        .collect()
}

#[test]
fn pickles_of_every_protocol_hide_nothing() {
    let sandbox = Sandbox::new();
    let keys = keys(1);
    python(
        &sandbox,
        &keys,
        "import os
os.mkdir('out')
values = [
    keys,
    {'a': keys[0], 'b': keys[1], 'c': keys[2:]},
    [['HF_TOKEN=' + key for key in keys]],
    [key.encode() for key in keys],
    [bytearray(key.encode()) for key in keys],
    ['é' * 9 + ' ' + key for key in keys],
    keys + ['x' * 70000],
    ['x' * 70000 + ' ' + key for key in keys],
]
for protocol in range(6):
    for number, value in enumerate(values):
        with open(f'out/{protocol}-{number}', 'wb') as f:
            pickle.dump(value, f, protocol)",
    );
    let found = found_in_files(&sandbox);
    for protocol in 0..6 {
        for number in 0..8 {
            for (which, key) in keys.iter().enumerate() {
                let file = format!("out/{protocol}-{number}");
                let wanted = (file.clone(), crate::findings::sha256(key));
                assert!(found.contains(&wanted), "{file}, key {which}");
            }
        }
    }
    assert_eq!(found.len(), 6 * 8 * keys.len(), "and nothing else");
}

#[test]
fn a_length_that_is_a_letter_hides_nothing() {
    let sandbox = Sandbox::new();
    let key = hf_token(2);
    // Python 2 wrote lengths of one byte, and so do MessagePack, protocol buffers, Avro and compiled Python.
    python(
        &sandbox,
        std::slice::from_ref(&key),
        "import os
os.mkdir('out')
key = keys[0].encode()
for n in range(90):
    texts = [key + b'=' * n, b'=' * n + key, key + b' ' + b'x' * n, b'y' * n + b' ' + key]
    for number, s in enumerate(texts):
        size = bytes([len(s)])
        forms = {
            'pickled': b'\\x80\\x02]q\\x00(U\\x01aq\\x01U' + size + s + b'q\\x02e.',
            'packed': b'\\x82\\xa1k\\xd9' + size + s + b'aZ',
            'message': b'\\x08\\x01\\x12' + size + s + b'R\\x01z',
        }
        for form in forms:
            with open(f'out/{form}-{n}-{number}', 'wb') as f:
                f.write(bytes(9) + forms[form] + bytes(9))",
    );
    let found = found_in_files(&sandbox);
    for extra in 0..90 {
        for number in 0..4 {
            for form in ["pickled", "packed", "message"] {
                let file = format!("out/{form}-{extra}-{number}");
                let wanted = (file.clone(), crate::findings::sha256(&key));
                assert!(found.contains(&wanted), "{file}");
            }
        }
    }
}

#[test]
fn compiled_python_hides_nothing() {
    let sandbox = Sandbox::new();
    let keys = keys(3);
    let source = "'A=%r\\nB=%r\\nC=%r\\ndef f(): return [%r, %r]\\n' % tuple(keys)";
    python(
        &sandbox,
        &keys,
        &format!("open('out', 'wb').write(marshal.dumps(compile({source}, 'x', 'exec')))"),
    );
    assert_found(&scan(&sandbox, "out"), &keys, "marshal");
    for version in 0..=4 {
        python(
            &sandbox,
            &keys,
            &format!("open('out', 'wb').write(marshal.dumps((1, *keys, None, True), {version}))"),
        );
        assert_found(&scan(&sandbox, "out"), &keys, &version.to_string());
    }
}

/// The notes of each finding, in order of place.
#[track_caller]
fn notes(run: &Run) -> Vec<Vec<String>> {
    let report = run.json();
    let listed = report["findings"].as_array().expect("a list");
    listed
        .iter()
        .map(|finding| serde_json::from_value(finding["notes"].clone()).expect("texts"))
        .collect()
}

#[test]
fn the_end_of_a_pickled_string_is_exact() {
    let sandbox = Sandbox::new();
    // The next instruction is a letter that such a key may hold.
    let key = format!("sk_{}_{}", "live", letters(5, 60));
    for protocol in 1..=3 {
        let dump = format!("pickle.dump({{'k': keys[0]}}, open('out', 'wb'), {protocol})");
        python(&sandbox, std::slice::from_ref(&key), &dump);
        let run = scan(&sandbox, "out");
        run.assert_code(1).assert_hides(&key);
        assert_found(&run, std::slice::from_ref(&key), &protocol.to_string());
        assert_eq!(notes(&run), [["it stands in a string of a pickle"]]);
    }
}

#[test]
fn pytorch_s_files_of_both_kinds_hide_nothing() {
    let sandbox = Sandbox::new();
    let keys = keys(6);
    python(
        &sandbox,
        &keys,
        "import zipfile
state = {'w': bytes(range(256)) * 300, 'note': {'keys': keys}}
with zipfile.ZipFile('new.pt', 'w', zipfile.ZIP_STORED) as z:
    z.writestr('archive/data.pkl', pickle.dumps(state, 2))
    z.writestr('archive/data/0', bytes(range(256)) * 300)
    z.writestr('archive/version', '3')
with open('old.pt', 'wb') as f:
    pickle.dump(0x1950a86a20f9469cfc6c, f, 2)
    pickle.dump(1001, f, 2)
    pickle.dump({'little_endian': True}, f, 2)
    pickle.dump(state, f, 2)
    pickle.dump(['0'], f, 2)
    f.write(bytes(range(256)) * 300)",
    );
    let run = scan(&sandbox, "new.pt");
    assert_found(&run, &keys, "new");
    for found in crate::findings::findings(&run) {
        assert_eq!(found.path, "new.pt!/archive/data.pkl");
    }
    let run = scan(&sandbox, "old.pt");
    assert_found(&run, &keys, "old");
    let expected = "it stands in a string of a pickle".to_owned();
    assert!(notes(&run).iter().all(|notes| notes.contains(&expected)));
}

#[test]
fn a_safetensors_header_is_read_and_says_which_key() {
    let sandbox = Sandbox::new();
    let (token, other) = (hf_token(7), hf_token(8));
    let file = |header: &Value, tensors: &[u8]| {
        let mut header = header.to_string();
        header.push_str(&" ".repeat(8 - header.len() % 8));
        let len = header.len() as u64;
        [&len.to_le_bytes()[..], header.as_bytes(), tensors].concat()
    };
    let tensor = json!({"dtype": "U8", "shape": [64], "data_offsets": [0, 64]});
    let clean = json!({"__metadata__": {"format": "pt"}, "w": tensor});
    sandbox.stage("m.safetensors", file(&clean, &[7; 64]));
    sandbox.guard(&["scan", "--staged"]).assert_code(0);
    let header = json!({
        "__metadata__": {"author": format!("push with {token}"), "format": "pt", &*other: "x"},
        "w": tensor,
    });
    sandbox.stage("m.safetensors", file(&header, &[7; 64]));
    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    run.assert_code(1).assert_hides(&token).assert_hides(&other);
    let mut told = notes(&run);
    told.sort();
    assert_eq!(
        told,
        [
            ["it stands in a key of the metadata"],
            ["it stands in the metadata, under the key `author`"]
        ]
    );
    // Where the key is a secret too, neither it nor its beginning is shown.
    let header = json!({"__metadata__": {format!("{}{other}", "k ".repeat(30)): token}});
    sandbox.stage("m.safetensors", file(&header, &[7; 64]));
    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    run.assert_code(1).assert_hides(&token).assert_hides(&other);
    // The tensors are bytes like any other: what is written there stands in the repository.
    let written = format!("\0{token}\0");
    sandbox.stage("m.safetensors", file(&clean, written.as_bytes()));
    sandbox.guard(&["scan", "--staged"]).assert_code(1);
}

#[test]
fn gguf_of_either_byte_order_hides_nothing_and_says_which_key() {
    let sandbox = Sandbox::new();
    let token = hf_token(9);
    for order in ['<', '>'] {
        for version in [2, 3] {
            // The length of the key that follows is the byte after the token.
            for next in [1, 50, 70, 100, 300] {
                python(
                    &sandbox,
                    std::slice::from_ref(&token),
                    &format!(
                        "n = lambda f, x: struct.pack('{order}' + f, x)
s = lambda t: n('Q', len(t)) + t.encode()
open('out', 'wb').write(b'GGUF' + n('I', {version}) + n('Q', 0) + n('Q', 3)
    + s('general.name') + n('I', 8) + s('x')
    + s('general.author') + n('I', 8) + s('mail ' * 400 + keys[0])
    + s('k' * {next}) + n('I', 4) + n('I', 32))"
                    ),
                );
                let run = scan(&sandbox, "out");
                let what = format!("{order} {version} {next}");
                assert_found(&run, std::slice::from_ref(&token), &what);
                let expected = "it stands in the metadata, under the key `general.author`";
                assert_eq!(notes(&run), [[expected]]);
            }
        }
    }
}

#[test]
fn a_history_reads_models_too() {
    let sandbox = Sandbox::new();
    let keys = keys(10);
    sandbox.write("notes.txt", "a\n".repeat(400));
    sandbox.commit_all("first");
    for round in 0..3 {
        let some = if round == 1 { "keys" } else { "['x']" };
        python(
            &sandbox,
            &keys,
            &format!(
                "pickle.dump({{'v': list(range(9000)), 'k': {some}}}, open('m.pkl', 'wb'), 2)"
            ),
        );
        sandbox.git(&["add", "m.pkl"]);
        sandbox.git(&["commit", "-qm", "model"]);
    }
    for repack in [false, true] {
        if repack {
            sandbox.git(&["repack", "-adfq", "--depth=50"]);
        }
        let run = sandbox.guard(&["--all-history", "--format", "json"]);
        assert_found(&run, &keys, "history");
    }
}

#[test]
fn a_pointer_to_a_large_file_costs_and_says_nothing() {
    let sandbox = Sandbox::new();
    let oid = crate::findings::sha256("a model");
    for pointer in [
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 4829183746\n"),
        format!("# xet version 0\nfilesize = 4829183746\nhash = '{oid}'\n"),
    ] {
        for name in [
            "m.safetensors",
            "m.gguf",
            "m.pt",
            "a.whl",
            "a.tar.gz",
            "token",
        ] {
            sandbox.stage(name, &pointer);
        }
        for preset in ["default", "strict"] {
            let run = sandbox.guard(&["scan", "--staged", "--preset", preset]);
            run.assert_code(0);
            assert!(!run.stdout.contains("m."), "{}", run.stdout);
        }
    }
}

#[test]
fn a_longer_word_stays_one() {
    let sandbox = Sandbox::new();
    let token = hf_token(4);
    for text in [
        format!("x{token}"),
        format!("{token}x"),
        format!("a = \"{token}q\"\nb"),
        format!("{}{token}{}", "word ".repeat(100).trim_end(), "w"),
    ] {
        sandbox.write("out", text);
        scan(&sandbox, "out").assert_code(0);
    }
    // Names in the table of a program end with a zero, and no length stands before them.
    sandbox.write("out", format!("\0\0{token}More\0f\0{token}s\0\0x{token}\0"));
    scan(&sandbox, "out").assert_code(0);
}

#[test]
fn words_that_hold_tokens_take_no_square_of_the_time() {
    let sandbox = Sandbox::new();
    let word = format!("V{}y", hf_token(11));
    for between in ["", "\0", "\u{1}abc"] {
        sandbox.write("out", format!("{word}{between}").repeat(80_000));
        let run = scan(&sandbox, "out");
        assert!(!run.stderr.contains("giving up"), "{}", run.stderr);
        run.assert_code(0);
    }
}

#[test]
fn a_model_card_is_a_text() {
    let sandbox = Sandbox::new();
    let token = hf_token(5);
    let card = |extra: &str| {
        format!(
            "---\nlicense: mit\ntags:\n- text\nextra_gated_prompt: |\n  x\n{extra}---\n\n# Model\n"
        )
    };
    sandbox.stage("README.md", card(""));
    sandbox.guard(&["scan", "--staged"]).assert_code(0);
    sandbox.stage(
        "README.md",
        card(&format!(
            "hf_token: {token}\nwidget:\n- text: \"{token}\"\n"
        )),
    );
    let run = sandbox.guard(&["scan", "--staged", "--format", "json"]);
    assert_reports(&run, &[("README.md", 7, &*token), ("README.md", 9, &token)]);
}
