#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A hostile case tries what docs/security.md says that it cannot: on the live kernel, started by root and by
# an ordinary user, on UML, and in QEMU. Usage: attacks_test.sh BUILD-FOLDER
# shellcheck source-path=SCRIPTDIR source=lib.sh disable=SC2317
. "$(dirname "$0")/lib.sh"
attack=$build/tests/attack
scratch=$(mktemp -d)
helpers=()
cleanup() {
	for pid in "${helpers[@]}"; do kill "$pid" 2>/dev/null || true; done
	[ -z "${shm:-}" ] || ipcrm -m "$shm" 2>/dev/null || true
	[ -z "${msg:-}" ] || ipcrm -q "$msg" 2>/dev/null || true
	"$python" -c "import ctypes; ctypes.CDLL(None).mq_unlink(b'/$abstract')" || true
	chmod -R u+w "$scratch"
	rm -rf "$scratch"
}
trap cleanup EXIT
# The scratch folder is open to all, as /tmp is; the case has one of its own in it.
chmod 755 "$scratch"
mkdir -p "$scratch/cases/hostile" "$scratch/host" "$scratch/tmp"
chmod 777 "$scratch/host"
chmod 1777 "$scratch/tmp"
export TMPDIR=$scratch/tmp

# What there is on this machine to be reached.
echo untouched >"$scratch/host/file"
chmod 666 "$scratch/host/file"
echo secret >"$scratch/host/secret"
chmod 600 "$scratch/host/secret"
python=$(python_with socket) || { echo "$python"; exit 77; }
abstract=halfopen-attack-$$
"$python" - "$scratch/host/socket" "$abstract" "$scratch/host/port" <<-'END' &
	import ctypes, os, socket, sys, time
	ctypes.CDLL(None).mq_open(b"/" + sys.argv[2].encode(), os.O_CREAT | os.O_RDWR, 0o666, None)
	for path in sys.argv[1], "\0" + sys.argv[2]:
	    s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen(); globals()[path] = s
	os.chmod(sys.argv[1], 0o777)
	tcp = socket.create_server(("127.0.0.1", 0))
	open(sys.argv[3], "w").write(str(tcp.getsockname()[1]))
	time.sleep(7200)
END
victim=$!
helpers+=("$victim")
until [ -s "$scratch/host/port" ]; do sleep 0.05; kill -0 "$victim" || fail "no daemon to be attacked"; done
shm=$(ipcmk -M 64 -p 0666 | grep -oE '[0-9]+$')
msg=$(ipcmk -Q -p 0666 | grep -oE '[0-9]+$')
what="file=$scratch/host/file secret=$scratch/host/secret socket=$scratch/host/socket abstract=$abstract"
what+=" port=$(cat "$scratch/host/port") pid=$victim shm=$shm msg=$msg queue=/$abstract case=$scratch/cases/hostile/a.yaml"
cp "$attack" "$scratch/cases/hostile/attack"
exec 9>"$scratch/host/inherited" # a descriptor that the test's children inherit

# NAME COMMAND: a hostile case; of two runs, so that one can leave something for the other.
hostile() {
	cat >"$scratch/cases/hostile/$1.yaml" <<-CASE
		case: hostile
		matrix: {ip: [4, 6]}
		hosts:
		  a: {programs: {attacker: {command: "$2"}, bystander: [pause]}}
		  b: {program: [pause]}
		expect: {attacker: {exit: 0}}
	CASE
}

as_is() { "$@"; }
as_ordinary_user() { setpriv --reuid=65533 --regid=65533 --clear-groups env HOME=/nonexistent "$@"; }
# As Docker has root by default.
as_root_of_a_container() {
	setpriv --inh-caps=-all --bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap "$@"
}
# IDS NAMESPACES: root of a user namespace that has so many ids, with at most so many beneath it.
as_root_of() {
	"$python" - "$@" <<-'END'
		import ctypes, os, sys
		ids, beneath, command = sys.argv[1], sys.argv[2], sys.argv[3:]
		ready, map_written = os.pipe(), os.pipe()
		pid = os.fork()
		if pid == 0:
		    ctypes.CDLL(None).unshare(0x10000000)
		    os.write(ready[1], b"x")
		    os.read(map_written[0], 1)
		    os.setgid(0)
		    os.setuid(0)
		    open("/proc/sys/user/max_user_namespaces", "w").write(beneath)
		    os.execvp(command[0], command)
		os.read(ready[0], 1)
		for name in "uid_map", "gid_map":
		    open(f"/proc/{pid}/{name}", "w").write("0 0 " + ids)
		os.write(map_written[1], b"x")
		sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
}
without_user_namespaces() { as_root_of 4294967295 0 "$@"; }
# A container's root, to whom the machine gave no more users than these.
as_root_of_few() { as_root_of 65536 1000 "$@"; }
without_landlock() { as_ordinary_user "$build/tests/without" landlock "$@"; }

core_pattern=$(cat /proc/sys/kernel/core_pattern)
null=$(stat -c '%a %u' /dev/null)

# WHO KERNEL [KEY=VALUE...]: all attacks.
attacked() {
	local who=$1 kernel=$2 out=$scratch/tmp/out-$1 record
	shift 2
	hostile a "$scratch/cases/hostile/attack $what $*"
	rm -rf "$out"
	"$who" "$halfopen" run ${how:-} --jobs "${jobs:-2}" --kernel "$kernel" --out "$out" "$scratch/cases/hostile/a.yaml" >"$scratch/said" || {
		cat "$scratch/said"
		find "$out" -name record.jsonl -exec jq -r 'select(.output) | .output' {} +
		fail "$who, $kernel ${how:-}: something got through"
	}
	for record in "$out"/hostile/a/*/record.jsonl; do
		jq -r 'select(.output) | .output' "$record" | grep -qE '^[0-9]+ attacks by [0-9]+ ways, 0 got through$' ||
			fail "$who, $kernel ${how:-}: the attacks were not made"
	done
	[ "$(cat "$scratch/host/file")" = untouched ] || fail "$who: a file of the host was written"
	kill -0 "$victim" || fail "$who: a process of the host was killed"
	ipcs -m -i "$shm" >/dev/null || fail "$who: a System V segment was removed"
	[ "$(cat /proc/sys/kernel/core_pattern)" = "$core_pattern" ] || fail "$who: core_pattern was written"
	[ "$(stat -c '%a %u' /dev/null)" = "$null" ] || fail "$who: /dev/null was changed"
	echo "$who, $kernel${how:+ $how}: held"
}

# Programs that start while another of their host lies in wait; the filter of Landlock's would hold it.
started() {
	local late
	late=$(for i in {1..14}; do echo "late$i: {start: 500ms, command: 'true'},"; done)
	cat >"$scratch/cases/hostile/start.yaml" <<-CASE
		case: starting
		hosts:
		  a: {programs: {$late attacker: {command: "$scratch/cases/hostile/attack only=starts starting=14"}}}
		  b: {program: [pause]}
		expect: {attacker: {exit: 0}}
	CASE
	"$1" "$halfopen" run --kernel live "$scratch/cases/hostile/start.yaml" >"$scratch/said" ||
		{ cat "$scratch/said"; fail "$1: a command sees into who starts the next"; }
}

# When memory is short, a command goes, and nothing else of its run.
hungry() {
	cat >"$scratch/cases/hostile/hungry.yaml" <<-'CASE'
		case: hungry
		hosts:
		  a: {programs: {hungry: {command: "tail /dev/zero"}, bystander: [pause]}}
		  b: {program: [connect: "a:80"]}
		until: 5s
		expect: {hungry: {exit: 137}, bystander: {exit: running}, b: {connect: ECONNREFUSED}}
	CASE
	"$halfopen" run --kernel "$1" "$scratch/cases/hostile/hungry.yaml" >"$scratch/said" ||
		{ cat "$scratch/said"; fail "a command without memory took others along"; }
}

# WHO KERNEL: a fork bomb does not keep its run from ending, and nothing is left of it. It may take all processors, so
# that even its own `sleep` and the other run wait for their turn: then the wall limit ends them.
bombed() {
	local mark=halfopen-marked-$$ status=0
	hostile bomb ": $mark; bomb() { bomb | bomb & bomb | bomb & }; bomb; sleep 2; exit 0"
	"$1" timeout -s KILL 300 "$halfopen" run --wall-limit 20s --kernel "$2" "$scratch/cases/hostile/bomb.yaml" >"$scratch/said" || status=$?
	[ $status != 137 ] || fail "$1, $2: a fork bomb kept the run from ending"
	grep -q ' passed, ' "$scratch/said" || { cat "$scratch/said"; fail "$1, $2: no run"; }
	! pgrep -f "$mark" >/dev/null || fail "$1, $2: processes of a fork bomb are left"
}

# An attack that cannot succeed shows nothing. With nothing in its way but a copy of this machine's files,
# so that they stay what they are: each part gets through, but for what may be missing here.
unconfined() {
	local free=$scratch/free name
	mkdir "$free"
	timeout -s KILL 300 unshare --mount --uts --pid --fork --kill-child --propagation private bash -s "$free" "$scratch" "$attack" \
		"${what/pid=$victim/}" >"$scratch/said" 2>&1 <<-'END' || true
		set -e
		mount -t tmpfs none "$1"
		mkdir "$1/up" "$1/work" "$1/root"
		mount -t overlay overlay -o "lowerdir=/,upperdir=$1/up,workdir=$1/work" "$1/root"
		mount --rbind /dev "$1/root/dev"
		[ ! -d "$1/root/dev/shm" ] || mount -t tmpfs none "$1/root/dev/shm"
		mount --rbind /sys "$1/root/sys"
		mount -t proc proc "$1/root/proc"
		mount --bind "$2" "$1/root$2"
		hostname a
		cd "$1/root"
		exec 10</dev/null
		for _ in once again; do
			chroot . sh -c 'sleep 100 & "$0" $1 pid=$! landlock=7; kill $!' "$3" "$4" </etc/passwd || true
		done
	END
	grep -q ' got through$' "$scratch/said" || { cat "$scratch/said"; echo "unconfined: not possible here"; return; }
	while IFS= read -r name; do
		grep -qF "through: $name" "$scratch/said" || fail "unconfined: \"$name\" got not through: it shows nothing"
	done < <(sed -nE 's/^\t\{"([^"]*)", [a-z_]+\},$/\1/p' "$here"/attack/*.c |
		grep -vE '^(type into a terminal|system calls of another architecture|see the machine.s cgroups|trace who starts a program|the machine.s files through a hostfs of its own)$')
	echo "unconfined: $(grep ' got through$' "$scratch/said" | tail -1)"
}
[ "$(id -u)" != 0 ] || unconfined

# A case's settings: beneath the network's own, also where the name of one goes up.
settings() {
	local name
	for name in kernel.core_pattern net.ipv4.//.//.kernel.core_pattern net.core.//.//.kernel.core_pattern; do
		cat >"$scratch/cases/hostile/setting.yaml" <<-CASE
			case: setting
			hosts: {a: {sysctl: {$name: "$core_pattern"}, program: [pause]}, b: {program: [pause]}}
			until: 10ms
			expect: {a: {exit: running}}
		CASE
		! "$halfopen" run --kernel "$1" "$scratch/cases/hostile/setting.yaml" >"$scratch/said" 2>&1 ||
			fail "$1: sysctl $name was set"
		grep -qE 'needs a kernel for each host|leaves /proc/sys/net' "$scratch/said" || { cat "$scratch/said"; fail "$1: $name"; }
	done
}

live_possible || skip "no network namespaces here: neither root nor user namespaces"
landlock=$("$halfopen" doctor | sed -nE 's/^ *Landlock, for a case.s commands \(([0-9]+)\).*/\1/p')
users=()
if [ "$(id -u)" = 0 ]; then
	users+=(as_root_of_a_container without_user_namespaces)
	if as_ordinary_user unshare --user --net true 2>/dev/null && as_ordinary_user test -x "$halfopen"; then
		users+=(as_ordinary_user)
	else
		echo "as an ordinary user: not possible here (no user namespaces, or the build folder is closed)"
	fi
fi
[ "$(id -u)" = 0 ] || users=(as_is)
if [ "$(id -u)" = 0 ]; then
	# CAP_SYS_RESOURCE, which a container's root may lack: how soon a run goes when memory is short is then for good.
	resource=$((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 24 & 1))
	attacked as_is live "$([ "$resource" = 0 ] || echo resource=1)" "landlock=$landlock" user=2000000000
	attacked as_root_of_few live only=users user=65534
fi
for who in "${users[@]}"; do
	user=
	case $who in as_root_of_a_container | without_user_namespaces) user=user=2000000000 ;; esac
	attacked "$who" live "landlock=$landlock" $user
done
# Where neither way is open it says so.
if [ "$(id -u)" = 0 ]; then
	without_user_namespaces setpriv --reuid=65533 --regid=65533 --clear-groups "$halfopen" doctor >"$scratch/said" || true
	grep -A1 -E 'namespaces may be made +no' "$scratch/said" | grep -q max_user_namespaces ||
		{ cat "$scratch/said"; fail "doctor does not say what is missing"; }
fi
case " ${users[*]} " in
*" as_ordinary_user "*)
	attacked without_landlock live
	started without_landlock
	;;
esac
settings live
for who in as_is "${users[-1]}"; do bombed "$who" live; done

# A copy of the kernel: an ordinary user may not be able to go where it is.
if uml=$(uml_kernel); then
	cp -r "$(dirname "$uml")" "$scratch/kernel"
	chmod -R a+rX "$scratch/kernel"
	uml=$scratch/kernel/$(basename "$uml")
	hungry "$uml"
	for who in as_is "${users[@]}"; do
		how=--one-kernel attacked "$who" "$uml" user=2000000000
		attacked "$who" "$uml" machine=1
	done
fi
image=$(bzimage) && jobs=1 attacked as_is "$image" user=2000000000
exit 0
