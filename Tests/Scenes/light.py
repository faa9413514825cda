"""Day, night and rain: what a surface looks like under them."""
import dataclasses
import math

import numpy as np


@dataclasses.dataclass(frozen=True)
class Light:
    is_night: bool = False
    is_rain: bool = False
    brightness: float = 1.12
    ambient: float = 0.62
    sun: float = 0.50
    sun_direction: tuple = (0.62, -0.38, 1.15)  # towards the sun; metres x, y, z
    shadow: float = 0.50  # darkness of cast shadows, 0 for none
    haze: tuple = (0.80, 0.84, 0.88)
    sky: tuple = (0.45, 0.62, 0.86)
    sight_metres: float = 420.0
    noise: int = 5  # of the sensor, in ffmpeg's units
    tint: tuple = (1.0, 1.0, 1.0)  # colour of the light
    lamps: tuple = ()  # (x, y) metres of street lamps

    def __post_init__(self):
        towards = np.array(self.sun_direction) / np.linalg.norm(self.sun_direction)
        object.__setattr__(self, "towards_sun", towards)
        object.__setattr__(self, "shadow_per_metre", (-towards[0] / towards[2], -towards[1] / towards[2]))

    def wall(self, side):
        return self.ambient + self.sun * max(0.0, -side * float(self.towards_sun[0]))

    def on_ground(self, x, y):
        """Light of the street lamps on the ground, about 0.1...1.3."""
        total = np.full(np.shape(x), 0.16)
        for lx, ly in self.lamps:
            total = total + 0.95 / (1 + ((x - lx) ** 2 + (y - ly) ** 2) / 26.0) ** 1.6
        return total

    def seen(self, colour, lit, distance):
        """A colour as the camera sees it, `lit` by that much, through `distance` metres of air."""
        clear = math.exp(-distance / self.sight_metres)
        lit *= self.brightness * (float(self.on_ground(0.0, 1e6)) * 1.4 if self.is_night else 1.0)
        return tuple(c * lit * t * clear + h * (1 - clear) for c, t, h in zip(colour, self.tint, self.haze))


LAMPS = tuple((side * 8.5, y) for side in (-1, 1) for y in range(-5, 150, 25))
DAY = Light()
RAIN = Light(is_rain=True, brightness=0.80, ambient=0.78, sun=0.10, shadow=0.10, haze=(0.62, 0.65, 0.68), sky=(0.58, 0.61, 0.65),
             sight_metres=150.0, noise=7)
NIGHT = Light(is_night=True, brightness=1.25, ambient=0.80, sun=0.15, sun_direction=(0.0, -0.2, 1.0), shadow=0.0, haze=(0.07, 0.07, 0.09),
              sky=(0.035, 0.04, 0.075), sight_metres=260.0, noise=11, tint=(1.06, 0.96, 0.80), lamps=LAMPS)
LIGHTS = {"day": DAY, "night": NIGHT, "rain": RAIN}
