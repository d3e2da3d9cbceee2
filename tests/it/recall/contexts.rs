//! Where secrets stand: templates, and what is done to the text that comes out.
//!
//! `{N}` is a name, `{V}` the secret, `{P}` what must stand together: the secret alone, `NAME=SECRET`, or a whole example. A
//! template with a name is for secrets that are known by one and for those that need none; one with `{V}` alone is
//! for these only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use hf_guard::rules::{Boundary, STRICT};

use super::sample::{Kind, Sample};
use super::writing::{
    as_it_is, crlf, every_line, hex, is_unreserved, json, json_in_json, long_line, notebook,
    percent, secret, unicode, utf16, wrapped,
};

/// A way in which a secret stands in a file.
pub struct Context {
    pub name: &'static str,
    template: &'static str,
    write: fn(&str) -> Vec<u8>,
    /// Characters of a secret that cannot be written here as they are.
    cannot_hold: &'static str,
}

/// Why a sample does not stand in a context.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOut {
    /// The rule knows the secret by a name, and the context has no place for one.
    NoName,
    /// The rule knows the secret by the form of what is around it: another form is another text.
    FixedForm,
    /// The secret has several lines, the context one.
    Lines,
    /// Whoever writes such a character here has to escape it.
    Character,
    /// Less is encoded than makes a run that is looked into.
    Short,
    /// The rule's alphabet has the very character that stands beside the secret here.
    Alphabet,
    /// The context assigns nothing, and rules for any program's names want an assignment.
    NoAssignment,
}

impl LeftOut {
    pub fn in_words(self) -> &'static str {
        match self {
            Self::NoName => "the rule needs a name beside the secret; the context has none",
            Self::FixedForm => {
                "the rule knows a fixed form (an address, a file's entry, a call), which the context would break up"
            }
            Self::Lines => "the secret has several lines, the context one",
            Self::Character => "the secret has a character that must be escaped there",
            Self::Short => {
                "what is encoded there is shorter than a run that is looked into (40 characters)"
            }
            Self::Alphabet => {
                "the secret may hold `/`, so one that stands between two cannot be told"
            }
            Self::NoAssignment => {
                "the strict rules want an assignment beside a name that any program uses"
            }
        }
    }
}

/// Contexts that put something into a text between its lines, or write them as one.
const RESHAPES_LINES: &[&str] = &[
    "diff",
    "mail quotation",
    "JSON string",
    "JSON string, not its first line",
    "JSON in a JSON string",
    "notebook source",
    "notebook output",
];

/// What an encoding is called, and which characters it leaves as they are.
type Escape = (&'static str, fn(char) -> bool);

/// Encodings of single characters, and which they leave as they are; where nothing else is encoded, nothing is decoded.
const ESCAPES: &[Escape] = &[
    ("percent-encoded", is_unreserved),
    ("quoted-printable", |one| one != '='),
];

/// Bytes that must be encoded together to be looked into.
const LEAST: &[(&str, usize)] = &[
    ("URL-safe base64", 30),
    ("hex", 20),
    ("unicode escapes", 20),
];

/// Contexts in which a name stands beside a value without an assignment.
const NO_ASSIGNMENT: &[&str] = &[
    "C macro",
    "CSV",
    "TSV",
    "command-line flag",
    "Dockerfile ENV with a space",
    "JavaScript process.env with a default",
    "setx",
    "XML add key and value",
    "XML element",
    "YAML list of names and values",
];

impl Context {
    /// The sample in this context.
    pub fn place(&self, sample: &Sample) -> Result<Vec<u8>, LeftOut> {
        let has = |field| self.template.contains(field);
        let placed = if has("{P}") {
            &sample.passage
        } else {
            &sample.value
        };
        let is_any_name = STRICT.iter().any(|rule| rule.id == sample.rule.id);
        let is_escaped = |text: &str| {
            let mut kept = ESCAPES.iter().filter(|(name, _)| *name == self.name);
            kept.any(|(_, keeps)| !text.chars().all(keeps))
        };
        let is_short = |(name, bytes): &(&str, usize)| *name == self.name && placed.len() < *bytes;
        let left_out = [
            (
                LeftOut::NoName,
                sample.kind == Kind::Named && has("{V}") && !has("{N}"),
            ),
            (
                LeftOut::FixedForm,
                sample.kind == Kind::Passage
                    && (!has("{P}")
                        || is_escaped(placed)
                        || placed.contains('\n') && RESHAPES_LINES.contains(&self.name)),
            ),
            (
                LeftOut::NoAssignment,
                is_any_name && NO_ASSIGNMENT.contains(&self.name),
            ),
            (
                LeftOut::Lines,
                self.cannot_hold.contains('\n') && placed.contains('\n'),
            ),
            (
                LeftOut::Character,
                placed.contains(|one| self.cannot_hold.contains(one)) || is_escaped(&sample.value),
            ),
            (LeftOut::Short, LEAST.iter().any(is_short)),
            (
                LeftOut::Alphabet,
                self.template.contains("/{V}/")
                    && [sample.rule.left, sample.rule.right].contains(&Boundary::Base64),
            ),
        ];
        if let Some((reason, _)) = left_out.into_iter().find(|(_, holds)| *holds) {
            return Err(reason);
        }
        let text = self
            .template
            .replace("{N}", &sample.name)
            .replace("{V}", &sample.value)
            .replace("{P}", &sample.passage);
        Ok((self.write)(&text))
    }
}

const fn context(name: &'static str, template: &'static str, cannot_hold: &'static str) -> Context {
    written(name, template, cannot_hold, as_it_is)
}

const fn written(
    name: &'static str,
    template: &'static str,
    cannot_hold: &'static str,
    write: fn(&str) -> Vec<u8>,
) -> Context {
    Context {
        name,
        template,
        write,
        cannot_hold,
    }
}

/// What a shell, a query string or an INI value takes without quotes.
const BARE: &str = "\n \"'`\\$&<>;|()#%";
/// What ends a string in double quotes.
const QUOTED: &str = "\n\"\\";
/// What XML and HTML write as an entity.
const MARKUP: &str = "\n\"<>&";
/// What ends a part of an address.
const ADDRESS: &str = "\n \"'`\\<>{}%:/@?#&+=|";

pub const CONTEXTS: &[Context] = &[
    context("nothing around it, no final newline", "{P}", ""),
    context("a line of its own", "\n{P}\n", ""),
    written("CRLF", "first\n{P}\nlast\n", "", crlf),
    context("tabs", "\t{P}\t1\n", ""),
    written("NUL on both sides", "{P}", "", |text| {
        [b"\0", text.as_bytes(), b"\0"].concat()
    }),
    context("letters of other scripts beside it", "密码：„{P}“é\n", "\n"),
    context("full stop", "It is {P}. Keep it.\n", "\n"),
    context("comma", "{P}, and more\n", "\n"),
    context("semicolon", "{P};\n", "\n"),
    context("parentheses", "(see {P})\n", "\n"),
    context("exclamation mark", "{P}!\n", "\n"),
    written("a very long line", "{P}", "\n", long_line),
    context("Python comment", "x = 1  # {P}\n", "\n"),
    context("C comment", "int x; /* {P} */\n", "\n"),
    context("HTML comment", "<!-- {P} -->\n", "\n"),
    written("diff", "@@ -1 +1 @@\n{P}", "", |text| every_line("+", text)),
    written("mail quotation", "{P}", "", |text| every_line("> ", text)),
    written(
        "log line with colours",
        "12:00:01 \u{1b}[32mINFO\u{1b}[0m \u{1b}[1m{P}\u{1b}[0m\n",
        "\n",
        as_it_is,
    ),
    written("UTF-16 LE", "{P}\n", "", |text| {
        utf16(text, u16::to_le_bytes, true)
    }),
    written("UTF-16 BE", "{P}\n", "", |text| {
        utf16(text, u16::to_be_bytes, true)
    }),
    written(
        "UTF-16 LE without a mark",
        "first line\n{P}\n",
        "",
        |text| utf16(text, u16::to_le_bytes, false),
    ),
    written("JSON string", "{P}", "", |text| {
        json(&serde_json::json!({ "text": text }))
    }),
    written("JSON string, not its first line", "A=1\n{P}", "", |text| {
        json(&serde_json::json!({ "text": text }))
    }),
    written("JSON in a JSON string", "{P}", "", json_in_json),
    written("notebook source", "{P}\n", "", |text| notebook(text, false)),
    written("notebook output", "{P}\n", "", |text| notebook(text, true)),
    written("base64 in a Kubernetes Secret", "{P}\n", "", secret),
    written("base64 in lines of 76", "{P}\n", "", wrapped),
    written("URL-safe base64", "{P}", "", |text| {
        format!("state={}\n", URL_SAFE_NO_PAD.encode(text)).into_bytes()
    }),
    written("hex", "{P}", "", |text| {
        format!("payload: {}\n", hex(text)).into_bytes()
    }),
    written("percent-encoded", "{P}", "", |text| {
        format!("https://h.example/?q={}&x=1\n", percent(text)).into_bytes()
    }),
    written("unicode escapes", "{P}", "", |text| {
        format!("s = \"{}\"\n", unicode(text)).into_bytes()
    }),
    written("quoted-printable", "{P}", "", |text| {
        text.replace('=', "=3D").into_bytes()
    }),
    context("markdown code", "Use `{P}` here.\n", "\n`"),
    context("markdown table", "| name | {P} | 3 |\n", "\n|"),
    context("assignment in double quotes", "{N} = \"{V}\"\n", QUOTED),
    context("assignment in single quotes", "{N} = '{V}'\n", "\n'\\"),
    context("annotated assignment", "{N}: str = \"{V}\"\n", QUOTED),
    context("Python f-string", "{N} = f\"{V}\"\n", "\n\"\\{}"),
    context("Python bytes", "{N} = b'{V}'\n", "\n'\\"),
    context("Python triple quote", "{N} = \"\"\"{V}\"\"\"\n", "\"\\"),
    context(
        "Python call argument",
        "client = connect(\"db\", {N}=\"{V}\", retries=3)\n",
        QUOTED,
    ),
    context(
        "Python os.environ",
        "os.environ[\"{N}\"] = \"{V}\"\n",
        QUOTED,
    ),
    context(
        "Python os.getenv with a default",
        "x = os.getenv(\"{N}\", \"{V}\")\n",
        QUOTED,
    ),
    context(
        "Python dictionary",
        "config = {'{N}': '{V}', 'a': 1}\n",
        "\n'\\",
    ),
    context(
        "JavaScript template literal",
        "const {N} = `{V}`;\n",
        "`\\$",
    ),
    context(
        "JavaScript object",
        "export default { {N}: '{V}' };\n",
        "\n'\\",
    ),
    context(
        "JavaScript process.env with a default",
        "const x = process.env.{N} || '{V}';\n",
        "\n'\\",
    ),
    context("Go", "{N} := \"{V}\"\n", QUOTED),
    context("Rust", "const {N}: &str = \"{V}\";\n", QUOTED),
    context(
        "Java",
        "private static final String {N} = \"{V}\";\n",
        QUOTED,
    ),
    context("C macro", "#define {N} \"{V}\"\n", QUOTED),
    context("Ruby hash", "{ :{N} => '{V}' }\n", "\n'\\"),
    context("PHP define", "define('{N}', '{V}');\n", "\n'\\"),
    context("R", "Sys.setenv({N} = \"{V}\")\n", QUOTED),
    context("SQL", "SET {N} = '{V}';\n", "\n'\\"),
    context("Terraform", "  {N} = \"{V}\"\n", "\n\"\\$%"),
    context("JSON", "{\"a\": 1, \"{N}\": \"{V}\"}\n", QUOTED),
    context("YAML block", "env:\n  {N}: {V}\n", "\n#"),
    context("YAML block in quotes", "env:\n  {N}: \"{V}\"\n", QUOTED),
    context("YAML flow", "env: {{N}: {V}, B: 1}\n", "\n#,{}[]"),
    context(
        "YAML list of names and values",
        "- name: {N}\n  value: {V}\n",
        "\n#",
    ),
    context(
        "YAML list of assignments",
        "environment:\n  - {N}={V}\n",
        "\n#",
    ),
    context("TOML", "[a]\n{N} = \"{V}\"\n", QUOTED),
    context("INI", "[a]\n{N} = {V}\n", "\n#;"),
    context("properties", "{N}={V}\n", "\n\\"),
    context("CSV", "1,{N},{V},2026\n", "\n,\""),
    context("TSV", "1\t{N}\t{V}\t2026\n", "\n\t"),
    context("XML attribute", "<login {N}=\"{V}\" x=\"1\"/>\n", MARKUP),
    context("XML element", "<{N}>{V}</{N}>\n", MARKUP),
    context(
        "XML add key and value",
        "<add key=\"{N}\" value=\"{V}\" />\n",
        MARKUP,
    ),
    context("HTML attribute", "<div data-{N}='{V}'></div>\n", "\n'<>&"),
    context("shell export", "export {N}={V}\n", BARE),
    context("shell export in quotes", "export {N}=\"{V}\"\n", "\n\"\\$`"),
    context("shell default", "x=\"${{N}:-{V}}\"\n", "\n\"\\$`}"),
    context(
        "command before which it is set",
        "{N}={V} python train.py\n",
        BARE,
    ),
    context("command-line flag", "run --{N} {V} --x 1\n", BARE),
    context("command-line flag with =", "run --{N}={V} --x 1\n", BARE),
    context("Dockerfile ENV", "ENV {N}={V} \\\n    B=1\n", BARE),
    context("Dockerfile ENV with a space", "ENV {N} {V}\n", BARE),
    context("Dockerfile ARG", "ARG {N}={V}\n", BARE),
    context("Makefile", "{N} ?= {V}\n", BARE),
    context("PowerShell", "$env:{N} = \"{V}\"\n", "\n\"`$"),
    context("setx", "setx {N} \"{V}\"\n", "\n\"%"),
    context("cmd set", "set {N}={V}\r\n", "\n%&|<>^"),
    context(
        "HTTP header",
        "curl -H \"{N}: {V}\" https://h.example/\n",
        "\n\"\\$`",
    ),
    context("query string", "https://h.example/a?{N}={V}&x=1\n", ADDRESS),
    context("form body", "grant=x&{N}={V}&y=2\n", ADDRESS),
    context("bearer header", "Authorization: Bearer {V}\n", "\n"),
    context(
        "address user",
        "git clone https://{V}@h.example/a.git\n",
        ADDRESS,
    ),
    context(
        "address password",
        "git clone https://ada:{V}@h.example/a.git\n",
        ADDRESS,
    ),
    context("address path", "https://h.example/hook/{V}/end\n", ADDRESS),
    context(
        "markdown link",
        "[here](https://h.example/?x={V})\n",
        "\n \"'`\\<>{}%:/@?#&+=|()[]",
    ),
    context("HTML text", "<code>{V}</code>\n", MARKUP),
    context("call argument without a name", "login(\"{V}\")\n", QUOTED),
    context("after an escaped newline", "s = \"a\\n{V}\\n\"\n", QUOTED),
    context("concatenated", "\"Bearer \" + \"{V}\" + x\n", QUOTED),
];
