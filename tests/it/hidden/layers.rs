//! Layers of encoding: seen through, told of, and the same secret however it is written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::{Value, json};

use super::{WRITERS, entities, gzip, hex, notebook, only, percent, wide};
use crate::support::{Sandbox, hf_token};

#[test]
fn one_layer_of_any_kind_is_seen_through() {
    for (seed, (name, write)) in (1..).zip(WRITERS) {
        let token = hf_token(seed);
        let written = write(&token);
        let finding = only("a.txt", &format!("# a line\nkey: '{written}'\n"), &token);
        assert_eq!(finding["encoding"], json!([name]));
        assert_eq!(finding["line"], 2, "{name}");
        assert_eq!(finding["column"], 7, "{name}");
        let end = 7 + written.trim_end_matches('=').len();
        assert_eq!(finding["end_column"], end, "{name}");
    }
}

#[test]
fn three_layers_are_seen_through_and_no_more() {
    let mut text = String::new();
    let mut expected = Vec::new();
    let mut tokens = Vec::new();
    for (first, (outer_name, outer)) in WRITERS.into_iter().enumerate() {
        for (second, (middle_name, middle)) in WRITERS.into_iter().enumerate() {
            for (third, (inner_name, inner)) in WRITERS.into_iter().enumerate() {
                // Each pair of two, in either place.
                if (first + second + third) % 3 != 0 {
                    continue;
                }
                let token = hf_token(100 + expected.len() as u64);
                text.push_str(&format!("key: '{}'\n", outer(&middle(&inner(&token)))));
                expected.push(json!([outer_name, middle_name, inner_name]));
                tokens.push(token);
            }
        }
    }
    let sandbox = Sandbox::new();
    sandbox.stage("a.txt", &text);
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1);
    let report = run.json();
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), expected.len());
    for (line, (finding, expected)) in (1..).zip(findings.iter().zip(&expected)) {
        assert_eq!(finding["encoding"], *expected);
        let place = (&finding["line"], &finding["column"]);
        assert_eq!(place, (&json!(line), &json!(7)), "{expected}");
    }
    for token in &tokens {
        run.assert_hides(token);
    }
    let four = (0..4).fold(hf_token(20), |text, _| STANDARD.encode(text));
    sandbox.stage("a.txt", four);
    sandbox.guard(&[]).assert_code(0);
}

#[test]
fn the_person_is_told_how_it_was_hidden() {
    let token = hf_token(21);
    let sandbox = Sandbox::new();
    let inner = STANDARD.encode(format!("user:{token}"));
    sandbox.stage("a.txt", format!("url?auth={}\n", percent(&inner)));
    let run = sandbox.guard(&[]);
    run.assert_code(1).assert_hides(&token);
    assert!(
        run.stdout
            .contains("  hidden by percent encoding, then base64\n"),
        "{run:?}"
    );
}

#[test]
fn one_escaped_character_is_enough_and_no_more_than_one_finding() {
    let token = hf_token(22);
    for text in [
        token.replace("hf_", "hf%5F"),
        token.replace("hf_", "\\u0068f_"),
        token.replace("hf_", "h\\x66_"),
        token.replace("hf_", "h\\u{66}_"),
        token.replace("hf_", "h\\U00000066_"),
        token.replace("hf_", "h%66_"),
        token.replace("hf_", "hf%255F"),
        token.replace("hf_", "hf&#95;"),
        token.replace("hf_", "hf&#x5F;"),
        token.replace("hf_", "&#104;f_"),
    ] {
        only("a.json", &format!("{{\"token\": \"{text}\"}}\n"), &token);
    }
    // In clear beside an escape that is no part of it.
    let clear = only("a.txt", &format!("?x=%41%42&token={token}%2F\n"), &token);
    assert_eq!(clear["encoding"], json!([]));
}

#[test]
fn where_people_put_encoded_secrets() {
    let token = hf_token(23);
    let basic = STANDARD.encode(format!("user:{token}"));
    let docker = STANDARD.encode(format!("__token__:{token}"));
    let env = STANDARD.encode(format!("HF_HOME=/data\nHF_TOKEN={token}\n"));
    for (path, text) in [
        (
            "secret.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\ndata:\n  token: {}\n",
                STANDARD.encode(&token)
            ),
        ),
        (
            "a.sh",
            format!("curl -H 'Authorization: Basic {basic}' x\n"),
        ),
        (
            "config.json",
            format!("{{\"auths\": {{\"x\": {{\"auth\": \"{docker}\"}}}}}}\n"),
        ),
        ("env.txt", format!("ENV_FILE_B64={env}\n")),
        ("url.txt", format!("data:text/plain;base64,{env}\n")),
        ("a.xml", format!("<secret>{basic}</secret>")),
        ("a.py", format!("key = bytes.fromhex('{}')\n", hex(&token))),
        ("a.js", format!("atob(\"{}\")", STANDARD.encode(&token))),
        ("path.txt", format!("s3://bucket/{basic}\n")),
    ] {
        let finding = only(path, &text, &token);
        assert_eq!(
            finding["encoding"].as_array().map(Vec::len),
            Some(1),
            "{path}"
        );
    }
}

#[test]
fn what_scripts_and_pages_carry_along() {
    let token = hf_token(40);
    let command = format!("$env:HF_TOKEN = '{token}'; python train.py");
    let page = format!("<td>Bearer&#32;{}</td>\n", entities(&token));
    for (path, text, name) in [
        (
            "run.ps1",
            format!("powershell -enc {}\n", wide(&command)),
            "base64-utf16",
        ),
        ("a.html", page, "entities"),
        (
            "b.py",
            format!("data = {{'train.py': '{}'}}\n", gzip(&command.repeat(9))),
            "base64-gzip",
        ),
    ] {
        let finding = only(path, &text, &token);
        assert_eq!(finding["encoding"], json!([name]), "{path}");
    }
}

/// Of what is packed all of the row stands for each secret; they are told apart all the same.
#[test]
fn every_secret_of_a_packed_row_is_told() {
    let sandbox = Sandbox::new();
    let tokens: Vec<String> = (41..45).map(hf_token).collect();
    let inner = format!(
        "a: {}\nb: {}\n{}",
        tokens[0],
        STANDARD.encode(&tokens[1]),
        tokens[0]
    );
    let row = gzip(&format!("{inner}\nc: {}\n", tokens[2]));
    sandbox.stage("a.txt", format!("x: {} y: {row}\n", tokens[3]));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1);
    for token in &tokens {
        run.assert_hides(token);
    }
    let mut told: Vec<String> = crate::findings::findings(&run)
        .into_iter()
        .map(|found| found.secret_sha256)
        .collect();
    told.sort();
    let mut expected: Vec<String> = tokens
        .iter()
        .map(|token| crate::findings::sha256(token))
        .collect();
    expected.sort();
    assert_eq!(told, expected);
    // What one entry accepts is one of them.
    let fingerprint = run.json()["findings"][1]["fingerprint"].clone();
    let fingerprint = fingerprint.as_str().expect("a text").to_owned();
    sandbox.stage(
        ".hf-guard.toml",
        format!("[[allow]]\nfingerprint = \"{fingerprint}\"\nreason = \"test\"\n"),
    );
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1);
    assert_eq!(crate::findings::findings(&run).len(), 3);
    assert!(!run.stdout.contains(&row[..40]), "what is packed is masked");
}

#[test]
fn what_a_packed_row_held_before_is_not_new() {
    let sandbox = Sandbox::new();
    let old = gzip(&format!("a = 1\ntoken = {}\n", hf_token(50)));
    sandbox.write("a.py", format!("data = '{old}'\n"));
    sandbox.commit_all("first");
    sandbox.stage("a.py", format!("data = '{old}'\nmore = 1\n"));
    sandbox.guard(&[]).assert_code(0);
    let new = gzip(&format!("a = 2\ntoken = {}\n", hf_token(51)));
    sandbox.stage("a.py", format!("data = '{new}'\nmore = 1\n"));
    sandbox.guard(&[]).assert_code(1);
    sandbox.commit_all("second");
    for repack in [false, true] {
        if repack {
            sandbox.git(&["repack", "-adfq", "--depth=50"]);
        }
        let run = sandbox.guard(&["--all-history", "--format", "json"]);
        run.assert_code(1);
        assert_eq!(crate::findings::findings(&run).len(), 2, "{}", run.stdout);
    }
}

#[test]
fn wrapped_base64_is_one_text() {
    let token = hf_token(24);
    let plain = format!(
        "{}\nHF_TOKEN={token}\n{}",
        "a=1\n".repeat(10),
        "b=2\n".repeat(30)
    );
    let encoded = STANDARD.encode(&plain);
    for width in [48, 60, 64, 76] {
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).expect("it is ASCII"))
            .collect();
        for (before, wrap) in [
            ("", "\n"),
            ("", "\r\n"),
            ("  ", "\n  "),
            ("\"", "\\n"),
            ("\"", "\\r\\n"),
        ] {
            let text = format!("data:\n{before}{}\n", lines.join(wrap));
            let finding = only("a.yaml", &text, &token);
            assert_eq!(finding["encoding"], json!(["base64"]));
            let digit = 50 * 8 / 6;
            if wrap.contains('\n') {
                assert_eq!(finding["line"], 2 + digit / width, "{width} {wrap:?}");
                let column = before.len() + digit % width + 1;
                assert_eq!(finding["column"], column, "{width} {wrap:?}");
            }
        }
    }
}

#[test]
fn two_secrets_of_one_blob_are_two_findings_and_both_are_hidden() {
    let (first, second) = (hf_token(25), hf_token(26));
    let sandbox = Sandbox::new();
    let blob = STANDARD.encode(format!("a={first}\nb={second}\n"));
    sandbox.stage("a.txt", format!("x {blob} y\n"));
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_hides(&first).assert_hides(&second);
    let report = run.json();
    let columns: Vec<&Value> = report["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| &finding["column"])
        .collect();
    assert_eq!(columns, [&json!(3 + 2), &json!(3 + (2 + 37 + 3) * 8 / 6)]);
    let human = sandbox.guard(&[]);
    assert!(!human.stdout.contains(&blob[10..20]), "{human:?}");
    assert!(human.stdout.contains("| x hf_"), "{human:?}");
}

#[test]
fn encoded_in_utf16_is_found_too() {
    let token = hf_token(27);
    let text = format!("a\nkey = '{}'\n", STANDARD.encode(&token));
    let utf16: Vec<u8> = format!("\u{feff}{text}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let sandbox = Sandbox::new();
    sandbox.stage("a.txt", utf16);
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(&token);
    let finding = &run.json()["findings"][0];
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&json!(2), &json!(8))
    );
    assert_eq!(finding["encoding"], json!(["base64"]));
}

#[test]
fn what_was_there_before_is_not_new() {
    let (old, new) = (hf_token(28), hf_token(29));
    let sandbox = Sandbox::new();
    let encoded = |token: &String| STANDARD.encode(format!("user:{token}"));
    sandbox.write("a.txt", format!("x\nold: {}\n", encoded(&old)));
    sandbox.commit_all("first");
    sandbox.stage("a.txt", format!("y\nold: {}\n", encoded(&old)));
    sandbox.guard(&[]).assert_code(0);
    sandbox.stage(
        "a.txt",
        format!("y\nold: {}\nnew: {}\n", encoded(&old), encoded(&new)),
    );
    let run = sandbox.guard(&["--format", "json"]);
    run.assert_code(1).assert_hides(&old).assert_hides(&new);
    let report = run.json();
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["findings"][0]["line"], 3);
}

#[test]
fn the_same_secret_has_the_same_fingerprint_however_it_is_written() {
    let token = hf_token(30);
    let clear = only("a.txt", &token, &token);
    for (_, write) in WRITERS {
        let hidden = only("a.txt", &write(&token), &token);
        assert_eq!(clear["fingerprint"], hidden["fingerprint"]);
    }
}

#[test]
fn a_path_with_an_encoded_token_is_masked() {
    let token = hf_token(31);
    let sandbox = Sandbox::new();
    let name = URL_SAFE.encode(&token).trim_end_matches('=').to_owned();
    sandbox.stage(&format!("{name}.txt"), "x\n");
    let run = sandbox.guard(&[]);
    run.assert_code(1).assert_hides(&token);
    assert!(!run.stdout.contains(&name[8..24]), "{run:?}");
}

#[test]
fn a_history_sees_through_the_same_layers() {
    let sandbox = Sandbox::new();
    let mut tokens = Vec::new();
    for (seed, (_, write)) in (40..).zip(WRITERS) {
        let token = hf_token(seed);
        sandbox.write(
            "a.txt",
            format!(
                "{}key: '{}'\n",
                "a line of text\n".repeat(60),
                write(&token)
            ),
        );
        sandbox.commit_all("one");
        tokens.push(token);
    }
    let token = hf_token(60);
    let (left, right) = token.split_at(9);
    sandbox.write("a.ipynb", notebook(&["x = 1\n"]));
    sandbox.commit_all("a notebook");
    sandbox.write("a.ipynb", notebook(&["x = 1\n", left, right]));
    sandbox.commit_all("and a token");
    tokens.push(token);
    sandbox.git(&["gc", "--quiet", "--aggressive", "--prune=now"]);
    let run = sandbox.guard(&["--all-history", "--format", "json"]);
    run.assert_code(1);
    let report = run.json();
    let findings = report["findings"].as_array().expect("a list");
    assert_eq!(findings.len(), tokens.len(), "{run:?}");
    for token in &tokens {
        run.assert_hides(token);
    }
    let split = findings
        .iter()
        .filter(|finding| finding["encoding"] == json!(["split"]));
    assert_eq!(split.count(), 1);
}

#[test]
fn a_line_that_ends_in_a_string_of_a_string_ends_a_word() {
    let token = hf_token(40);
    let env = format!("A=1\n{token}\n");
    let mut text = env.clone();
    for _ in 0..4 {
        text = serde_json::to_string(&json!({ "message": text })).expect("it serializes");
        only("log.json", &text, &token);
    }
    only(
        "a.ipynb",
        &notebook(&[&format!("print(\"\\n{token}\\n\")\n")]),
        &token,
    );
    for before in ["\\012", "\u{1b}[2K", "\\u001b[0K", "=0A"] {
        only("build.log", &format!("x{before}{token}\n"), &token);
    }
}
