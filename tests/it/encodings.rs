//! Bytes that git or an editor would call binary, or lines that end in another way.

use crate::support::{Sandbox, hf_token};

type Unit = fn(u16) -> [u8; 2];

const LITTLE: Unit = u16::to_le_bytes;
const BIG: Unit = u16::to_be_bytes;

fn utf16(text: &str, unit: Unit) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// Stages `content` as a new file and, over a clean ancestor, as an edit; both must report the token in `line`.
#[track_caller]
fn assert_found(content: &[u8], line: usize, token: &str) {
    let sandbox = Sandbox::new();
    sandbox.stage("new", content);
    sandbox.assert_staged(&[("new", line, token)]);
    sandbox.write("edited", "an older text\n");
    sandbox.git(&["add", "edited"]);
    sandbox.git(&["rm", "--quiet", "--cached", "new"]);
    sandbox.git(&["commit", "--quiet", "-m", "older"]);
    sandbox.stage("edited", content);
    sandbox.assert_staged(&[("edited", line, token)]);
}

#[test]
fn nul_bytes_hide_nothing() {
    let token = hf_token(601);
    assert_found(format!("\0\0\0\n{token}\n").as_bytes(), 2, &token);
    assert_found(format!("{token}\0").as_bytes(), 1, &token);
    assert_found(format!("a\0\0{token}\0\0b").as_bytes(), 1, &token);
    let mut late = b"text\n".repeat(2_000);
    late.extend(format!("\0{token}\n").as_bytes());
    assert_found(&late, 2_001, &token);
}

#[test]
fn a_binary_ancestor_hides_nothing() {
    let (old, new) = (hf_token(602), hf_token(603));
    let sandbox = Sandbox::new();
    sandbox.write("a", format!("\0\0\n{old}\n"));
    sandbox.commit_all("first");
    sandbox.stage("a", format!("{old}\n{new}\n"));
    sandbox.assert_staged(&[("a", 2, new.as_str())]);
}

#[test]
fn utf16_is_read_in_either_order_with_and_without_a_mark() {
    let token = hf_token(604);
    let text = format!("import os\r\nkey = \"{token}\"\r\n");
    for unit in [LITTLE, BIG] {
        assert_found(&utf16(&text, unit), 2, &token);
        assert_found(&utf16(&format!("\u{feff}{text}"), unit), 2, &token);
    }
}

#[test]
fn utf32_is_read_in_either_order_with_and_without_a_mark() {
    let token = hf_token(607);
    for mark in ["\u{feff}", ""] {
        let text = format!("{mark}import os 😀\r\nkey = \"{token}\"\r\n");
        for unit in [u32::to_le_bytes, u32::to_be_bytes] {
            let bytes: Vec<u8> = text.chars().map(u32::from).flat_map(unit).collect();
            assert_found(&bytes, 2, &token);
            assert_found(&[&bytes[..], b"x"].concat(), 2, &token);
        }
    }
}

#[test]
fn utf16_of_other_scripts_is_read() {
    let token = hf_token(605);
    // Hardly a NUL byte in it, and bytes 0x0A inside of characters (U+0A05, U+4E0A).
    let text = format!("\u{feff}模型\u{0a05}\u{4e0a}\n标记是 {token} 。\n");
    for unit in [LITTLE, BIG] {
        let sandbox = Sandbox::new();
        sandbox.stage("a.txt", utf16(&text, unit));
        sandbox.assert_staged(&[("a.txt", 2, token.as_str())]);
    }
}

#[test]
fn an_edit_of_a_utf16_file_is_new_by_its_lines() {
    let (old, new) = (hf_token(606), hf_token(607));
    for unit in [LITTLE, BIG] {
        for mark in ["", "\u{feff}"] {
            let sandbox = Sandbox::new();
            sandbox.write("a.txt", utf16(&format!("{mark}one\n{old}\nthree\n"), unit));
            sandbox.commit_all("first");
            let edited = utf16(&format!("{mark}one\n{old}\n{new}\nthree\n"), unit);
            sandbox.stage("a.txt", edited);
            sandbox.assert_staged(&[("a.txt", 3, new.as_str())]);
        }
    }
}

#[test]
fn a_file_that_is_turned_into_utf16_is_new_altogether() {
    let token = hf_token(608);
    let text = format!("one\n{token}\n");
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", &text);
    sandbox.commit_all("first");
    sandbox.stage("a.txt", utf16(&format!("\u{feff}{text}"), LITTLE));
    sandbox.assert_staged(&[("a.txt", 2, token.as_str())]);
}

#[test]
fn a_false_byte_order_mark_blinds_nobody() {
    let token = hf_token(609);
    for mark in [
        &b"\xff\xfe"[..],
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xff\xfe\0\0",
        b"\0\0\xfe\xff",
    ] {
        let mut content = mark.to_vec();
        content.extend(format!("key = {token}\nodd").as_bytes());
        assert_found(&content, 1, &token);
    }
}

#[test]
fn utf16_that_begins_late_or_at_an_odd_byte_is_read() {
    let token = hf_token(610);
    let line = format!("key = \"{token}\"\r\n");
    for unit in [LITTLE, BIG] {
        // What PowerShell's `>>` leaves behind: UTF-16 after a text of single bytes.
        for ascii in [
            "a plain line\r\n".to_owned(),
            "odd\n".repeat(5),
            "x".repeat(20_001),
        ] {
            let mut content = ascii.into_bytes();
            content.extend(utf16(&line, unit));
            let sandbox = Sandbox::new();
            sandbox.stage("a.txt", &content);
            let run = sandbox.guard(&["scan", "--staged"]);
            run.assert_code(1).assert_hides(&token);
        }
    }
}

#[test]
fn utf16_among_bytes_of_another_kind_is_read() {
    let token = hf_token(611);
    for unit in [LITTLE, BIG] {
        // A program's data segment: NUL bytes of either parity all around.
        let mut content: Vec<u8> = (0..4_000_u32)
            .map(|at| if at % 3 == 0 { 0 } else { 0x90 })
            .collect();
        content.extend(utf16(&token, unit));
        content.extend([0; 64]);
        let sandbox = Sandbox::new();
        sandbox.stage("a.bin", &content);
        let run = sandbox.guard(&["scan", "--staged"]);
        run.assert_code(1).assert_hides(&token);
    }
}

#[test]
fn every_kind_of_line_end_is_counted() {
    let token = hf_token(612);
    for (end, line) in [("\n", 3), ("\r\n", 3), ("\r", 3)] {
        let text = ["one", "two", &format!("key = {token}"), "four", ""].join(end);
        assert_found(text.as_bytes(), line, &token);
    }
}

#[test]
fn a_file_of_carriage_returns_is_one_line_to_git() {
    let (old, new) = (hf_token(613), hf_token(614));
    let sandbox = Sandbox::new();
    sandbox.write("a", format!("one\r{old}\rthree\r"));
    sandbox.commit_all("first");
    // git records the whole "line" anew, so both tokens are in it.
    sandbox.stage("a", format!("one\r{old}\r{new}\r"));
    sandbox.assert_staged(&[("a", 2, old.as_str()), ("a", 3, &new)]);
}

#[test]
fn another_line_end_makes_another_line() {
    let token = hf_token(615);
    let sandbox = Sandbox::new();
    sandbox.write("a", format!("one\n{token}\n"));
    sandbox.git(&["config", "core.autocrlf", "false"]);
    sandbox.commit_all("first");
    sandbox.stage("a", format!("one\r\n{token}\r\n"));
    sandbox.assert_staged(&[("a", 2, token.as_str())]);
}

#[test]
fn what_git_converts_on_the_way_in_is_scanned_as_it_is_stored() {
    let token = hf_token(616);
    let sandbox = Sandbox::new();
    sandbox.write("a", format!("one\n{token}\n"));
    sandbox.commit_all("first");
    sandbox.git(&["config", "core.autocrlf", "true"]);
    sandbox.stage("a", format!("one\r\n{token}\r\ntwo\r\n"));
    sandbox.assert_staged::<&str>(&[]);
    sandbox.write(".gitattributes", "*.ps1 working-tree-encoding=UTF-16LE\n");
    sandbox.stage("b.ps1", utf16(&format!("one\n{token}\n"), LITTLE));
    sandbox.assert_staged(&[("b.ps1", 2, token.as_str())]);
}

#[test]
fn a_last_line_without_its_end_is_scanned() {
    let token = hf_token(617);
    assert_found(format!("one\n{token}").as_bytes(), 2, &token);
    assert_found(token.as_bytes(), 1, &token);
    let sandbox = Sandbox::new();
    sandbox.write("a", format!("one\n{token}"));
    sandbox.commit_all("first");
    // git: `-TOKEN`, `\ No newline at end of file`, `+TOKEN`.
    sandbox.stage("a", format!("one\n{token}\n"));
    sandbox.assert_staged(&[("a", 2, token.as_str())]);
}

#[test]
fn bytes_that_are_not_utf8_hide_nothing() {
    let token = hf_token(618);
    assert_found(
        &[b"caf\xe9 = \"", token.as_bytes(), b"\" # \xa9\n"].concat(),
        1,
        &token,
    );
    assert_found(
        &[b"\xc3", token.as_bytes(), b"\xff\xfe\xc0\x80\n"].concat(),
        1,
        &token,
    );
    assert_found(
        &[b"\xf0\x9f\n\xed\xa0\x80", token.as_bytes(), b"\xe2\x82"].concat(),
        2,
        &token,
    );
}

#[test]
fn letters_of_other_scripts_beside_a_token_do_not_hide_it() {
    let token = hf_token(619);
    assert_found(format!("ключ{token}字\n").as_bytes(), 1, &token);
}

#[test]
fn every_single_byte_can_stand_before_and_after_unless_it_makes_a_longer_word() {
    let sandbox = Sandbox::new();
    let token = hf_token(620);
    let mut expected = Vec::new();
    let mut content = Vec::new();
    let bytes =
        (0..=255_u8).filter(|byte| !byte.is_ascii_alphanumeric() && !b"_-\n".contains(byte));
    for (line, byte) in (1..).zip(bytes) {
        content.extend([b'|', byte]);
        content.extend(token.as_bytes());
        content.extend([byte, b'\n']);
        expected.push(("a", line, token.as_str()));
    }
    sandbox.stage("a", content);
    sandbox.assert_staged(&expected);
}
