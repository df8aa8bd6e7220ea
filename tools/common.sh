# SPDX-License-Identifier: GPL-3.0-or-later
# What ./run, ./test and the tools share: words, packages, building. Sourced by bash; sets `root`, the project's folder.
# Needs no more than a minimal Debian: bash, coreutils, sed, awk.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

say() { printf '==> %s\n' "$*"; }
die() { printf 'threadline: %s\n' "$*" >&2; exit 1; }

# list_packages WHEN...: one line a package that these markers name; alternatives stand behind one another.
list_packages() {
  local when package
  while read -r when package; do
    case " $* " in *" $when "*) printf '%s\n' "${package//|/ }" ;; esac
  done < <(grep -v -E '^[[:space:]]*(#|$)' "$root/packaging/packages.txt")
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# missing_packages WHEN...: the lines of list_packages of which nothing is installed.
missing_packages() {
  local alternatives package found
  while read -r alternatives; do
    found=
    for package in $alternatives; do is_installed "$package" && found=yes; done
    [ -n "$found" ] || printf '%s\n' "$alternatives"
  done < <(list_packages "$@")
}

has_candidate() { apt-cache show --no-all-versions "$1" >/dev/null 2>&1; }

# available LINE: the first of its packages that the package lists know; fails if they know none.
available() {
  local package
  for package in $1; do
    has_candidate "$package" && { printf '%s\n' "$package"; return 0; }
  done
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"
}

no_debian() {
  cat >&2 <<WORDS
threadline: this system has no dpkg and apt-get, so nothing is installed. Install what corresponds to these Debian packages:
$(list_packages "$@" | sed 's/  */ or /g; s/^/  /')
and build with:
  cmake --preset release && cmake --build --preset release
WORDS
}

# choose_packages LINES: the names to install, one for each line. Brings the package lists up to date if they know none.
choose_packages() {
  local line chosen updated=
  while read -r line; do
    [ -n "$line" ] || continue
    if ! chosen=$(available "$line"); then
      if [ -z "$updated" ]; then
        say "Fetching the package lists" >&2
        apt_get update >&2 || die "apt-get update failed: see above. Is the network reachable, and /etc/apt/sources.list right?"
        updated=yes
      fi
      chosen=$(available "$line") ||
        die "Debian's package lists do not know $(sed 's/  */ or /g' <<<"$line"). Threadline needs Debian 12 or newer (Qt 6.4)."
    fi
    printf '%s\n' "$chosen"
  done <<<"$1"
}

# install_packages YES|NO WHEN...: sees to it that the packages are there; with NO it only says what is missing.
install_packages() {
  local allowed=$1 missing packages; shift
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    no_debian "$@"
    return 0
  fi
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$allowed" = no ]; then
    say "Not installed, and --no-install was given: $(sed 's/ .*//' <<<"$missing" | paste -s -d' ')"
    return 0
  fi
  if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    die "packages are missing, and neither are you root nor is sudo there. As root: apt-get install --no-install-recommends $(
      sed 's/ .*//' <<<"$missing" | paste -s -d' ')"
  fi
  packages=$(choose_packages "$missing") || exit 1
  say "Installing with apt-get: $(paste -s -d' ' <<<"$packages")"
  # shellcheck disable=SC2086 # one word a package
  apt_get install -y --no-install-recommends $packages && return 0
  say "Trying once more with fresh package lists"
  # shellcheck disable=SC2086
  apt_get update && apt_get install -y --no-install-recommends $packages ||
    die "apt-get could not install them: see above. Mend that, or install them by hand and give --no-install."
}

need_tools() {
  local tool
  for tool in cmake ninja c++; do
    command -v "$tool" >/dev/null || die "$tool is not there. Leave out --no-install, or install the packages of packaging/packages.txt."
  done
}

# As many compilers as there are cores, but no more than memory bears (about 1 GiB each).
jobs() {
  local cores free
  cores=$(nproc 2>/dev/null || echo 2)
  free=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo 2>/dev/null)
  [ -n "$free" ] && [ "$free" -lt "$cores" ] && cores=$((free > 0 ? free : 1))
  echo "$cores"
}

# Whether build/PRESET was configured from this very folder and from the CMake files as they are now.
is_configured() {
  local folder=$root/build/$1
  [ -f "$folder/build.ninja" ] || return 1
  grep -q -x -F "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt" || return 1
  [ -z "$(find "$root/CMakeLists.txt" "$root/CMakePresets.json" "$root/cmake" "$root/core" "$root/ui" "$root/app" "$root/tests" \
    \( -name CMakeLists.txt -o -name CMakePresets.json -o -name '*.cmake' \) -newer "$folder/build.ninja" -print -quit)" ]
}

# configure PRESET [CMake option]...
# Several sources are compiled as one here, with precompiled headers: that is quicker as long as everything is compiled. Who
# changes one file after the other has less to wait for with the bare preset: cmake --preset dev
configure() {
  local preset=$1; shift
  is_configured "$preset" && return 0
  say "Configuring $preset"
  local fresh=
  grep -q -s -x -F "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$root/build/$preset/CMakeCache.txt" || fresh=--fresh
  local log=$root/build/$preset.configure.log
  mkdir -p "$root/build"
  (cd -- "$root" && cmake --preset "$preset" $fresh -DCMAKE_UNITY_BUILD=ON -DTHREADLINE_PCH=ON \
    -DTHREADLINE_CCACHE=OFF "$@" >"$log" 2>&1) || {
    cat "$log" >&2
    die "CMake could not configure $preset: see above. A package it does not find is in packaging/packages.txt; else remove build/$preset and try again."
  }
  touch "$root/build/$preset/build.ninja"
}

# build PRESET [target]...: with visible progress.
build() {
  local preset=$1; shift
  say "Building $preset with $(jobs) jobs"
  NINJA_STATUS='[%f/%t %p, %es] ' ninja -C "$root/build/$preset" -j "$(jobs)" "$@" ||
    die "the build of $preset failed: the first error above tells why. Out of memory shows as \"Killed\": close programs and run it again, it goes on where it stopped."
}
