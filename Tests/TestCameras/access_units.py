"""Reads a video file once into a list of compressed access units, ready to be served again and again.

H.264, H.265 and Motion-JPEG are taken as they are, B-frames and variable rates included. Any other codec, and a file whose time
stamps are missing or run backwards, is transcoded once by the ffmpeg command line to H.264 without B-frames; the result is cached.
"""
import dataclasses
import hashlib
import os
import subprocess
import tempfile
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstApp", "1.0")
from gi.repository import GLib, Gst, GstApp  # noqa: E402,F401  (GstApp gives appsink its methods)

PREFERRED = {  # caps name -> (caps the payloader takes, RTP payloader)
    "video/x-h264": ("h264parse config-interval=-1 ! capsfilter caps=video/x-h264,stream-format=byte-stream,alignment=au", "rtph264pay"),
    "video/x-h265": ("h265parse config-interval=-1 ! capsfilter caps=video/x-h265,stream-format=byte-stream,alignment=au", "rtph265pay"),
    "image/jpeg": ("jpegparse", "rtpjpegpay"),
}
LOAD_SECONDS = 60
LARGEST_RTP_JPEG = 2040  # RFC 2435 keeps width and height in units of 8 pixels in one byte


class CameraError(Exception):
    """Says which file or port is at fault and what to do."""


@dataclasses.dataclass(frozen=True)
class AccessUnit:
    data: GLib.Bytes
    decode_ns: int  # from the clip's first access unit
    present_ns: int
    is_key: bool


@dataclasses.dataclass(frozen=True)
class Clip:
    """One loop of a stream: `units` in decoding order, `length_ns` until the first one comes again."""
    path: str
    caps: Gst.Caps
    payloader: str
    units: list
    length_ns: int


def load_clip(path, cache_folder):
    """The clip of a file; raises CameraError when there is no video in it."""
    if not os.path.isfile(path):
        raise CameraError(f"{path}: no such file")
    clip = _read(path)
    if clip is None:
        clip = _read(_transcoded(path, cache_folder))
    if clip is None:
        raise CameraError(f"{path}: no video stream that can be served, not even after transcoding")
    return dataclasses.replace(clip, path=path)


def _read(path):
    """None when the codec or the time stamps do not allow serving the file as it is."""
    samples = _pull_samples(path) if _codec(path) in ("h264", "hevc", "mjpeg") else []
    if not samples:
        return None
    caps = samples[0].get_caps()
    payloader = PREFERRED[caps.get_structure(0).get_name()][1]
    if payloader == "rtpjpegpay" and not _fits_rtp_jpeg(caps.get_structure(0)):
        return None
    units = _timed_units([sample.get_buffer() for sample in samples])
    if units is None:
        return None
    # One mean interval after the last unit, so that the loop point keeps the clip's rate.
    length = units[-1].decode_ns * len(units) // (len(units) - 1) if len(units) > 1 else Gst.SECOND // 25
    return Clip(path, caps, payloader, units, length)


def _codec(path):
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name", "-of", "csv=p=0", path]
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.split("\n")[0].strip(",")
    except FileNotFoundError as error:
        raise CameraError("there is no ffprobe: apt-get install ffmpeg") from error


def _pull_samples(path):
    pipeline = Gst.parse_launch("filesrc name=file ! parsebin name=parse appsink name=out sync=false max-buffers=0")
    pipeline.get_by_name("file").set_property("location", path)
    sink = pipeline.get_by_name("out")

    def link(_, pad):
        caps = pad.get_current_caps() or pad.query_caps(None)
        step = PREFERRED.get(caps.get_structure(0).get_name())
        target = sink.get_static_pad("sink")
        if step is None or target.is_linked():
            blind = Gst.parse_launch("fakesink sync=false async=false")
            pipeline.add(blind)
            blind.sync_state_with_parent()
            pad.link(blind.get_static_pad("sink"))
            return
        parser = Gst.parse_bin_from_description(step[0], True)
        pipeline.add(parser)
        parser.link(sink)
        pad.link(parser.get_static_pad("sink"))
        parser.sync_state_with_parent()

    pipeline.get_by_name("parse").connect("pad-added", link)
    pipeline.set_state(Gst.State.PLAYING)
    samples, bus = [], pipeline.get_bus()
    deadline = time.monotonic() + LOAD_SECONDS
    try:
        while time.monotonic() < deadline:
            sample = sink.emit("try-pull-sample", 100 * Gst.MSECOND)
            if sample is not None:
                samples.append(sample)
                continue
            message = bus.timed_pop_filtered(0, Gst.MessageType.ERROR | Gst.MessageType.EOS)
            if message is not None and message.type == Gst.MessageType.ERROR:
                return samples if len(samples) > 1 else []
            if message is not None or sink.get_property("eos"):
                return samples
        raise CameraError(f"{path}: not read to its end within {LOAD_SECONDS} s")
    finally:
        pipeline.set_state(Gst.State.NULL)


def _fits_rtp_jpeg(structure):
    return all((structure.get_int(side)[1] or 0) <= LARGEST_RTP_JPEG for side in ("width", "height"))


def _timed_units(buffers):
    nothing = Gst.CLOCK_TIME_NONE
    if any(buffer.pts == nothing for buffer in buffers):
        return None
    decode = [buffer.pts if buffer.dts == nothing else buffer.dts for buffer in buffers]
    if any(later <= earlier for earlier, later in zip(decode, decode[1:])):
        return None
    return [AccessUnit(GLib.Bytes.new(buffer.extract_dup(0, buffer.get_size())),
                       at - decode[0], max(buffer.pts - decode[0], 0), not buffer.has_flags(Gst.BufferFlags.DELTA_UNIT))
            for buffer, at in zip(buffers, decode)]


def _transcoded(path, cache_folder):
    status = os.stat(path)
    key = hashlib.sha256(f"{os.path.realpath(path)} {status.st_size} {status.st_mtime_ns}".encode()).hexdigest()[:24]
    target = os.path.join(cache_folder, key + ".mp4")
    if os.path.exists(target):
        return target
    os.makedirs(cache_folder, exist_ok=True)
    handle, partial = tempfile.mkstemp(suffix=".mp4", dir=cache_folder)
    os.close(handle)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", path, "-map", "0:v:0", "-an", "-vf", "scale=trunc(iw/2)*2:trunc(ih/2)*2",
               "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "50", partial]
    try:
        run = subprocess.run(command, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            raise CameraError(f"{path}: ffmpeg could not read it: {(run.stderr.strip().splitlines() or ['no reason given'])[-1]}")
        os.replace(partial, target)
    except FileNotFoundError as error:
        raise CameraError(f"{path}: must be transcoded, but there is no ffmpeg: apt-get install ffmpeg") from error
    finally:
        if os.path.exists(partial):
            os.unlink(partial)
    return target
