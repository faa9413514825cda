"""A pinhole camera over a ground plane. Metres: x right, y away from the camera, z up, origin on the ground below the camera's mast.
Pixels: u right, v down, (0, 0) is the top left corner of the picture."""
import dataclasses
import math

import numpy as np

NEAREST_METRES = 0.6  # what is nearer to the lens plane is not drawn


@dataclasses.dataclass(frozen=True)
class Camera:
    width: int
    height: int
    focal_pixels: float
    position: tuple  # metres
    pitch_degrees: float  # downwards
    yaw_degrees: float = 0.0  # to the right
    roll_degrees: float = 0.0

    def __post_init__(self):
        pitch, yaw, roll = (math.radians(a) for a in (self.pitch_degrees, self.yaw_degrees, self.roll_degrees))
        forward = np.array([math.sin(yaw) * math.cos(pitch), math.cos(yaw) * math.cos(pitch), -math.sin(pitch)])
        right = np.array([math.cos(yaw), -math.sin(yaw), 0.0])
        down = np.cross(forward, right)
        right, down = right * math.cos(roll) + down * math.sin(roll), down * math.cos(roll) - right * math.sin(roll)
        object.__setattr__(self, "axes", np.stack([right, down, forward]))
        object.__setattr__(self, "place", np.array(self.position, dtype=float))

    def project(self, points):
        """(pixels [N, 2], depth in metres [N]) of metres [N, 3]; points behind the camera are pushed to NEAREST_METRES."""
        seen = (np.asarray(points, dtype=float) - self.place) @ self.axes.T
        depth = np.maximum(seen[:, 2], NEAREST_METRES)
        pixels = seen[:, :2] * (self.focal_pixels / depth)[:, None]
        return pixels + (self.width / 2, self.height / 2), seen[:, 2]

    def ground(self, x, y):
        """Pixel of a ground point, as a pair of floats."""
        pixels, _ = self.project([(x, y, 0.0)])
        return float(pixels[0, 0]), float(pixels[0, 1])

    def ground_homography(self):
        """3x3: ground metres (x, y, 1) to pixels (u, v, 1), up to scale."""
        k = np.array([[self.focal_pixels, 0, self.width / 2], [0, self.focal_pixels, self.height / 2], [0, 0, 1.0]])
        columns = np.stack([self.axes[:, 0], self.axes[:, 1], -self.axes @ self.place], axis=1)
        matrix = k @ columns
        return matrix / matrix[2, 2]

    def to_ground(self, pixels):
        """Metres [N, 2] on the ground for pixels [N, 2] below the horizon."""
        pixels = np.asarray(pixels, dtype=float)
        homogeneous = np.column_stack([pixels, np.ones(len(pixels))]) @ np.linalg.inv(self.ground_homography()).T
        return homogeneous[:, :2] / homogeneous[:, 2:]

    def moved(self, yaw, pitch, roll):
        """The same camera turned a little (degrees): shake by wind."""
        return dataclasses.replace(self, yaw_degrees=self.yaw_degrees + yaw, pitch_degrees=self.pitch_degrees + pitch,
                                   roll_degrees=self.roll_degrees + roll)
