#!/usr/bin/env python3
"""What the network costs those who do not use it: two release builds, one with `--no-default-features`, take turns.

    benches/startup.py WITH WITHOUT        # two binaries

Needs git, hyperfine, valgrind.
"""

import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

CASES = {"--version": ["--version"], "hook pre-commit, 5 files": ["hook", "pre-commit"]}
ROUNDS = 10
RUNS = 30


def git(folder, *arguments):
    subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def repository(folder):
    """200 small files, five of which have a new line staged."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "A. Author")
    git(folder, "config", "user.email", "author@example.org")
    files = [folder / f"d{number % 10}" / f"f{number}.py" for number in range(200)]
    for number, file in enumerate(files):
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"value_{number} = {line}\n" for line in range(40)))
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "First")
    for file in files[:5]:
        with file.open("a") as text:
            text.write("x = load()\n")
    git(folder, "add", "--all")


def measured(folder, program, arguments):
    result = pathlib.Path(folder) / "result.json"
    command = ["hyperfine", "--shell=none", "--warmup=3", f"--runs={RUNS}", f"--export-json={result}"]
    subprocess.run([*command, " ".join([program, *arguments])], cwd=folder / "repo", check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    return json.loads(result.read_text())["results"][0]


def instructions(folder, program, arguments):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, *arguments]
    run = subprocess.run(command, cwd=folder / "repo", capture_output=True, text=True)
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def main():
    programs = [str(pathlib.Path(name).resolve()) for name in sys.argv[1:3]]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "repo").mkdir()
        repository(folder / "repo")
        for case, arguments in CASES.items():
            rounds = {program: [] for program in programs}
            for number in range(ROUNDS):
                for program in programs if number % 2 else reversed(programs):
                    rounds[program].append(measured(folder, program, arguments))
            for program, results in rounds.items():
                print(
                    f"{case}: {program}: least {min(result['min'] for result in results) * 1000:.2f} ms, median of medians "
                    f"{statistics.median(result['median'] for result in results) * 1000:.2f} ms, processor "
                    f"{statistics.median(result['user'] + result['system'] for result in results) * 1000:.2f} ms, "
                    f"{instructions(folder, program, arguments):,} instructions"
                )


main()
