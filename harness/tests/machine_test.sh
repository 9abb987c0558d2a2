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
	grep -qE '^other.yaml:4:11: error: the root of host one: .*(no unpacked image|No such file)' said ||
		{ cat said >&2; fail "root: $root: it is not told where and what"; }
done

# A user whom the image does not have: the other program, which is root, could have made one.
sed 's/user: app/user: nobody/' image.yaml >other.yaml
! "$halfopen" run --kernel "$uml" other.yaml >said || fail "a user was made"
grep -q "other.yaml:10: program user: its user 'nobody' is not in /etc/passwd" said || { cat said >&2; fail "it is not told that there is no such user"; }

# Where nobody could have, it is told before anything boots, with its place; and so is a kernel that is not there.
cat >missing.yaml <<'CASE'
case: what is not there
matrix: {k: ['99.9']}
hosts:
  one: {root: image, program: {command: ls, user: "apq"}}
  two: {program: {command: ls, user: no-such-user-here}}
  three: {kernel: $k}
expect: {one: {exit: 0}}
CASE
cat >wanted <<'SAID'
missing.yaml:4:51: error: program one: its user 'apq' is not in image/etc/passwd
    4 |   one: {root: image, program: {command: ls, user: "apq"}}
      |                                                   ^~~~~
      = help: did you mean 'app'?
missing.yaml:5:38: error: program two: its user 'no-such-user-here' is not in /etc/passwd
    5 |   two: {program: {command: ls, user: no-such-user-here}}
      |                                      ^~~~~~~~~~~~~~~~~
      = help: a host has the users of this machine, or of a `root` of its own; another program of it can make one before, as root
missing.yaml:6:19: error: host three: 99.9: No such file, and no kernel of that name (`halfopen kernel list` tells them)
    6 |   three: {kernel: $k}
      |                   ^~
      = help: there is none yet; `halfopen kernel build` makes one
SAID
XDG_CACHE_HOME=$scratch/empty "$halfopen" run --kernel "$uml" --out missing missing.yaml >said && fail "a run without its users and kernels"
grep -A99 -m1 '^missing.yaml:4' said | head -n 12 | diff wanted - || fail "it is not told where and what is missing"
[ "$(find missing -name record.jsonl)" = "" ] || fail "something ran without what it lacks"

# What only looks like a list of users holds nobody up but the host, whose program never starts.
mkdir -p odd/etc odd/bin
mkfifo odd/etc/passwd
sed '/^  one:/s/root: image/root: odd/; /^  two:/d; /^  three:/s/{.*}//; /^matrix/d' missing.yaml >odd.yaml
status=0
timeout 300 "$halfopen" run --kernel "$uml" odd.yaml >said || status=$?
[ "$status" = 1 ] || { cat said >&2; fail "a host with a pipe for its users exited with $status, not 1"; }

# Of what was not flushed a disk that loses by chance keeps a part, by the run's seed: which sectors, not only how many.
cat >disk.yaml <<'CASE'
case: a disk loses a part
hosts:
  one:
    disk: {size: 16M, loses: random}
    program:
      command: |
        of() { head -c 32768 /dev/zero | tr '\0' $$1; }
        test ! -e part || { echo "part: $$(tr -cd n <part | wc -c) $$(cksum <part)"; exit 0; }
        of o >part && sync || exit 1
        of n | dd of=part bs=4096 iflag=fullblock oflag=direct conv=notrunc status=none || exit 2
        sleep 5
  two: {program: [pause]}
timeline:
  - {at: 1s, reboot: one}
expect:
  one: {exit@1: 0}
CASE
part() { # SEED
	"$halfopen" run --kernel "$uml" --seed "$1" --out "seed-$1" disk.yaml >said || { cat said >&2; fail "a disk that loses a part"; }
	grep -ohE 'part: [0-9]+ [0-9]+ 32768' "seed-$1/disk/record.jsonl" || fail "seed $1: the host does not tell what is left"
}
first=$(part 1)
again=$(part 1)
other=$(part 2)
[ "$first" = "$again" ] || fail "one seed loses two parts: $first, $again"
[ "$first" != "$other" ] || fail "two seeds lose the same part: $first"
for kept in "${first#part: }" "${other#part: }"; do
	kept=${kept%% *}
	[[ $kept -gt 0 && $kept -lt 32768 && $((kept % 512)) = 0 ]] || fail "$kept of 32768 bytes are no part in sectors"
done

# Two reboots in an order that the run alone knows: the second comes while the host is yet to boot by the first.
cat >twice.yaml <<'CASE'
case: two reboots
hosts:
  client: {program: [wait: 6s, pause]}
  server: {program: [listen: 80, accept]}
timeline:
  - {at: 5s, reboot: {host: server, down: 10s}}
  - {after: {client: {step: wait}}, then: THENs, reboot: {host: server, down: 2s}}
until: 30s
expect:
  server: {accept@1: blocked}
CASE
for kernels in --jobs=1 --one-kernel; do
	sed 's/THEN/1/' twice.yaml >early.yaml
	status=0
	"$halfopen" run --kernel "$uml" "$kernels" early.yaml >said || status=$?
	[ "$status" = 3 ] || { cat said >&2; fail "$kernels: a host that boots twice exited with $status, not 3"; }
	grep -q 'reboot host=server down=2s: line 7: its host is yet to come up again then, because of line 6: reboot host=server down=10s' said ||
		{ cat said >&2; fail "$kernels: it is not told which two reboots"; }
	sed 's/THEN/10/; s/accept@1/accept@2/' twice.yaml >late.yaml
	"$halfopen" run --kernel "$uml" "$kernels" late.yaml >said || { cat said >&2; fail "$kernels: two reboots one after the other"; }
done

# A host that is off by then, or is suspended no more, does not hang, nor go on: the record does not say that it did.
for undone in "hang: server" "suspend: server" "panic: server"; do
	cat >off.yaml <<-CASE
		case: a host that is off
		hosts:
		  client: {program: [wait: 1s, {as: later, wait: 2s}, pause]}
		  server: {program: [listen: 80, accept]}
		timeline:
		  - {after: {client: {step: later}}, $undone}
		  - {after: {client: {step: wait}}, crash: server}
		until: 5s
		expect: {server: {accept: blocked}}
	CASE
	status=0
	"$halfopen" run --kernel "$uml" off.yaml >said || status=$?
	[ "$status" = 3 ] || { cat said >&2; fail "$undone, which is off, exited with $status, not 3"; }
	grep -q "this was never done: ${undone/: / }: .*who was to do it was off" said || { cat said >&2; fail "$undone: nobody tells that it was not done"; }
done
