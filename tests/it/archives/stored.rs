//! Members that lie in an archive as they are: its own bytes were searched, and they are searched where something stood.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::shell;
use crate::findings::findings;
use crate::random::Random;
use crate::support::{Sandbox, hf_token, letters};

/// What stands in a member: tokens in clear and encoded, long and short, what begins and ends like one, nothing.
fn part(random: &mut Random, seed: u64) -> String {
    let token = hf_token(seed);
    let short = format!("glpat{}{}", '-', letters(seed, 20));
    match random.below(11) {
        0 => token,
        1 => format!("token = \"{token}\"\n"),
        2 => STANDARD.encode(format!("some words and {token} and more")),
        3 => STANDARD.encode(&token).replace('=', ""),
        4 => format!("Authorization: Basic {}\n", STANDARD.encode(&short)),
        5 => format!("a: {}\n", STANDARD.encode(&short)),
        6 => "kind: Secret\n".to_owned(),
        7 => token
            .bytes()
            .map(|byte| format!("\\u{:04x}", u32::from(byte)))
            .collect(),
        8 => format!(
            "{{\"cells\": [{{\"source\": [\"{}\", \"{}\"]}}], \"nbformat\": 4}}",
            &token[..20],
            &token[20..]
        ),
        9 => token
            .chars()
            .flat_map(|one| [one, '\0', '\0', '\0'])
            .collect(),
        _ => ". ".repeat(random.below(600)),
    }
}

#[test]
fn a_member_gives_the_same_however_it_is_stored() {
    let mut random = Random::new(9);
    let mut count = 0;
    for round in 0..12 {
        let sandbox = Sandbox::new();
        for number in 0..6 {
            let parts = random.below(6);
            let text: String = (0..parts)
                .map(|at| part(&mut random, 10_000 + 100 * round + 10 * number + at as u64))
                .collect();
            // A name that goes over into what it names.
            sandbox.write(
                format!("in/{}{number}", "A1b2".repeat(random.below(12))),
                text,
            );
        }
        shell(
            &sandbox,
            "cd in && python3 - <<'END'
import os, zipfile, tarfile
names = sorted(os.listdir('.'))
for out, way in [('../stored.zip', 0), ('../deflated.zip', 8)]:
    with zipfile.ZipFile(out, 'w', way) as z:
        for name in names:
            z.write(name)
for out, way in [('../plain.tar', 'w'), ('../packed.tar.gz', 'w:gz')]:
    with tarfile.open(out, way) as t:
        for name in names:
            t.add(name)
with zipfile.ZipFile('../outer.zip', 'w', 0) as z:
    z.write('../plain.tar', 'plain.tar')
    z.write('../packed.tar.gz', 'packed.tar.gz')
    z.write('../stored.zip', 'stored.zip')
END",
        );
        let told = |path: &str, inside: &str| {
            let run = sandbox.guard(&["scan", "--format", "json", path]);
            let mut told: BTreeMap<(String, usize, String), usize> = BTreeMap::new();
            for found in findings(&run) {
                if let Some(name) = found.path.to_string().strip_prefix(inside) {
                    *told
                        .entry((name.to_owned(), found.line, found.secret_sha256))
                        .or_default() += 1;
                }
            }
            told
        };
        let expected = told("in", "in/");
        count += expected.len();
        for (path, inside) in [
            ("stored.zip", "stored.zip!/"),
            ("deflated.zip", "deflated.zip!/"),
            ("plain.tar", "plain.tar!/"),
            ("packed.tar.gz", "packed.tar.gz!/"),
            ("outer.zip", "outer.zip!/plain.tar!/"),
            ("outer.zip", "outer.zip!/packed.tar.gz!/"),
            ("outer.zip", "outer.zip!/stored.zip!/"),
        ] {
            assert_eq!(told(path, inside), expected, "{round} {path} {inside}");
        }
    }
    assert!(count > 40, "{count}");
}
