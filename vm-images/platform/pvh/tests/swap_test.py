#!/usr/bin/env python3
"""Images that running machines take, refuse and forget.

    swap_test.py flowstream-pvh.elf flowstream-pvh-selftest.elf [part of a test's name]...
"""
import os
import statistics
import sys
import threading
import time

import image
from boot_test import check, forwards, frame, ready, run, runtime
from machine import Failure, Lines, Machine

SECRET = b"what the former owner had"


def build(blob, manifest=b'{"devices":[],"format":1}'):
    return image.build(runtime(), blob, manifest)


def counted(text=""):
    """A wire with a counter on each way, named and so with a state to keep; `text` is told to an element."""
    blob = image.Blob()
    for i in (0, 1):
        other = str(i ^ 1)
        source = blob.element(f"from{i}", "FromDevice", str(i), [(0, image.TEXT, str(i))], 0, 1)
        counter = blob.element(f"c{i}", "Counter", text, [], 1, 1)
        target = blob.element(f"to{other}", "ToDevice", other, [(0, image.TEXT, other)], 1, 0)
        blob.connect(source, 0, counter, 0)
        blob.connect(counter, 0, target, 0)
    return blob.bytes()


def empty(devices=2):
    """As ImageCompiler.empty() makes it: drops what comes."""
    blob = image.Blob()
    for i in range(devices):
        source = blob.element(f"from{i}", "FromDevice", str(i), [(0, image.TEXT, str(i))], 0, 1)
        blob.connect(source, 0, blob.element(f"drop{i}", "Discard", "", [], 1, 0), 0)
    return blob.bytes()


class Control:
    """A session by the control channel."""

    def __init__(self, machine):
        self.sock = machine.channel("control")
        self.lines = Lines(self.sock)
        check(self.lines.line("the greeting") == "Click::ControlSocket/1.3", "the greeting")

    def _status(self, what):
        words = []
        while True:
            line = self.lines.line(what)
            words.append(line[4:])
            if line[3] == " ":
                return int(line[:3]), "\n".join(words)

    def read(self, handler):
        self.sock.sendall(f"READ {handler}\r\n".encode())
        code, words = self._status(f"the answer to READ {handler}")
        check(code == 200, words)
        length = int(self.lines.line("DATA").split()[1])
        while len(self.lines.rest) < length:
            self.lines.rest += self.sock.recv(65536)
        data, self.lines.rest = self.lines.rest[:length], self.lines.rest[length:]
        return data.decode()

    def write(self, handler, data):
        self.sock.sendall(f"WRITEDATA {handler} {len(data)}\r\n".encode() + data)
        return self._status(f"the answer to WRITEDATA {handler}")

    def swap(self, image_bytes, handler="image"):
        code, words = self.write(handler, image.swap(image_bytes))
        check(code == 200, words)
        check(self.read("digest") == image_bytes[-32:].hex(), "the digest of the new image")

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()


def test_swap_loses_nothing(accel):
    """Frames pass all the while, both configurations in turn: none is lost, none overtakes another, counts go on."""
    first, second = build(counted()), build(counted("other"))
    swaps, count = 20, 4000
    with Machine(first, "pc+rom", accel, channels=True) as m:
        ready(m)
        done, trouble = threading.Event(), []

        def swap():
            try:
                with Control(m) as control:
                    for i in range(swaps):
                        control.swap(second if i % 2 == 0 else first)
            except (Failure, OSError) as problem:
                trouble.append(problem)
            finally:
                done.set()

        swapper = threading.Thread(target=swap)
        swapper.start()
        sent = received = 0
        while received < sent or not done.is_set() or sent < count:
            if sent - received < 64 and (sent < count or not done.is_set()):
                m.send(0, frame(sent, 64))
                sent += 1
            else:
                got = m.receive(1, f"frame {received} of {sent}")
                check(got == frame(received, 64), f"got {got[:24].hex()} in place of frame {received}")
                received += 1
        swapper.join()
        check(not trouble, f"{trouble}")
        with Control(m) as control:
            check(control.read("c0.count") == str(sent), f"c0.count is {control.read('c0.count')} of {sent}")
        print(f"    {accel}: {sent} frames, {swaps} swaps")


def test_swap_time(accel):
    """A firewall in place of a wire, and back: from the first byte of the message to the answer."""
    messages = [image.swap(build(image.firewall())), image.swap(build(image.wire()))]
    with Machine(build(image.wire()), "pc+rom", accel, channels=True) as m:
        ready(m)
        took = []
        with Control(m) as control:
            for i in range(40):
                begun = time.monotonic()
                code, words = control.write("image", messages[i % 2])
                took.append((time.monotonic() - begun) * 1000)
                check(code == 200, words)
        print(f"    {accel}: {len(messages[0])} and {len(messages[1])} bytes: median {statistics.median(took):.2f} ms, "
              f"longest {max(took):.2f} ms")
        check(statistics.median(took) <= 5, f"median {statistics.median(took):.2f} ms")


def test_a_thousand_swaps(accel):
    """In 8 MiB: whatever is left behind by each of them would fill it."""
    messages = [image.swap(build(image.firewall())), image.swap(build(counted()))]
    with Machine(build(image.wire()), "pc+rom", accel, channels=True) as m:
        ready(m)
        with Control(m) as control:
            for i in range(1000):
                code, words = control.write("image", messages[i % 2])
                check(code == 200, f"swap {i}: {words}")
            big = bytes(600_000)
            check("not a SHA-256" in control.write("image", big)[1], "there is still memory for a large one")
        forwards(m, 64)


def test_swap_refused(accel):
    """One bit, an unknown class, a device that is not there, a session that ends early: the old configuration goes on."""
    first = build(counted())
    good = image.swap(build(image.wire()))
    strange = image.Blob()
    strange.element("x", "NoSuchClass", "", [], 0, 0)
    with Machine(first, "pc+rom", accel, channels=True) as m:
        ready(m)
        forwards(m, 32)
        with Control(m) as control:
            for bit in range(0, 8 * len(good), 331):
                bad = bytearray(good)
                bad[bit // 8] ^= 1 << bit % 8
                check(control.write("image", bytes(bad))[0] == 520, f"bit {bit}")
            code, words = control.write("image", image.swap(build(strange.bytes())))
            check(code == 520 and "NoSuchClass(): unknown element class" in words, words)
            code, words = control.write("image", image.swap(build(image.wire(4))))
            check(code == 520 and words.count("no such device") == 4, words)
            code, words = control.write("image", bytes((1 << 20) + 1))
            check(code == 521, words)
        with m.channel("control") as s:
            s.sendall(f"WRITEDATA image {len(good)}\r\n".encode() + good[:700])
        forwards(m, 32)
        with Control(m) as control:
            check(control.read("digest") == first[-32:].hex(), "the digest")
            check(control.read("c0.count") == "64", f"c0.count is {control.read('c0.count')}")


def memory(machine):
    path = machine._path("memory")
    answer = machine.command("pmemsave", val=0, size=8 << 20, filename=path)
    check("return" in answer, f"pmemsave: {answer}")
    with open(path, "rb") as f:
        data = f.read()
    os.unlink(path)
    return data


def places(data):
    found, at = [], data.find(SECRET)
    while at >= 0:
        found.append(hex(at))
        at = data.find(SECRET, at + 1)
    return found


def test_pool(accel):
    """An empty machine drops what comes, takes its first configuration, and after a scrub holds nothing of it."""
    nothing, owned = build(empty()), build(counted(SECRET.decode()), b'{"devices":[],"format":1,"x":"' + SECRET + b'"}')
    with Machine(nothing, "pc+rom", accel, channels=True) as m:
        check(ready(m)[0] == nothing[-32:].hex(), "the empty image's digest")
        with m.channel("health") as health, Control(m) as control:
            health.recv(500)
            for number in range(100):
                m.send(number % 2, frame(number, 60))
            deadline = time.monotonic() + 10
            while control.read("drop0.count") != "50" or control.read("drop1.count") != "50":
                check(time.monotonic() < deadline, "the empty machine did not drop 100 frames")
            for _ in range(3):
                control.swap(owned)
                check(health.recv(500).startswith(b"READY digest=" + owned[-32:].hex().encode()), "READY of the first image")
                for number in range(500):
                    sent = frame(number, 60) + SECRET * 20
                    m.send(0, sent)
                    check(m.receive(1, f"frame {number}") == sent, f"frame {number}")
                check(SECRET.decode() in control.read("config"), "config")
                check(len(places(memory(m))) > 3, "the test sees no secret where there is one")
                control.swap(nothing, "scrub")
                check(health.recv(500).startswith(b"READY digest=" + nothing[-32:].hex().encode()), "READY when empty again")
                left = places(memory(m))
                check(not left, f"the secret is left at {left}")
                check(control.read("devices").count("\t0\t0\t0\t0\t0\t0\n") == 2, control.read("devices"))


if __name__ == "__main__":
    sys.exit(run(globals()))
