"""A bad line between agent and collector: an HTTP proxy that drops, delays, doubles, reorders, cuts and refuses, by a seeded plan."""
import collections
import http.client
import random
import socket
import socketserver
import struct
import threading
import time

FAULTS = {
    "drop request": "the connection ends before the collector sees the request",
    "drop answer": "the collector has it, but the agent never learns",
    "delay": "up to a second late",
    "duplicate": "the collector gets the request twice at once",
    "reorder": "the agent is told of a failure; the request arrives later, after newer ones",
    "cut request": "half of the body reaches the collector",
    "cut answer": "headers and half of the body reach the agent",
    "half-close": "our side of the connection is shut without an answer, the other stays open",
    "mute": "silence for some seconds, then the connection ends",
    "500": "", "502": "", "503": "with Retry-After", "429": "with Retry-After",
    "portal": "somebody else's page with status 200, as in a hotel",
}
MOST_BODY = 64 << 20


class FaultyProxy:
    """Listens on `port` (0: a free one) and forwards to `target` (host, port). `share` of the requests meet a fault."""

    def __init__(self, target, seed, share=0.5, port=0, mute_seconds=2.0, kinds=None):
        self.target, self.share, self.mute_seconds = target, share, mute_seconds
        self.kinds = list(kinds or FAULTS)
        self.counts = collections.Counter()
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.proxy = self
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def plan(self):
        """The fault of the next request, None for none, and a number 0..1 for it. Each kind comes once before any comes again."""
        with self._lock:
            if self._random.random() >= self.share:
                kind = None
            else:
                fewest = min(self.counts[kind] for kind in self.kinds)
                kind = self._random.choice([kind for kind in self.kinds if self.counts[kind] == fewest])
            self.counts[kind or "none"] += 1
            return kind, self._random.random()

    def forward(self, request):
        """Sends a request on its own connection; answers (status, headers, body)."""
        connection = http.client.HTTPConnection(*self.target, timeout=20)
        try:
            connection.putrequest(request.method, request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in request.headers:
                if name.lower() not in ("connection", "transfer-encoding", "content-length"):
                    connection.putheader(name, value)
            if request.body or request.method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(len(request.body)))
            connection.endheaders(request.body)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def forward_half(self, request):
        head = f"{request.method} {request.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in request.headers)
        with socket.create_connection(self.target, timeout=10) as line:
            line.sendall(head.encode("latin-1") + b"\r\n" + request.body[:len(request.body) // 2])

    def forward_later(self, request, seconds):
        def send():
            time.sleep(seconds)  # the point of this fault is to be late
            try:
                self.forward(request)
            except (OSError, http.client.HTTPException):
                pass  # the collector may be down; then the request is lost, which is a fault too
        threading.Thread(target=send, daemon=True).start()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # broken connections are this program's trade


class _Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body


class _Handler(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self):
        while (request := self._read()) is not None:
            kind, size = self.server.proxy.plan()
            try:
                if not self._answer(request, kind, size):
                    return
            except (OSError, http.client.HTTPException):
                return self._end_abruptly()

    def _read(self):
        line = self.rfile.readline(65536).decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = []
        while (text := self.rfile.readline(65536).decode("latin-1").strip()):
            name, _, value = text.partition(":")
            headers.append((name, value.strip()))
        fields = {name.lower(): value for name, value in headers}
        if fields.get("expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._chunks() if "chunked" in fields.get("transfer-encoding", "") else self.rfile.read(int(fields.get("content-length", 0)))
        return _Request(line[0], line[1], headers, body)

    def _chunks(self):
        body = b""
        while (size := int(self.rfile.readline().split(b";")[0], 16)) > 0:
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, request, kind, size):
        """True when the connection may carry another request."""
        proxy = self.server.proxy
        if kind is None:
            return self._send(*proxy.forward(request))
        if kind == "delay":
            time.sleep(size)  # the fault itself
            return self._send(*proxy.forward(request))
        if kind == "duplicate":
            proxy.forward(request)
            return self._send(*proxy.forward(request))
        if kind == "reorder":
            proxy.forward_later(request, 0.2 + 2 * size)
            return self._refuse(502)
        if kind == "drop request":
            return self._end_abruptly()
        if kind == "drop answer":
            proxy.forward(request)
            return self._end_abruptly()
        if kind == "cut request":
            proxy.forward_half(request)
            return self._end_abruptly()
        if kind == "cut answer":
            return self._send(*proxy.forward(request), cut=True)
        if kind == "half-close":
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(proxy.mute_seconds)
            self.connection.recv(1)
            return False
        if kind == "mute":
            time.sleep(proxy.mute_seconds)  # the fault itself
            return self._end_abruptly()
        if kind == "portal":
            return self._send(200, [("Content-Type", "text/html")], b"<html><body>Welcome! Please accept our terms.</body></html>")
        return self._refuse(int(kind))

    def _refuse(self, status):
        wait = [("Retry-After", "1")] if status in (429, 503) else []
        return self._send(status, wait + [("Content-Type", "text/plain")], b"not now\n")

    def _send(self, status, headers, body, cut=False):
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in headers
                  if name.lower() not in ("content-length", "transfer-encoding", "connection", "keep-alive")]
        lines.append(f"Content-Length: {len(body)}")
        self.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + (body[:len(body) // 2] if cut else body))
        return not cut

    def _end_abruptly(self):
        """A reset, not a polite end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        return False
