#!/usr/bin/env python3
"""Boots small images under real Xen, as its own PVH domain 0: no Linux, no devices, a second and a half each.

    xen_test.py flowstream-pvh.elf flowstream-pvh-selftest.elf [part of a test's name]...

Needs the hypervisor's file in XEN_HYPERVISOR (Debian: /boot/xen-4.17-amd64.gz, unpacked), or a test bed for Xen that was
built here (qemu-tests/xen); without either it says so and ends with 0. What needs a console, xenstore or network devices
is tested in that bed. A domain 0 without a console says its lines by Xen's port 0xe9, which is part of Xen's own log.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile
import time

import image
from boot_test import READY, check, run, runtime, trespasses
from machine import Failure, cpu_seconds

SECONDS = 60


def hypervisor():
    named = os.environ.get("XEN_HYPERVISOR")
    home = os.environ.get("XEN_BED_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "flowstream", "xen-bed")
    found = [named] if named else sorted(glob.glob(os.path.join(home, "*", "xen")), key=os.path.getmtime)
    return found[-1] if found else None


class Domain:
    """Xen with an image as its domain 0."""

    def __init__(self, data, line=""):
        self.folder = tempfile.TemporaryDirectory(prefix="flowstream-xen-")
        self.log = os.path.join(self.folder.name, "log")
        file = os.path.join(self.folder.name, "image.elf")
        with open(file, "wb") as f:
            f.write(data)
        # A domain 0 wants an IOMMU. The processor is one whose emulation Xen does not stumble over.
        argv = ["qemu-system-x86_64", "-accel", "tcg,tb-size=64", "-machine", "q35,kernel-irqchip=off", "-cpu",
                "qemu64,+svm,+npt", "-m", "192", "-nodefaults", "-display", "none", "-no-reboot", "-serial",
                f"file:{self.log}", "-device", "amd-iommu", "-kernel", hypervisor(), "-append",
                "console=com1 com1=115200,8n1 dom0=pvh dom0_mem=32M dom0_max_vcpus=1 guest_loglvl=all noreboot",
                "-initrd", f"{file} {line}"]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def text(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, errors="replace") as f:
            return f.read()

    def expect(self, pattern):
        """The line of Xen's log that matches, once it is there."""
        deadline = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.text(), re.MULTILINE)):
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise Failure(f"waited for {pattern!r}; Xen said:\n" + "\n".join(self.text().splitlines()[-8:]))
            time.sleep(0.02)
        return found.group(0)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def ready(domain):
    line = domain.expect(r"^\(d0\) READY .*bfd=\d+$|^\(d0\) READY .*pool=\d+$")
    check(READY.match(line[len("(d0) "):]), f"not a READY line: {line!r}")


def element(name, *arguments, selftest=False):
    blob = image.Blob()
    blob.element("e", name, "", list(arguments), 0, 0)
    return image.build(runtime(selftest=selftest), blob.bytes())


def test_ready_and_idle(accel):
    """It starts, and then sleeps: what is used in 5 s is Xen's own, whose timers are emulated too."""
    with Domain(element("Idle")) as domain:
        ready(domain)
        before = cpu_seconds(domain.process.pid)
        time.sleep(5)
        used = cpu_seconds(domain.process.pid) - before
        print(f"    {used * 1000:.0f} ms of CPU in 5 s")
        check(used <= 1, f"{used * 1000:.0f} ms of CPU in 5 s")
        check("halted" not in domain.text() and "crashed" not in domain.text(), "it ended")


def test_refusal_is_an_end(accel):
    """A wrong configuration (there is no such device) is an ERROR line and power-off."""
    with Domain(image.build(runtime(), image.wire())) as domain:
        check("no such device" in domain.expect(r"^\(d0\) ERROR .*$"), "ERROR says why")
        domain.expect("Hardware Dom0 halted")


def test_timers_wake(accel):
    """What is due ends sleep, in time: a line each 300 ms."""
    blob = image.Blob()
    source = blob.element("s", "TimedSource", "300ms", [(0, image.INTEGER, 300_000_000)], 0, 1)
    says = blob.element("p", "Print", "due", [(0, image.TEXT, "due")], 1, 1)
    sink = blob.element("d", "Discard", "", [], 1, 0)
    blob.connect(source, 0, says, 0)
    blob.connect(says, 0, sink, 0)
    with Domain(image.build(runtime(), blob.bytes())) as domain:
        domain.expect(r"(?s)\(d0\) due.*\(d0\) due")
        begun = time.monotonic()
        domain.expect(r"(?s)(\(d0\) due.*){7}")
        took = time.monotonic() - begun
        print(f"    five intervals of 300 ms: {took * 1000:.0f} ms")
        check(1.3 <= took <= 1.9, f"five intervals of 300 ms took {took:.2f} s")


def test_deeds_that_no_element_may_do(accel):
    """As on other hypervisors: a fault is a PANIC line with its reason, and the domain has crashed."""
    for deed, expected in trespasses():
        with Domain(element("Trespass", (0, image.TEXT, deed), selftest=True)) as domain:
            line = domain.expect(r"^\(d0\) PANIC .*$")
            check(expected in line and "rip=0x" in line, f"{deed}: {line}")
            domain.expect("Hardware Dom0 crashed")


if __name__ == "__main__":
    if hypervisor() is None:
        print("skip Xen: no hypervisor: set XEN_HYPERVISOR, or build the bed (qemu-tests/xen)")
        sys.exit(0)
    sys.exit(run(globals(), ["tcg"]))
