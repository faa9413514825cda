#!/usr/bin/python3
"""Test cameras: serves video files in an endless loop as RTSP mounts, with faults on request.

    rtsp_server.py --port 8554 cam1=clip.mp4 cam2=other.avi [--user u --password p] [--control-port 8555] [--stdin]

Prints `ready rtsp://HOST:PORT/NAME` for each mount once it serves. No transcoding while serving: the access units of a file are
loaded once and pushed with ever-growing time stamps. Faults are commands of one line (see FAULTS), posted to the control port
(`curl -d 'freeze cam1' http://127.0.0.1:8555/`) or, with --stdin, written to standard input (its end then ends the server).

Runs on Debian's /usr/bin/python3, which has GObject introspection. Packages: python3-gi gir1.2-gst-rtsp-server-1.0
gstreamer1.0-plugins-base (appsrc, parsebin) -good (demuxers, RTP payloaders) -bad (H.264 and H.265 parsers), ffmpeg (other codecs).
"""
import argparse
import os
import signal
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

from access_units import CameraError, load_clip  # noqa: E402
from control import CommandError, serve_http, serve_lines  # noqa: E402
from mount import Mount  # noqa: E402

FAULTS = """commands (one line each; answers are JSON):
  freeze NAME            the connection stays open, no access unit comes any more (RTCP reports go on)
  resume NAME            ends freeze, garbage and drop
  garbage NAME [SHARE]   corrupts SHARE (default 0.02) of the bytes behind the NAL headers
  drop NAME SHARE        leaves out that share of the access units (0..1), key frames too
  disconnect NAME        closes the connections of this mount's viewers; they may come back
  stop NAME              removes the mount (404) and closes its viewers;  start NAME brings it back
  status                 all mounts: state, viewers, access units sent, loops
"""
ROLE = "viewer"


class TestCameras:
    """The RTSP server with its mounts. All methods but `command` belong to the main thread."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.loop = GLib.MainLoop()
        self.server = GstRtspServer.RTSPServer()
        self.server.set_address(arguments.host)
        self.server.set_service(str(arguments.port))
        # A mount that hangs while it is described must not hang the others: a thread for each client.
        self.server.get_thread_pool().set_max_threads(-1)
        self.server.connect("client-connected", self._client_connected)
        self.mounts, self.clips = {}, {}
        self.viewers = {}  # client -> path of the mount it has set up
        self.lock = threading.Lock()

    def add(self, name, path):
        if path not in self.clips:
            self.clips[path] = load_clip(path, self.arguments.cache)
        role = ROLE if self.arguments.user else None
        self.mounts[name] = Mount(name, self.clips[path], self.arguments.fps_scale, self.arguments.seed, role)

    def start(self):
        if self.arguments.user:
            self.server.set_auth(_login(self.arguments.user, self.arguments.password))
        if self.server.attach(None) == 0:
            raise CameraError(f"port {self.arguments.port} on {self.arguments.host} cannot be opened: in use, or not an address of this host")
        for mount in self.mounts.values():
            self._publish(mount)
        host = f"[{self.arguments.host}]" if ":" in self.arguments.host else self.arguments.host
        for name in self.mounts:
            print(f"ready rtsp://{host}:{self.server.get_bound_port()}/{name}", flush=True)

    def run(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            GLib.unix_signal_add(GLib.PRIORITY_HIGH, number, self.loop.quit)
        # Sessions whose viewer vanished without TEARDOWN (UDP) are swept here.
        GLib.timeout_add_seconds(5, lambda: self.server.get_session_pool().cleanup() >= 0)
        self.loop.run()

    def command(self, line):
        """Carries one command line out; returns what to answer. May be called from any thread."""
        words = line.split()
        if words == ["status"]:
            return {name: self._status(mount) for name, mount in self.mounts.items()}
        if len(words) < 2 or words[1] not in self.mounts:
            raise CommandError(f"'{line.strip()}' names no mount of {sorted(self.mounts)}\n{FAULTS}")
        verb, mount, rest = words[0], self.mounts[words[1]], words[2:]
        with self.lock:
            self._apply(verb, mount, rest)
        return self._status(mount)

    def _apply(self, verb, mount, rest):
        if verb == "freeze":
            mount.faults.frozen = True
        elif verb == "resume":
            mount.faults.clear()
        elif verb == "garbage":
            mount.faults.garbage = _share(rest or ["0.02"])
        elif verb == "drop":
            mount.faults.drop = _share(rest)
        elif verb == "disconnect":
            self._disconnect(mount)
        elif verb == "stop":
            self.server.get_mount_points().remove_factory(mount.path)
            mount.is_published = False
            self._disconnect(mount)
        elif verb == "start":
            if not mount.is_published:
                self._publish(mount)
        else:
            raise CommandError(f"'{verb}' is no command\n{FAULTS}")

    def _publish(self, mount):
        self.server.get_mount_points().add_factory(mount.path, mount.make_factory())
        mount.is_published = True

    def _status(self, mount):
        return dict(mount.status(), viewers=sum(1 for path in list(self.viewers.values()) if path == mount.path))

    def _client_connected(self, _, client):
        client.connect("setup-request", self._client_set_up)
        client.connect("closed", lambda closed: self.viewers.pop(closed, None))

    def _client_set_up(self, client, context):
        # SETUP names a stream below the mount: /cam1/stream=0
        self.viewers[client] = "/" + context.uri.abspath.strip("/").split("/")[0]

    def _disconnect(self, mount):
        def choose(_, client):
            leaves = self.viewers.get(client) == mount.path
            return GstRtspServer.RTSPFilterResult.REMOVE if leaves else GstRtspServer.RTSPFilterResult.KEEP
        self.server.client_filter(choose)


def _share(words):
    try:
        value = float(words[0])
    except (IndexError, ValueError):
        raise CommandError("a share between 0 and 1 is needed") from None
    if not 0 <= value <= 1:
        raise CommandError(f"{words[0]} is not between 0 and 1")
    return value


def _login(user, password):
    token = GstRtspServer.RTSPToken()
    token.set_string(GstRtspServer.RTSP_TOKEN_MEDIA_FACTORY_ROLE, ROLE)
    auth = GstRtspServer.RTSPAuth()
    auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    auth.add_digest(user, password, token)
    return auth


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=FAULTS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mounts", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8554, help="0 takes a free one; the ready lines name it")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--fps-scale", type=float, default=1.0, help="2 plays twice as fast")
    parser.add_argument("--control-port", type=int, help="HTTP on 127.0.0.1; 0 takes a free one, printed as `control URL`")
    parser.add_argument("--stdin", action="store_true", help="read commands from standard input; its end ends the server")
    parser.add_argument("--seed", type=int, default=1, help="of garbage and drop")
    parser.add_argument("--cache", help="folder of transcoded files",
                        default=os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "ngatu-test-cameras"))
    arguments = parser.parse_args()
    if arguments.fps_scale <= 0:
        parser.error("--fps-scale must be above 0")
    return arguments


def main():
    arguments = _arguments()
    Gst.init(None)
    try:
        cameras = TestCameras(arguments)
        for pair in arguments.mounts:
            name, equals, path = pair.partition("=")
            if not (equals and name and path) or "/" in name or name in cameras.mounts:
                raise CameraError(f"'{pair}': NAME=FILE is needed, each NAME once and without a slash")
            cameras.add(name, path)
        if arguments.control_port is not None:
            print(f"control {serve_http(arguments.control_port, cameras.command)}", flush=True)
        cameras.start()
    except CameraError as error:
        print(f"rtsp_server: {error}", file=sys.stderr)
        return 69
    if arguments.stdin:
        serve_lines(sys.stdin, cameras.command, lambda: GLib.idle_add(cameras.loop.quit))
    cameras.run()
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the clients' threads are daemons of GStreamer; waiting for them would only delay the end
