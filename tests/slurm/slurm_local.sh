#!/usr/bin/env bash
# A small real Slurm on one machine: two nodes on loopback, as root, without systemd.
#
#   slurm_local.sh start DIR     start it, with everything it writes in DIR
#   slurm_local.sh stop DIR      end its processes and remove its link in /etc/slurm
#   slurm_local.sh status DIR    nodes and jobs
#
# Needs the packages slurm-wlm and munge (Debian 12). There is no accounting database: job states
# come from squeue. The nodes are fictions that share the machine; memory limits are real.
#
# NODES=2 NODE_CPUS=4 NODE_MEM=16000   the nodes
# PORT=16800                           first of the NODES + 1 ports on 127.0.0.1
set -euo pipefail

usage="usage: slurm_local.sh start|stop|status DIR"
action=${1:?$usage}
dir=$(realpath --canonicalize-missing -- "${2:?$usage}")
nodes=${NODES:-2}
cpus=${NODE_CPUS:-4}
memory=${NODE_MEM:-16000}
port=${PORT:-16800}
host=$(hostname -s)

# Jobs of Snakemake's Slurm executor see no SLURM_* variable, SLURM_CONF neither: they need the
# configuration at Slurm's own place.
link=/etc/slurm/slurm.conf

export SLURM_CONF=$dir/slurm.conf
PATH=$PATH:/usr/sbin:/sbin

die() {
    printf 'slurm_local.sh: %s\n' "$*" >&2
    exit 1
}

# wait_for COMMAND...: until it succeeds, at most half a minute
wait_for() {
    local try
    for ((try = 0; try < 120; try++)); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.25
    done
    die "gave up waiting for: $*; see the logs in $dir/log"
}

no_jobs() { [[ -z $(timeout 5 squeue --noheader --states=PD,R,CG || echo unknown) ]]; }
all_idle() {
    [[ $(sinfo --noheader --Node --partition=main --format=%T | grep --count '^idle$') -eq $nodes ]]
}

write_configuration() {
    local number
    cat <<EOF
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/run/munge.sock
CredType=cred/munge
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPidFile=$dir/run/slurmctld.pid
SlurmdPidFile=$dir/run/slurmd.%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd.%n.log
SlurmdSpoolDir=$dir/spool/%n
StateSaveLocation=$dir/state
AccountingStorageType=accounting_storage/none
# No cgroups: the processes of a job are found by their parents, its memory is looked at every second.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,bf_interval=1
MpiDefault=none
# The nodes may be larger than the machine.
SlurmdParameters=config_overrides
ReturnToService=2
# squeue shows ended jobs for this long; Snakemake must not come too late to see them.
MinJobAge=600
KillWait=2
EOF
    for ((number = 1; number <= nodes; number++)); do
        echo "NodeName=n$number NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + number))" \
            "CPUs=$cpus RealMemory=$memory State=UNKNOWN"
    done
    # LLN spreads jobs over the nodes; without it the first node takes all that fits.
    echo "PartitionName=main Nodes=n[1-$nodes] Default=YES MaxTime=2-00:00:00 LLN=YES State=UP"
    echo "PartitionName=short Nodes=n1 MaxTime=00:30:00 State=UP"
}

start() {
    local number
    [[ $(id -u) -eq 0 ]] || die "must run as root"
    [[ ! -e $link && ! -L $link ]] || die "$link exists: this machine has a Slurm already"
    mkdir -p "$dir"/{log,munge,run,spool,state}
    chmod 755 "$dir"
    write_configuration >"$dir/slurm.conf"
    mkdir -p "${link%/*}"
    ln --symbolic "$dir/slurm.conf" "$link"

    # A key and a socket of its own: a munged of the machine is not touched.
    chmod 700 "$dir/munge"
    (umask 077 && head --bytes=1024 /dev/urandom >"$dir/munge/key")
    munged --force --key-file="$dir/munge/key" --socket="$dir/run/munge.sock" \
        --pid-file="$dir/run/munged.pid" --log-file="$dir/log/munged.log" \
        --seed-file="$dir/munge/seed"
    slurmctld -c -i -f "$dir/slurm.conf"
    for ((number = 1; number <= nodes; number++)); do
        mkdir -p "$dir/spool/n$number"
        slurmd -N "n$number" -f "$dir/slurm.conf"
    done
    wait_for all_idle
    sinfo --Node --long
}

# stop_daemon PIDFILE: the process that wrote it, and no other that has its number by now
stop_daemon() {
    local pid try
    [[ -s $1 ]] || return 0
    pid=$(<"$1")
    grep --quiet --fixed-strings --null-data -- "$dir" "/proc/$pid/cmdline" 2>/dev/null || return 0
    kill "$pid"
    for ((try = 0; try < 40; try++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.25
    done
    kill -KILL "$pid"
}

stop() {
    local file
    # Jobs would go on without their daemons.
    if [[ -s $dir/run/slurmctld.pid ]]; then
        timeout --kill-after=1 10 scancel --quiet --user="$(id -un)" || true
        (wait_for no_jobs) || true
    fi
    for file in "$dir"/run/slurmd.*.pid "$dir/run/slurmctld.pid" "$dir/run/munged.pid"; do
        stop_daemon "$file"
    done
    [[ $(readlink "$link" || true) != "$dir/slurm.conf" ]] || rm -- "$link"
    # Slurm makes control groups even when told not to use them.
    find /sys/fs/cgroup -depth -type d -name 'slurm*' -exec rmdir -- {} + 2>/dev/null || true
}

case $action in
start) start ;;
stop) stop ;;
status) sinfo --Node --long && squeue --states=all ;;
*) die "$usage" ;;
esac
