# SPDX-License-Identifier: GPL-3.0-or-later
# The demo where there is no display: simulator and collector side by side, and one line that tells how it goes.
# Sourced by ./run. Talks to REST through bash's own /dev/tcp, so that nothing else needs to be installed.

headless_pids=()
headless_folder=

# first_address FILE: the first http address that a program wrote there.
first_address() { grep -o -m 1 -E 'http://(127\.0\.0\.1|\[::1\]|localhost):[0-9]+' "$1" 2>/dev/null | head -n 1; }

# wait_for_address FILE PID WHAT: waits until the program has written its address, at most 20 s.
wait_for_address() {
  local tries=0 address
  until address=$(first_address "$1") && [ -n "$address" ]; do
    kill -0 "$2" 2>/dev/null || { cat "$1" >&2; die "$3 ended at once: see above."; }
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { cat "$1" >&2; die "$3 did not say its address within 20 s: see above."; }
    sleep 0.1
  done
  printf '%s\n' "$address"
}

# http_body HOST PORT PATH: the body of an answer of 200, nothing otherwise.
http_body() {
  local LC_ALL=C line length=0 body=
  exec 9<>"/dev/tcp/$1/$2" || return 1
  printf 'GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n' "$3" "$1" "$2" >&9
  IFS= read -r -t 2 line <&9 || line=
  case $line in
    'HTTP/1.1 200'*)
      while IFS= read -r -t 2 line <&9 && [ "$line" != $'\r' ]; do
        line=${line%$'\r'}
        case $line in [Cc]ontent-[Ll]ength:*) length=${line##*[: ]} ;; esac
      done
      IFS= read -r -t 2 -N "$length" body <&9 || true ;;
  esac
  exec 9>&- 9<&-
  printf '%s\n' "$body"
}

# metric NAME TEXT: the sum of a metric over its labels.
metric() {
  awk -v name="$1" '$1 == name || index($1, name "{") == 1 { sum += $NF } END { printf "%d", sum }' <<<"$2"
}

summary() {
  local text up=listening
  text=$(http_body "$1" "$2" /metrics 2>/dev/null) && [ -n "$text" ] || { printf 'REST does not answer\n'; return; }
  [ "$(metric threadline_source_up "$text")" = 1 ] || up='not listening'
  printf '%s: %s events stored, %s duplicates, %s refused, %s interactions open\n' "$up" \
    "$(metric threadline_events_stored_total "$text")" "$(metric threadline_events_duplicate_total "$text")" \
    "$(metric threadline_events_refused_total "$text")" "$(metric threadline_interactions_open "$text")"
}

# Ends both by their ids, the collector first, so that it sees no lost connection; then the temporary folder goes.
end_headless() {
  local pid
  trap '' INT TERM
  for pid in "${headless_pids[@]}"; do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [ -z "$headless_folder" ] || rm -rf -- "$headless_folder"
}

# run_headless FOLDER_OF_PROGRAMS
run_headless() {
  local programs=$1 simulator collector url rest host port last=0 line
  headless_folder=$(mktemp -d "${TMPDIR:-/tmp}/threadline-demo-XXXXXX")
  trap end_headless EXIT
  trap 'printf "\n"; say "Ending"; exit 0' INT TERM

  "$programs/threadline-simulator" --port 0 >"$headless_folder/simulator.log" 2>&1 &
  simulator=$!
  headless_pids=("$simulator")
  url=$(wait_for_address "$headless_folder/simulator.log" "$simulator" "threadline-simulator")

  rest=${THREADLINE_LISTEN:-127.0.0.1:3000}
  env -u GENESYS_LOGIN_URL -u GENESYS_PRIVATE_KEY -u GENESYS_PRIVATE_KEY_FILE -u GENESYS_CLIENT_SECRET_FILE -u TSDB_URL \
    -u THREADLINE_CONFIG -u THREADLINE_API_TOKEN -u THREADLINE_API_TOKEN_FILE -u THREADLINE_PROXY \
    GENESYS_ENVIRONMENT_URL="$url" GENESYS_CLIENT_ID=demo-client GENESYS_CLIENT_SECRET=demo-secret \
    "$programs/threadline-collector" --data-dir "$headless_folder/data" --listen "$rest" \
    >"$headless_folder/collector.log" 2>&1 &
  collector=$!
  headless_pids=("$collector" "$simulator")
  host=${rest%:*}
  port=${rest##*:}
  wait_for_rest "$host" "$port" "$collector"

  say "No display: simulator ($url) and collector run together. REST: http://$rest/api/v2/timelines"
  say "Logs and data, until this ends: $headless_folder. Ctrl+C ends both."
  while kill -0 "$simulator" 2>/dev/null && kill -0 "$collector" 2>/dev/null; do
    line=$(summary "$host" "$port")
    if [ -t 1 ]; then
      printf '\r\033[K%s' "$line"
    elif [ "$((SECONDS - last))" -ge 10 ] || [ "$last" = 0 ]; then
      printf '%s\n' "$line"
      last=$SECONDS
    fi
    sleep 1 &
    wait $! || true
  done
  printf '\n'
  tail -n 5 "$headless_folder/simulator.log" "$headless_folder/collector.log" >&2
  die "a program ended by itself: its last words are above."
}

# wait_for_rest HOST PORT PID: until REST answers, at most 20 s.
wait_for_rest() {
  local tries=0
  until [ -n "$(http_body "$1" "$2" /healthz 2>/dev/null)" ]; do
    if ! kill -0 "$3" 2>/dev/null; then
      cat "$headless_folder/collector.log" >&2
      die "threadline-collector ended at once: see above. If its port is taken: THREADLINE_LISTEN=127.0.0.1:3001 ./run"
    fi
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || { cat "$headless_folder/collector.log" >&2; die "REST did not answer within 20 s: see above."; }
    sleep 0.1
  done
}
