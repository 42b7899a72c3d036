#!/usr/bin/env python3
"""Boots small images under QEMU and looks at what they say and do.

    boot_test.py flowstream-pvh.elf flowstream-pvh-selftest.elf [part of a test's name]...

Ends with 0 when all tests passed; a test that cannot run here says why.
"""
import os
import re
import struct
import sys
import time
import traceback

import image
from gdb import Debugger
from machine import Failure, Machine

HERE = os.path.dirname(os.path.abspath(__file__))
MACHINES = ["pc+rom", "pc+qboot", "pc+seabios", "q35+qboot", "q35+seabios", "microvm,pcie=on+seabios"]
READY = re.compile(r"READY digest=([0-9a-f]{64}) boot_us=(\d+) devices=(\d+) memory_kib=(\d+) pool=(\d+)(?: bfd=\d+)?$")
FRAME_BYTES = (60, 61, 64, 1000, 1514)


def can_kvm():
    try:
        os.close(os.open("/dev/kvm", os.O_RDWR))
        return True
    except OSError as problem:
        print(f"skip KVM: /dev/kvm: {problem.strerror}")
        return False


ACCELS = ["tcg"] + (["kvm"] if can_kvm() else [])


def check(condition, message):
    if not condition:
        raise Failure(message)


def runtime(selftest=False):
    with open(sys.argv[2 if selftest else 1], "rb") as f:
        return f.read()


def wire():
    return image.build(runtime(), image.wire())


def ready(machine):
    """Waits for READY; answers its figures."""
    line = machine.expect("READY ")
    match = READY.match(line)
    check(match, f"not a READY line: {line!r}")
    return match.group(1), *(int(n) for n in match.groups()[1:])


def frame(number, length):
    head = bytes.fromhex("0200000000ff") + bytes.fromhex("0200000000fe") + b"\x88\xb6" + struct.pack(">I", number)
    return head + bytes((number + i) & 0xFF for i in range(length - len(head)))


def forwards(machine, count):
    """Frames of all lengths, both ways, unchanged and in order; a window of them at a time."""
    for way in (0, 1):
        window = []
        for number in range(count):
            sent = frame(number, FRAME_BYTES[number % len(FRAME_BYTES)])
            machine.send(way, sent)
            window.append(sent)
            if len(window) == 32 or number == count - 1:
                for expected in window:
                    got = machine.receive(1 - way, f"frame {number} from device {1 - way}")
                    check(got == expected, f"device {1 - way} gave {got[:32].hex()}, not {expected[:32].hex()}")
                window = []


# ---- tests: each is a function that takes an accelerator ----

def test_ready_and_forwards(accel):
    data = wire()
    for kind in MACHINES:
        if accel == "kvm" and kind.endswith("seabios"):
            print(f"    skip {kind} {accel}: on hosts with kvm_pvm SeaBIOS takes seconds, and does not always come through")
            continue
        with Machine(data, kind, accel) as m:
            digest, boot_us, devices, memory, pool = ready(m)
            check(digest == data[-32:].hex(), f"{kind}: digest {digest}")
            check(devices == 2 and 7 * 1024 <= memory <= 8192 and pool > 256, f"{kind}: {m.log}")
            forwards(m, 300)
            print(f"    {kind} {accel}: boot_us={boot_us}")


def test_four_mebibytes(accel):
    with Machine(wire(), "pc+rom", accel, memory=4) as m:
        ready(m)
        forwards(m, 2000)


def test_four_gibibytes(accel):
    """More than QEMU puts below the devices' addresses: the firmware tells of what is there for sure."""
    with Machine(wire(), "pc+rom", accel, memory=4096) as m:
        memory = ready(m)[3]
        check(memory == 3 * 1024 * 1024, f"{memory} KiB")
        forwards(m, 300)


def test_missing_devices(accel):
    with Machine(wire(), "pc+rom", accel, devices=0) as m:
        check(m.ended() == 0, "QEMU's exit status")
        check(len(m.log) == 1 and m.log[0].startswith("ERROR FromDevice(0): no such device"), f"log: {m.log}")


def test_no_configuration(accel):
    with Machine(runtime(), "pc+rom", accel) as m:
        check(m.ended() == 0, "QEMU's exit status")
        check(m.log == ["ERROR no configuration in this image"], f"log: {m.log}")


def test_broken_configuration(accel):
    data = bytearray(image.wire())
    data[100] ^= 1
    with Machine(image.build(runtime(), bytes(data)), "pc+rom", accel) as m:
        m.ended()
        check(len(m.log) == 1 and m.log[0].startswith("ERROR ") and "checksum" in m.log[0], f"log: {m.log}")


def test_power_button(accel):
    for kind in ("pc+rom", "pc+qboot", "q35+qboot", "microvm,pcie=on+seabios"):
        if accel == "kvm" and kind.endswith("seabios"):
            print(f"    skip {kind} {accel}: as in ready_and_forwards")
            continue
        with Machine(wire(), kind, accel) as m:
            ready(m)
            forwards(m, 32)
            m.command("system_powerdown")
            m.expect("STOP power-button")
            check(m.ended() == 0, "QEMU's exit status")


def test_control_and_health(accel):
    with Machine(wire(), "pc+rom", accel, channels=True) as m:
        ready(m)
        forwards(m, 64)
        for _ in range(3):  # a session left in the middle of its data harms no later one
            with m.channel("control") as s:
                check(s.recv(100) == b"Click::ControlSocket/1.3\r\n", "the greeting")
                s.sendall(b"READ from0.count\r\n")
                answer = b""
                while not answer.endswith(b"64"):
                    answer += s.recv(1000)
                s.sendall(b"WRITEDATA from0.reset_counts 1000\r\nabc")
        with m.channel("health") as s:
            check(s.recv(500).decode() == m.log[0] + "\n", "READY again")
            for token in ("a", "bb", "c" * 100):
                s.sendall(f"PING {token}\n".encode())
                check(s.recv(500).startswith(f"PONG {token} uptime_us=".encode()), "PONG")


def test_stop_by_control(accel):
    with Machine(wire(), "pc+rom", accel, channels=True) as m:
        ready(m)
        with m.channel("control") as s:
            s.recv(100)
            s.sendall(b"WRITE stop\r\n")
            check(s.recv(100).startswith(b"200"), "the answer to stop")
            m.expect("STOP control")
            check(m.ended() == 0, "QEMU's exit status")


def test_simtime(accel):
    """The clock stands where the command line says, and goes on to where it is told."""
    begin = 10**18

    def asked(s, command):
        s.sendall(command.encode() + b"\r\n")
        answer = b""
        while not answer.startswith(b"5") and not re.match(rb"200 [^\r]*\r\n(DATA (\d+)\r\n.+|$)", answer, re.DOTALL):
            answer += s.recv(1000)
        return answer.decode()

    def arrives(s, at):
        deadline = time.monotonic() + 10
        while f"\r\n{at} " not in asked(s, "READ simtime"):
            check(time.monotonic() < deadline, f"the clock did not come to {at}")

    with Machine(wire(), "pc+rom", accel, channels=True, extra=["-append", f"simtime={begin} seed=1"]) as m:
        ready(m)
        forwards(m, 64)
        with m.channel("control") as s:
            s.recv(100)
            arrives(s, begin)
            check(asked(s, "READ uptime").endswith("0.000000"), "no time has passed")
            check(asked(s, f"WRITE simtime {begin + 3600 * 10**9}").startswith("200"), "the answer to simtime")
            arrives(s, begin + 3600 * 10**9)
            check(asked(s, "READ uptime").endswith("3600.000000"), "an hour has passed")
            check(asked(s, "READ simtime").endswith(str(begin)), "the frames passed at the beginning")
    with Machine(wire(), "pc+rom", accel, channels=True) as m:
        ready(m)
        with m.channel("control") as s:
            s.recv(100)
            check("the clock runs by itself" in asked(s, "WRITE simtime 5"), "a clock that runs is left alone")


def trespasses():
    """Each deed of the element Trespass, and what the machine says of it."""
    with open(os.path.join(HERE, "Trespass.c")) as f:
        deeds = re.findall(r'^    \{"([a-z-]+)", [a-z_]+\},$', f.read(), re.MULTILINE)
    check(len(deeds) > 20, f"deeds: {deeds}")
    words = {"page-tables": "the page tables", "null": "the null page", "text": "the text", "idt": "the IDT",
             "gdt": "the GDT", "tss": "the TSS", "stub": "ring 0's stub", "data": "data", "stack": "the stack",
             "guard": "stack overflow", "rodata": "read-only data", "configuration": "the compiled configuration",
             "bitmap": "the I/O bitmap", "hypercalls": "ring 0's page of hypercalls"}
    whole = {"overflow-stack": "stack overflow", "divide": "division by zero", "invalid": "invalid instruction",
             "privileged": "privileged instruction", "closed-port": "closed port"}
    verbs = {"write": "write to ", "read": "read of ", "execute": "execution of "}
    for deed in deeds:
        verb, _, target = deed.partition("-")
        yield deed, whole.get(deed) or (verbs[verb] + words[target] if target != "guard" else words[target])


def test_trespass(accel):
    for deed, expected in trespasses():
        blob = image.Blob()
        blob.element("t", "Trespass", deed, [(0, image.TEXT, deed)], 0, 0)
        data = image.build(runtime(selftest=True), blob.bytes())
        with Machine(data, "pc+rom", accel, devices=0, extra=["-device", "pvpanic"]) as m:
            ready(m)
            line = m.expect("PANIC ")
            check(expected in line and "rip=0x" in line, f"{deed}: {line}")
            m.event("GUEST_PANICKED")


def test_idle(accel):
    """At most 5 ms of CPU in 10 s. The figure is the hypervisor's own too: its timers are in it."""
    with Machine(wire(), "pc+rom", accel) as m:
        ready(m)
        forwards(m, 64)
        time.sleep(1.5)  # the clock's second measurement is over
        before = m.cpu_seconds()
        time.sleep(10)
        used = (m.cpu_seconds() - before) * 1000
        print(f"    {accel}: {used:.2f} ms of CPU in 10 s")
        check(used <= 5, f"{used:.2f} ms of CPU in 10 s")


def test_timers_wake(accel):
    """What is due while nothing comes in happens in time: nine intervals of 300 ms, each within 100 ms of its end."""
    blob = image.Blob()
    source = blob.element("s", "TimedSource", "300ms", [(0, image.INTEGER, 300_000_000)], 0, 1)
    target = blob.element("to", "ToDevice", "0", [(0, image.TEXT, "0")], 1, 0)
    blob.connect(source, 0, target, 0)
    with Machine(image.build(runtime(), blob.bytes()), "pc+rom", accel) as m:
        ready(m)
        m.receive(0, "the first frame")
        begun = time.monotonic()
        for number in range(1, 10):
            m.receive(0, f"frame {number}")
            late = time.monotonic() - begun - number * 0.3
            check(abs(late) < 0.1, f"frame {number} is {late * 1000:.0f} ms late")


def test_clock(accel):
    """The guest's steady clock against the host's, over some seconds: within 1 in 1,000."""
    def uptime(s):
        s.sendall(b"PING x\n")
        asked = time.monotonic()
        text = s.recv(500).decode()
        return int(re.search(r"uptime_us=(\d+)", text).group(1)) / 1e6, (asked + time.monotonic()) / 2

    with Machine(wire(), "pc+rom", accel, channels=True) as m:
        ready(m)
        with m.channel("health") as s:
            s.recv(500)
            time.sleep(1.5)
            guest, host = uptime(s)
            time.sleep(4)
            guest_later, host_later = uptime(s)
            error = (guest_later - guest) / (host_later - host) - 1
            print(f"    {accel}: the guest's clock is off by {error * 1e6:.0f} in a million")
            check(abs(error) < 1e-3, f"off by {error}")


def seen_from_outside(data, accel):
    """What one start of a machine says of itself, and what the host sees of it from resume to READY, in us."""
    with Machine(data, "pc+rom", accel, paused=True) as m:
        path = m._path("gdb")
        m.command("human-monitor-command", **{"command-line": f"gdbserver unix:{path},server=on,wait=off"})
        debugger = Debugger(path)
        debugger.run_to(struct.unpack_from("<Q", data, 24)[0])
        begun = time.monotonic()
        debugger.go_on()
        boot_us = ready(m)[1]
        return boot_us, (time.monotonic() - begun) * 1e6


STARTS = 30  # one of them must do: the others tell of what else the host had to do


def test_boot_us_is_true(accel):
    """boot_us is what the host sees, within 20 %."""
    data, seen = image.build(runtime(), image.firewall()), []
    for _ in range(STARTS):
        guest, host = seen_from_outside(data, accel)
        seen.append(f"{guest}/{host:.0f}")
        if abs(host - guest) <= 0.2 * host:
            print(f"    {accel}: boot_us={guest}, the host saw {host:.0f} us, in start {len(seen)}")
            return
    raise Failure(f"boot_us/what the host saw: {' '.join(seen)}")


def test_boot_time(accel):
    """A firewall with two devices is ready within 5 ms of its first instruction under TCG."""
    data, seen = image.build(runtime(), image.firewall()), []
    for _ in range(STARTS):
        with Machine(data, "pc+rom", accel, urgent=True) as m:
            seen.append(ready(m)[1])
        if accel != "tcg" or seen[-1] <= 5000:
            print(f"    {accel}: boot_us={seen[-1]}, in start {len(seen)}")
            return
    raise Failure(f"boot_us: {seen}")


def run(functions, accels=tuple(ACCELS)):
    """Runs those of a module's functions that are tests and asked for; the exit status."""
    wanted = sys.argv[3:]
    tests = [(name, test) for name, test in sorted(functions.items()) if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        for accel in accels:
            title = f"{name[5:]} ({accel})"
            if wanted and not any(part in title for part in wanted):
                continue
            begun = time.monotonic()
            try:
                test(accel)
                print(f"ok {title}, {time.monotonic() - begun:.1f} s", flush=True)
            except (Failure, OSError, EOFError) as problem:
                failed += 1
                print(f"FAILED {title}: {problem}", flush=True)
                traceback.print_exc()
    print("all passed" if failed == 0 else f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run(globals()))
