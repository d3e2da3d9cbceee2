#!/bin/sh
# Measures what the hook pre-push costs beside git, as Markdown on standard output: one new commit on top of the clone's
# history, and the newest 1,000 or so of its commits to a remote that has the rest.
#
#   benches/push.sh REPOSITORY [BINARY] [GITLEAKS]
#
# REPOSITORY needs 2,000 commits or more; it is cloned, not changed. BINARY is target/release/hf-guard by default,
# GITLEAKS what benches/rivals.sh has brought, left out where it is missing. Needs git, hyperfine and awk.
set -eu

repository=$(cd "${1:?which repository is to be cloned?}" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
guard=${2:-$root/target/release/hf-guard}
gitleaks=${3:-${XDG_CACHE_HOME:-$HOME/.cache}/hf-guard-rivals/bin/gitleaks}
commits=1000
runs=8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=b GIT_AUTHOR_EMAIL=b@example.org \
    GIT_COMMITTER_NAME=b GIT_COMMITTER_EMAIL=b@example.org

# The newest commit of the first-parent line that leaves out at least so many.
base() {
    git rev-list --first-parent HEAD | while read -r commit; do
        if [ "$(git rev-list --count "$commit..HEAD")" -ge "$commits" ]; then
            echo "$commit"
            break
        fi
    done
}

# table TITLE COMMAND…: the first command is what the others are compared with.
table() {
    title=$1
    shift
    hyperfine --shell=none --ignore-failure --warmup 2 --runs "$runs" --export-csv "$work/csv" "$@" >/dev/null 2>&1
    tail -n +2 "$work/csv" | awk -F, -v title="$title" '
        NR == 1 { median = $4; processor = $5 + $6 }
        {
            name = $1 ~ /hf-guard/ ? "hf-guard" : $1 ~ /gitleaks/ ? "gitleaks" : NR == 1 ? "git" : "git, commits alone"
            printf "| %s | %s | %.1f | %.1f | %.2f | %.2f |\n", title, name, $4 * 1000, ($5 + $6) * 1000,
                $4 / median, ($5 + $6) / processor
            title = ""
        }'
}

git clone --quiet --shared "$repository" "$work/clone"
cd "$work/clone"
git remote set-head origin --delete 2>/dev/null || true
zeros=$(git hash-object --stdin </dev/null | tr '0-9a-f' 0)
old=$(git rev-parse HEAD)
base=$(base)
echo "x = 1" >new_file.py
git add new_file.py
git commit --quiet --message new
new=$(git rev-parse HEAD)
hook() {
    echo "refs/heads/new $1 refs/heads/new $zeros" >"$work/$2"
    echo "sh -c '\"$guard\" hook pre-push origin \"$repository\" <\"$work/$2\"'"
}
leaks() {
    [ ! -x "$gitleaks" ] || echo "$gitleaks git --no-banner --log-level=fatal --log-opts=$1 ."
}

echo "| $(git rev-list --count HEAD) commits | program | median ms | processor ms | × git (median) | × git (processor) |"
echo "|---|---|--:|--:|--:|--:|"
one=$(hook "$new" one)
rival=$(leaks "$old..$new")
runs=30
table "1 new commit; git = \`rev-list --objects NEW --not --remotes\`" \
    "git rev-list --objects $new --not --remotes" "$one" ${rival:+"$rival"}

git for-each-ref --format='delete %(refname)' refs/remotes refs/tags | git update-ref --stdin
git update-ref refs/remotes/origin/base "$base"
many=$(hook "$old" many)
rival=$(leaks "$base..$old")
runs=6
table "$(git rev-list --count "$base..$old") commits; git = \`log -p -U0\`" \
    "git log -p -U0 $base..$old" "$many" ${rival:+"$rival"}
