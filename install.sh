#!/bin/sh
# Builds hf-guard, unless it is on PATH already, and installs its hooks into the repository you stand in.

usage() {
    cat <<'END'
Usage: install.sh [--global] [--hook NAME]... [--build] [--uninstall]

Installs the hooks of hf-guard into the repository you stand in. The program is the
one on PATH, or else it is built from this checkout by `cargo install`, into
$CARGO_HOME/bin (~/.cargo/bin); HF_GUARD_ROOT=FOLDER puts it into FOLDER/bin.

  --global     for every repository of yours (see `hf-guard install --help`)
  --hook NAME  only this hook: pre-commit, pre-merge-commit, prepare-commit-msg,
               commit-msg or pre-push
  --build      build the program from this checkout, even if one is on PATH
  --uninstall  take the hooks away, restore those that were there before, and
               leave the program (`cargo uninstall hf-guard` removes it)
  --help       print this
END
}

say() {
    printf '%s\n' "install.sh: $*" >&2
}

fail() {
    say "$@"
    exit 2
}

# Whether $1 is a program that calls itself hf-guard.
works() {
    case $("$1" --version 2>/dev/null) in
        'hf-guard '*) return 0 ;;
        *) return 1 ;;
    esac
}

# Sets $binary to the program that is there, if any.
find_binary() {
    binary=$(command -v hf-guard) && works "$binary" && return
    binary=$root/bin/hf-guard
    [ -x "$binary" ] && works "$binary"
}

build() {
    command -v cargo >/dev/null ||
        fail "cargo, which builds hf-guard, is not on PATH: install Rust (https://rustup.rs) and run this again"
    say "building hf-guard into $root/bin; this takes a few minutes"
    # From the checkout, so that its settings count and not those of the folder you stand in.
    # Less is copied into where it is called: smaller by a twentieth, and as fast.
    (cd "$checkout" && RUSTFLAGS="${RUSTFLAGS:--Cllvm-args=-inline-threshold=75}" \
        cargo install --path . --locked --force --root "$root") ||
        fail "the build failed; what cargo wrote above says why"
    binary=$root/bin/hf-guard
    works "$binary" || fail "$binary was built but does not run here"
}

# Whether the hook called $1 was named, or none was.
is_meant() {
    case ${hooks:- --hook $1 } in
        *" --hook $1 "*) return 0 ;;
        *) return 1 ;;
    esac
}

# Adds the hook called $1 to those that are meant.
add_hook() {
    # Before anything is built or removed.
    case $1 in
        '' | *[!a-z-]*) ;;
        *)
            if [ -f "$checkout/hooks/$1" ]; then
                hooks="$hooks --hook $1 "
                return
            fi
            ;;
    esac
    fail "there is no hook '$1'; install.sh --help lists those it knows"
}

# The program is gone, but not its hooks: what `hf-guard uninstall` does, as far as it can be done without it.
remove_hooks() {
    folder=$(git rev-parse --git-path hooks) || exit 2
    for shim in "$checkout"/hooks/*; do
        is_meant "${shim##*/}" || continue
        hook=$folder/${shim##*/}
        kept=$hook.before-hf-guard
        if [ -h "$hook" ] || [ ! -f "$hook" ]; then
            continue
        fi
        case $(sed -n 2p "$hook") in
            '# hf-guard hook: '*) ;;
            *) continue ;;
        esac
        if [ -e "$kept" ] || [ -h "$kept" ]; then
            mv -f "$kept" "$hook" || exit 2
            printf '%s\n' "$hook: removed; the hook that was there before is back"
        else
            rm -f "$hook" || exit 2
            printf '%s\n' "$hook: removed"
        fi
    done
}

main() {
    action=install
    global=
    build=
    hooks=
    case $0 in
        */*) checkout=${0%/*} ;;
        *) checkout=. ;;
    esac
    checkout=$(CDPATH='' cd -- "${checkout:-/}" && pwd -P) || exit 2
    while [ $# -gt 0 ]; do
        case $1 in
            --hook)
                [ $# -gt 1 ] || fail "--hook wants a name; install.sh --help lists them"
                add_hook "$2"
                shift
                ;;
            --hook=*) add_hook "${1#--hook=}" ;;
            --uninstall) action=uninstall ;;
            --global) global=--global ;;
            --build) build=yes ;;
            --help | -h)
                usage
                exit
                ;;
            *) fail "unknown option '$1'; install.sh --help lists those it knows" ;;
        esac
        shift
    done

    root=${HF_GUARD_ROOT:-${CARGO_HOME:-${HOME:?}/.cargo}}

    command -v git >/dev/null || fail "git is not on PATH: install it and run this again"
    # Before a build of minutes.
    if [ -z "$global" ]; then
        git rev-parse --git-dir >/dev/null || fail "change to the repository that is to be guarded, or say --global"
    fi

    if [ "$action" = uninstall ]; then
        if find_binary; then
            # shellcheck disable=SC2086 # a list of words
            exec "$binary" uninstall $global $hooks
        elif [ -n "$global" ]; then
            fail "hf-guard is gone, and only it knows what --global did: run install.sh --build, then this again"
        fi
        remove_hooks
        exit
    fi
    if [ -n "$build" ] || ! find_binary; then
        build
    fi
    # shellcheck disable=SC2086 # a list of words
    exec "$binary" install $global $hooks
}

main "$@"
