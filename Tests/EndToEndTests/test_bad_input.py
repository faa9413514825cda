"""Broken files, read-only disks and hostile clients: a message that says where, and nobody else suffers."""
import errno
import json
import socket
import subprocess
import time
import unittest

import clips
from faults import Faults
from harness import BUILD, Agent, Collector, EndToEndTest, enrolled_load, http_get
from judge import judge, promises_of

GOOD = """agent:
  name: thu
  data: data
cameras:
  - id: cam-1
    url: rtsp://127.0.0.1:9/x
"""
BROKEN_YAML = [  # (text, what the message must hold)
    (GOOD.replace("url:", "ulr:"), [":6:", "cameras[0].ulr"]),
    (GOOD.replace("  name: thu\n", ""), ["agent.name"]),
    (GOOD + "    stall-seconds: soon\n", [":7:", "cameras[0].stall-seconds"]),
    (GOOD + "    transport: pigeon\n", [":7:", "cameras[0].transport", "udp"]),
    (GOOD + "  - id: cam-1\n    url: rtsp://127.0.0.1:9/y\n", ["cam-1"]),
    (GOOD + "    site-file: missing.json\n", [":7:", "cameras[0].site-file", "missing.json"]),
    ("agent: [\n", ["agent.yaml"]),
    ("", ["agent.yaml"]),
    ("\t- not yaml: {", ["agent.yaml:1"]),
    (GOOD.replace("data: data", "data: data\n  spool-limit: many"), [":4:", "agent.spool-limit"]),
]
BROKEN_SITES = [  # (change of a good site, what the message must hold)
    (lambda site: site["lines"][0].update(form=[1, 2]), ["lines[0].form"]),
    (lambda site: site["lines"][0].update({"from": [0]}), ["lines[0].from"]),
    (lambda site: site["lines"][0].pop("to"), ["lines[0].to"]),
    (lambda site: site.update(schema=99), ["schema"]),
    (lambda site: site.update(camera="another"), ["another"]),
    (lambda site: site["zones"].append({"id": "z", "kind": "nothing", "points": []}), ["zones[0]"]),
]


class BrokenFileTests(EndToEndTest):
    def refused(self, folder):
        """Runs the agent; answers what it says."""
        done = subprocess.run([BUILD / "edge-agent", "run", "--config", folder / "agent.yaml"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 65, done.stderr)
        return done.stderr

    def test_a_broken_configuration_is_named_by_file_line_and_key(self):
        for text, parts in BROKEN_YAML:
            with self.subTest(text=text):
                (self.place.folder / "agent.yaml").write_text(text)
                message = self.refused(self.place.folder)
                self.assertIn("agent.yaml", message)
                for part in parts:
                    self.assertIn(part, message)

    def test_a_broken_site_file_is_named_by_file_and_key(self):
        (self.place.folder / "agent.yaml").write_text(GOOD + "    site-file: cam-1.json\n")
        for change, parts in BROKEN_SITES:
            site = clips.site("cam-1")
            change(site)
            with self.subTest(parts=parts):
                (self.place.folder / "cam-1.json").write_text(json.dumps(site))
                message = self.refused(self.place.folder)
                for part in ["cam-1.json", *parts]:
                    self.assertIn(part, message)
        (self.place.folder / "cam-1.json").write_text('{"schema": 1,')
        self.assertIn("cam-1.json", self.refused(self.place.folder))


class ReadOnlyTests(EndToEndTest):
    # Tests may run as root, whom file modes do not stop: the file system itself answers EROFS.
    def test_an_agent_on_a_read_only_disk_says_so_and_ends(self):
        collector = Collector(self.place).start().wait_ready()
        agent = Agent(self.place, [("cam-1", "rtsp://127.0.0.1:9/x", None)]).enroll(collector)
        faults = Faults(self.place.folder / "control", agent.data)
        faults.break_disk(errno.EROFS)
        agent.environment = faults.environment
        agent.start()
        self.assertNotEqual(agent.wait(20), 0)
        self.assertIn(str(agent.data), agent.log())

    def test_a_collector_on_a_read_only_disk_says_so_and_ends(self):
        collector = Collector(self.place)
        faults = Faults(self.place.folder / "control", collector.data)
        collector.environment = faults.environment
        faults.break_disk(errno.EROFS)
        collector.start()
        self.assertNotEqual(collector.wait(20), 0)
        self.assertIn(str(collector.data), collector.log())


class HostileClientTests(EndToEndTest):
    HEADER_BYTES = 200 << 20
    ALLOWED_GROWTH = 40 << 20

    def test_endless_headers_cost_neither_memory_nor_service(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        load.start(1_000_000, rate=100)
        load.wait_for_log("stored")
        before = collector.resident_bytes()
        endings = {"many headers": b"X-A%d: " + b"a" * 1_000 + b"\r\n", "one long header": b"a" * 1_000, "long request line": None}
        for name, piece in endings.items():
            with self.subTest(name=name):
                started = time.monotonic()
                sent = self.flood(collector, piece)
                print(f"{name}: cut off after {sent >> 10} KiB; ", end="")
                self.assertLess(sent, self.HEADER_BYTES, "the collector ends the connection")
                self.assertLess(time.monotonic() - started, 8, "it ends it itself, before the client tires of waiting")
                self.assertEqual(http_get(collector.url + "/healthz")[0], 200)
        self.assertLess(collector.peak_bytes, before + self.ALLOWED_GROWTH)
        self.assertTrue(collector.is_running)
        load.kill()
        load.drain()
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})

    def flood(self, collector, piece):
        """Sends headers until the collector has enough; answers how many bytes it took."""
        sent = 0
        with socket.create_connection(("127.0.0.1", collector.port), timeout=10) as line:
            try:
                line.sendall(b"GET /" + b"x" * 64 if piece is None else b"GET / HTTP/1.1\r\nHost: x\r\n" + (b"X: " if b":" not in piece else b""))
                while sent < self.HEADER_BYTES:
                    block = (piece or b"x" * 1_000).replace(b"%d", str(sent).encode()) * 64
                    line.sendall(block)
                    sent += len(block)
                    collector.resident_bytes()
            except OSError:
                pass  # reset by the collector, or it takes nothing any more: the limit works
        return sent

    def test_many_silent_clients_leave_room_for_agents(self):
        collector = Collector(self.place).start().wait_ready()
        load = enrolled_load(self.place, collector)
        lines = [socket.create_connection(("127.0.0.1", collector.port), timeout=10) for _ in range(200)]
        try:
            for line in lines:
                line.sendall(b"POST /v1/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nx")
            started = time.monotonic()
            load.run_to_end(60, 500, until_empty=True)
            self.assertLess(time.monotonic() - started, 30)
            self.assertEqual(http_get(collector.url + "/healthz")[0], 200)
        finally:
            for line in lines:
                line.close()
        judge(self, collector, [("load-agent", load.agent.data)], {"load-agent": promises_of(load.log())})


if __name__ == "__main__":
    unittest.main()
