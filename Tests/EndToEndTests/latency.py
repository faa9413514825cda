"""From a crossing at the camera to the page of a logged-in person: the live path measured, directly and through nginx.

`measure()` is for the tests and for the benchmark. A crossing's time is that of its frame (the record's own time), so the figures hold
decoding, tracking, the rule's dwell, the commit, shipping, the collector's commit and the live stream.
"""
import math

import clips
from browser import Browser, LiveStream
from harness import Agent, Cameras, Collector, Place, wait_until
from judge import Store
from nginx import Nginx

CAMERAS = 3


def percentile(values, share):
    """The smallest value that at least this share of all values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def measure(place=None, count=60, seconds=180):
    """Milliseconds for `count` crossings: {"direct": {"count", "p50", "p95", "max"}, "nginx": {…}}; "nginx" only where it is installed."""
    if place is not None:
        return _measure(place, count, seconds)
    place = Place()
    try:
        return _measure(place, count, seconds)
    except Exception:
        place.show_logs()
        raise
    finally:
        place.close()


def _measure(place, count, seconds):
    collector = Collector(place).start().wait_ready()
    names = [f"cam-{number}" for number in range(1, CAMERAS + 1)]
    cameras = Cameras(place, [(name, clips.boxes()) for name in names]).start()
    Agent(place, [(name, cameras.url(name), clips.site(name)) for name in names]).enroll(collector).start()
    store = Store(collector.data)
    wait_until(lambda: store.count("passage") >= CAMERAS, 60, "the first crossings", 0.2)  # decoders and backgrounds are warm
    person = Browser(collector.url).log_in_first(collector)
    streams = {"direct": LiveStream(person)}
    if Nginx.program():
        behind = Browser(Nginx(place, collector.url).start().url)
        behind.log_in(person.login, person.password)
        streams["nginx"] = LiveStream(behind)
    try:
        wait_until(lambda: all(len(stream.passages()) >= count for stream in streams.values()), seconds,
                   lambda: f"{count} crossings at each stream: "
                           f"{ {name: (len(stream.passages()), stream.problem) for name, stream in streams.items()} }", 0.2)
    finally:
        for stream in streams.values():
            stream.close()
    times = dict(store.query("SELECT cursor, timeMicros FROM passage"))
    return {name: _figures([1_000 * (told - times[cursor] / 1e6) for cursor, told in stream.passages().items()])
            for name, stream in streams.items()}


def _figures(milliseconds):
    return {"count": len(milliseconds), "p50": round(percentile(milliseconds, 0.5)), "p95": round(percentile(milliseconds, 0.95)),
            "max": round(max(milliseconds))}
