"""Who drives where: arrivals from a seed, then car following (the intelligent driver model) with signals, stop lines and junctions.

Positions are the front bumper's metres along the lane. Nobody overlaps: a vehicle enters a lane only behind enough room, keeps the
model's gap to its leader, and enters a junction only when no crossing vehicle is inside it or about to be."""
import dataclasses
import random as randoms

from plates import make_plate
from shapes import make_body

ACCELERATION, COMFORT_BRAKE, HARDEST_BRAKE = 1.6, 2.2, 7.0  # metres per second squared
HEADWAY_SECONDS, STANDSTILL_GAP = 1.5, 2.2
SLOWER = {"bicycle": (14.0, 2.0), "person": (4.6, 0.5)}  # km/h: mean and spread, whatever the lane's speed


@dataclasses.dataclass
class Vehicle:
    id: int
    kind: str
    lane: object
    body: object
    plate: object
    wish: float  # metres per second
    sideways: float  # metres from the lane's middle, to the right
    runs_red: bool
    arrives: float
    front: float = 0.0
    speed: float = 0.0
    ran: bool = False  # decided to pass a red signal

    @property
    def back(self):
        return self.front - self.body.length

    def place(self):
        """(x, y) metres of the middle of its ground rectangle."""
        along = self.front - self.body.length / 2
        dx, dy = self.lane.heading
        x, y = self.lane.start
        return x + dx * along + dy * self.sideways, y + dy * along - dx * self.sideways


class Traffic:
    def __init__(self, layout, seed, vehicles, per_second, walkers, runner_share=0.15):
        self.layout = layout
        self.time = 0.0
        self.waiting, self.lanes = [], {lane.id: [] for lane in layout.lanes}
        self._ids = 0
        random = randoms.Random(f"traffic {seed}")
        self._plan(random, vehicles, per_second, walkers, runner_share)

    def _plan(self, random, vehicles, per_second, walkers, runner_share):
        drive = [lane for lane in self.layout.lanes if not lane.is_path]
        weights = [lane.flow for lane in drive]
        lanes = random.choices(drive, weights, k=vehicles)
        at = 0.0
        for lane in lanes:
            at += random.expovariate(per_second)
            self.waiting.append(self._make(random, lane, at, runner_share))
        paths = [lane for lane in self.layout.lanes if lane.is_path]
        for index in range(walkers if paths else 0):
            self.waiting.append(self._make(random, paths[index % len(paths)], random.uniform(0.05, 0.75) * max(at, 20), 0))
        self.waiting.sort(key=lambda v: (v.arrives, v.id))

    def _make(self, random, lane, at, runner_share):
        kind = random.choices(list(lane.classes), list(lane.classes.values()))[0]
        mean, spread = SLOWER.get(kind, (lane.kilometres_per_hour, 4.5))
        if kind in ("bus", "truck"):
            mean -= 4
        if kind == "threeWheeler":
            mean = min(mean, 28)
        wish = max(random.gauss(mean, spread), mean * 0.7) / 3.6
        body = make_body(kind, random)
        room = max(0.0, (lane.width - body.width) / 2 - 0.35)
        self._ids += 1
        return Vehicle(self._ids, kind, lane, body, make_plate(kind, random), wish, random.uniform(-room, room),
                       random.random() < runner_share, at)

    @property
    def active(self):
        return [v for lane in self.lanes.values() for v in lane]

    @property
    def is_over(self):
        """True when every vehicle has left; people on foot are not waited for."""
        return all(v.lane.is_path for v in self.waiting + self.active)

    def step(self, seconds):
        self._admit()
        states = self.layout.signal_states(self.time)
        wanted = []
        for lane in self.layout.lanes:
            queue = self.lanes[lane.id]
            for index, vehicle in enumerate(queue):
                leader = queue[index - 1] if index else None
                wanted.append((vehicle, self._acceleration(vehicle, leader, states)))
        for vehicle, acceleration in wanted:
            speed = max(0.0, vehicle.speed + acceleration * seconds)
            vehicle.front += (vehicle.speed + speed) / 2 * seconds
            vehicle.speed = speed
        for name, queue in self.lanes.items():
            self.lanes[name] = [v for v in queue if v.back < v.lane.length]
        self.time += seconds

    def _admit(self):
        later = []
        for vehicle in self.waiting:
            queue = self.lanes[vehicle.lane.id]
            room = queue[-1].back if queue else 1e9
            speed = min(vehicle.wish, queue[-1].speed + 1.0) if queue else vehicle.wish
            if vehicle.arrives > self.time or room < STANDSTILL_GAP + HEADWAY_SECONDS * speed + 1:
                later.append(vehicle)
                continue
            vehicle.speed = speed
            queue.append(vehicle)
        self.waiting = later

    def _acceleration(self, vehicle, leader, states):
        free = 1 - (vehicle.speed / vehicle.wish) ** 4
        gaps = []
        if leader is not None:
            gaps.append((leader.back - vehicle.front, leader.speed))
        stop = self._must_stop_at(vehicle, states)
        if stop is not None:
            gaps.append((stop - vehicle.front + STANDSTILL_GAP - 0.6, 0.0))
        hold = 0.0
        for gap, speed in gaps:
            closing = vehicle.speed - speed
            desired = STANDSTILL_GAP + max(0.0, vehicle.speed * HEADWAY_SECONDS
                                           + vehicle.speed * closing / (2 * (ACCELERATION * COMFORT_BRAKE) ** 0.5))
            hold = max(hold, (desired / max(gap, 0.1)) ** 2)
        return max(-HARDEST_BRAKE, ACCELERATION * (free - hold))

    def _must_stop_at(self, vehicle, states):
        """The metres where this vehicle must come to a stand, or None."""
        lane = vehicle.lane
        if not lane.signal or vehicle.front > lane.stop_at + 0.3:
            return None
        state, way = states[lane.signal], lane.stop_at - vehicle.front
        if vehicle.ran:
            return None
        braking = vehicle.speed ** 2 / (2 * COMFORT_BRAKE * 1.4)
        if state == "green":
            return lane.stop_at if way < braking + 8 and self._is_box_taken(lane) else None
        if state == "yellow":
            return lane.stop_at if way > braking else None
        # Decided where others begin to brake, and again on the way to the line.
        if vehicle.runs_red and vehicle.speed > 3 and way < vehicle.speed ** 2 / COMFORT_BRAKE + 6 and self._can_run(vehicle, states):
            vehicle.ran = True
            return None
        return lane.stop_at if way > -0.3 else None

    def _crossing(self, lane):
        return [other for other in self.layout.lanes if other.box and other.heading[0] != lane.heading[0]
                and abs(other.heading[0]) != abs(lane.heading[0])]

    def _is_box_taken(self, lane):
        return any((v.ran or other.box[0] - 1 < v.front) and v.back < other.box[1] + 1
                   for other in self._crossing(lane) for v in self.lanes[other.id])

    def _can_run(self, vehicle, states):
        """True when this vehicle is through before anybody crossing could be inside. Who waits at red is no threat: at green he
        lets a runner pass."""
        lane = vehicle.lane
        seconds = (lane.box[1] + vehicle.body.length - vehicle.front) / max(vehicle.speed, 0.1) + 1.0
        for other in self._crossing(lane):
            for v in self.lanes[other.id]:
                waits = v.front < other.stop_at and states[other.signal] != "green"
                if not waits and v.back < other.box[1] and v.front + max(v.speed, 2.0) * seconds > other.box[0]:
                    return False
        return True
