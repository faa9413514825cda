"""Scores of a tracker against the truth: IDF1, HOTA, MOTA, identity switches, false tracks, missed objects.

A sequence is a list of frames `(true, said)`, each a list of `(identity, box)` with box = (x, y, width, height) in pixels. Pure
functions: who reads files is `scenes.py`. The measures are those of the literature:

- IDF1 (Ristani 2016): true and said identities are paired once for the whole sequence, so that most boxes fit.
- HOTA (Luiten 2021): the mean over the thresholds 0.05 … 0.95 of the root of detection (DetA) times association accuracy (AssA).
- MOTA and switches (Bernardin 2008): pairs of the frame before are kept while they fit; a switch is an object whose pair is another
  track than the one that had it last, however long ago.
"""
import numpy as np

FIT = 0.5  # a said box is the true one's from here on: IDF1, MOTA, switches
THRESHOLDS = np.arange(0.05, 0.96, 0.05)
RARELY = 0.2  # a track that fits in less of its frames is false; an object that is fitted in less is missed


def score(frames, similarity=None):
    """All figures of a sequence as a dictionary."""
    sequence = Sequence(frames, similarity or overlaps)
    return {**identity(sequence), **higher_order(sequence), **clear(sequence)}


def overlaps(true, said):
    """Intersection over union of each true with each said box."""
    a, b = _corners(true)[:, None], _corners(said)[None]
    sides = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    shared = sides[..., 0] * sides[..., 1]
    areas = [(c[..., 2] - c[..., 0]) * (c[..., 3] - c[..., 1]) for c in (a, b)]
    return shared / np.maximum(areas[0] + areas[1] - shared, 1e-9)


def nearness(true, said):
    """1 minus the distance of the ground points (bottom centres) in sizes of the true box; a size is the root of its area.

    The lax way: a box that holds its shadow may still stand where the vehicle stands. 0.5 is half a vehicle away.
    """
    a, b = _corners(true)[:, None], _corners(said)[None]
    across = (a[..., 0] + a[..., 2] - b[..., 0] - b[..., 2]) / 2
    size = np.sqrt(np.maximum((a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1]), 1))
    return np.clip(1 - np.hypot(across, a[..., 3] - b[..., 3]) / size, 0, 1)


def cover(inner, outer):
    """Which share of each inner box lies in each outer one."""
    a, b = _corners(inner)[:, None], _corners(outer)[None]
    sides = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None)
    return sides[..., 0] * sides[..., 1] / np.maximum((a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1]), 1e-9)


def without_uncounted(true, uncounted, said, least_size):
    """The said boxes of a frame that are to be judged: neither good nor bad are those of objects that do not count, those that lie
    mostly in such an object, and those smaller than what counts."""
    if not said:
        return said
    boxes = [box for _, box in said]
    everything = [box for _, box in true] + list(uncounted)
    fits = overlaps(everything, boxes) if everything else np.zeros((0, len(boxes)))
    owner = {column: row for row, column in assign(np.where(fits >= FIT, fits, 0))}
    inside = cover(boxes, uncounted) if uncounted else np.zeros((len(boxes), 1))
    kept = []
    for index, item in enumerate(said):
        if index in owner:
            is_judged = owner[index] < len(true)
        else:
            is_judged = inside[index].max() < 0.5 and item[1][2] * item[1][3] >= least_size ** 2
        if is_judged:
            kept.append(item)
    return kept


class Sequence:
    """Identities as row and column numbers, and each frame's similarities."""

    def __init__(self, frames, similarity):
        self.rows, self.columns, self.frames = {}, {}, []
        for true, said in frames:
            rows = np.array([self.rows.setdefault(name, len(self.rows)) for name, _ in true], int)
            columns = np.array([self.columns.setdefault(name, len(self.columns)) for name, _ in said], int)
            likeness = similarity([box for _, box in true], [box for _, box in said])
            self.frames.append((rows, columns, likeness))
        self.true_frames, self.said_frames = np.zeros(len(self.rows)), np.zeros(len(self.columns))
        for rows, columns, _ in self.frames:
            self.true_frames[rows] += 1
            self.said_frames[columns] += 1

    def table(self):
        return np.zeros((len(self.rows), len(self.columns)))


def identity(sequence):
    """IDF1 with its precision and recall."""
    together = sequence.table()
    for rows, columns, likeness in sequence.frames:
        together[np.ix_(rows, columns)] += likeness >= FIT
    right = sum(together[pair] for pair in assign(together))
    true, said = sequence.true_frames.sum(), sequence.said_frames.sum()
    return {"idf1": _share(2 * right, true + said), "idPrecision": _share(right, said), "idRecall": _share(right, true)}


def higher_order(sequence):
    """HOTA, DetA and AssA, means over the thresholds."""
    likely = sequence.table()
    for rows, columns, likeness in sequence.frames:
        if likeness.size:
            both = likeness.sum(0)[None] + likeness.sum(1)[:, None] - likeness
            likely[np.ix_(rows, columns)] += np.divide(likeness, both, out=np.zeros_like(likeness), where=both > 0)
    aligned = likely / np.maximum(sequence.true_frames[:, None] + sequence.said_frames[None] - likely, 1e-9)
    matches = np.zeros((len(THRESHOLDS),) + likely.shape)
    for rows, columns, likeness in sequence.frames:
        for row, column in assign(aligned[np.ix_(rows, columns)] * likeness):
            matches[likeness[row, column] >= THRESHOLDS - 1e-9, rows[row], columns[column]] += 1
    true, said = sequence.true_frames.sum(), sequence.said_frames.sum()
    detection, association = [], []
    for count in matches:
        right = count.sum()
        united = sequence.true_frames[:, None] + sequence.said_frames[None] - count
        detection.append(_share(right, true + said - right))
        association.append(_share((count * count / np.maximum(united, 1)).sum(), right))
    detection, association = np.array(detection), np.array(association)
    return {"hota": float(np.sqrt(detection * association).mean()), "detA": float(detection.mean()), "assA": float(association.mean())}


def clear(sequence):
    """MOTA, switches, and who was false or missed for most of the time."""
    last = {}
    right = switches = 0
    before = {}
    true_fits, said_fits = np.zeros(len(sequence.rows)), np.zeros(len(sequence.columns))
    for rows, columns, likeness in sequence.frames:
        worth = np.where(likeness >= FIT, likeness, 0)
        kept = np.array([[before.get(row) == column for column in columns] for row in rows], bool).reshape(worth.shape)
        before = {}
        for row, column in assign(worth + 1000 * (kept & (worth > 0))):
            row, column = int(rows[row]), int(columns[column])
            before[row] = column
            switches += last.get(row, column) != column
            last[row] = column
            right += 1
            true_fits[row] += 1
            said_fits[column] += 1
    true, said = sequence.true_frames.sum(), sequence.said_frames.sum()
    return {"mota": _share(right - switches - (said - right), true), "switches": int(switches),
            "falseTracks": int((said_fits < RARELY * sequence.said_frames).sum()),
            "missedObjects": int((true_fits < RARELY * sequence.true_frames).sum()),
            "objects": len(sequence.rows), "tracks": len(sequence.columns), "boxes": int(true)}


def assign(worth):
    """The pairs (row, column) of greatest total worth, each row and column once at most; pairs worth 0 or less are not made.

    The Hungarian method with potentials, row by row, a row's columns at once.
    """
    worth = np.asarray(worth, float)
    if worth.size == 0:
        return []
    if worth.shape[0] > worth.shape[1]:
        return sorted((row, column) for column, row in assign(worth.T))
    rows, columns = worth.shape
    cost = worth.max() - np.maximum(worth, 0)
    row_potential, column_potential = np.zeros(rows + 1), np.zeros(columns + 1)
    row_of = np.zeros(columns + 1, int)
    for row in range(1, rows + 1):
        _augment(row, cost, row_potential, column_potential, row_of)
    pairs = [(int(row) - 1, column) for column, row in enumerate(row_of[1:]) if row]
    return sorted(pair for pair in pairs if worth[pair] > 0)


def _augment(row, cost, row_potential, column_potential, row_of):
    """Finds a column for one more row by the cheapest chain of exchanges; column 0 and row 0 are nobody."""
    row_of[0], current = row, 0
    slack, way, done = np.full(len(row_of), np.inf), np.zeros(len(row_of), int), np.zeros(len(row_of), bool)
    while row_of[current]:
        done[current] = True
        reduced = np.concatenate([[np.inf], cost[row_of[current] - 1] - row_potential[row_of[current]] - column_potential[1:]])
        nearer = ~done & (reduced < slack)
        slack[nearer], way[nearer] = reduced[nearer], current
        current = int(np.where(done, np.inf, slack).argmin())
        step = slack[current]
        row_potential[row_of[done]] += step
        column_potential[done] -= step
        slack[~done] -= step
    while current:
        row_of[current] = row_of[way[current]]
        current = way[current]


def _corners(boxes):
    boxes = np.asarray(boxes, float).reshape(-1, 4)
    return np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)


def _share(part, whole):
    return float(part / whole) if whole else 0.0
