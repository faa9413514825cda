"""The judge: reads spool and store with nothing but SQLite, and says whether anything is missing, doubled or miscounted."""
import collections
import contextlib
import hashlib
import json
import pathlib
import re
import sqlite3

SHELVES = ("alertRecord", "gapRecord", "passageRecord", "sampleRecord")
GAP = 17  # field number of Record.body
CROWD = 13


class Spool:
    """An agent's spool, read while the agent does not run."""

    def __init__(self, agent_data):
        self.folder = pathlib.Path(agent_data, "spool")
        with contextlib.closing(sqlite3.connect(self.folder / "spool.sqlite")) as base:
            state = json.loads(base.execute("SELECT body FROM state").fetchone()[0])
            self.epoch, self.last = state["epoch"], state["nextSequence"] - 1
            self.waiting = {number for shelf in SHELVES for number, in base.execute(f"SELECT sequence FROM {shelf}")}
            self.unreported = base.execute("SELECT (SELECT count(*) FROM droppedRange) + (SELECT count(*) FROM notice)").fetchone()[0]
            self.dead_letters = base.execute("SELECT count(*) FROM deadLetter").fetchone()[0]
            self.has_pending = base.execute("SELECT count(*) FROM pending").fetchone()[0] > 0
        self.evidence = [path.name for path in (self.folder / "evidence").iterdir()]

    def assert_empty(self, test):
        test.assertEqual((len(self.waiting), self.evidence, self.unreported, self.has_pending), (0, [], 0, False),
                         "the spool is empty at the end: records, evidence, untold losses, pending batch")


class Store:
    """A collector's store, read at any time."""

    def __init__(self, collector_data):
        self.folder = pathlib.Path(collector_data)

    def query(self, sql, *arguments):
        with contextlib.closing(sqlite3.connect(self.folder / "collector.sqlite", timeout=20)) as base:
            return base.execute(sql, arguments).fetchall()

    def epochs(self, agent=None):
        """epoch -> number of the chain."""
        return dict(self.query("SELECT chain.epoch, chain.id FROM chain JOIN agent ON agent.id = chain.agent WHERE ?1 IS NULL OR agent.name = ?1",
                               agent))

    def sequences(self, chain):
        return [number for number, in self.query("SELECT sequence FROM record WHERE chain = ? ORDER BY sequence", chain)]

    def gaps(self, chain):
        """(reason, count, ranges, detail) of every Gap of a chain."""
        return [gap(body) for body, in self.query("SELECT body FROM report WHERE chain = ? AND kind = ?", chain, GAP)]

    def numbers(self, chain):
        """sequence -> the number that the load put into the record."""
        rows = self.query("SELECT sequence, track FROM passage WHERE chain = ?1 UNION ALL SELECT sequence, track FROM alert WHERE chain = ?1",
                          chain)
        rows += [(sequence, fields(body)[2][0])
                 for sequence, body in self.query("SELECT sequence, body FROM report WHERE chain = ? AND kind = ?", chain, CROWD)]
        return dict(rows)

    def count(self, table):
        return self.query(f"SELECT count(*) FROM {table}")[0][0]


def judge(test, collector, agents, promises=None, are_spools_empty=True):
    """Fails the test unless every number that a spool ever gave away is at the collector once or in a Gap, the roll-ups equal the
    rows, `fsck` is content, and the spools are empty.

    `agents`: (name, data folder) pairs of stopped agents. `promises`: name -> {(epoch, sequence): number} of the load.
    """
    store = Store(collector.data)
    for name, data in agents:
        spool = Spool(data)
        chains = store.epochs(name)
        test.assertIn(spool.epoch, chains, f"{name}: the collector knows the spool's epoch")
        covered = _covered(store, chains[spool.epoch])
        missing = set(range(1, spool.last + 1)) - covered - spool.waiting
        test.assertFalse(missing, f"{name}: {len(missing)} of {spool.last} numbers are missing, e.g. {sorted(missing)[:10]}")
        test.assertFalse({number for number in covered if number > spool.last}, f"{name}: numbers that were never given away")
        if are_spools_empty:
            spool.assert_empty(test)
    for name, promised in (promises or {}).items():
        _judge_promises(test, store, name, promised)
    assert_counts(test, store)
    report = collector.fsck()
    test.assertFalse(fsck_problems(report), report)


def _covered(store, chain):
    covered = set(store.sequences(chain))
    for _, _, ranges, _ in store.gaps(chain):
        for first, last in ranges:
            covered.update(range(first, last + 1))
    return covered


def _judge_promises(test, store, name, promised):
    chains = store.epochs(name)
    found = {(epoch, sequence): number for epoch, chain in chains.items() for sequence, number in store.numbers(chain).items()}
    wrong = {place: (number, found[place]) for place, number in promised.items() if found.get(place, number) != number}
    test.assertFalse(wrong, f"{name}: records with another content than was stored")
    covered = {epoch: _covered(store, chain) for epoch, chain in chains.items()}
    lost = [place for place in promised if place not in found and place[1] not in covered.get(place[0], ())]
    test.assertFalse(lost, f"{name}: {len(lost)} of {len(promised)} records that were stored durably are gone")
    numbers = collections.Counter(found.values())
    doubled = [number for number, count in numbers.items() if count > 1]
    test.assertFalse(doubled, f"{name}: records that are there twice")


def assert_counts(test, store):
    """Every record has exactly one row of its kind, and the roll-ups of all three levels equal the passages."""
    rows = store.query("SELECT chain, sequence, count(*) FROM (SELECT chain, sequence FROM passage UNION ALL SELECT chain, sequence FROM alert"
                       " UNION ALL SELECT chain, sequence FROM report) GROUP BY chain, sequence HAVING count(*) <> 1")
    test.assertFalse(rows, "records with more than one row")
    test.assertEqual(store.count("passage") + store.count("alert") + store.count("report"), store.count("record"))
    truth = sorted(store.query("SELECT camera, line, objectClass, direction, count(*) FROM passage GROUP BY 1, 2, 3, 4"))
    for level in (0, 1, 2):
        counted = sorted(store.query("SELECT camera, line, objectClass, direction, sum(count) FROM rollup WHERE level = ?"
                                     " GROUP BY 1, 2, 3, 4", level))
        test.assertEqual(counted, truth, f"roll-up of level {level}")


def assert_evidence_arrived(test, store):
    """Every file that a record names is there, with the bytes that its name says."""
    absent = store.query("SELECT hex(sha256) FROM evidence WHERE presentMicros IS NULL")
    test.assertFalse(absent, "evidence that never came")
    names = {name.lower() for name, in store.query("SELECT hex(sha256) FROM evidence")}
    files = {path.name: path for path in (store.folder / "evidence").rglob("*") if re.fullmatch("[0-9a-f]{64}", path.name)}
    test.assertEqual(names, set(files))
    for name, path in files.items():
        test.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), name)


def fsck_problems(report):
    """What `collector fsck --json` found."""
    return report.get("problems", ["no 'problems' in the answer"])


def promises_of(log):
    """{(epoch, sequence): number} out of the load's log; a line cut off by a kill promises nothing."""
    promised, epoch = {}, None
    for line in log.split("\n")[:-1]:
        words = line.split(" ")
        if words[0] == "epoch" and len(words) == 2:
            epoch = int(words[1])
        elif words[0] == "stored" and len(words) == 3:
            promised[(epoch, int(words[1]))] = int(words[2])
    return promised


# ---- Protobuf, as much as is needed ----------------------------------------------------------------------------

def fields(message):
    """field number -> values: integers of varints, bytes of the rest."""
    found, at = collections.defaultdict(list), 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(message):
        key = varint()
        if key & 7 == 0:
            found[key >> 3].append(varint())
            continue
        size = {1: 8, 5: 4}.get(key & 7) or varint()
        found[key >> 3].append(message[at:at + size])
        at += size
    return found


def gap(message):
    """(reason, count, [(first, last)], detail)"""
    found = fields(message)
    ranges = [(part[1][0], part[2][0]) for part in map(fields, found[1])]
    text = {number: (found[number] or [b""])[0].decode() for number in (2, 4)}
    return text[2], (found[3] or [0])[0], ranges, text[4]
