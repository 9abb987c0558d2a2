#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ci/slurm on a real Slurm: munged, slurmctld and slurmd of the test's own, in namespaces that end with it.
# An array of 8 over all cases that ship, one task killed in the middle and requeued: the same as one
# machine makes of them. Usage: slurm_test.sh BUILD
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
for tool in munged slurmctld slurmd sbatch scontrol squeue; do
	command -v $tool >/dev/null || skip "no $tool (Debian: slurm-wlm and munge)"
done
kernel=$(uml_kernel) || { echo "$kernel"; exit 77; }
export HALFOPEN_UML=$kernel
if [ -z "${SLURM_TEST_ISOLATED:-}" ]; then
	own=(unshare --pid --net --uts --mount --fork --kill-child --mount-proc)
	"${own[@]}" true 2>/dev/null || own+=(--user --map-root-user)
	"${own[@]}" true 2>/dev/null || skip "no namespaces for a Slurm of the test's own"
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	SLURM_TEST_ISOLATED=$scratch "${own[@]}" "$0" "$build"
	exit
fi
cd "$SLURM_TEST_ISOLATED" || exit
# getaddrinfo(AI_ADDRCONFIG) gives nobody an address who has only 127.0.0.1.
ip link set lo up
ip address add 192.0.2.1/32 dev lo
hostname node
echo '127.0.0.1 localhost
192.0.2.1 node' >hosts
mount --bind hosts /etc/hosts
scratch=$PWD
mkdir bin state spool munge
ln -s "$halfopen" bin/halfopen
export PATH=$scratch/bin:$PATH SLURM_CONF=$scratch/slurm.conf

# --- Slurm, as small as it gets: one node that has eight processors because we say so ---
cat >slurm.conf <<C
ClusterName=test
SlurmctldHost=node
SlurmUser=root
AuthInfo=socket=$scratch/munge/socket
AuthType=auth/munge
CredType=cred/munge
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
ReturnToService=2
MailProg=/bin/true
KillWait=2
SlurmdParameters=config_overrides
NodeName=node CPUs=8 RealMemory=64000
PartitionName=all Nodes=node Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:1
C
chmod 700 munge
head -c 1024 /dev/urandom >munge/key
chmod 600 munge/key
munged --foreground --force --num-threads=2 --socket=munge/socket --key-file=munge/key --pid-file=munge/pid \
	--log-file=munge/log --seed-file=munge/seed >munge/out 2>&1 &
until_true() { # SECONDS COMMAND...
	local until=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.2
	done
}
until_true 120 test -S munge/socket || { cat munge/out munge/log >&2; skip "munged does not start here"; }
slurmctld -D >slurmctld.out 2>&1 &
slurmd -D -N node >slurmd.out 2>&1 &
node_is_idle() { [ "$(sinfo --noheader --format=%t)" = idle ]; }
until_true 120 node_is_idle || { tail -n 20 slurm*.log slurm*.out >&2; skip "Slurm does not start here"; }

# --- what one machine makes of it, and what an array does ---
# Real programs cost as much as all others together.
mapfile -t scripted < <(find "$cases" -mindepth 1 -maxdepth 1 -type d ! -name programs ! -name broken | sort)
"$halfopen" run --out one "${scripted[@]}" >one.log || { tail one.log >&2; fail "a run failed without Slurm"; }
submit() { # SBATCH-ARGUMENT...
	sbatch --parsable --mem-per-cpu=10M --cpus-per-task=1 "--export=ALL,OUT=$scratch/results,COSTS=$scratch/one" "$@"
}
job=$(submit --array=0-7 "$here/../../ci/slurm/array.sbatch" "${scripted[@]}")
# The fourth task, when it has done some of its part
under_way() { [ -e results/shards/4-of-8.begun ] && grep -q '^PASS' "halfopen-$job-3.log"; }
until_true 600 under_way || { squeue >&2; cat halfopen-*.log slurmctld.log >&2; fail "no task runs"; }
scancel --signal=KILL --full "${job}_3"
is_over() { [ -z "$(squeue --noheader --states=running,completing --jobs="${job}_3")" ]; }
until_true 300 is_over || fail "the task that was killed goes on"
[ ! -e results/shards/4-of-8.json ] || fail "the task was over before it was killed"
others_are_over() { [ "$(find results/shards -name '*.json' | wc -l)" = 7 ]; }
until_true 2400 others_are_over || { squeue >&2; fail "the other tasks do not end"; }
exits 3 "$halfopen" merge results
complains 'missing: shard 4 of 8'
scontrol requeue "${job}_3"
# Slurm lets what was requeued wait for two minutes.
until_true 120 scontrol update JobId="${job}_3" StartTime=now || true
none_left() { [ -z "$(squeue --noheader --jobs="$job" 2>/dev/null)" ]; }
until_true 2400 none_left || { squeue >&2; fail "the array does not end"; }
merge=$(submit "$here/../../ci/slurm/merge.sbatch")
merged() { scontrol show job "$merge" | grep -q 'JobState=COMPLETED'; }
until_true 600 merged || { scontrol show job "$merge"; cat "halfopen-$merge.log"; fail "the merge failed"; } >&2
cat "halfopen-$merge.log"
grep -q ' of 8 of 8 shards' "halfopen-$merge.log" || fail "not all shards were merged"
[ -s results/junit.xml ] || fail "no JUnit XML"
exits 0 "$halfopen" compare one results
tail -n 1 out
echo "an array of 8 is one machine"
