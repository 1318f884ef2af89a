#!/usr/bin/env bash
# Installs what `npm run test:servers` tries the program against, as root on Debian 12: the packages of apt-packages.txt, the Python
# packages of requirements.txt in a venv, the server in go/, built, and a fresh Debian with the packages of debian-packages.txt for the
# machines that the tests boot. What is there already is left alone, so a second run takes seconds.
set -euo pipefail
cd "$(dirname "$0")"

cache=${COLLECTOR_SERVERS:-$HOME/.cache/collector-servers}
mkdir -p "$cache"

# Services are not started at their installation: the tests start their own.
policy=/usr/sbin/policy-rc.d
made_policy=
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod 755 $policy
  made_policy=yes
fi
trap '[ -z "$made_policy" ] || rm -f $policy' EXIT

export DEBIAN_FRONTEND=noninteractive
is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
missing=()
while read -r package; do
  is_installed "$package" || missing+=("$package")
done <apt-packages.txt
command -v go >/dev/null || missing+=(golang-go)
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

wanted=$(sha256sum requirements.txt | cut -c1-16)
if [ ! -e "$cache/venv/$wanted" ]; then
  rm -rf "$cache/venv"
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt
  touch "$cache/venv/$wanted"
fi

wanted=$(cat go/main.go go/go.mod go/go.sum | sha256sum | cut -c1-16)
if [ ! -e "$cache/go/$wanted" ]; then
  rm -rf "$cache/go"
  mkdir -p "$cache/go"
  (cd go && go build -o "$cache/go/pkg-sftp-server" .)
  touch "$cache/go/$wanted"
fi

# Where no Debian can be made, as in a container without privileges, none can be booted either: those tests then say so.
tree=$cache/debian/$(sha256sum debian-packages.txt | cut -c1-16)
if [ ! -e "$tree" ]; then
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | sed -n "s/ $release$//p" | head -n 1)
  # One that was broken off may have left /proc mounted in it.
  umount --quiet --recursive "$tree.part/proc" || true
  rm -rf --one-file-system "$tree.part"
  mkdir -p "$tree.part"
  if debootstrap --variant=minbase --include="$(paste -sd, debian-packages.txt)" "$release" "$tree.part" "$mirror" >"$tree.log" 2>&1; then
    mv "$tree.part" "$tree"
  else
    tail -n 3 "$tree.log" >&2
    echo "no fresh Debian was made, the whole log is $tree.log: the tests that boot one are skipped" >&2
  fi
fi
