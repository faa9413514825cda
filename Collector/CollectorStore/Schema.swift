import GRDB

/// The schema, version by version. A released version is never edited: add a migration.
///
/// Times are UTC microseconds. Enumerations are the numbers of `ngatu.proto`. Hot tables (`record`, `passage`, `alert`,
/// `report`, `rollup`, `evidence`) carry no foreign keys, which would cost a look-up a row; `collector fsck` checks them.
enum Schema {
    /// Steps from an empty file to the newest schema.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { db in try db.execute(sql: version1) }
        migrator.registerMigration("v2", foreignKeyChecks: .immediate) { db in
            try db.execute(sql: version2)
            try ClipRow.fill(db)
        }
        return migrator
    }

    static let version1 = """
        -- One row: the place of the newest record in the store's order, and when the store was last proved writable.
        CREATE TABLE storeState (
            id INTEGER PRIMARY KEY CHECK (id = 1), cursor INTEGER NOT NULL, provedMicros INTEGER NOT NULL);
        INSERT INTO storeState VALUES (1, 0, 0);

        -- Who delivers. The key is the identity; name and site are for people and scopes. health*: the newest report.
        CREATE TABLE agent (
            id INTEGER PRIMARY KEY, keyHash BLOB NOT NULL UNIQUE, publicKey BLOB NOT NULL, name TEXT NOT NULL,
            site TEXT NOT NULL, enrolledMicros INTEGER NOT NULL, revokedMicros INTEGER, lastSeenMicros INTEGER,
            clockOffsetMicros INTEGER, healthBody BLOB, healthChain INTEGER NOT NULL DEFAULT 0,
            healthSequence INTEGER NOT NULL DEFAULT 0, healthMicros INTEGER);

        -- One hash chain: an epoch of an agent. headNumber and headHash name its newest stored batch.
        CREATE TABLE chain (
            id INTEGER PRIMARY KEY, agent INTEGER NOT NULL REFERENCES agent(id), epoch INTEGER NOT NULL,
            headNumber INTEGER NOT NULL, headHash BLOB NOT NULL, UNIQUE (agent, epoch));
        -- Sequences that are stored or covered by a Gap: merged, disjoint, inclusive.
        CREATE TABLE chainRange (
            chain INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (chain, first)
        ) WITHOUT ROWID;
        -- The proof: what was signed, byte for byte. Its inserted records have the cursors firstCursor ..< + inserted.
        CREATE TABLE batch (
            id INTEGER PRIMARY KEY, chain INTEGER NOT NULL REFERENCES chain(id), number INTEGER NOT NULL,
            hash BLOB NOT NULL, payload BLOB NOT NULL, signature BLOB NOT NULL, receivedMicros INTEGER NOT NULL,
            firstCursor INTEGER NOT NULL, inserted INTEGER NOT NULL, UNIQUE (chain, number));

        -- Dictionaries: names as small numbers. health*: the newest report; healthMicros by the collector's clock.
        CREATE TABLE camera (
            id INTEGER PRIMARY KEY, agent INTEGER NOT NULL REFERENCES agent(id), name TEXT NOT NULL,
            lastRecordMicros INTEGER, healthBody BLOB, healthChain INTEGER NOT NULL DEFAULT 0,
            healthSequence INTEGER NOT NULL DEFAULT 0, healthMicros INTEGER, UNIQUE (agent, name));
        CREATE TABLE line (
            id INTEGER PRIMARY KEY, camera INTEGER NOT NULL REFERENCES camera(id), name TEXT NOT NULL,
            UNIQUE (camera, name));

        -- Every record ever stored, once: the memory that makes a repeated delivery harmless.
        CREATE TABLE record (
            chain INTEGER NOT NULL, sequence INTEGER NOT NULL, cursor INTEGER NOT NULL, PRIMARY KEY (chain, sequence)
        ) WITHOUT ROWID;

        -- Crossings of counting lines. evidence: the first file it names; more are in recordEvidence.
        CREATE TABLE passage (
            cursor INTEGER PRIMARY KEY, chain INTEGER NOT NULL, sequence INTEGER NOT NULL, camera INTEGER NOT NULL,
            timeMicros INTEGER NOT NULL, clock INTEGER NOT NULL, line INTEGER NOT NULL, direction INTEGER NOT NULL,
            objectClass INTEGER NOT NULL, track INTEGER NOT NULL, lane TEXT, confidencePercent INTEGER NOT NULL,
            speedTenths INTEGER, speedPlusMinusTenths INTEGER, plate TEXT, evidence INTEGER);
        CREATE INDEX passageByCamera ON passage (camera);  -- the rowid ends every index: newest of a camera
        CREATE INDEX passageByTime ON passage (timeMicros);
        CREATE INDEX passageByPlate ON passage (plate) WHERE plate IS NOT NULL;

        -- Security alerts, one row for each of opened, updated, ended.
        CREATE TABLE alert (
            cursor INTEGER PRIMARY KEY, chain INTEGER NOT NULL, sequence INTEGER NOT NULL, camera INTEGER NOT NULL,
            timeMicros INTEGER NOT NULL, clock INTEGER NOT NULL, kind TEXT NOT NULL, severity INTEGER NOT NULL,
            zone TEXT NOT NULL, phase INTEGER NOT NULL, alert INTEGER NOT NULL, track INTEGER NOT NULL,
            objectClass INTEGER NOT NULL, fromMicros INTEGER NOT NULL, toMicros INTEGER NOT NULL, evidence INTEGER);
        CREATE INDEX alertByCamera ON alert (camera);
        CREATE INDEX alertByTime ON alert (timeMicros);

        -- Records that pages read whole and search only by place: health, flow, crowd, gaps, candidates.
        -- kind: the field number in Record.body; body: that message, serialized. camera: NULL for the agent's own.
        CREATE TABLE report (
            cursor INTEGER PRIMARY KEY, chain INTEGER NOT NULL, sequence INTEGER NOT NULL, camera INTEGER,
            timeMicros INTEGER NOT NULL, clock INTEGER NOT NULL, kind INTEGER NOT NULL, body BLOB NOT NULL,
            evidence INTEGER);

        -- Crossings counted. level: 0 minute, 1 hour, 2 day (Vietnam). bucket: its first minute since 1970 UTC.
        CREATE TABLE rollup (
            level INTEGER NOT NULL, camera INTEGER NOT NULL, bucket INTEGER NOT NULL, line INTEGER NOT NULL,
            objectClass INTEGER NOT NULL, direction INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY (level, camera, bucket, line, objectClass, direction)) WITHOUT ROWID;

        -- Files that records name, expected from the same agent. firstCursor: the record that named it first.
        CREATE TABLE evidence (
            id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, agent INTEGER NOT NULL, camera INTEGER,
            role INTEGER NOT NULL, mediaType TEXT NOT NULL, byteCount INTEGER NOT NULL, capturedMicros INTEGER NOT NULL,
            firstCursor INTEGER NOT NULL, presentMicros INTEGER, UNIQUE (sha256, agent));
        CREATE INDEX evidencePresent ON evidence (camera) WHERE presentMicros IS NOT NULL AND role = 1;
        CREATE TABLE recordEvidence (
            cursor INTEGER NOT NULL, position INTEGER NOT NULL, evidence INTEGER NOT NULL,
            PRIMARY KEY (cursor, position)) WITHOUT ROWID;

        -- People. login is stored in lower case. allSites = 0: the sites are in userSite.
        CREATE TABLE user (
            id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, displayName TEXT NOT NULL, role TEXT NOT NULL,
            allSites INTEGER NOT NULL, passwordHash TEXT NOT NULL, mustChangePassword INTEGER NOT NULL,
            isDisabled INTEGER NOT NULL, createdMicros INTEGER NOT NULL);
        CREATE TABLE userSite (
            user INTEGER NOT NULL REFERENCES user(id), site TEXT NOT NULL, PRIMARY KEY (user, site)) WITHOUT ROWID;
        CREATE TABLE session (
            id INTEGER PRIMARY KEY, tokenHash BLOB NOT NULL UNIQUE, user INTEGER NOT NULL REFERENCES user(id),
            createdMicros INTEGER NOT NULL, lastUsedMicros INTEGER NOT NULL);
        CREATE INDEX sessionByUser ON session (user);
        -- kind: 'login' or 'address'.
        CREATE TABLE loginFailure (
            kind TEXT NOT NULL, name TEXT NOT NULL, count INTEGER NOT NULL, lastMicros INTEGER NOT NULL,
            PRIMARY KEY (kind, name)) WITHOUT ROWID;
        CREATE TABLE enrolmentCode (
            id INTEGER PRIMARY KEY, codeHash BLOB NOT NULL UNIQUE, site TEXT NOT NULL, createdMicros INTEGER NOT NULL,
            createdBy INTEGER REFERENCES user(id), usedMicros INTEGER, agent INTEGER REFERENCES agent(id));

        -- Who did, saw and was refused what. Append only.
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT, atMicros INTEGER NOT NULL, user INTEGER, address TEXT NOT NULL,
            action TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL);
        CREATE TRIGGER auditIsNeverChanged BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append only'); END;
        CREATE TRIGGER auditIsNeverDeleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append only'); END;
        """

    static let version2 = """
        -- Films that agents told of, one row for each Clip record, which is whole in report. film: its file in evidence.
        CREATE TABLE clip (
            cursor INTEGER PRIMARY KEY, chain INTEGER NOT NULL, camera INTEGER NOT NULL, alert INTEGER NOT NULL,
            request TEXT NOT NULL, film INTEGER, problem TEXT NOT NULL);
        CREATE INDEX clipByAlert ON clip (chain, camera, alert) WHERE alert <> 0;

        -- Films that people asked for: see ClipRequest. id: a UUID in lower case; clip: the record that answered.
        CREATE TABLE clipRequest (
            id TEXT PRIMARY KEY, camera INTEGER NOT NULL REFERENCES camera(id), fromMicros INTEGER NOT NULL,
            toMicros INTEGER NOT NULL, user INTEGER NOT NULL REFERENCES user(id), askedMicros INTEGER NOT NULL,
            stage INTEGER NOT NULL, changedMicros INTEGER NOT NULL, run TEXT NOT NULL, problem TEXT NOT NULL,
            clip INTEGER) WITHOUT ROWID;
        CREATE INDEX clipRequestByCamera ON clipRequest (camera, askedMicros);
        CREATE INDEX clipRequestWaiting ON clipRequest (camera, user) WHERE stage < 2;
        """
}
