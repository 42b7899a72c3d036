"""One QEMU machine of a test: its log by a socket, its frames by Unix datagrams, its end by QMP. Needs no privileges.

Every wait has a bound and says what it waited for; a machine that is left is killed.
"""
import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time

SECONDS = 20
# The runtime's own firmware, beside the runtime that the tests were given.
OWN_ROM = os.path.join(os.path.dirname(os.path.abspath(sys.argv[1])), "flowstream-pvh.rom")


class Failure(Exception):
    pass


def listen(path):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    s.listen(1)
    return s


def hurry():
    """Lets this process go first, where that is allowed: its times then tell less of what else the host does."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    except PermissionError:
        pass


def cpu_seconds(pid):
    """What a process has used so far."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as f:
            total += int(f.read().split()[0])
    return total / 1e9


class Lines:
    """Lines of a stream socket, with a deadline."""

    def __init__(self, sock):
        self.sock, self.rest, self.ended = sock, b"", False

    def line(self, what, seconds=SECONDS):
        """The next line; None when the stream has ended."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise Failure(f"waited {seconds} s for {what}; had {self.rest!r}")
            data = self.sock.recv(65536)
            if not data:
                self.ended = True
                return None
            self.rest += data
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode(errors="replace").rstrip("\r")


class Machine:
    """QEMU with `devices` network cards; frames in and out by self.send(i, frame) and self.receive(i, what)."""

    def __init__(self, image, kind, accel, devices=2, memory=8, channels=False, extra=(), paused=False,
                 urgent=False):
        self.folder = tempfile.mkdtemp(prefix="flowstream-pvh-")
        self.process, self.frames, self.log, self.events = None, [], [], []
        try:
            self._start(image, kind, accel, devices, memory, channels, extra, paused, urgent)
        except BaseException:
            self.close()
            raise

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _start(self, image, kind, accel, devices, memory, channels, extra, paused, urgent):
        machine, _, firmware = kind.partition("+")
        with open(self._path("image.elf"), "wb") as f:
            f.write(image)
        log, qmp = listen(self._path("log")), listen(self._path("qmp"))
        argv = ["qemu-system-x86_64", "-M", machine, "-accel", accel, "-cpu", "qemu64", "-m", str(memory), "-nodefaults",
                "-no-user-config", "-display", "none", "-kernel", self._path("image.elf"),
                "-chardev", f"socket,id=log,path={self._path('log')}", "-serial", "chardev:log",
                "-qmp", f"unix:{self._path('qmp')}", "-action", "panic=none"]
        if firmware == "qboot":
            argv += ["-bios", "qboot.rom"]
        elif firmware == "rom":
            argv += ["-bios", OWN_ROM]
        for i in range(devices):
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            sock.bind(self._path(f"test{i}"))
            self.frames.append(sock)
            argv += ["-netdev", f"dgram,id=n{i},local.type=unix,local.path={self._path(f'qemu{i}')},"
                     f"remote.type=unix,remote.path={self._path(f'test{i}')}",
                     "-device", f"virtio-net-pci,netdev=n{i},mac=02:00:00:00:00:{i:02x},romfile="]
        if channels:
            argv += ["-device", "virtio-serial-pci"]
            for name in ("control", "health"):
                argv += ["-chardev", f"socket,id={name},path={self._path(name)},server=on,wait=off",
                         "-device", f"virtserialport,chardev={name},name=org.flowstream.{name}.0"]
        argv += list(extra) + ["-S"]
        self.errors = open(self._path("stderr"), "w+")
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self.errors, stderr=self.errors,
                                        preexec_fn=hurry if urgent else None)
        self.console = Lines(self._accept(log, "QEMU to open its log"))
        self.qmp = Lines(self._accept(qmp, "QEMU to open QMP"))
        self.qmp.line("QMP's greeting")
        self.command("qmp_capabilities")
        if not paused:  # it was until now: nothing that it does is missed
            self.command("cont")

    def _accept(self, server, what):
        deadline = time.monotonic() + SECONDS
        try:
            while not select.select([server], [], [], 0.1)[0]:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise Failure(f"waited for {what}; QEMU said: {self._stderr()}")
            return server.accept()[0]
        finally:
            server.close()

    def _stderr(self):
        self.errors.seek(0)
        return self.errors.read()

    def command(self, name, **arguments):
        """A QMP command's answer; events that come before it are kept for event()."""
        self.qmp.sock.sendall(json.dumps({"execute": name, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self.qmp.line(f"the answer to {name}") or '{"return": null}')
            if "return" in answer or "error" in answer:
                return answer
            self.events.append(answer)

    def event(self, name):
        """Waits for an event, which may have come already."""
        while not any(event.get("event") == name for event in self.events):
            line = self.qmp.line(f"the event {name}")
            if line is None:
                raise Failure(f"QEMU ended before the event {name}")
            self.events.append(json.loads(line))

    def line(self, what, seconds=SECONDS):
        line = self.console.line(what, seconds)
        if line is not None:
            self.log.append(line)
        return line

    def expect(self, prefix, seconds=SECONDS):
        """The next line of the log, which must begin so."""
        line = self.line(f"a line '{prefix}...'", seconds)
        if line is None or not line.startswith(prefix):
            raise Failure(f"expected '{prefix}...', got {line!r}")
        return line

    def ended(self, seconds=SECONDS):
        """QEMU's exit status, once it has ended by itself; what is left of the log is in self.log."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"waited {seconds} s for QEMU to end") from None
        while self.line("the end of the log") is not None:
            pass
        return status

    def send(self, i, frame):
        """Waits while the socket's queue is full; QEMU makes its end of the socket when it starts."""
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                self.frames[i].sendto(frame, self._path(f"qemu{i}"))
                return
            except (BlockingIOError, ConnectionRefusedError, FileNotFoundError) as problem:
                if time.monotonic() > deadline:
                    raise Failure(f"waited {SECONDS} s to send to device {i}: {problem}") from None
                select.select([], [self.frames[i]], [], 0.01)

    def receive(self, i, what, seconds=SECONDS):
        if not select.select([self.frames[i]], [], [], seconds)[0]:
            raise Failure(f"waited {seconds} s for {what}")
        return self.frames[i].recv(65536)

    def channel(self, name):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(SECONDS)
        s.connect(self._path(name))
        return s

    def cpu_seconds(self):
        return cpu_seconds(self.process.pid)

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        for s in self.frames:
            s.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()
