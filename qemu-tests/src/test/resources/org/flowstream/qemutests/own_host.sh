#!/bin/bash
# own_host.sh FOLDER: libvirt and Open vSwitch of a test's own, beside the host's. To be run in a mount namespace of its
# own, where /run/libvirt and /var/lib/libvirt become folders below FOLDER. It is to them what init is: each line of its
# input names a daemon to start; with the input's end all of them end, and the machines that are left.
set -u
folder=$1
mount --bind "$folder/libvirt" /run/libvirt
mount --bind "$folder/lib" /var/lib/libvirt
end_all() {
    local file
    ovs-appctl --timeout=5 -t "$folder/ovs/ovs-vswitchd.ctl" exit --cleanup > /dev/null 2>&1
    for file in "$folder"/pid/*.pid "$folder"/libvirt/qemu/*.pid; do
        [[ ! -f $file ]] || kill -KILL "$(< "$file")" 2> /dev/null
    done
}
trap end_all EXIT
while read -r part; do
    case $part in
        virtlogd | libvirtd) "$part" --pid-file "$folder/pid/$part.pid" ;;
        ovsdb-server)
            ovsdb-server "$folder/conf.db" --remote="punix:$folder/ovs/db.sock" --unixctl="$folder/ovs/ovsdb-server.ctl" \
                --pidfile="$folder/pid/$part.pid" --log-file="$folder/$part.log" --verbose=console:off
            ;;
        ovs-vswitchd)
            # Beside the database, as our daemon looks for it, it is named after the process.
            ln -sfn "$folder/ovs/ovs-vswitchd.ctl" "$folder/way/ovs-vswitchd.$BASHPID.ctl"
            exec ovs-vswitchd "unix:$folder/ovs/db.sock" --pidfile="$folder/pid/$part.pid" \
                --unixctl="$folder/ovs/ovs-vswitchd.ctl" --log-file="$folder/$part.log" --verbose=console:off
            ;;
    esac > "$folder/$part.out" 2>&1 < /dev/null &
done
