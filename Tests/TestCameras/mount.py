"""One RTSP mount: a clip that one thread pushes through an appsrc, at the clip's pace, for as long as somebody watches."""
import dataclasses
import random
import threading
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

LEAD_NS = 20 * Gst.MSECOND  # head start of the time stamps over the clock, so that no unit is late in its pipeline


@dataclasses.dataclass
class Faults:
    frozen: bool = False
    garbage: float = 0.0
    drop: float = 0.0

    def clear(self):
        self.frozen, self.garbage, self.drop = False, 0.0, 0.0


class Mount:
    """Several viewers of a mount share one pipeline: they see the same access units at the same time."""

    def __init__(self, name, clip, fps_scale, seed, role):
        self.name, self.path, self.clip, self.role = name, "/" + name, clip, role
        self.scale = fps_scale
        self.faults = Faults()
        self.random = random.Random(f"{seed} {name}")
        self.is_published = False
        self.sent = self.loops = 0

    def make_factory(self):
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( appsrc name=units is-live=true format=time max-bytes=0 ! {self.clip.payloader} name=pay0 pt=96 )")
        factory.set_shared(True)
        if self.role:
            permissions = GstRtspServer.RTSPPermissions()
            for what in (GstRtspServer.RTSP_PERM_MEDIA_FACTORY_ACCESS, GstRtspServer.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT):
                permissions.add_permission_for_role(self.role, what, True)
            factory.set_permissions(permissions)
        factory.connect("media-configure", self._configure)
        return factory

    def status(self):
        state = "stopped" if not self.is_published else "frozen" if self.faults.frozen else "serving"
        return {"file": self.clip.path, "state": state, "garbage": self.faults.garbage, "drop": self.faults.drop,
                "sent": self.sent, "loops": self.loops}

    def _configure(self, _, media):
        source = media.get_element().get_by_name("units")
        source.set_property("caps", self.clip.caps)
        gone = threading.Event()
        media.connect("unprepared", lambda _: gone.set())
        threading.Thread(target=self._feed, args=(source, gone), daemon=True).start()

    def _feed(self, source, gone):
        """Pushes the clip again and again until the pipeline ends. The first unit goes out in any case, as the answer to DESCRIBE
        is made from it."""
        start = time.monotonic_ns()
        offset = None
        loop_start = 0
        while True:
            for index, unit in enumerate(self.clip.units):
                due = loop_start + int(unit.decode_ns / self.scale)
                wait = (start + due - time.monotonic_ns()) / 1e9
                if wait > 0 and gone.wait(wait) or gone.is_set():
                    return
                if offset is None:
                    offset = LEAD_NS + max(source.get_current_running_time(), 0) if _runs(source) else LEAD_NS
                present = loop_start + int(unit.present_ns / self.scale) + offset
                is_first = loop_start == 0 and index == 0
                if not is_first and (self.faults.frozen or self.random.random() < self.faults.drop):
                    continue
                if source.emit("push-buffer", self._buffer(unit, present, due + offset)) != Gst.FlowReturn.OK:
                    return
                self.sent += 1
            loop_start += int(self.clip.length_ns / self.scale)
            self.loops += 1

    def _buffer(self, unit, present, decode):
        data = unit.data
        if self.faults.garbage > 0:
            data = GLib.Bytes.new(self._corrupted(data.get_data()))
        buffer = Gst.Buffer.new_wrapped_bytes(data)
        buffer.pts, buffer.dts = present, decode
        if not unit.is_key:
            buffer.set_flags(Gst.BufferFlags.DELTA_UNIT)
        return buffer

    def _corrupted(self, data):
        data = bytearray(data)
        for _ in range(max(1, int(len(data) * self.faults.garbage))):
            at = self.random.randrange(len(data))
            # Start codes and NAL headers stay, so that the packets still look like video.
            if b"\0\0\1" not in data[max(0, at - 5):at + 4]:
                data[at] = self.random.randrange(4, 256)
        return bytes(data)


def _runs(source):
    return source.get_current_running_time() != Gst.CLOCK_TIME_NONE
