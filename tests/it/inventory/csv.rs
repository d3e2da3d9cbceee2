//! The register as a spreadsheet: RFC 4180, and no cell that is computed.

use crate::support::{GUARD, Run, Sandbox, hf_token};

/// The records of a CSV text, as RFC 4180 has them; anything else fails the test.
#[track_caller]
fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = vec![Vec::new()];
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.strip_prefix('"').expect("each cell is quoted");
        let mut cell = String::new();
        loop {
            let (part, after) = rest.split_once('"').expect("each quote is closed");
            cell.push_str(part);
            rest = after;
            match rest.strip_prefix('"') {
                Some(after) => {
                    cell.push('"');
                    rest = after;
                }
                None => break,
            }
        }
        records.last_mut().expect("a record").push(cell);
        if let Some(after) = rest.strip_prefix(',') {
            rest = after;
        } else {
            rest = rest.strip_prefix("\r\n").expect("CRLF ends a record");
            records.push(Vec::new());
        }
    }
    records.pop();
    records
}

#[test]
fn each_credential_is_a_record_with_every_column() {
    let sandbox = Sandbox::new();
    let token = hf_token(1);
    sandbox.write("a.py", format!("token = \"{token}\"\n"));
    sandbox.write("b \"q\", x.py", format!("token = \"{token}\"\n"));
    sandbox.write("CODEOWNERS", "a.py @acme/ml\n* ada@example.org\n");
    sandbox.commit_all("Train");
    let run = sandbox.guard(&["inventory", "--format", "csv"]);
    run.assert_code(1).assert_hides(&token);
    let records = records(&run.stdout);
    assert_eq!(records.len(), 2);
    let [head, row] = &records[..] else {
        panic!("two records");
    };
    assert_eq!(head.len(), row.len());
    let cell = |name: &str| {
        let at = head.iter().position(|column| column == name);
        &*row[at.expect("a column of this name")]
    };
    for (name, expected) in [
        ("status", "unverified"),
        ("access", "unknown"),
        ("live", "no"),
        ("no_owner", "no"),
        ("credential", "Hugging Face user access token"),
        ("responsible", "ada@example.org"),
        ("responsible_by", "CODEOWNERS"),
        ("first_seen", "2026-01-02"),
        ("stands", "at HEAD"),
        ("accepted", "no"),
        ("repositories", "repo"),
        ("refs", "main"),
    ] {
        assert_eq!(cell(name), expected, "{name}");
    }
    let mut places: Vec<&str> = cell("places").split("; ").collect();
    places.sort_unstable();
    assert_eq!(places, ["a.py:1", "b \"q\", x.py:1"]);
    assert!(cell("revoke").starts_with("hf-guard revoke --all-history --fingerprint "));
    assert_eq!(cell("secret_sha256").len(), 64);
}

#[test]
fn no_cell_is_a_formula() {
    let sandbox = Sandbox::new();
    let names = [
        "=1+1.py",
        "+1.py",
        "-1.py",
        "@SUM(A1).py",
        "\t=1.py",
        " =1.py",
        "＝1.py",
    ];
    for (name, seed) in names.iter().zip(1..) {
        sandbox.write(name, format!("token = \"{}\"\n", hf_token(seed)));
    }
    sandbox.write("CODEOWNERS", "* @acme/ml\n");
    let mut command = sandbox.command("git");
    sandbox.git(&["add", "--all"]);
    let author = "--author==cmd|' /C calc'!A0 <=x@example.org>";
    Run::of(command.args(["commit", "--quiet", "--no-verify", "--message", "x", author]))
        .assert_code(0);
    let run = sandbox.guard(&["inventory", "--format", "csv"]);
    run.assert_code(1);
    let records = records(&run.stdout);
    assert_eq!(records.len(), names.len() + 1);
    for cell in records.iter().flatten() {
        let text = cell.trim_start();
        let is_formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
        assert!(!is_formula, "{cell}");
    }
    let responsible = records[1].iter().any(|cell| cell == "'@acme/ml");
    assert!(responsible, "{:?}", records[1]);
}

#[test]
fn no_format_speaks_to_the_runner_of_a_job() {
    let sandbox = Sandbox::new();
    sandbox.write("##[error]x.py", format!("token = \"{}\"\n", hf_token(1)));
    sandbox.commit_all("Train");
    for format in ["human", "json", "csv", "html"] {
        let mut command = sandbox.command(GUARD);
        let inventory = ["inventory", "--format", format];
        let run = Run::of(command.env("GITHUB_ACTIONS", "true").args(inventory));
        run.assert_code(1);
        assert!(!run.stdout.contains("##["), "{format}: {}", run.stdout);
        assert!(run.stdout.contains("[error]x.py"), "{format}");
    }
}
