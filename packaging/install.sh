#!/bin/sh
# Installs nixpacks-fix from a release: downloads the archive for this machine, checks its SHA-256, and puts the program into a
# directory. Changes nothing else; as root or not.
#
#   NIXPACKS_FIX_VERSION   the version, as 0.1.0; the default is the latest release
#   NIXPACKS_FIX_DIR       where the program goes; the default is ~/.local/bin
#   NIXPACKS_FIX_SHA256    the SHA-256 of the archive, where you know it; the default is the one that the release lists
#   NIXPACKS_FIX_URL       the directory of the release on a mirror, instead of GitHub
#
# The list of the release proves that the archive is whole. Who made it, `gh attestation verify` proves: docs/installing.md.
set -eu

fail() {
    echo "error: $1" >&2
    exit 1
}

# Everything is in a function, so that a script that arrives in part does nothing.
main() {
    case "$(uname -s)" in
        Linux) system=unknown-linux-musl ;;
        Darwin) system=apple-darwin ;;
        *) fail "there is no archive for $(uname -s); help: docs/installing.md has other ways, for Windows too" ;;
    esac
    case "$(uname -m)" in
        x86_64 | amd64) target=x86_64-$system ;;
        aarch64 | arm64) target=aarch64-$system ;;
        *) fail "there is no archive for $(uname -m); help: cargo builds the program from a clone of the repository" ;;
    esac
    archive=nixpacks-fix-$target.tar.gz

    releases=https://github.com/nixpacks-fix/nixpacks-fix/releases
    version=${NIXPACKS_FIX_VERSION:-latest}
    version=${version#v}
    case $version in
        latest) url=$releases/latest/download ;;
        *[!0-9A-Za-z.+-]*) fail "\`$version\` is no version" ;;
        *) url=$releases/download/v$version ;;
    esac
    url=${NIXPACKS_FIX_URL:-$url}
    url=${url%/}
    directory=${NIXPACKS_FIX_DIR:-${HOME:?}/.local/bin}

    mkdir -p "$directory" || fail "cannot create $directory"
    # Beside the program, so that it takes its place in one step.
    work=$(mktemp -d "$directory/.nixpacks-fix.XXXXXX") || fail "cannot write to $directory"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP

    download "$url/$archive" "$work/archive"
    wanted=${NIXPACKS_FIX_SHA256:-}
    if [ -z "$wanted" ]; then
        download "$url/SHA256SUMS" "$work/sums"
        wanted=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1; exit }' "$work/sums")
        [ -n "$wanted" ] || fail "the release lists no checksum of $archive"
    fi
    found=$(checksum "$work/archive")
    [ "$found" = "$wanted" ] || fail "the checksum of $archive is wrong: $found instead of $wanted; nothing is installed"

    mkdir "$work/files"
    tar -xzf "$work/archive" -C "$work/files" || fail "cannot unpack $archive"
    program=$work/files/nixpacks-fix-$target/nixpacks-fix
    [ -f "$program" ] || fail "$archive has no program in it"
    chmod 755 "$program"
    installed=$("$program" --version) || fail "the program does not run on this machine"
    mv -f "$program" "$directory/nixpacks-fix" || fail "cannot write to $directory"
    echo "installed $installed as $directory/nixpacks-fix"
    case ":$PATH:" in
        *":$directory:"*) ;;
        *) echo "$directory is not on PATH; add it, or call the program by its path" ;;
    esac
}

# download URL FILE
download() {
    # A mirror of your own may be on a network without TLS; GitHub is not.
    protocol='=https'
    case ${NIXPACKS_FIX_URL:-} in http:*) protocol='=http,https' ;; esac
    if command -v curl >/dev/null 2>&1; then
        curl --proto "$protocol" --fail --silent --show-error --location --retry 3 --max-time 300 --output "$2" "$1" ||
            fail "cannot download $1"
    elif command -v wget >/dev/null 2>&1; then
        wget --quiet --tries=3 --timeout=60 --output-document="$2" "$1" || fail "cannot download $1"
    else
        fail 'curl or wget is needed'
    fi
}

# checksum FILE: its SHA-256.
checksum() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum <"$1" | cut -d ' ' -f 1
    elif command -v shasum >/dev/null 2>&1; then
        shasum -a 256 <"$1" | cut -d ' ' -f 1
    elif command -v openssl >/dev/null 2>&1; then
        openssl dgst -sha256 <"$1" | sed 's/^.* //'
    else
        fail 'sha256sum, shasum or openssl is needed, to check the download'
    fi
}

main
