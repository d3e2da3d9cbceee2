#!/usr/bin/env python3
"""Measures a scan of all history beside git and other scanners: whole processes, as Markdown on standard output.

    benches/history.py [--guard BINARY] [--rivals FOLDER] [--plot FILE] [--rounds N] [--rivals-up-to N] REPOSITORY...

Each REPOSITORY (bare, in one pack: `git clone --bare`, then `git repack -ad`) is measured as it is. The first one is also
cut to about 10,000 and 100,000 objects, by the oldest commits of its main line that reach as many, so that the plot shows how
the cost grows with the size of the pack: take one of 400,000, such as git's own. Rivals are whatever `benches/rivals.sh` has
brought, each after it has found a token in a small repository with these very arguments; they take minutes, and are left out
of repositories with more objects than --rivals-up-to.

The programs take turns, round after round. *Own MB* is the most that was seen of what is not mapped from a file, sampled.
On a busy machine compare processor time: the plot shows that. Needs Linux, git and Python 3, none of which is inside any
measurement.
"""

import argparse
import os
import random
import statistics
import string
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZES = (10_000, 100_000)
GIT = ["git", "cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"]


def main() -> None:
    arguments = parse_arguments()
    os.environ.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL=os.devnull)
    load, cores = os.getloadavg()[0], os.cpu_count()
    advice = "; compare processor time" if load > cores / 4 else ""
    print(f"load {load:.1f} on {cores} cores{advice}; {arguments.rounds} rounds\n")
    print("| repository | objects | pack MB | program | median s | processor s | × git | × git (processor) | own MB |")
    print("|---|--:|--:|---|--:|--:|--:|--:|--:|")
    points = []
    with tempfile.TemporaryDirectory(prefix="hf-guard-history-") as work:
        rivals = working_rivals(arguments.rivals, Path(work))
        largest = arguments.repositories[0].resolve()
        cuts = [cut(largest, size, Path(work)) for size in SIZES if size < size_of(largest)[0]]
        for repository in [*cuts, *(path.resolve() for path in arguments.repositories)]:
            measured = measure(repository, arguments, rivals)
            if repository in (*cuts, largest):
                points.append((size_of(repository)[1], measured))
    if arguments.plot:
        arguments.plot.write_text(plot(points))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", metavar="REPOSITORY", nargs="+", type=Path)
    parser.add_argument("--guard", type=Path, default=ROOT / "target/release/hf-guard")
    parser.add_argument("--rivals", type=Path, default=Path.home() / ".cache/hf-guard-rivals/bin")
    parser.add_argument("--rivals-up-to", type=int, default=50_000)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def git(repository: Path, *arguments: str, **options) -> str:
    return subprocess.run(["git", "-C", repository, *arguments], check=True, text=True, capture_output=True, **options).stdout


def size_of(repository: Path) -> tuple[int, float]:
    """Objects, and megabytes of packs."""
    lines = dict(line.split(": ") for line in git(repository, "count-objects", "-v").splitlines())
    return int(lines["in-pack"]), int(lines["size-pack"]) / 1024


def cut(repository: Path, objects: int, work: Path) -> Path:
    """A bare repository of the oldest commits of HEAD that reach so many objects, in one pack."""
    # Along the main line each commit reaches all that the one before it does.
    commits = git(repository, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    low, high = 1, len(commits)
    while high - low > 1:
        middle = (low + high) // 2
        reached = git(repository, "rev-list", "--objects", "--no-object-names", commits[middle - 1]).count("\n")
        low, high = (middle, high) if reached < objects else (low, middle)
    target = work / f"{repository.name.removesuffix('.git')}-{objects}"
    subprocess.run(["git", "init", "--quiet", "--bare", target], check=True)
    revisions = git(repository, "rev-list", "--objects", "--no-object-names", commits[high - 1])
    # The deltas anew: those of the whole pack lean on objects that are left out.
    git(repository, "pack-objects", "--quiet", target / "objects/pack/pack", input=revisions)
    (target / "refs/heads/main").write_text(commits[high - 1] + "\n")
    (target / "HEAD").write_text("ref: refs/heads/main\n")
    return target


RIVALS = {
    "gitleaks": ["git", "--no-banner", "--log-level=fatal", "."],
    "trufflehog": ["git", "file://REPOSITORY", "--no-verification", "--no-update", "--json", "--bare"],
    "kingfisher": ["scan", "REPOSITORY", "--no-validate", "--quiet", "--format", "json"],
}


def working_rivals(folder: Path, work: Path) -> dict[str, list[str]]:
    """The programs in `folder` that find a token which was committed and removed again."""
    source, bare = work / "source", work / "small.git"
    letters = random.Random(7)
    token = "gh" + "p_" + "".join(letters.choice(string.ascii_letters + string.digits) for _ in range(36))
    git(work, "init", "--quiet", "--initial-branch=main", source)
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for text in (f"token = '{token}'\n", "token = None\n"):
        (source / "a.py").write_text(text)
        git(source, "add", "a.py")
        git(source, *author, "commit", "--quiet", "--message", "step")
    git(work, "clone", "--quiet", "--bare", source, bare)
    found = {}
    for name, words in RIVALS.items():
        program = folder / name
        if not os.access(program, os.X_OK):
            print(f"history.py: no {program}; benches/rivals.sh brings it", file=sys.stderr)
            continue
        words = [str(program), *words]
        said = subprocess.run(filled(words, bare), cwd=bare, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        # gitleaks says nothing, and ends with 1.
        if token in said.stdout or (name == "gitleaks" and said.returncode == 1):
            found[name] = words
        else:
            print(f"history.py: {name} finds nothing with these arguments, and is left out: {said.stderr}", file=sys.stderr)
    return found


def filled(words: list[str], repository: Path) -> list[str]:
    pack = next((repository / "objects/pack").glob("*.pack"), "")
    return [word.replace("REPOSITORY", str(repository)).replace("PACK", str(pack)) for word in words]


def measure(repository: Path, arguments: argparse.Namespace, rivals: dict[str, list[str]]) -> dict[str, float]:
    """Prints a row for each program; gives the processor time of each."""
    objects, megabytes = size_of(repository)
    guard = [str(arguments.guard.resolve()), "--no-config", "--all-history"]
    known = {
        "git cat-file": GIT,
        "hf-guard --no-provenance": [*guard, "--no-provenance"],
        "hf-guard": guard,
        "git verify-pack (inflates and hashes all)": ["git", "verify-pack", "PACK"],
        **(rivals if objects <= arguments.rivals_up_to else {}),
    }
    runs = {name: [] for name in known}
    for _ in range(arguments.rounds):
        for name, words in known.items():
            # What takes minutes needs no median.
            if runs[name] and runs[name][0][0] > 60:
                continue
            runs[name].append(run(repository, filled(words, repository)))
    medians = {}
    title = f"{repository.name} | {objects:,} | {megabytes:.0f}"
    for name, figures in runs.items():
        wall, processor, peak = (statistics.median(column) for column in zip(*figures))
        medians[name] = processor
        if name == "git cat-file":
            git_wall, git_processor = wall, processor
        print(
            f"| {title} | {name} | {wall:.2f} | {processor:.2f} | {wall / git_wall:.2f} "
            f"| {processor / git_processor:.2f} | {peak:.0f} |",
            flush=True,
        )
        title = " | | "
    return medians


def run(repository: Path, words: list[str]) -> tuple[float, float, float]:
    """Seconds, processor seconds, and the most megabytes seen that are not mapped from a file."""
    with tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        child = subprocess.Popen(words, cwd=repository, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        peak, ended = 0, 0
        while not ended:
            peak = max(peak, own_kilobytes(child.pid))
            time.sleep(0.004)
            ended, status, usage = os.wait4(child.pid, os.WNOHANG)
        wall = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        # Scanners end with a code of their own where they found something; ours with 2 where an archive is damaged, too, which it
        # says in its report.
        errors.seek(0)
        said = errors.read().decode()
        if words[0].endswith("hf-guard") and (child.returncode not in (0, 1, 2) or said):
            sys.exit(f"{words} ended with {child.returncode}: {said}")
    return wall, usage.ru_utime + usage.ru_stime, peak / 1024


def own_kilobytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("RssAnon:")), 0)


def plot(points: list[tuple[float, dict[str, float]]]) -> str:
    """Processor seconds over megabytes of pack, both from zero: a straight line is a cost that grows with the pack."""
    width, height, margin = 640, 400, 60
    names = ["git cat-file", "hf-guard", "hf-guard --no-provenance"]
    colors = ["#888888", "#d97706", "#2563eb"]
    most_mb = max(megabytes for megabytes, _ in points)
    most_s = max(measured[name] for _, measured in points for name in names)

    def place(megabytes: float, seconds: float) -> tuple[float, float]:
        return (
            margin + (width - 2 * margin) * megabytes / most_mb,
            height - margin - (height - 2 * margin) * seconds / most_s,
        )

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<path d="M{margin} {margin}V{height - margin}H{width - margin}" fill="none" stroke="black"/>',
        f'<text x="{width / 2}" y="{height - 15}" text-anchor="middle">pack, MB</text>',
        f'<text x="15" y="{height / 2}" text-anchor="middle" transform="rotate(-90 15 {height / 2})">processor seconds, median</text>',
        f'<text x="{margin - 5}" y="{margin + 4}" text-anchor="end">{most_s:.1f}</text>',
        f'<text x="{margin - 5}" y="{height - margin + 4}" text-anchor="end">0</text>',
    ]
    for megabytes, _ in points:
        x, _y = place(megabytes, 0)
        out.append(f'<text x="{x:.0f}" y="{height - margin + 18}" text-anchor="middle">{megabytes:.0f}</text>')
    for row, (name, color) in enumerate(zip(names, colors)):
        spots = [place(0, 0)] + [place(megabytes, measured[name]) for megabytes, measured in points]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        out.append(f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in spots[1:]]
        out.append(f'<text x="{margin + 20}" y="{margin + 15 * row}" fill="{color}">{name}</text>')
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    main()
