package org.flowstream.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.flowstream.doctor.Finding.Severity;
import org.flowstream.doctor.ReaperCheck.ProcessTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each check on a folder that plays the host's root: what is found, how bad it is, and which cure is named. */
class ChecksTest {
    @TempDir
    private Path host;

    @Test
    void missingPackagesAreNamedWithTheCommandThatInstallsThem() throws IOException {
        write("/usr/sbin/libvirtd", "");
        Finding finding = only(new PackagesCheck(root()));
        assertThat(finding.severity()).isEqualTo(Severity.FAULT);
        assertThat(finding.text())
                .contains("qemu-system-x86", "openvswitch-switch")
                .doesNotContain("libvirt-daemon,");
        assertThat(finding.cure().orElseThrow().commands().get(0)).startsWith("apt-get", "install");
    }

    @Test
    void processesNeedTapsAndFiltersOfSystemCalls() throws IOException {
        assertThat(only(new ProcessCheck(root())).severity()).isEqualTo(Severity.FAULT);
        write("/dev/net/tun", "");
        assertThat(only(new ProcessCheck(root())).text()).contains("does not start");
        write("/proc/sys/kernel/seccomp/actions_avail", "kill_process kill_thread trap errno allow\n");
        assertThat(only(new ProcessCheck(root())).severity()).isEqualTo(Severity.OK);
    }

    @Test
    void consolesWithoutAnEndAreAWarning() throws IOException {
        assertThat(only(new ConsoleCheck(root())).severity()).isEqualTo(Severity.OK);
        write("/etc/libvirt/virtlogd.conf", "#max_size = 0\nmax_size = 2097152\n");
        write("/etc/libvirt/qemu.conf", "#stdio_handler = \"file\"\nstdio_handler = \"logd\"\n");
        assertThat(only(new ConsoleCheck(root())).severity()).isEqualTo(Severity.OK);
        write("/etc/libvirt/virtlogd.conf", " max_size = 0 # for ever\n");
        Finding endless = only(new ConsoleCheck(root()));
        assertThat(endless.severity()).isEqualTo(Severity.WARNING);
        assertThat(endless.text()).startsWith("/etc/libvirt/virtlogd.conf has max_size = 0: ");
        write("/etc/libvirt/qemu.conf", "stdio_handler=\"file\"\n");
        assertThat(only(new ConsoleCheck(root())).text())
                .startsWith("/etc/libvirt/qemu.conf has stdio_handler = \"file\": ");
    }

    @Test
    void aKvmDeviceThatLibvirtsUserMayNotOpenIsAFault() throws IOException {
        people("kvm:x:104:libvirt-qemu");
        device("rw-------");
        Finding finding = only(new KvmCheck(root()));
        assertThat(finding.severity()).isEqualTo(Severity.FAULT);
        assertThat(finding.cure().orElseThrow().text()).isEqualTo("chgrp kvm /dev/kvm && chmod 660 /dev/kvm");
        assertThat(finding.cure().orElseThrow().effect()).contains("until the next boot");
    }

    @Test
    void aKvmDeviceOfAGroupThatHasLibvirtsUserIsFine() throws IOException {
        device("rw-rw----");
        Object gid = Files.getAttribute(host.resolve("dev/kvm"), "unix:gid");
        people("any:x:" + gid + ":somebody,libvirt-qemu");
        assertThat(only(new KvmCheck(root())).severity()).isEqualTo(Severity.OK);
    }

    @Test
    void aKvmDeviceOfAGroupWithoutLibvirtsUserIsAFault() throws IOException {
        device("rw-rw----");
        Object gid = Files.getAttribute(host.resolve("dev/kvm"), "unix:gid");
        people("any:x:" + gid + ":somebody");
        assertThat(only(new KvmCheck(root())).severity()).isEqualTo(Severity.FAULT);
    }

    @Test
    void aKvmDeviceOpenToAllIsFineAndTheProcessorIsTold() throws IOException {
        people("");
        device("rw-rw-rw-");
        write("/proc/cpuinfo", "flags\t\t: fpu vme svm\n");
        assertThat(only(new KvmCheck(root())).text()).isEqualTo("/dev/kvm is open to libvirt-qemu");
        write("/proc/cpuinfo", "flags\t\t: fpu vme svmx\n");
        assertThat(only(new KvmCheck(root())).text()).contains("neither VMX nor SVM");
    }

    @Test
    void noKvmDeviceIsANote() {
        assertThat(only(new KvmCheck(root())).severity()).isEqualTo(Severity.NOTE);
    }

    @Test
    void freeMemoryIsToldInMachines() throws IOException {
        write("/proc/meminfo", "MemTotal: 4096000 kB\nMemAvailable:    2048000 kB\n");
        assertThat(only(new MemoryCheck(root())).text()).contains("2000 MiB", "100 machines");
        write("/proc/meminfo", "MemAvailable:    102400 kB\n");
        assertThat(only(new MemoryCheck(root())).severity()).isEqualTo(Severity.WARNING);
    }

    @Test
    void aSubreaperAboveLibvirtdIsFound() throws IOException {
        process(1, "agent", 0);
        process(7, "tini", 1);
        process(8, "libvirtd", 7);
        assertThat(only(reaper()).text()).isEqualTo("tini reaps machines that end");
    }

    @Test
    void withoutASubreaperTheCureIsNamed() throws IOException {
        process(1, "agent", 0);
        process(8, "libvirtd", 1);
        Finding finding = only(reaper());
        assertThat(finding.severity()).isEqualTo(Severity.WARNING);
        assertThat(finding.text()).contains("process 1 (agent)");
        assertThat(finding.cure().orElseThrow().text()).contains("tini -s -- libvirtd");
        assertThat(finding.cure().orElseThrow().automatic()).isFalse();
    }

    private Check reaper() {
        return new ReaperCheck(root(), new ProcessTable(host.resolve("proc")));
    }

    private Root root() {
        return new Root(host);
    }

    private static Finding only(Check check) {
        List<Finding> findings = check.look();
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    private void people(String group) throws IOException {
        write("/etc/passwd", "root:x:0:0::/:/bin/sh\nlibvirt-qemu:x:64055:109999::/:/bin/false\n");
        write("/etc/group", group + "\n");
    }

    private void device(String mode) throws IOException {
        write("/dev/kvm", "");
        Files.setPosixFilePermissions(host.resolve("dev/kvm"), PosixFilePermissions.fromString(mode));
    }

    private void process(int id, String name, int parent) throws IOException {
        write("/proc/" + id + "/comm", name + "\n");
        write("/proc/" + id + "/status", "Name:\t" + name + "\nPPid:\t" + parent + "\n");
    }

    private void write(String absolute, String text) throws IOException {
        Path file = host.resolve(absolute.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
