"""The control channel of the test cameras: one command a line, over HTTP on loopback or over standard input."""
import http.server
import json
import threading


class CommandError(Exception):
    """A command that was not understood; the text says which are."""


def answer(run, line):
    """(worked, JSON text) of one command line."""
    try:
        return True, json.dumps(run(line))
    except CommandError as error:
        return False, json.dumps({"error": str(error)})


def serve_http(port, run):
    """POST a command to /, GET / for the status of all mounts. Returns the URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self._send(*answer(run, "status"))

        def do_POST(self):
            length = min(int(self.headers.get("Content-Length") or 0), 1000)
            self._send(*answer(run, self.rfile.read(length).decode("utf-8", "replace")))

        def _send(self, worked, text):
            body = (text + "\n").encode()
            self.send_response(200 if worked else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def serve_lines(stream, run, at_end):
    """Answers each line with one on standard output; calls `at_end` when the stream ends."""

    def read():
        for line in stream:
            print("answer " + answer(run, line)[1], flush=True)
        at_end()

    threading.Thread(target=read, daemon=True).start()
