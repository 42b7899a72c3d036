"""A client of Click's ControlSocket protocol 1.3, from its description alone: a socket, lines, and counted data.

control.py HOST PORT: reads commands from standard input, one to a line as JSON ["LINE", "DATA" or null], and prints each
answer as JSON {"code": N, "lines": [...], "data": TEXT or null}. A command [null, "BYTES"] sends the bytes and is gone.
"""
import json
import socket
import sys


class Session:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=30)
        self.stream = self.socket.makefile("rb")
        greeting = self.line()
        assert greeting == "Click::ControlSocket/1.3", greeting

    def line(self):
        line = self.stream.readline()
        assert line.endswith(b"\r\n"), line
        return line[:-2].decode()

    def ask(self, command, data):
        self.socket.sendall(command.encode() + b"\r\n" + (data or "").encode())
        lines = []
        while True:
            line = self.line()
            assert line[:3].isdigit() and line[3] in " -", line
            lines.append(line[4:])
            if line[3] == " ":
                break
        code = int(line[:3])
        body = None
        if code == 200 and command.split()[0].upper() in ("READ", "READDATA", "GET"):
            head, count = self.line().split()
            assert head == "DATA", head
            body = self.stream.read(int(count))
            assert len(body) == int(count)
        return {"code": code, "lines": lines, "data": None if body is None else body.decode()}


session = Session(sys.argv[1], int(sys.argv[2]))
for text in sys.stdin:
    command, data = json.loads(text)
    if command is None:
        session.socket.sendall(data.encode())
        sys.exit(0)
    print(json.dumps(session.ask(command, data)), flush=True)
