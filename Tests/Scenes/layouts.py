"""The streets: lanes with their traffic, signals, counting lines and the camera that looks at them."""
import dataclasses

from camera import Camera

MIXED = {"car": 0.52, "motorbike": 0.34, "bus": 0.04, "truck": 0.06, "threeWheeler": 0.04}
FAST = {"car": 0.80, "bus": 0.07, "truck": 0.13}
STRIP = {"motorbike": 0.86, "bicycle": 0.14}
WALK = {"person": 1.0}
BUSES = {"bus": 0.34, "truck": 0.10, "car": 0.22, "motorbike": 0.30, "threeWheeler": 0.04}


@dataclasses.dataclass(frozen=True)
class Lane:
    id: str
    start: tuple  # metres, middle of the lane
    heading: tuple  # unit vector
    length: float  # metres
    width: float
    classes: dict  # shares
    kilometres_per_hour: float
    flow: float  # share of all vehicles
    signal: str = ""
    stop_at: float = 0.0  # metres from the start
    box: tuple = ()  # metres from the start where the junction begins and ends
    is_path: bool = False  # for people on foot, not part of the vehicle count


@dataclasses.dataclass(frozen=True)
class Signal:
    id: str
    offset: float  # seconds into the cycle when its green begins
    green: float
    yellow: float
    cycle: float
    place: tuple = ()  # metres of the middle of the head; empty: not in the picture

    def state(self, time):
        phase = (time - self.offset) % self.cycle
        return "green" if phase < self.green else "yellow" if phase < self.green + self.yellow else "red"


@dataclasses.dataclass(frozen=True)
class Layout:
    name: str
    camera: Camera
    lanes: tuple
    road_half: float  # metres from the middle to the kerb
    median_half: float
    counting_lines: dict  # id -> ((x, y), (x, y)) metres
    signals: tuple = ()
    stop_line: tuple = ()
    cross_road: tuple = ()  # (near y, far y) of the crossing carriageway
    intrusion_zone: tuple = ()  # metres
    speed_lines: tuple = ()

    def signal_states(self, time):
        return {s.id: s.state(time) for s in self.signals}


def _camera(width, height, **place):
    return Camera(width, height, 1050.0 * width / 1280, **place)


def _carriageways(far, speed, stop_y=None, cross=None, signal=""):
    """Three lanes each way along y: away from the camera on the right hand, towards it on the left."""
    lanes = []
    for name, x, width, classes, faster, flow in (("inner", 2.4, 3.4, FAST, 6, 0.15), ("outer", 5.8, 3.4, MIXED, 0, 0.18),
                                                  ("strip", 8.6, 2.1, STRIP, -9, 0.17)):
        near = -14.0
        extra = {}
        if stop_y is not None:
            extra = dict(signal=signal, stop_at=stop_y - near, box=(cross[0] - 1 - near, cross[1] + 1 - near))
        lanes.append(Lane(f"away-{name}", (x, near), (0.0, 1.0), far - near, width, classes, speed + faster, flow, **extra))
        if stop_y is not None:
            back = cross[1] + (cross[0] - stop_y)
            extra = dict(signal=signal, stop_at=far - back, box=(far - cross[1] - 1, far - cross[0] + 1))
        lanes.append(Lane(f"toward-{name}", (-x, far), (0.0, -1.0), far - near, width, classes, speed + faster, flow, **extra))
    return lanes


def road(width, height, speed=42.0):
    far = 190.0
    paths = [Lane("walk-right", (11.7, far), (0.0, -1.0), far, 1.6, WALK, 4.8, 0.0, is_path=True),
             Lane("walk-zone", (-12.0, -2.0), (0.0, 1.0), far, 1.6, WALK, 4.6, 0.0, is_path=True)]
    return Layout("road", _camera(width, height, position=(0.8, 0.0, 7.5), pitch_degrees=16.0),
                  tuple(_carriageways(far, speed) + paths), 9.8, 0.55,
                  {"across": ((-10.0, 20.0), (10.0, 20.0))},
                  intrusion_zone=((-13.6, 19.0), (-10.5, 19.0), (-10.5, 29.0), (-13.6, 29.0)),
                  speed_lines=(((-10.0, 32.0), (10.0, 32.0)), ((-10.0, 20.0), (10.0, 20.0))))


def junction(width, height, speed=38.0):
    far, cross, stop_y, cycle = 150.0, (28.0, 41.0), 21.0, 44.0
    lanes = _carriageways(far, speed, stop_y, cross, "s1")
    side = 95.0
    for name, y, heading in (("right", 30.4, 1.0), ("right-outer", 33.0, 1.0), ("left", 38.6, -1.0), ("left-outer", 36.0, -1.0)):
        outer = name.endswith("outer")
        near = side - 10.8
        # Right-hand traffic: who drives to the right keeps to the near side of the crossing road.
        lanes.append(Lane(f"cross-{name}", (-heading * side, y), (heading, 0.0), 2 * side, 2.6, MIXED if outer else STRIP | {"car": 0.25},
                          speed - 4, 0.07, "s2", near - 3.5, (near, side + 10.8)))
    paths = [Lane("walk-far", (11.8, 95.0), (0.0, -1.0), 50.0, 1.6, WALK, 4.8, 0.0, is_path=True),
             Lane("walk-zone", (11.9, -2.0), (0.0, 1.0), 28.4, 1.6, WALK, 4.6, 0.0, is_path=True)]
    signals = (Signal("s1", 0.0, 17.0, 3.0, cycle, (7.2, 43.2, 5.2)), Signal("s2", 23.0, 14.0, 3.0, cycle))
    return Layout("junction", _camera(width, height, position=(1.6, 0.0, 7.8), pitch_degrees=14.5),
                  tuple(lanes + paths), 9.8, 0.55,
                  {"approach": ((-10.0, 17.5), (10.0, 17.5))}, signals, ((0.6, stop_y), (9.8, stop_y)), cross,
                  ((10.5, 18.5), (13.3, 18.5), (13.3, 24.5), (10.5, 24.5)))


def with_buses(layout):
    """The same street with a third of buses on the lanes that have any: high walls that hide the strip behind them."""
    return dataclasses.replace(layout, lanes=tuple(dataclasses.replace(lane, classes=BUSES) if "bus" in lane.classes else lane for lane in layout.lanes))


LAYOUTS = {"road": road, "junction": junction}
