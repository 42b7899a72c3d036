"""Enough of GDB's remote protocol to stop a machine at its first instruction and let it go on."""
import socket

from machine import SECONDS


class Debugger:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(SECONDS)
        self.sock.connect(path)
        self.rest = b""

    def send(self, text):
        data = text.encode()
        self.sock.sendall(b"$" + data + b"#" + b"%02x" % (sum(data) & 0xFF))

    def answer(self):
        while True:
            at = self.rest.find(b"$")
            end = self.rest.find(b"#", at)
            if at >= 0 and end >= 0 and len(self.rest) >= end + 3:
                text, self.rest = self.rest[at + 1:end], self.rest[end + 3:]
                self.sock.sendall(b"+")
                return text.decode()
            data = self.sock.recv(4096)
            if not data:
                raise EOFError("the debugger's connection has ended")
            self.rest += data

    def run_to(self, address):
        """Runs to an instruction, by a hardware breakpoint, which is then taken away."""
        for command in (f"Z1,{address:x},1", "c", f"z1,{address:x},1"):
            self.send(command)
            self.answer()

    def go_on(self):
        self.send("c")
