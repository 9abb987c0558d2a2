#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a host has that is a machine of its own, and what a case that ships cannot have: an unpacked image as its root.
# Usage: machine_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
uml=$(uml_kernel) || { echo "$uml"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
chmod 755 "$scratch"
cd "$scratch"
export TMPDIR=$scratch

# An image: a shell, what it needs, and a user whom this machine does not have.
mkdir -p image/{bin,etc,root,closed,home/app}
for program in sh cat ls id touch; do
	cp -L "$(command -v "$program")" image/bin
	ldd "image/bin/$program" | grep -oE '/[^ ]+' | while read -r library; do
		mkdir -p "image$(dirname "$library")"
		cp -L "$library" "image$library"
	done
done
printf '%s\n' 'root:x:0:0::/root:/bin/sh' 'app:x:1234:1234::/home/app:/bin/sh' >image/etc/passwd
echo 'root:a password:1:::::' >image/etc/shadow
echo secret >image/closed/file
chmod 600 image/etc/shadow
chmod 700 image/closed
cat >image.yaml <<'CASE'
case: a host with an image of its own
hosts:
  one:
    root: image
    programs:
      admin:
        command: |
          test ! -e /usr && test ! -e /sbin && ls /closed >/dev/null || exit 1
          echo new >/etc/made && echo more >>/etc/passwd || exit 2
      user: {start: 1s, user: app, command: "test \"$$(id -u) $$(pwd) $$HOME\" = '1234 /home/app /home/app' && ! ls /closed"}
  two: {program: {command: "test -e /usr && test ! -e /closed && ! grep -q ^app: /etc/passwd"}}
expect:
  admin: {exit: 0}
  user: {exit: 0}
  two: {exit: 0}
CASE
find image -exec stat -c '%n %a %u %s %Y' {} + | sort >before
"$halfopen" run --kernel "$uml" image.yaml >said || { cat said >&2; fail "a host with an image"; }
find image -exec stat -c '%n %a %u %s %Y' {} + | sort >after
cmp -s before after || fail "the image was changed"

# What is no image, among them this machine itself, is refused with its place.
mkdir nothing
for root in nothing missing / /proc/self/root; do
	sed "s|root: image|root: $root|" image.yaml >other.yaml
	status=0
	"$halfopen" run --kernel "$uml" other.yaml >said || status=$?
	[ "$status" = 3 ] || { cat said >&2; fail "root: $root exited with $status, not 3"; }
	grep -qE '^ERROR other.yaml.*other.yaml:3: the root of host one: .*(no unpacked image|No such file)' said ||
		{ cat said >&2; fail "root: $root: it is not told where and what"; }
done

# A user whom the image does not have.
sed 's/user: app/user: nobody/' image.yaml >other.yaml
! "$halfopen" run --kernel "$uml" other.yaml >said || fail "a user was made"
grep -q "its user 'nobody' is not in /etc/passwd" said || { cat said >&2; fail "it is not told that there is no such user"; }
