#!/usr/bin/env python3
"""Scans the source trees of popular packages for false positives; prints Markdown on standard output.

    benches/detection.py [--guard BINARY] [--cache FOLDER] [--package NAME]... [--tree FOLDER]... [--findings]

`benches/packages.txt` names packages, versions and the SHA-256 of what the registries have. pip, cargo and npm fetch them, once,
into --cache (~/.cache/hf-guard-detection). pip asks an sdist for its metadata, which runs its build script: the hash is checked first.
With --tree folders of one's own are scanned instead, such as clones. --findings lists what was found, masked.

Exit status: 0 if nothing was found at `default` but what `benches/known_findings.txt` lists, 1 if something was, 2 if not everything
could be read. Python, because it needs no package to unpack archives and to read JSON.
"""

import argparse
import collections
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
PRESETS = ("default", "strict")


def main() -> int:
    arguments = parse_arguments()
    if arguments.tree:
        trees = [("tree", folder.name, folder.resolve()) for folder in arguments.tree]
    else:
        packages = [line.split() for line in data("packages.txt")]
        chosen = [one for one in packages if not arguments.package or one[1] in arguments.package]
        fetch(chosen, arguments.cache)
        trees = [(kind, f"{name} {version}", unpacked(digest, arguments.cache)) for kind, name, version, digest in chosen]
    known = {tuple(line.split()) for line in data("known_findings.txt")}
    rows, found, unread = [], [], set()
    for kind, name, folder in trees:
        counts = []
        for preset in PRESETS:
            findings, skipped = scan(arguments.guard, folder, preset)
            unread.update((name, one["path"], one["reason"]) for one in skipped)
            judged = [(preset, name, one, identity(kind, name, one) in known) for one in findings]
            counts += [len(judged), sum(not is_known for *_, is_known in judged)]
            found += judged
        rows.append((name, kind, *measure(folder), *counts))
    print_table(rows)
    print_kinds(found)
    if arguments.findings:
        print_findings(found)
    unknown = [one for preset, _, one, is_known in found if preset == "default" and not is_known]
    for name, path, reason in sorted(unread):
        print(f"detection.py: {name}: {path} was not read: {reason}", file=sys.stderr)
    return 2 if unread else 1 if unknown else 0


def parse_arguments() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guard", default=HERE.parent / "target/release/hf-guard", type=Path)
    parser.add_argument("--cache", default=cache / "hf-guard-detection", type=Path)
    parser.add_argument("--package", action="append", metavar="NAME")
    parser.add_argument("--tree", action="append", metavar="FOLDER", type=Path)
    parser.add_argument("--findings", action="store_true")
    arguments = parser.parse_args()
    arguments.guard = arguments.guard.resolve()
    for needed in (arguments.guard,) if arguments.tree else (arguments.guard, "pip", "cargo", "npm"):
        if not shutil.which(needed):
            parser.error(f"{needed} is missing")
    return arguments


def data(name: str) -> list[str]:
    """The lines of a file beside this one, without comments."""
    lines = (HERE / name).read_text().splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def fetch(packages: list[list[str]], cache: Path) -> None:
    """Brings what the cache lacks, each kind by the client of its registry, and checks every digest."""
    downloads = cache / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    lacking = collections.defaultdict(list)
    for kind, name, version, digest in packages:
        if not (downloads / digest).exists():
            lacking[kind].append((name, version, digest))
    with tempfile.TemporaryDirectory(prefix="hf-guard-detection-") as folder:
        for kind, wanted in lacking.items():
            print(f"detection.py: fetching {len(wanted)} of kind {kind}", file=sys.stderr)
            FETCHERS[kind](wanted, Path(folder))
            for file in Path(folder).rglob("*"):
                if file.is_file() and not file.is_symlink():
                    digest = hashlib.sha256(file.read_bytes()).hexdigest()
                    if any(digest == one for _, _, one in wanted):
                        shutil.move(file, downloads / digest)
            for name, version, digest in wanted:
                if not (downloads / digest).exists():
                    sys.exit(f"detection.py: {kind} {name} {version} came with another SHA-256 than packages.txt has")

def fetch_python(options: list[str], wanted: list[tuple[str, str, str]], folder: Path) -> None:
    requirements = folder / "requirements.txt"
    requirements.write_text("".join(f"{name}=={version} --hash=sha256:{digest}\n" for name, version, digest in wanted))
    run("pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", *options,
        "--dest", folder, "--requirement", requirements)


def fetch_crates(wanted: list[tuple[str, str, str]], folder: Path) -> None:
    # cargo keeps the archive of every dependency, as it came, in its home.
    (folder / "src").mkdir()
    (folder / "src/lib.rs").touch()
    needs = "".join(f'{name} = {{ version = "={version}", default-features = false }}\n' for name, version, _ in wanted)
    manifest = folder / "Cargo.toml"
    manifest.write_text(f'[package]\nname = "trees"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{needs}')
    run("cargo", "fetch", "--quiet", "--target", "x86_64-unknown-linux-gnu", "--manifest-path", manifest,
        CARGO_HOME=str(folder / "home"))


def fetch_npm(wanted: list[tuple[str, str, str]], folder: Path) -> None:
    run("npm", "pack", "--silent", "--pack-destination", folder, *(f"{name}@{version}" for name, version, _ in wanted))


SDISTS = ["--no-binary=:all:"]
WHEELS = ["--only-binary=:all:", "--implementation=cp", "--python-version=3.11",
          *(f"--platform={tag}_x86_64" for tag in ("manylinux2014", "manylinux_2_24", "manylinux_2_27", "manylinux_2_28", "manylinux_2_34"))]
FETCHERS = {
    "sdist": lambda wanted, folder: fetch_python(SDISTS, wanted, folder),
    "wheel": lambda wanted, folder: fetch_python(WHEELS, wanted, folder),
    "crate": fetch_crates,
    "npm": fetch_npm,
}


def run(*command: object, **environment: str) -> None:
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, **environment})


def unpacked(digest: str, cache: Path) -> Path:
    archive = cache / "downloads" / digest
    folder = cache / "trees" / digest
    if folder.exists():
        return folder
    partial = cache / "trees" / f"{digest}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(partial)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(partial, filter="data")
    # What a tree ignores is scanned all the same: it was published.
    for ignored in partial.rglob(".gitignore"):
        ignored.unlink()
    return partial.rename(folder)


def measure(folder: Path) -> tuple[int, int, int]:
    """Files, lines of those that are text, and bytes."""
    files = lines = size = 0
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink() and ".git" not in path.parts:
            content = path.read_bytes()
            files += 1
            size += len(content)
            if b"\0" not in content[:8000]:
                lines += content.count(b"\n")
    return files, lines, size


def scan(guard: Path, folder: Path, preset: str) -> tuple[list[dict], list[dict]]:
    """Findings, and what could not be read, such as a damaged archive."""
    command = [guard, "scan", "--no-config", "--format", "json", "--preset", preset, "."]
    result = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=False)
    if not result.stdout:
        sys.exit(f"detection.py: hf-guard ended with {result.returncode} in {folder}")
    document = json.loads(result.stdout)
    findings = [one for one in document["findings"] if one["confidence"] != "low"]
    return findings, document["skipped"]


def identity(kind: str, name: str, finding: dict) -> tuple:
    # The first folder of an archive tells the version.
    return kind, name.split()[0], finding["rule"], finding["path"].partition("/")[2]


def print_table(rows: list[tuple]) -> None:
    print("| tree | kind | files | lines | MB | `default` | not known | `strict` | not known | in 100,000 lines |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    total = ("**all**", "", *(sum(row[at] for row in rows) for at in range(2, 9)))
    for name, kind, files, lines, size, *counts in (*rows, total):
        share = 1e5 * counts[-1] / max(lines, 1)
        cells = " | ".join(map(str, counts))
        print(f"| {name} | {kind} | {files:,} | {lines:,} | {size / 1e6:.1f} | {cells} | {share:.2f} |")


def print_kinds(found: list[tuple]) -> None:
    kinds = collections.Counter((preset, one["rule"], is_known) for preset, _, one, is_known in found)
    print("\n| preset | rule | known | findings |\n|---|---|---|--:|")
    for (preset, rule, is_known), count in sorted(kinds.items()):
        print(f"| `{preset}` | `{rule}` | {'yes' if is_known else 'no'} | {count} |")


def print_findings(found: list[tuple]) -> None:
    print()
    for preset, name, one, is_known in found:
        print(f"{preset}\t{name}\t{one['rule']}\t{one['path']}:{one['line']}\t{'known' if is_known else 'new'}")


if __name__ == "__main__":
    sys.exit(main())
