#!/usr/bin/env bash
# Builds a wheel: `packaging/pypi/build.sh --out DIR [OPTIONS OF MATURIN BUILD]`. Needs maturin and what the command itself needs.
set -euo pipefail
cd "$(dirname "$0")"
# A wheel takes licences from beside pyproject.toml alone, and an archive of the sources has them already.
trap 'rm -f LICENSE-APACHE LICENSE-MIT' EXIT
cp ../../LICENSE-APACHE ../../LICENSE-MIT .
maturin build --release --locked "$@"
