"""The faulty proxy itself, before a server that writes down what it gets."""
import http.client
import http.server
import threading
import unittest

from faulty_proxy import FAULTS, FaultyProxy


class FaultyProxyTests(unittest.TestCase):
    def setUp(self):
        self.seen = seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                seen.append(body)
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass  # cut requests are meant to break it

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def proxy(self, **settings):
        proxy = FaultyProxy(self.server.server_address, seed=1, mute_seconds=0.2, **settings)
        self.addCleanup(proxy.close)
        return proxy

    def post(self, proxy, body):
        """(status, body), or the name of what went wrong."""
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=5)
        try:
            connection.request("POST", "/x", body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__
        finally:
            connection.close()

    def test_a_good_line_changes_nothing(self):
        self.assertEqual(self.post(self.proxy(share=0), b"hello"), (200, b"hello"))

    def test_each_fault_does_what_it_says(self):
        arrivals = {"drop request": 0, "half-close": 0, "mute": 0, "500": 0, "502": 0, "503": 0, "429": 0, "portal": 0,
                    "cut request": 0, "drop answer": 1, "cut answer": 1, "delay": 1, "duplicate": 2}
        for kind in set(FAULTS) - {"reorder"}:
            with self.subTest(kind=kind):
                self.seen.clear()
                answer = self.post(self.proxy(share=1, kinds=[kind]), b"0123456789")
                self.assertEqual(self.seen.count(b"0123456789"), arrivals[kind])
                is_answered = isinstance(answer, tuple) and answer == (200, b"0123456789")
                self.assertEqual(is_answered, kind in ("delay", "duplicate"), answer)

    def test_the_same_seed_plans_the_same(self):
        first, second = self.proxy(), self.proxy()
        self.assertEqual([first.plan() for _ in range(200)], [second.plan() for _ in range(200)])
        self.assertEqual(set(first.counts) - {"none"}, set(FAULTS), "every kind occurs")


if __name__ == "__main__":
    unittest.main()
