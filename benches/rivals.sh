#!/bin/sh
# Fetches the scanners that benches/hook.sh measures beside hf-guard, each as its package registry has it, and links
# them in one folder. Nothing of the system is changed. What cannot be had is said and left out.
#
#   benches/rivals.sh [FOLDER]      default: ~/.cache/hf-guard-rivals; programs are in FOLDER/bin
set -eu

folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/hf-guard-rivals}
mkdir -p "$folder/bin"
folder=$(cd "$folder" && pwd)

missing() {
    echo "rivals.sh: no $1" >&2
}

# gitleaks and trufflehog are Go programs; Debian's unstable has them built. apt gets lists and caches of its own.
debian() {
    apt=$folder/apt
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    : >"$apt/status"
    keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    echo "deb [signed-by=$keyring] http://deb.debian.org/debian sid main" >"$apt/sources.list"
    set -- -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$apt" -o Dir::State::Lists="$apt/lists" -o Dir::State::Status="$apt/status" \
        -o Dir::Cache="$apt" -o Acquire::Languages=none -o APT::Sandbox::User=
    apt-get "$@" -qq update
    for package in gitleaks trufflehog; do
        if (cd "$apt/archives" && apt-get "$@" -qq download "$package"); then
            dpkg-deb --extract "$apt/archives/$package"_*.deb "$folder/$package"
            ln -sf "$folder/$package/usr/bin/$package" "$folder/bin/$package"
        else
            missing "$package"
        fi
    done
}

python() {
    python3 -m venv "$folder/python"
    for package in detect-secrets kingfisher-bin; do
        "$folder/python/bin/pip" install --quiet --disable-pip-version-check "$package" || missing "$package"
    done
    # Kingfisher's own start-up script is Python; what it starts is not.
    for program in "$folder"/python/bin/detect-secrets-hook "$folder"/python/lib/*/site-packages/kingfisher/bin/kingfisher; do
        [ ! -x "$program" ] || ln -sf "$program" "$folder/bin/"
    done
}

rust() {
    [ -x "$folder/cargo/bin/ripsecrets" ] || cargo install --quiet --locked --root "$folder/cargo" ripsecrets
    ln -sf "$folder/cargo/bin/ripsecrets" "$folder/bin/ripsecrets"
}

debian || missing "packages of Debian's unstable"
python || missing "packages of PyPI"
rust || missing ripsecrets
ls "$folder/bin"
