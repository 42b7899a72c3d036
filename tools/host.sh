# shellcheck shell=bash disable=SC2034
# host.sh: what quickstart and check share: packages, the daemons of the host, and putting everything back.
#
# Nothing here edits a file under /etc. What a run starts or changes is noted in $undo (an array of commands) and put
# back by host_restore, in reverse, whatever the run's end was; installed packages stay.

host_undo=()
host_started=()

say() { printf '%s\n' "$*"; }
fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# wait_for SECONDS WHAT COMMAND...: waits until the command succeeds, at most so long, and says what it waited for.
wait_for() {
    local bound=$1 what=$2 end
    shift 2
    end=$((SECONDS + bound))
    until "$@" > /dev/null 2>&1; do
        ((SECONDS < end)) || fail "waited $bound s for $what, in vain"
        read -r -t 0.05 _ <> <(:) || true
    done
}

# ---- packages ----
# PROGRAM-OR-FILE=PACKAGE: a package is missing when its program or file is.
host_run_packages='
/usr/bin/qemu-system-x86_64=qemu-system-x86
/usr/share/qemu/qboot.rom=qemu-system-data
/usr/sbin/libvirtd=libvirt-daemon
/etc/libvirt/qemu.conf=libvirt-daemon-system
/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_qemu.so=libvirt-daemon-driver-qemu
/usr/bin/virsh=libvirt-clients
/usr/sbin/ovs-vswitchd=openvswitch-switch
/usr/sbin/ethtool=ethtool
/usr/bin/tini=tini
ip=iproute2
java=openjdk-17-jre-headless'
host_build_packages='
javac=openjdk-17-jdk-headless
mvn=maven
gcc=gcc
make=make
ld=binutils
/usr/include/stdio.h=libc6-dev
/usr/include/linux/if_tun.h=linux-libc-dev'
host_demo_packages='
curl=curl
ping=iputils-ping
python3=python3'
host_test_packages='
clang=clang
/usr/lib/llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-x86_64.a=libclang-rt-14-dev
shellcheck=shellcheck
iperf3=iperf3
/usr/lib/python3/dist-packages/scapy/__init__.py=python3-scapy
/usr/sbin/haproxy=haproxy
tcpdump=tcpdump
git=git
/usr/bin/qemu-img=qemu-utils
/usr/bin/mtype=mtools'

# The packages among those lists that are not installed.
host_missing_packages() {
    local list entry thing
    for list in "$@"; do
        for entry in $list; do
            thing=${entry%%=*}
            case $thing in
                /*) [[ -e $thing ]] || echo "${entry#*=}" ;;
                *) command -v "$thing" > /dev/null || echo "${entry#*=}" ;;
            esac
        done
    done | sort -u
}

host_install_packages() {
    (($# > 0)) || return 0
    [[ $(id -u) == 0 ]] || fail "packages are missing and only root can install them: apt-get install $*"
    command -v apt-get > /dev/null || fail "not a Debian system: install these by hand: $*"
    say "Installing: $*"
    local log
    log=$(mktemp)
    if ! { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"; } \
        > "$log" 2>&1 < /dev/null; then
        tail -n 30 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install: $*"
    fi
    rm -f "$log"
}

# ---- daemons ----
libvirt_answers() { timeout 20 virsh -q -c qemu:///system uri; }
virtlogd_answers() { [[ -S /run/libvirt/virtlogd-sock ]] && pgrep -x virtlogd; }
ovsdb_answers() { ovs-vsctl --no-wait --timeout=5 show; }
vswitchd_answers() { ovs-appctl --timeout=5 -t ovs-vswitchd version; }
under_systemd() { [[ -d /run/systemd/system ]]; }

# The daemons that do not answer.
host_missing_daemons() {
    libvirt_answers > /dev/null 2>&1 || {
        virtlogd_answers > /dev/null 2>&1 || echo virtlogd
        echo libvirtd
    }
    ovsdb_answers > /dev/null 2>&1 || echo ovsdb-server
    vswitchd_answers > /dev/null 2>&1 || echo ovs-vswitchd
}

# host_stop_pid NAME PIDFILE: ends a daemon that this run started, and only that one.
host_stop_pid() {
    local name=$1 pid
    pid=$(cat "$2" 2> /dev/null) || return 0
    kill "$pid" 2> /dev/null || return 0
    local end=$((SECONDS + 10))
    while kill -0 "$pid" 2> /dev/null; do
        if ((SECONDS >= end)); then
            say "$name (process $pid) did not end within 10 s: killed"
            kill -9 "$pid" 2> /dev/null || true
            break
        fi
        read -r -t 0.05 _ <> <(:) || true
    done
    rm -f "$2"
}

# host_start_daemons WORK: starts what does not answer; WORK holds databases, logs and process ids of what it started.
host_start_daemons() {
    local work=$1 missing
    missing=$(host_missing_daemons)
    [[ -n $missing ]] || return 0
    [[ $(id -u) == 0 ]] || fail "not running, and only root can start them: ${missing//$'\n'/, }"
    mkdir -p "$work"
    if under_systemd; then
        local unit
        for unit in $missing; do
            case $unit in
                virtlogd) continue ;; # libvirtd pulls it in
                ovsdb-server | ovs-vswitchd) unit=openvswitch-switch ;;
            esac
            systemctl is-active -q "$unit" && continue
            systemctl start "$unit"
            host_started+=("$unit")
            host_undo+=("systemctl stop $unit")
        done
    else
        local daemon
        for daemon in $missing; do
            "start_${daemon//-/_}" "$work"
            host_started+=("$daemon")
        done
    fi
    wait_for 60 "libvirt at qemu:///system" libvirt_answers
    wait_for 20 "the switch database" ovsdb_answers
    wait_for 20 "ovs-vswitchd" vswitchd_answers
}

start_virtlogd() {
    mkdir -p /run/libvirt
    setsid virtlogd > "$1/virtlogd.log" 2>&1 < /dev/null &
    echo $! > "$1/virtlogd.pid"
    host_undo+=("host_stop_pid virtlogd $1/virtlogd.pid")
    wait_for 10 virtlogd virtlogd_answers
}

# tini reaps what libvirtd orphans: without a reaper libvirt waits a second or two for each QEMU that has ended.
start_libvirtd() {
    setsid tini -s -- libvirtd > "$1/libvirtd.log" 2>&1 < /dev/null &
    echo $! > "$1/libvirtd.pid"
    host_undo+=("host_stop_pid libvirtd $1/libvirtd.pid")
}

# A database of its own: the host's own one under /etc/openvswitch is not touched. Both run as nice as ovs-ctl, Debian's
# way to start them, has them run.
start_ovsdb_server() {
    mkdir -p /var/run/openvswitch
    rm -f "$1/conf.db"
    ovsdb-tool create "$1/conf.db" /usr/share/openvswitch/vswitch.ovsschema
    nice -n -10 ovsdb-server "$1/conf.db" --remote=punix:/var/run/openvswitch/db.sock --pidfile="$1/ovsdb-server.pid" \
        --unixctl="$1/ovsdb-server.ctl" --log-file="$1/ovsdb-server.log" --detach --no-chdir 2> "$1/ovsdb-server.err" \
        || fail "ovsdb-server did not start: $(tail -n 3 "$1/ovsdb-server.err")"
    host_undo+=("host_stop_pid ovsdb-server $1/ovsdb-server.pid")
    ovs-vsctl --no-wait --timeout=10 init
}

start_ovs_vswitchd() {
    nice -n -10 ovs-vswitchd --pidfile --log-file="$1/ovs-vswitchd.log" --detach --no-chdir 2> "$1/ovs-vswitchd.err" \
        || fail "ovs-vswitchd did not start: $(tail -n 3 "$1/ovs-vswitchd.err")"
    host_undo+=("host_stop_vswitchd")
    wait_for 10 ovs-vswitchd vswitchd_answers
}
# `exit --cleanup` takes the datapath with it, which a plain kill would leave behind.
host_stop_vswitchd() {
    local pid
    pid=$(cat /var/run/openvswitch/ovs-vswitchd.pid 2> /dev/null) || return 0
    ovs-appctl --timeout=10 -t ovs-vswitchd exit --cleanup > /dev/null 2>&1 || kill "$pid" 2> /dev/null || true
    local end=$((SECONDS + 10))
    while kill -0 "$pid" 2> /dev/null && ((SECONDS < end)); do
        read -r -t 0.05 _ <> <(:) || true
    done
}

# ---- endpoints: network namespaces as computers whose traffic passes ----
# host_endpoint NAME ADDRESS...: one with an eth0 of these addresses; the other end of its link has its own name.
host_endpoint() {
    local name=$1 address
    shift
    ip netns add "$name"
    host_undo+=("host_remove_endpoint $name")
    ip link add "$name" type veth peer name eth0 netns "$name"
    ip -n "$name" link set lo up
    for address in "$@"; do
        if [[ $address == *:* ]]; then
            ip -n "$name" addr add "$address" dev eth0 nodad
        else
            ip -n "$name" addr add "$address" dev eth0
        fi
    done
    ip netns exec "$name" ethtool -K eth0 tx off tso off gso off > /dev/null
    ip -n "$name" link set eth0 up
    ip link set "$name" up
}
host_remove_endpoint() {
    local pids
    pids=$(ip netns pids "$1")
    # shellcheck disable=SC2086 # one word a process
    [[ -z $pids ]] || kill $pids
    ip link del "$1"
    ip netns del "$1"
}

# ---- cures of doctor's, for the time of one run ----
# libvirt probes QEMU again at each call while its user cannot open /dev/kvm: 45 s a start instead of half a second.
kvm_unreadable() {
    [[ -e /dev/kvm ]] && getent passwd libvirt-qemu > /dev/null \
        && ! setpriv --reuid=libvirt-qemu --regid="$(id -g libvirt-qemu)" --init-groups test -r /dev/kvm -a -w /dev/kvm
}
host_cure_kvm() {
    kvm_unreadable || return 0
    local before
    before=$(stat -c '%u:%g %a' /dev/kvm)
    getent group kvm > /dev/null || return 0
    say "For this run: chgrp kvm /dev/kvm; chmod 660 /dev/kvm (was ${before#* }; put back at the end)"
    host_undo+=("host_put_back_kvm $before")
    chgrp kvm /dev/kvm
    chmod 660 /dev/kvm
}
host_put_back_kvm() {
    chown "$1" /dev/kvm
    chmod "$2" /dev/kvm
}

host_restore() {
    local i
    for ((i = ${#host_undo[@]} - 1; i >= 0; i--)); do
        ${host_undo[i]} || say "could not put back: ${host_undo[i]}"
    done
    host_undo=()
}

# ---- build ----
host_result() { echo "$1/cli/target/flowstream/lib/flowstream-cli.jar"; }
# Whether no source is newer than the result: a second run does not ask Maven.
host_up_to_date() {
    local root=$1 result
    result=$(host_result "$root")
    [[ -f $result && -z $(find "$root/pom.xml" "$root"/*/pom.xml "$root/vm-images" "$root/templates" \
        "$root/orchestrator/src" "$root/cli/src" -name target -prune -o -type f -newer "$result" -print -quit) ]]
}
host_build() {
    local root=$1 log=$1/target/build.log
    ! host_up_to_date "$root" || return 0
    say "Building (the first time Maven fetches its libraries, which takes some minutes)"
    mkdir -p "$root/target"
    if ! (cd "$root" && mvn -B -ntp -DskipTests -pl cli -am package) > "$log" 2>&1 < /dev/null; then
        tail -n 40 "$log" >&2
        fail "the build failed; the whole log is $log"
    fi
    touch "$(host_result "$root")"
    "$root/tools/class-archive" "$(dirname "$(host_result "$root")")" || true
}
