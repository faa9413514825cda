"""Small test streams made by ffmpeg: boxes that cross the middle of the picture, and the odd streams of real cameras."""
import functools
import pathlib
import subprocess
import tempfile

SECONDS = 8
ROWS = (60, 180, 300)


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="ngatu-clips-")  # lives as long as the run


def _make(name, *arguments):
    target = pathlib.Path(_folder().name, name)
    if not target.exists():
        partial = target.with_name("partial-" + name)
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments), partial], check=True, timeout=120)
        partial.rename(target)
    return target


def _moving_boxes(size, seconds, rate):
    """A textured street with three light boxes that cross it, one after the other, in `SECONDS` each."""
    width, height = size
    boxes = [f"color=white:s={width // 10}x{height // 9}:r={rate}:d={seconds}[b{row}]" for row in range(len(ROWS))]
    chain, last = [], "0:v"
    for row, y in enumerate(ROWS):
        # A lap takes four seconds; the box is outside for the first and last half second of it.
        x = f"'mod(t+{row}*1.3,4)/4*{width * 1.4:.0f}-{width * 0.2:.0f}'"
        chain.append(f"[{last}][b{row}]overlay=x={x}:y={y * height // 360}:shortest=1[o{row}]")
        last = f"o{row}"
    noise = f"[{last}]noise=alls=6:allf=t[out]"
    return ["-f", "lavfi", "-i", f"color=0x506050:s={width}x{height}:r={rate}:d={seconds}", "-filter_complex",
            ";".join(boxes + chain + [noise]), "-map", "[out]"]


def boxes(seconds=SECONDS, size=(640, 360), rate=25):
    """About 0.75 crossings of `site(...)`'s line a second; an endless loop has no jump in it when 4 divides `seconds`."""
    return _make(f"boxes-{seconds}-{size[0]}.mp4", *_moving_boxes(size, seconds, rate), "-c:v", "libx264", "-preset", "ultrafast",
                 "-g", "25", "-bf", "0", "-pix_fmt", "yuv420p")


def still(picture, seconds=SECONDS, rate=10):
    """A film in which nothing moves."""
    return _make(f"still-{picture.stem}-{seconds}.mp4", "-loop", 1, "-framerate", rate, "-t", seconds, "-i", picture, "-c:v", "libx264",
                 "-preset", "ultrafast", "-crf", 12, "-g", rate, "-bf", 0, "-pix_fmt", "yuv420p")


def site(camera, size=(640, 360), zones=()):
    """A site file with one counting line down the middle."""
    width, height = size
    return {"schema": 1, "camera": camera, "frame": {"width": width, "height": height},
            "lines": [{"id": "giua", "kind": "counting", "from": [width // 2, 0], "to": [width // 2, height]}], "zones": list(zones)}


def odd(kind):
    """Streams as they should not be, but are."""
    small = _moving_boxes((640, 360), 4, 25)
    x264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    recipes = {
        "b-frames": [*small, *x264, "-bf", "3", "-g", "50"],
        "never-ending-gop": [*small, *x264, "-bf", "0", "-g", "100000", "-sc_threshold", "0"],
        "variable-rate": ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=4", "-vf", "select='if(lt(mod(n,50),25),1,not(mod(n,5)))'",
                          "-vsync", "vfr", *x264, "-bf", "0"],
        "2x2": ["-f", "lavfi", "-i", "testsrc2=s=2x2:r=10:d=4", *x264, "-bf", "0"],
        "16x16": ["-f", "lavfi", "-i", "testsrc2=s=16x16:r=10:d=4", *x264, "-bf", "0"],
        "odd-size": ["-f", "lavfi", "-i", "testsrc2=s=322x182:r=10:d=4", *x264, "-bf", "0"],
        "8k": ["-f", "lavfi", "-i", "color=0x406040:s=7680x4320:r=2:d=2", *x264, "-bf", "0"],
        "h265": ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=4", "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                 "log-level=error", "-pix_fmt", "yuv420p"],
        "mjpeg": ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=4", "-c:v", "mjpeg", "-q:v", "5", "-pix_fmt", "yuvj420p"],
    }
    return _make(f"{kind}.{'avi' if kind == 'mjpeg' else 'mp4'}", *recipes[kind])
