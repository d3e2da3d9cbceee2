#!/usr/bin/env python3
"""Measures what a hook costs: whole processes, side by side, as Markdown on standard output.

    benches/hook.py [--guard BINARY] [--clone REPOSITORY] [--rivals FOLDER] [--case NAME]... [--rounds N]

Without --clone the repository is generated, the same everywhere. Rivals are whatever `benches/rivals.sh` has brought.
Needs git, hyperfine and GNU time. Python, because it makes repositories and reads hyperfine's JSON without any more
packages; nothing of it runs inside a measurement.

The programs take turns (a few runs each, round after round), so that a machine that slows down slows all of them.
"""

import argparse
import base64
import json
import os
import random
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILES = 5_000
LARGE_INDEX = 300_000
WORDS = """self import from return torch tokenizer model config hidden_size num_layers batch hf_hub_download class def
pretrained if else not None True key value keys token tokens attention_mask np.array loss.backward() = == + -> ( ) [ ]
{ } : , "weight" 'bias' 0 1 1e-5 128 f"{path}" #""".split()


def main() -> None:
    arguments = parse_arguments()
    os.environ.update(
        GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull, GIT_TERMINAL_PROMPT="0",
        GIT_CONFIG_COUNT="2", GIT_CONFIG_KEY_0="gc.auto", GIT_CONFIG_VALUE_0="0",
        GIT_CONFIG_KEY_1="maintenance.auto", GIT_CONFIG_VALUE_1="false",  # nothing may run behind a measurement
        **{f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "Bench"), ("EMAIL", "bench@example.org"), ("DATE", "1767323045 +0000"))},
    )
    with tempfile.TemporaryDirectory(prefix="hf-guard-bench-") as folder:
        base = Path(folder, "base")
        if arguments.clone:
            git(".", "clone", "--quiet", arguments.clone, base)
        else:
            generate(base)
        print(f"{len(git(base, 'ls-files').splitlines())} tracked files; {machine()}\n")
        for name, (title, stage) in CASES.items():
            if arguments.case and name not in arguments.case:
                continue
            repository = Path(folder, name)
            git(".", "clone", "--quiet", base, repository)
            stage(repository)
            commands = programs(arguments, repository, rivals=name != "large-index")
            print_table(title, measure(commands, repository, arguments.rounds))
            shutil.rmtree(repository)
    print_sizes(arguments)


def parse_arguments() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guard", default=Path(__file__).parent.parent / "target/release/hf-guard", type=Path)
    parser.add_argument("--clone", type=Path)
    parser.add_argument("--rivals", default=cache / "hf-guard-rivals", type=Path)
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--rounds", default=5, type=int)
    arguments = parser.parse_args()
    arguments.guard = arguments.guard.resolve()
    for needed in (arguments.guard, "git", "hyperfine", "time"):
        if not shutil.which(needed):
            parser.error(f"{needed} is missing")
    return arguments


def git(repository: Path | str, *words: object, stdin: bytes | None = None) -> str:
    command = ["git", "-C", repository, *words]
    return subprocess.run(command, input=stdin, check=True, stdout=subprocess.PIPE).stdout.decode(errors="replace")


def lines(count: int, seed: object) -> str:
    """Lines that look like source, the same for the same seed."""
    chance = random.Random(str(seed))
    return "".join(
        "    " * chance.randrange(4) + " ".join(chance.choices(WORDS, k=chance.randint(2, 10))) + "\n"
        for _ in range(count)
    )


def generate(repository: Path) -> None:
    """One commit of source files in folders of a few dozen, 20 to 500 lines each."""
    stream = ["commit refs/heads/main\ncommitter Bench <bench@example.org> 1767323045 +0000\ndata 5\nbase\n\n"]
    for at in range(FILES):
        text = lines(20 + at * 7919 % 480, at)
        stream.append(f"M 100644 inline src/part_{at // 400}/group_{at // 25}/module_{at}.py\ndata {len(text)}\n{text}\n")
    git(".", "init", "--quiet", "--initial-branch=main", repository)
    git(repository, "fast-import", "--quiet", stdin="".join(stream).encode())
    git(repository, "reset", "--quiet", "--hard")


def sources(repository: Path) -> list[Path]:
    paths = [repository / path for path in git(repository, "ls-files", "*.py").splitlines()]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def stage_ten_lines(repository: Path) -> None:
    append(repository, sources(repository)[:1], 10)


def stage_many_files(repository: Path) -> None:
    paths = sources(repository)
    append(repository, paths[:: max(1, len(paths) // 300)][:300], 10_000)


def append(repository: Path, paths: list[Path], count: int) -> None:
    """Adds lines to files and stages just these, as after any commit: the index knows the trees of all other folders."""
    git(repository, "read-tree", "HEAD")
    git(repository, "update-index", "--refresh")
    for at, path in enumerate(paths):
        share = count // len(paths) + (at < count % len(paths))
        with path.open("a") as file:
            file.write(lines(share, f"added {at}"))
    git(repository, "add", "--", *paths)


def stage_notebook(repository: Path) -> None:
    """Cells of source, half of them with a picture, 5 MB together."""
    chance = random.Random("notebook")
    cells: list[dict] = []
    size = 0
    while size < 5_000_000:
        picture = base64.b64encode(chance.randbytes(60_000)).decode()
        output = {"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}
        source = lines(12, len(cells)).splitlines(keepends=True)
        cells.append({"cell_type": "code", "execution_count": len(cells), "metadata": {}, "source": source,
                      "outputs": [output] if len(cells) % 2 else []})
        size += len(picture) * (len(cells) % 2 == 0) + 700
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (repository / "train.ipynb").write_text(json.dumps(notebook, indent=1))
    git(repository, "add", "train.ipynb")


def stage_in_large_index(repository: Path) -> None:
    """300,000 entries of one blob, committed, and ten lines added to one of them. Nothing of it is in the work tree."""
    def blob(text: str) -> str:
        return git(repository, "hash-object", "-w", "--stdin", stdin=text.encode()).strip()

    old, new = blob(lines(30, "large")), blob(lines(30, "large") + lines(10, "added"))
    path = "src/part_{0}/group_{1}/module_{2}.py"
    entries = "".join(
        f"100644 {old}\t{path.format(at % 97, at // 400, at)}\n" for at in range(LARGE_INDEX)
    )
    git(repository, "read-tree", "--empty")
    git(repository, "update-index", "--index-info", stdin=entries.encode())
    git(repository, "commit", "--quiet", "--no-verify", "--message", "large")
    changed = path.format(100_007 % 97, 100_007 // 400, 100_007)
    git(repository, "update-index", "--cacheinfo", f"100644,{new},{changed}")


CASES = {
    "ten-lines": ("A commit of 10 lines", stage_ten_lines),
    "many-files": ("300 files, 10,000 added lines", stage_many_files),
    "notebook": ("A new notebook of 5 MB", stage_notebook),
    "large-index": ("10 lines in an index of 300,000 files", stage_in_large_index),
}


def programs(arguments: argparse.Namespace, repository: Path, rivals: bool) -> dict[str, list[str]]:
    """What each program's own documentation tells to put into a pre-commit hook; never with a network."""
    paths = git(repository, "diff", "--cached", "--name-only").splitlines()
    commands = {
        "git diff --cached -U0": ["git", "diff", "--cached", "-U0"],
        "hf-guard": [str(arguments.guard), "hook", "pre-commit"],
    }
    candidates = {
        "gitleaks": ["git", "--staged", "--no-banner", "--log-level", "error"],
        "trufflehog": ["git", f"file://{repository}", "--since-commit", "HEAD", "--no-verification", "--no-update"],
        "kingfisher": ["scan", str(repository), "--staged", "--no-validate", "--no-update-check", "--quiet"],
        "ripsecrets": ["--strict-ignore", *paths],
        "detect-secrets-hook": [*paths],
    }
    if rivals:
        for name, words in candidates.items():
            if program := shutil.which(str(arguments.rivals / "bin" / name)):
                commands[name] = [program, *words]
    return commands


def measure(commands: dict[str, list[str]], repository: Path, rounds: int) -> list[dict]:
    measured = []
    for name, command in commands.items():
        start = time.monotonic()
        first = subprocess.run(["time", "-f", "%M", "-o", repository / ".git/peak", *command], cwd=repository,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        seconds = time.monotonic() - start
        if first.returncode and name in ("git diff --cached -U0", "hf-guard"):
            sys.exit(f"{name} ended with {first.returncode}: {first.stderr.decode(errors='replace')}")
        peak = int((repository / ".git/peak").read_text().split()[-1]) / 1024
        # About two seconds of each program a round.
        runs = max(1, min(20, round(2 / seconds)))
        measured.append({"name": name, "command": command, "peak": peak, "exit": first.returncode, "runs": runs,
                         "times": [], "cpu": []})
    for _ in range(rounds):
        for one in measured:
            take_turn(one, repository)
    return measured


def take_turn(one: dict, repository: Path) -> None:
    export = repository / ".git/hyperfine.json"
    command = ["hyperfine", "--shell=none", "--ignore-failure", f"--warmup={int(one['runs'] > 1)}",
               f"--runs={one['runs']}",
               "--style=none", f"--export-json={export}", shlex.join(one["command"])]
    subprocess.run(command, cwd=repository, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    result = json.loads(export.read_text())["results"][0]
    one["times"] += result["times"]
    one["cpu"].append(result["user"] + result["system"])


def print_table(title: str, measured: list[dict]) -> None:
    reference = statistics.median(measured[0]["times"])
    print(f"### {title}\n")
    print("| program | median ms | fastest ms | processor ms | × git | peak MB | runs | exit |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for one in measured:
        median = statistics.median(one["times"])
        print(f"| {one['name']} | {median * 1000:.1f} | {min(one['times']) * 1000:.1f} "
              f"| {statistics.median(one['cpu']) * 1000:.1f} | {median / reference:.2f} | {one['peak']:.0f} "
              f"| {len(one['times'])} | {one['exit']} |")
    print(flush=True)


def print_sizes(arguments: argparse.Namespace) -> None:
    print("### Size of the programs\n\n| program | MB |\n|---|--:|")
    print(f"| hf-guard | {arguments.guard.stat().st_size / 1e6:.1f} |")
    for name in ("gitleaks", "trufflehog", "kingfisher", "ripsecrets"):
        if program := shutil.which(str(arguments.rivals / "bin" / name)):
            print(f"| {name} | {Path(program).resolve().stat().st_size / 1e6:.1f} |")


def machine() -> str:
    processor = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), "unknown processor")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    versions = [subprocess.run([program, "--version"], capture_output=True, text=True).stdout.split("\n")[0]
                for program in ("git", "hyperfine")]
    return f"{os.cpu_count()} × {processor}; {', '.join(versions)}; load {load}"


if __name__ == "__main__":
    main()
