#!/usr/bin/env bash
# Builds the yamux peers whose toolchain is present and prints, one a line, the language, a tab and the command that
# starts it. What is missing is said on stderr. Exits 1 when a toolchain is present and its build fails.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
here=$PWD
status=0

peer() { # language, tool, command, build...
  local language=$1 tool=$2 command=$3
  shift 3
  if ! command -v "$tool" >/dev/null; then
    echo "$language: no $tool here, its yamux peer is skipped" >&2
  elif "$@" >&2; then
    printf '%s\t%s\n' "$language" "$command"
  else
    echo "$language: the yamux peer did not build" >&2
    status=1
  fi
}

build_go() (cd go && CGO_ENABLED=0 go build -trimpath -o yamux-peer .)

build_rust() (cd rust && cargo build --quiet --release --locked)

build_js() (
  cd js || exit 1
  [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --ignore-scripts --no-audit --no-fund --silent
)

peer go go "$here/go/yamux-peer" build_go
peer rust cargo "$here/rust/target/release/yamux-peer" build_rust
peer js npm "node $here/js/yamux-peer.mjs" build_js
exit $status
