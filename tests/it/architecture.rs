//! The drawing in `src/lib.rs` is true: imports go one way, and libgit2 stays behind one door.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src can be listed") {
        let path = entry.expect("src can be listed").path();
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Each source file below `src` with its code, comments left out.
fn sources() -> BTreeMap<PathBuf, String> {
    let mut files = Vec::new();
    source_files(&src(), &mut files);
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).expect("a source file is UTF-8");
            let code: Vec<&str> = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default())
                .collect();
            let relative = file
                .strip_prefix(src())
                .expect("it lies in src")
                .to_path_buf();
            (relative, code.join("\n"))
        })
        .collect()
}

/// The modules in the order of `lib.rs`.
fn order() -> Vec<String> {
    let lib = fs::read_to_string(src().join("lib.rs")).expect("lib.rs is there");
    lib.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// The names that follow `prefix` in `code`, `{a, b}` lists opened.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut item = String::new();
            for character in list.chars() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        names.insert(first_word(&item));
                        item.clear();
                    }
                    _ if depth == 0 => item.push(character),
                    _ => {}
                }
            }
            names.insert(first_word(&item));
        } else {
            names.insert(first_word(rest));
        }
    }
    names.remove("");
    names
}

fn first_word(text: &str) -> String {
    text.trim_start()
        .chars()
        .take_while(|character| character.is_alphanumeric() || *character == '_')
        .collect()
}

#[test]
fn imports_follow_the_pipeline() {
    let order = order();
    assert!(order.len() > 10, "lib.rs lists the modules");
    let rank = |module: &str| order.iter().position(|known| known == module);
    let mut against = Vec::new();
    for (file, code) in sources() {
        let module = file
            .components()
            .next()
            .expect("a path has a component")
            .as_os_str()
            .to_string_lossy();
        let module = module.trim_end_matches(".rs").to_owned();
        let Some(own) = rank(&module) else { continue };
        for imported in names_after(&code, "crate::") {
            if rank(&imported).is_some_and(|other| other > own) {
                against.push(format!("{} imports crate::{imported}", file.display()));
            }
        }
    }
    assert!(
        against.is_empty(),
        "against the order of src/lib.rs:\n{}",
        against.join("\n")
    );
}

#[test]
fn no_two_files_of_a_folder_import_each_other() {
    let mut imports: BTreeMap<(PathBuf, String), BTreeSet<String>> = BTreeMap::new();
    for (file, code) in sources() {
        // A folder's `mod.rs` is the module of the folder's name.
        let module = if file.ends_with("mod.rs") {
            file.parent().expect("a file has a folder").to_path_buf()
        } else {
            file.with_extension("")
        };
        let (Some(folder), Some(name)) = (module.parent(), module.file_name()) else {
            continue;
        };
        let (folder, name) = (folder.to_path_buf(), name.to_string_lossy().into_owned());
        imports.insert((folder, name), names_after(&code, "super::"));
    }
    for ((folder, name), imported) in &imports {
        for other in imported.iter().filter(|other| *other != name) {
            let back = imports.get(&(folder.clone(), other.clone()));
            assert!(
                !back.is_some_and(|back| back.contains(name)),
                "{}: {name} and {other} import each other",
                folder.display()
            );
        }
    }
}

#[test]
fn libgit2_stays_behind_one_door() {
    for (file, code) in sources() {
        let mentions = ["git2::", "use git2", "libgit2_sys"].iter().any(|name| {
            code.match_indices(name).any(|(at, _)| {
                !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
            })
        });
        assert!(
            !mentions || file == Path::new("git/libgit2.rs"),
            "{} imports git2; only git/libgit2.rs may",
            file.display()
        );
    }
}

#[test]
fn unsafe_stays_where_it_is_argued() {
    let with_unsafe: Vec<PathBuf> = sources()
        .into_iter()
        .filter(|(_, code)| code.contains("unsafe_code"))
        .map(|(file, _)| file)
        .collect();
    // A read-only memory map, and an option that git2 offers only so.
    assert_eq!(
        with_unsafe,
        [Path::new("git/libgit2.rs"), Path::new("git/map.rs")]
    );
}

#[test]
fn only_one_room_reaches_the_network_and_only_two_commands_enter_it() {
    for (file, code) in sources() {
        let mentions = ["ureq", "rustls", "TcpStream", "UdpSocket", "ToSocketAddrs"]
            .iter()
            .any(|name| code.contains(name));
        assert!(
            !mentions || file.starts_with("net"),
            "{} reaches the network; only src/net may",
            file.display()
        );
        assert!(
            !code.contains("crate::net")
                || file.starts_with("net")
                || file == Path::new("cli/issuers.rs"),
            "{} enters src/net; only verify and revoke may, through cli/issuers.rs",
            file.display()
        );
    }
}
