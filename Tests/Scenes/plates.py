"""Vietnamese number plates: invented numbers in the real formats, one look per kind."""
import dataclasses

SERIES = "ABCDEFGHKLMNPSTUVXYZ"
PROVINCES = ["29", "30", "51", "59", "43", "15", "16", "61", "72", "65", "75", "98", "99", "88", "36", "37"]
WHITE, YELLOW, BLUE, BLACK = (0.95, 0.95, 0.93), (0.96, 0.78, 0.12), (0.10, 0.22, 0.60), (0.05, 0.05, 0.06)


@dataclasses.dataclass(frozen=True)
class Plate:
    rows: tuple  # as printed, upper row first
    text: str  # canonical: capitals and digits, no separators
    ground: tuple
    ink: tuple


def make_plate(kind, random):
    """The plate of a vehicle class; None where the class has none."""
    if kind in ("person", "bicycle"):
        return None
    province = random.choice(PROVINCES)
    number = f"{random.randrange(100000):05d}"
    dotted = number[:3] + "." + number[3:]
    if kind in ("motorbike", "threeWheeler"):
        if random.random() < 0.5:
            series = random.choice(SERIES) + random.choice("123456789")
        else:
            series = random.choice(SERIES) + random.choice(SERIES)
        return Plate((province + "-" + series, dotted), province + series + number, WHITE, BLACK)
    series = random.choice(SERIES)
    ground, ink = WHITE, BLACK
    if kind in ("bus", "truck") and random.random() < 0.8 or kind == "car" and random.random() < 0.2:
        ground = YELLOW
    elif random.random() < 0.04:
        ground, ink, series = BLUE, WHITE, random.choice("ABCDEFGHKLM")
    return Plate((province + series + "-" + dotted,), province + series + number, ground, ink)
