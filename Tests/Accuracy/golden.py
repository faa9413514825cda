"""Golden figures as a text table: one row a name, one column a figure; and what counts as worse."""
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "Golden"
SHARE_TOLERANCE = 0.005  # of idf1, hota …: other packages encode a few pixels otherwise
COUNT_TOLERANCE = 0  # of counted things


class Table:
    """`better` says of each column whether more (+1) or less (-1) is better, or whether it is only told (0)."""

    def __init__(self, path, better, heading):
        self.path, self.better, self.heading = pathlib.Path(path), better, heading
        self.rows = _read(self.path) if self.path.exists() else {}

    def worse(self, name, figures):
        """Sentences about what is worse than the golden; one for a row that has none."""
        golden = self.rows.get(name)
        if golden is None:
            return [f"{name}: no golden row (UPDATE_GOLDENS=1 writes one)"]
        out = []
        for column, sign in self.better.items():
            loss = sign * (golden[column] - figures[column]) if column in golden else 0
            if loss > (SHARE_TOLERANCE if is_share(golden.get(column, 0)) else COUNT_TOLERANCE):
                out.append(f"{name}: {column} {text(figures[column])}, golden {text(golden[column])}")
        return out

    def write(self, rows):
        """Rows by name; those that were not measured stay."""
        self.rows.update(rows)
        columns = list(self.better)
        cells = [["name", *columns]] + [[name, *(text(row[c]) for c in columns)] for name, row in self.rows.items()]
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text("".join(f"# {line}\n" for line in self.heading) + aligned(cells), encoding="utf-8")


def is_share(value):
    return isinstance(value, float)


def aligned(cells):
    """Lines of left-aligned names and right-aligned figures."""
    widths = [max(len(str(row[i])) for row in cells) for i in range(len(cells[0]))]
    return "".join("  ".join(str(c).ljust(w) if i == 0 else str(c).rjust(w) for i, (c, w) in enumerate(zip(row, widths))).rstrip() + "\n" for row in cells)


def text(value):
    return f"{value:.3f}" if is_share(value) else str(value)


def _read(path):
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    columns = lines[0][1:]
    return {row[0]: {column: float(cell) if "." in cell else int(cell) for column, cell in zip(columns, row[1:])} for row in lines[1:]}
