# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the parts of ./test one after another, whatever becomes of each, and adds up what they say. Sourced by bash.

passed=0
failed=()
started=$SECONDS

# phase NAME COMMAND...: counts as one test.
phase() {
  local name=$1 began=$SECONDS; shift
  say "Testing: $name"
  if "$@"; then
    passed=$((passed + 1))
    say "Passed: $name, $((SECONDS - began)) s"
  else
    failed+=("$name")
    say "FAILED: $name, $((SECONDS - began)) s"
  fi
}

# ctest_phase NAME COMMAND...: counts as the tests that ctest ran.
ctest_phase() {
  local name=$1 began=$SECONDS log line total bad; shift
  say "Testing: $name"
  log=$(mktemp)
  "$@" 2>&1 | tee "$log"
  line=$(grep -E '^[0-9]+% tests passed, [0-9]+ tests? failed out of [0-9]+' "$log" | tail -n 1)
  bad=$(sed -E 's/.*, ([0-9]+) tests? failed.*/\1/' <<<"$line")
  total=${line##* }
  if [ -z "$line" ] || [ "$total" = 0 ]; then
    failed+=("$name: ctest ran no test")
  else
    passed=$((passed + total - bad))
    while IFS= read -r line; do
      failed+=("$name: $line")
    done < <(sed -n -E 's/^[[:space:]]+[0-9]+ - (.*)$/\1/p' "$log")
  fi
  rm -f -- "$log"
  say "Done: $name, $((SECONDS - began)) s"
}

# The last words, in the form of ctest's: over all parts.
closing_summary() {
  local bad=${#failed[@]} total
  total=$((passed + bad))
  printf '\n'
  printf 'FAILED: %s\n' "${failed[@]}" | grep -v '^FAILED: $'
  say "All parts together, $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s:"
  printf '%d%% tests passed, %d tests failed out of %d\n' "$((total > 0 ? 100 * passed / total : 0))" "$bad" "$total"
  [ "$bad" = 0 ]
}
