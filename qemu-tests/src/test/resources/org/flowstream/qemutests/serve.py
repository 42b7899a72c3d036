"""A web server on one port, IPv4 and IPv6, that answers every GET with one line."""
import http.server
import socket
import sys

PORT = int(sys.argv[1])


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"hello from {PORT}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


Server(("::", PORT), Answer).serve_forever()
