#!/usr/bin/env bash
# Runs every peer as a server against every peer as a client, and prints one line a pairing. With --full also 1 GB in
# one stream and 10,000 streams.
#
# "ok" is PASS, "no" is SKIP (the library has no such thing), "cut" a go-away that ended open streams, which the
# libraries named in README.md do. Anything else is an error: it is printed below its line and the script exits 1.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

bulk=$((64 << 20)) many=2000 limit=60
case "${1:-}" in
  --full) bulk=1000000000 many=10000 limit=600 ;;
  '') ;;
  *) echo "usage: matrix.sh [--full]" >&2; exit 2 ;;
esac

declare -A command service_port
languages=()
background=()
errors=$(mktemp)
trap 'kill "${background[@]}" 2>/dev/null; rm -f "$errors" "$errors".*' EXIT

peers=$(./build.sh) || exit 1
while IFS=$'\t' read -r language start; do
  languages+=("$language")
  command[$language]=$start
done <<<"$peers"

# Starts a program that says "listening PORT"; leaves its output in descriptor $out and the port in $port.
listen() {
  exec {out}< <("$@" 2>>"$errors.log")
  background+=($!)
  listener=$!
  read -r -t 20 _ port <&"$out" || { echo "did not listen: $*" >&2; exit 1; }
}

# scenario as it is printed, server, client, options of the client, options of the server
run() {
  local name=$1 server=$2 client=$3 options=$4 report status
  shift 4
  : >"$errors.log"
  listen ${command[$server]} server --control 127.0.0.1:0 --timeout "$limit" "$@"
  timeout $((limit + 20)) ${command[$client]} client --connect "127.0.0.1:$port" $options >"$errors.client" 2>>"$errors.log"
  status=$?
  read -r -t 20 report <&"$out" || report="FAIL no report"
  exec {out}<&-
  wait "$listener"
  case "$name $report" in
    *" PASS "*) result=ok ;;
    *" SKIP "*) result=no ;;
    "go-away FAIL "*) [ "$client" = go ] || result='cut' ;;
    "client-go-away FAIL "*) [ "$server" = go ] || { result='cut'; status=0; } ;;
  esac
  if [ $status != 0 ] || [ -z "$result" ]; then
    result=FAILED
    { echo "$server server, $client client, $name: $report; client exit $status"; tail -n 5 "$errors.log"; } >>"$errors"
  elif [ "$name" = ping ] && [ "$client" != rust ] && ! grep -q '^pings [1-9]' "$errors.client"; then
    result=FAILED
    echo "$server server, $client client: none of the client's pings was answered" >>"$errors"
  fi
}

for language in "${languages[@]}"; do
  listen ${command[$language]} service --listen 127.0.0.1:0
  service_port[$language]=$port
done

for server in "${languages[@]}"; do
  for client in "${languages[@]}"; do
    local_service="--local 127.0.0.1:${service_port[$client]}"
    line=""
    for scenario in echo half-close reset go-away ping bulk many client-go-away; do
      result=""
      case $scenario in
        half-close | reset) run $scenario "$server" "$client" "$local_service" --scenario $scenario ;;
        ping) run ping "$server" "$client" "$local_service --ping" --scenario ping ;;
        bulk) run bulk "$server" "$client" "$local_service" --scenario bulk --bytes "$bulk" ;;
        many) run many "$server" "$client" --echo --scenario many --streams "$many" ;;
        client-go-away) run $scenario "$server" "$client" "--echo --go-away-after 64" --scenario echo --streams 64 ;;
        *) run $scenario "$server" "$client" --echo --scenario $scenario ;;
      esac
      line+="  $scenario $result"
    done
    printf '%-4s server, %-4s client:%s\n' "$server" "$client" "$line"
  done
done

if [ -s "$errors" ]; then
  cat "$errors"
  exit 1
fi
