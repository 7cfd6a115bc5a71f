# SPDX-License-Identifier: GPL-3.0-or-later
"""A second reading of docs/formats.md: is a database whole, and does every line
of its ledger hold the one before it? Shares no code with the programs."""
import hashlib
import os
import shutil
import sqlite3
import tempfile


def ns(data):
    data = data if isinstance(data, bytes) else str(data).encode()
    return b"%d:%s," % (len(data), data)


def copy_of(path, folder):
    """With its log, so that looking changes nothing."""
    to = os.path.join(folder, "look.db")
    shutil.copy(path, to)
    if os.path.exists(path + "-wal"):
        shutil.copy(path + "-wal", to + "-wal")
    return to


def look(path):
    """(seq, hash, kind) of the newest line, after all was checked."""
    with tempfile.TemporaryDirectory() as folder:
        db = sqlite3.connect(copy_of(path, folder))
        assert db.execute("PRAGMA quick_check").fetchone()[0] == "ok", path
        base = db.execute("SELECT value FROM meta WHERE key = 'ledger_base'").fetchone()[0]
        before, at = bytes(32), base
        last = (0, None, None)
        for row in db.execute(
                "SELECT e.seq, o.uuid, r.uuid, mono, utc, kind, feed, coalesce(e.actor, p.actor),"
                " coalesce(e.body, p.body), salt, digest, hash FROM event e JOIN run r ON r.id = e.run"
                " JOIN origin o ON o.id = r.origin LEFT JOIN private p ON p.seq = e.seq ORDER BY e.seq"):
            seq, origin, run, mono, utc, kind, feed, actor, body, salt, digest, line = row
            content = hashlib.sha256(b"\x10" + ns(salt or b"") + ns(actor) + ns(body)).digest()
            assert seq == at + 1, f"{path}: line {at + 1} is missing"
            assert digest in (None, content), f"{path}: content of line {seq}"
            want = hashlib.sha256(b"\x00" + before + ns("1") + ns(origin) + ns(run) + ns(seq) + ns(mono) + ns(utc)
                                  + ns(kind) + ns(feed or 0) + ns(content)).digest()
            assert line == want, f"{path}: line {seq} ({kind}) does not follow from the one before"
            before, at = line, seq
            last = (seq, line.hex(), kind)
        db.close()
        return last
