//! A repository's content as plain values, and random edits of it.
//!
//! Every line that an edit writes can carry a token that was never there before; lines are also moved, repeated,
//! changed around an old token, encoded anew and given to other names.

use std::collections::BTreeMap;

use crate::random::Random;
use crate::support::hf_token;

/// Paths and what stands there: a commit's tree or an index.
pub type Tree = BTreeMap<Vec<u8>, Entry>;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What git calls its mode.
    pub kind: Kind,
    lines: Vec<String>,
    shape: Shape,
}

/// The mode of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 100644
    File,
    /// 100755
    Executable,
    /// 120000
    Link,
    /// 160000
    Submodule,
}

/// How lines become bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    encoding: Encoding,
    line_end: &'static str,
    last_line_ends: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    NulFirst,
    FalseMark,
    Utf16 { little: bool, mark: bool },
}

const PLAIN_SHAPE: Shape = Shape {
    encoding: Encoding::Utf8,
    line_end: "\n",
    last_line_ends: true,
};

const ENCODINGS: &[Encoding] = &[
    Encoding::Utf8,
    Encoding::Utf8,
    Encoding::Latin1,
    Encoding::NulFirst,
    Encoding::FalseMark,
    Encoding::Utf16 {
        little: true,
        mark: true,
    },
    Encoding::Utf16 {
        little: true,
        mark: false,
    },
    Encoding::Utf16 {
        little: false,
        mark: true,
    },
    Encoding::Utf16 {
        little: false,
        mark: false,
    },
];

/// Few enough that lines repeat; some look like the parts of a patch, some are attributes.
const PLAIN_LINES: &[&str] = &[
    "",
    "import os",
    "x = 1",
    "x = 1 ",
    "\tx = 1",
    "} else {",
    "++ b/a.py",
    "-- a/a.py",
    "@@ -1 +1 @@",
    "\\ No newline at end of file",
    "diff --git a/a.py b/a.py",
    "Grüße, 模型",
    "* -diff",
    "*.py binary",
    "# hf_",
];

const PATHS: &[&[u8]] = &[
    b".gitattributes",
    b"a.py",
    b"b.txt",
    b"dir",
    b"dir-x",
    b"dir/c.py",
    b"dir/d e.md",
    b"dir/deep/f.bin",
    b"dir0",
    b"latin\xe9",
    b"q\"u'ote\\",
    b"tab\tand\nline",
    "\u{fc}.py".as_bytes(),
    b"z",
];

impl Kind {
    /// The mode in octal digits.
    pub fn mode(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
            Self::Submodule => "160000",
        }
    }
}

impl Entry {
    /// The bytes that git keeps; `None` for a submodule.
    pub fn content(&self) -> Option<Vec<u8>> {
        match self.kind {
            Kind::Submodule => None,
            // A link's target is not empty and holds no NUL byte.
            Kind::Link => Some(format!("/{}", self.lines.join("/")).into_bytes()),
            Kind::File | Kind::Executable => Some(self.shape.render(&self.lines)),
        }
    }
}

impl Shape {
    fn render(self, lines: &[String]) -> Vec<u8> {
        let mut text = lines.join(self.line_end);
        if self.last_line_ends {
            text.push_str(self.line_end);
        }
        match self.encoding {
            Encoding::Utf8 => text.into_bytes(),
            Encoding::Latin1 => text
                .chars()
                .map(|character| u8::try_from(character).unwrap_or(b'?'))
                .collect(),
            Encoding::NulFirst => [b"\0\0\0", text.as_bytes()].concat(),
            Encoding::FalseMark => [b"\xff\xfe", text.as_bytes()].concat(),
            Encoding::Utf16 { little, mark } => {
                let text = if mark {
                    format!("\u{feff}{text}")
                } else {
                    text
                };
                let unit = if little {
                    u16::to_le_bytes
                } else {
                    u16::to_be_bytes
                };
                text.encode_utf16().flat_map(unit).collect()
            }
        }
    }

    fn random(random: &mut Random) -> Self {
        if random.chance(60) {
            return PLAIN_SHAPE;
        }
        Self {
            encoding: random.pick(ENCODINGS),
            line_end: random.pick(&["\n", "\n", "\r\n", "\r"]),
            last_line_ends: random.chance(70),
        }
    }
}

/// Makes trees and edits them.
#[derive(Debug)]
pub struct Editor {
    random: Random,
    seed: u64,
    /// How many tokens it has made.
    pub tokens: u64,
}

impl Editor {
    pub fn new(seed: u64) -> Self {
        let random = Random::new(seed);
        Self {
            random,
            seed,
            tokens: 0,
        }
    }

    /// A token that stands nowhere yet.
    fn token(&mut self) -> String {
        self.tokens += 1;
        hf_token(self.seed << 32 | self.tokens)
    }

    /// A tree made from nothing.
    pub fn tree(&mut self) -> Tree {
        let mut tree = Tree::new();
        for _ in 0..self.random.below(9) {
            self.add(&mut tree);
        }
        tree
    }

    /// Another tree, some steps away from `tree`.
    pub fn edited(&mut self, tree: &Tree) -> Tree {
        let mut edited = tree.clone();
        for _ in 0..=self.random.below(5) {
            self.edit(&mut edited);
        }
        edited
    }

    fn edit(&mut self, tree: &mut Tree) {
        let Some(path) = self.path_of(tree) else {
            return self.add(tree);
        };
        match self.random.below(12) {
            0 | 1 => self.add(tree),
            2 => {
                tree.remove(&path);
            }
            3 | 4 => {
                // A rename, or a copy; half of them with an edit.
                let mut entry = tree[&path].clone();
                if self.random.chance(60) {
                    tree.remove(&path);
                }
                if self.random.chance(50) {
                    self.edit_lines(&mut entry);
                }
                let target = self.random.pick(PATHS).to_vec();
                insert(tree, target, entry);
            }
            5 => {
                let kinds = [Kind::File, Kind::Executable, Kind::Link, Kind::Submodule];
                let kind = self.random.pick(&kinds);
                self.change(tree, path, |_, entry| entry.kind = kind);
            }
            6 => self.change(tree, path, |editor, entry| {
                entry.shape = Shape::random(&mut editor.random);
            }),
            7 => {
                let other = self.path_of(tree).expect("the tree has entries");
                let (one, two) = (tree[&path].clone(), tree[&other].clone());
                tree.insert(path, two);
                tree.insert(other, one);
            }
            _ => self.change(tree, path, Self::edit_lines),
        }
    }

    fn change(&mut self, tree: &mut Tree, path: Vec<u8>, edit: impl FnOnce(&mut Self, &mut Entry)) {
        let mut entry = tree[&path].clone();
        edit(self, &mut entry);
        tree.insert(path, entry);
    }

    fn path_of(&mut self, tree: &Tree) -> Option<Vec<u8>> {
        let paths: Vec<&Vec<u8>> = tree.keys().collect();
        (!paths.is_empty()).then(|| self.random.pick(&paths).clone())
    }

    fn add(&mut self, tree: &mut Tree) {
        let mut lines = Vec::new();
        for _ in 0..self.random.below(12) {
            let line = self.line();
            lines.push(line);
        }
        let kind = if self.random.chance(85) {
            Kind::File
        } else {
            Kind::Link
        };
        let shape = Shape::random(&mut self.random);
        let path = self.random.pick(PATHS).to_vec();
        insert(tree, path, Entry { kind, lines, shape });
    }

    fn line(&mut self) -> String {
        if !self.random.chance(25) {
            return self.random.pick(PLAIN_LINES).to_owned();
        }
        let token = self.token();
        match self.random.below(6) {
            0 => token,
            1 => format!("key = \"{token}\""),
            2 => format!("++ {token} ü"),
            3 => format!("{token} {}", self.token()),
            4 => format!("https://user:{token}@huggingface.co/模"),
            _ => format!("\\n{token}\\n"),
        }
    }

    fn edit_lines(&mut self, entry: &mut Entry) {
        let lines = &mut entry.lines;
        for _ in 0..=self.random.below(3) {
            let at = self.random.below(lines.len() + 1);
            let from = self.random.below(lines.len().max(1));
            match self.random.below(6) {
                0 if from < lines.len() => {
                    lines.remove(from);
                }
                1 if from < lines.len() => {
                    let line = lines.remove(from);
                    lines.insert(at.min(lines.len()), line);
                }
                2 if from < lines.len() => lines.insert(at, lines[from].clone()),
                3 if from < lines.len() => lines[from].insert_str(0, "new "),
                _ => {
                    let line = self.line();
                    lines.insert(at, line);
                }
            }
        }
    }
}

/// Puts `entry` at `path`; what is a folder there, or a file above, gives way.
fn insert(tree: &mut Tree, path: Vec<u8>, entry: Entry) {
    let folder = [&path[..], b"/"].concat();
    tree.retain(|other, _| {
        !other.starts_with(&folder) && !path.starts_with(&[&other[..], b"/"].concat())
    });
    tree.insert(path, entry);
}
