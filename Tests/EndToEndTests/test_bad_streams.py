"""Streams as they should not be: each is shown or refused with a message that names the camera; the others go on. No password leaks."""
import http.server
import socket
import socketserver
import threading
import unittest

import clips
from browser import Browser
from harness import Agent, Cameras, Collector, EndToEndTest, Load, free_port, wait_until
from judge import Store, fields, judge

LIVE, UNREACHABLE, REFUSED = 2, 4, 5
SHOWN = ("b-frames", "never-ending-gop", "variable-rate", "2x2", "16x16", "odd-size", "8k", "h265", "mjpeg")
SECRETS = ("mat-khau-tren-url", "mat-khau-trong-tep", "mat-khau-sai", "m%40t-kh%3Au-m%C3%A3-h%C3%B3a", "m@t-kh:u-mã-hóa")


class Mute(socketserver.BaseRequestHandler):
    """Takes a connection and never says a word."""

    def handle(self):
        try:
            while self.request.recv(4096):
                pass
        except OSError:
            pass  # the agent gave up, as it should


def serve(server):
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    return server.server_address[1]


class BadStreamTests(EndToEndTest):
    def setUp(self):
        super().setUp()
        self.collector = Collector(self.place).start().wait_ready()

    def server(self, kind, handler):
        server = kind(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        self.place.closers += [server.server_close, server.shutdown]
        return serve(server)

    def health(self, store):
        """camera -> (state, reason, frames decoded)"""
        found = {}
        for name, body in store.query("SELECT name, healthBody FROM camera WHERE healthBody IS NOT NULL"):
            health = fields(body)
            found[name] = ((health[1] or [0])[0], (health[2] or [b""])[0].decode(), (health[4] or [0])[0])
        return found

    def test_odd_streams_are_shown_and_dead_ones_named(self):
        cameras = Cameras(self.place, [(kind, clips.odd(kind)) for kind in SHOWN]).start()
        http_port = self.server(http.server.ThreadingHTTPServer, http.server.SimpleHTTPRequestHandler)
        mute_port = self.server(socketserver.ThreadingTCPServer, Mute)
        dead = {"unreachable": f"rtsp://127.0.0.1:{free_port()}/x", "no-such-host": "rtsp://khong-co-may-nay.invalid/x",
                "not-rtsp": f"rtsp://127.0.0.1:{http_port}/x", "mute": f"rtsp://127.0.0.1:{mute_port}/x",
                "no-such-mount": cameras.url("khong-co")}
        agent = Agent(self.place, [*((kind, cameras.url(kind), None) for kind in SHOWN), *((name, url, None) for name, url in dead.items())],
                      camera_settings={"connect-seconds": 3, "stall-seconds": 5}).enroll(self.collector).start()
        store = Store(self.collector.data)
        wait_until(lambda: all(self.health(store).get(kind, (0,))[0] == LIVE for kind in SHOWN), 60,
                   lambda: f"the odd streams are live: {self.health(store)}", 0.2)
        wait_until(lambda: all(self.health(store).get(name, (0,))[0] in (UNREACHABLE, REFUSED) for name in dead), 60,
                   lambda: f"the dead ones are named: {self.health(store)}", 0.2)
        for name in dead:
            self.assertTrue(self.health(store)[name][1], f"{name}: a reason is given")
            self.assertIn(name, agent.log(), "the log names the camera")
        self.assertTrue(agent.is_running)
        self.assertEqual(agent.stop(30), 0)
        Load(self.place, agent, "drain").drain()
        judge(self, self.collector, [("agent", agent.data)])
        self.assertFalse([kind for kind in SHOWN if self.health(store)[kind][2] == 0], "pictures were decoded of each")

    def test_passwords_work_and_are_nowhere_to_be_found(self):
        cameras = Cameras(self.place, [("a", clips.boxes()), ("b", clips.boxes())], arguments=["--user", "viewer", "--password", SECRETS[0]])
        cameras.start()
        encoded = Cameras(self.place, [("e", clips.boxes())], "cameras-encoded", ["--user", "viewer", "--password", SECRETS[4]]).start()
        agent = Agent(self.place, [("right", cameras.url("a", f"viewer:{SECRETS[0]}@"), clips.site("right")),
                                   ("wrong", cameras.url("b", f"viewer:{SECRETS[2]}@"), None),
                                   ("encoded", encoded.url("e", f"viewer:{SECRETS[3]}@"), None),
                                   ("unreachable", f"rtsp://viewer:{SECRETS[1]}@127.0.0.1:{free_port()}/x", None)],
                      environment={"NGATU_LOG": "trace"}).enroll(self.collector).start()
        store = Store(self.collector.data)
        wanted = {"right": LIVE, "wrong": REFUSED, "encoded": LIVE, "unreachable": UNREACHABLE}
        wait_until(lambda: all(self.health(store).get(name, (0,))[0] == state for name, state in wanted.items()), 60,
                   lambda: f"wanted {wanted}, have {self.health(store)}", 0.2)
        self.assertIn("wrong", agent.log())
        person = Browser(self.collector.url).log_in_first(self.collector)
        pages = {path: person.get(path)[1] for path in ("/live", "/cameras", "/cameras/1", "/cameras/2", "/cameras/3", "/agents")}
        self.assertIn("wrong", pages["/live"])
        agent.kill()
        self.collector.kill()
        leaks = [f"page {path}" for path, text in pages.items() for secret in SECRETS if secret in text]
        for file in self.place.folder.rglob("*"):
            # The agent's configuration holds them; the camera server's log is the test's own.
            if file.is_file() and file != agent.config and not file.name.startswith("cameras"):
                content = file.read_bytes()
                leaks += [str(file) for secret in SECRETS if secret.encode() in content]
        self.assertFalse(leaks, "a camera's password is in these")


if __name__ == "__main__":
    unittest.main()
