# SPDX-License-Identifier: GPL-3.0-or-later
"""A report's figures, computed once more and naively: from the raw tables, in
another language, by the rules that docs/report.md and docs/formats.md say, by
somebody who did not write the report. What is compared is exact to the
microsecond."""
import bisect
import calendar
import json
import sqlite3
import time
import uuid
import zoneinfo
from datetime import datetime, timezone
from fractions import Fraction

STATES = ["unknown", "up", "degraded", "down"]
CAUSES = ("none unreachable refused name-failed tls-failed auth-failed not-found busy protocol-error no-video stalled"
          " undecodable frozen black no-signal covered looped white blurred moved noisy corrupt colour-cast duplicate"
          " flapping low-fps low-bitrate packet-loss clock-drift changed learning not-sampled probe-lost over-capacity"
          " network-lost monitor-off").split()
OFF = CAUSES.index("monitor-off")
STREAM = set(range(24, 30))
BLIND = {CAUSES.index(c) for c in ("probe-lost", "over-capacity", "network-lost")}
WATCHED = ["unknown", "watched", "on-screen-unattended", "on-screen-bad-picture", "not-on-screen"]
PRESENCE = ["unknown", "attended", "idle", "away", "suspect"]
WINDOW, SETTLE = 600_000_000, 900_000_000


def moment(text):
    if text is None:
        return None
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) * 1_000_000 + int(text[20:26])


def us(seconds):
    return round(seconds * 1_000_000)


def counted(state, cause, causes):
    if state == 1:
        return "good"
    if state == 2 and cause in STREAM and all(c in STREAM for c in range(64) if causes >> c & 1):
        return "good"
    return "bad" if state in (2, 3) else "unknown"


def ppm(part, whole):
    return int(Fraction(part, whole) * 1_000_000)


def joined(ranges):
    out = []
    for a, b in sorted(r for r in ranges if r[0] < r[1]):
        if out and a <= out[-1][1]:
            out[-1][1] = max(out[-1][1], b)
        else:
            out.append([a, b])
    return out


def common(ranges, a, b):
    return sum(max(0, min(b, y) - max(a, x)) for x, y in ranges)


class Layers:
    """Rows of epochs: at an instant the newest epoch that covers it counts."""

    def __init__(self, rows):  # (epoch, start, end, value)
        self.by = {}
        for epoch, a, b, value in sorted(rows, key=lambda r: (r[0], r[1])):
            if a < b:
                self.by.setdefault(epoch, []).append((a, b, value))
        self.starts = {e: [r[0] for r in rows] for e, rows in self.by.items()}
        self.order = sorted(self.by, reverse=True)

    def at(self, t):
        for epoch in self.order:
            i = bisect.bisect_right(self.starts[epoch], t) - 1
            if i >= 0 and self.by[epoch][i][1] > t:
                return self.by[epoch][i][2]
        return None

    def cuts(self, begin, end):
        return {t for rows in self.by.values() for a, b, _ in rows for t in (a, b) if begin < t < end}

    def pieces(self, begin, end, more=()):
        cuts = sorted({begin, end} | self.cuts(begin, end) | {t for t in more if begin < t < end})
        return [(a, b, self.at(a)) for a, b in zip(cuts, cuts[1:])]


class Truth:
    def __init__(self, path, document):
        self.db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.d = document
        self.begin, self.end = moment(document["from"]), moment(document["to"])
        self.now = moment(document["as_of"])
        self.heart = self.one("SELECT utc FROM heartbeat")
        self.zone = zoneinfo.ZoneInfo(document["zone"] or "UTC")
        self.known = min(self.heart, self.now)
        self.end = min(self.end, self.now)
        self.settled = max(self.begin, min(self.known - SETTLE, self.end))
        self.epochs = [(i, a, min(b if b is not None else self.known, self.now), why) for i, a, b, why in
                       self.db.execute("SELECT id, start, end, reason FROM epoch ORDER BY id")]
        self.ran = joined((a, b) for _, a, b, _ in self.epochs)
        self.sites = {i: (path, parent) for i, path, parent in self.db.execute("SELECT id, path, parent FROM site")}
        self.feeds = {}
        for row in self.db.execute("SELECT id, uuid, site, tags, active, enabled, removed, inactive FROM feed"):
            i, u, site, tags, active, enabled, removed, _ = row
            path = self.sites[site][0] if site else ""
            only = document["only_site"]
            if only and path != only and not path.startswith(only + "/"):
                continue
            self.feeds[i] = {"uuid": str(uuid.UUID(bytes=u)), "path": path, "tags": tags.split(","),
                             "active": active, "gone": not enabled or removed is not None}
        self.overlays = [dict(zip("id kind feed site tag starts ends created days begin end zone".split(), r)) for r in
                         self.db.execute("SELECT id, kind, feed, site, tag, starts, ends, created, days, begin_minute,"
                                         " end_minute, zone FROM overlay")]
        self.past = {}
        for feed, at, body in self.db.execute(
                "SELECT e.feed, e.utc, p.body FROM event e JOIN private p ON p.seq = e.seq"
                " WHERE e.kind IN ('feed.add', 'feed.change') ORDER BY e.seq"):
            body = json.loads(body)
            self.past.setdefault(feed, []).append((at, body["site"], body["tags"].split(",")))
        for o in self.overlays:
            o["ranges"] = self.in_force(o, True)
            o["whole"] = self.in_force(o, False)

    def one(self, sql, *args):
        row = self.db.execute(sql, args).fetchone()
        return row[0] if row else None

    # --- overlays

    def in_force(self, o, counts):
        a = max(self.begin, o["starts"], o["created"] if counts else 0)
        b = min(self.end, o["ends"])
        if a >= b or not o["days"]:
            return [[a, b]] if a < b else []
        zone, out = zoneinfo.ZoneInfo(o["zone"] or "UTC"), []
        for minute in range(a // 60_000_000, -(-b // 60_000_000)):
            local = datetime.fromtimestamp(minute * 60, timezone.utc).astimezone(zone)
            m, day = local.hour * 60 + local.minute, local.weekday()
            on = o["days"] >> day & 1
            before = o["days"] >> (day - 1) % 7 & 1
            if o["begin"] < o["end"]:
                holds = on and o["begin"] <= m < o["end"]
            else:
                holds = on and m >= o["begin"] or before and m < o["end"]
            if holds:
                out.append((max(a, minute * 60_000_000), min(b, (minute + 1) * 60_000_000)))
        return joined(out)

    def covers(self, o, feed, at):
        """Was it of that site, had it that tag then? Its own lines say so."""
        if o["feed"]:
            return o["feed"] == feed
        past = [x for x in self.past.get(feed, []) if x[0] <= at]
        path, tags = past[-1][1:] if past else (self.feeds[feed]["path"], self.feeds[feed]["tags"])
        if o["site"]:
            top = self.sites[o["site"]][0]
            return path == top or path.startswith(top + "/")
        return o["tag"] in tags

    def ranges(self, o, feed, key):
        edges = sorted({0, 1 << 60} | {x[0] for x in self.past.get(feed, [])})
        return [[max(a, x), min(b, y)] for x, y in zip(edges, edges[1:]) if self.covers(o, feed, x)
                for a, b in o[key] if max(a, x) < min(b, y)]

    # --- a feed's line

    def line(self, feed):
        rows = [(e, a, min(b if b is not None else self.known, self.now), (state, cause, causes))
                for e, a, b, state, cause, causes in
                self.db.execute("SELECT epoch, start, end, state, cause, causes FROM interval WHERE feed = ?", (feed,))]
        f = self.feeds[feed]
        if not f["gone"]:
            rows.append((1 << 60, max(self.heart, f["active"]), self.now, (0, OFF, 0)))
        layers = Layers(rows)
        first = min((r[1] for r in rows), default=0)
        last = max((r[2] for r in rows), default=0)
        out = []
        for a, b, value in layers.pieces(self.begin, self.end, [t for r in self.ran for t in r]):
            if value is None:
                # Where no epoch runs it is unknown, if it was watched on either side.
                if any(x <= a < y for x, y in self.ran) or not first <= a < last:
                    continue
                edge = [(y, x2) for (_, y), (x2, _) in zip(self.ran, self.ran[1:]) if y <= a < x2]
                if not edge or layers.at(edge[0][0] - 1) is None and layers.at(edge[0][1]) is None:
                    continue
                value = (0, OFF, 0)
            out.append((a, b, *value))
        return out

    def sums(self, line, excused, begin, end):
        s = {"span": 0, "counted": dict.fromkeys(("unknown", "good", "bad"), 0),
             "state": dict.fromkeys(STATES, 0), "cause": {}, "excused": dict.fromkeys(("unknown", "good", "bad"), 0),
             "count": 0, "began": 0, "ended": 0, "open": 0, "seconds": 0, "repair": 0, "longest": 0, "start": None}
        outage = None

        def over(ended):
            length = outage[1] - outage[0]
            s["seconds"] += length
            s["ended" if ended else "open"] += 1
            s["repair"] += length if ended else 0
            if length > s["longest"]:
                s["longest"], s["start"] = length, outage[0]

        for a, b, state, cause, causes in line:
            a, b = max(a, begin), min(b, end)
            if a >= b:
                continue
            word = counted(state, cause, causes)
            s["span"] += b - a
            s["counted"][word] += b - a
            s["state"][STATES[state]] += b - a
            s["cause"][CAUSES[cause]] = s["cause"].get(CAUSES[cause], 0) + b - a
            s["excused"][word] += common(excused, a, b)
            if word == "good" and outage:
                over(True)
                outage = None
            elif word == "bad":
                if not outage:
                    outage = [a, b]
                    s["count"] += 1
                    s["began"] += a > begin
                outage[1] = b
        if outage:
            over(False)
        s["cause"].pop("none", None)
        return s


def add(total, s):
    for key, value in s.items():
        if isinstance(value, dict):
            sums = total.setdefault(key, {})
            for k, v in value.items():
                sums[k] = sums.get(k, 0) + v
        elif key not in ("longest", "start"):
            total[key] = total.get(key, 0) + value
    total.setdefault("longest", 0)
    total.setdefault("start", None)
    if s["longest"] > total["longest"]:
        total["longest"], total["start"] = s["longest"], s["start"]


def same(where, said, wanted):
    assert said == wanted, f"{where}: the report says {said}, the tables {wanted}"


def bounds_same(where, said, good, unknown, span):
    if span <= 0:
        return same(where, said, None)
    return same(where, (said["low_ppm"], said["high_ppm"]), (ppm(good, span), ppm(good + unknown, span)))


def availability_same(where, said, s, outages=True):
    same(where + ".span", us(said["span_s"]), s.get("span", 0))
    if not s:
        return
    for key, name in (("counted", "counted_s"), ("state", "state_s"), ("cause", "cause_s"),
                      ("excused", "maintenance_s")):
        same(f"{where}.{name}", {k: us(v) for k, v in said[name].items() if v}, {k: v for k, v in s[key].items() if v})
    c, e = s["counted"], s["excused"]
    bounds_same(where + ".availability", said["availability"], c["good"], c["unknown"], s["span"])
    bounds_same(where + ".without", said["availability_without_maintenance"], c["good"] - e["good"],
                c["unknown"] - e["unknown"], s["span"] - sum(e.values()))
    for b in (said["availability"], said["availability_without_maintenance"]):
        assert b is None or 0 <= b["low_ppm"] <= b["high_ppm"] <= 1_000_000, (where, b)
    if not outages:
        return
    o = said["outages"]
    same(where + ".outages", {k: o[k] for k in ("count", "began", "ended", "open")},
         {k: s[k] for k in ("count", "began", "ended", "open")})
    same(where + ".seconds", us(o["seconds"]), s["seconds"])
    same(where + ".longest", (us(o["longest_s"]), moment(o["longest_start"])), (s["longest"], s["start"]))
    same(where + ".mtbf", us(o["mtbf_s"] or 0), c["good"] // s["began"] if s["began"] else 0)
    same(where + ".mttr", us(o["mttr_s"] or 0), s["repair"] // s["ended"] if s["ended"] else 0)


def up(path):
    """A site's path, and those above it."""
    parts = path.split("/")
    return ["/".join(parts[:n]) for n in range(len(parts), 0, -1)] if path else []


def feeds_same(t):
    """Feeds, sites, days and all; gives the lines by feed."""
    d = t.d
    lines, fleet, sites, days = {}, {}, {}, [{} for _ in d["days"]]
    said = {f["uuid"]: f for f in d["feeds"]}
    assert len(said) == len(d["feeds"])
    for feed, f in t.feeds.items():
        line = lines[feed] = t.line(feed)
        excused = joined(r for o in t.overlays if o["kind"] == 1 for r in t.ranges(o, feed, "ranges"))
        s = t.sums(line, excused, t.begin, t.end)
        if f["uuid"] not in said:
            assert s["span"] == 0 and f["gone"], (f, s["span"])
            continue
        one = said.pop(f["uuid"])
        availability_same(f["uuid"], one, s)
        if s["span"]:
            same("from", (moment(one["from"]), moment(one["to"])), (line[0][0], line[-1][1]))
        add(fleet, s)
        for path in up(f["path"]):
            add(sites.setdefault(path, {}), s)
        for i, day in enumerate(d["days"]):
            add(days[i], t.sums(line, excused, moment(day["from"]), moment(day["to"])))
    same("feeds that the tables don't have", said, {})
    availability_same("fleet", d["fleet"], fleet)
    for site in d["sites"]:
        availability_same(site["site"], site, sites.pop(site["site"], {}))
    for path, s in sites.items():
        assert s["span"] == 0 or d["only_site"] and not path.startswith(d["only_site"]), path
    for i, day in enumerate(d["days"]):
        availability_same(f"day {i}", day, days[i], outages=False)
    days_same(t)
    return lines


def days_same(t):
    """Local days: midnight to midnight, by the zone's clocks; and the sum of
    them is the whole."""
    days = t.d["days"]
    for a, b in zip(days, days[1:]):
        same("days tile", a["to"], b["from"])
        local = datetime.fromtimestamp(moment(b["from"]) / 1e6, timezone.utc).astimezone(t.zone)
        same("a day begins", (local.hour, local.minute, local.second), (0, 0, 0))
    if not days:
        return
    same("first day", days[0]["from"], t.d["from"])
    same("last day", days[-1]["to"], t.d["to"])
    for key in ("good", "bad", "unknown"):
        for name in ("counted_s", "maintenance_s"):
            same("sum of days", sum(us(x[name][key]) for x in days), us(t.d["fleet"][name][key]))


def overlays_same(t, lines):
    said = {o["overlay"]: o for o in t.d["overlays"]}
    for o in t.overlays:
        if o["id"] not in said:
            continue
        x, note = dict.fromkeys(("unknown", "good", "bad"), 0), 0
        for feed, line in lines.items():
            if o["kind"] != 1:
                continue
            ranges, whole = t.ranges(o, feed, "ranges"), t.ranges(o, feed, "whole")
            for a, b, *v in line:
                x[counted(*v)] += common(ranges, a, b)
                note += common(whole, a, b) - common(ranges, a, b)
        same(f"overlay {o['id']}", {k: us(v) for k, v in said[o["id"]]["excused_s"].items()}, x)
        same(f"overlay {o['id']} before its line", us(said[o["id"]]["before_its_line_s"]), note)
    for o in t.overlays:
        if o["starts"] < t.end and o["ends"] > t.begin and not t.d["only_site"] and not o["feed"]:
            assert o["id"] in said, o


def incidents_same(t):
    """Which there are, who answered and when, and the alarm load."""
    rows = t.db.execute("SELECT id, feed, site, room, since, at, good, closed, alertable, acknowledged FROM incident"
                        " WHERE since < ? AND at <= ? AND (closed IS NULL OR ifnull(good, closed) > ?)",
                        (t.end, t.now, t.begin)).fetchall()
    by_uuid = {f["uuid"] for f in t.d["feeds"]}
    mine = [r for r in rows if (t.feeds.get(r[1], {}).get("uuid") in by_uuid if r[1] else not t.d["only_site"])]
    same("incidents", sorted(i["incident"] for i in t.d["incidents"]), sorted(r[0] for r in mine))
    answers = [(r[9] - r[4] if r[9] and r[9] <= t.now else None) for r in mine if r[8] and t.begin <= r[4]]
    took = [x for x in answers if x is not None]
    a = t.d["fleet"]["acknowledgement"]
    same("acknowledged", (a["incidents"], a["acknowledged"]), (len(answers), len(took)))
    same("time to acknowledge", us(a["mean_s"] or 0), sum(took) // len(took) if took else 0)
    same("longest to acknowledge", us(a["longest_s"] or 0), max(took, default=0))
    alarms = []
    for _, feed, _, _, _, at, _, _, alertable, _ in mine:
        muted = feed and any(o["kind"] == 2 and t.covers(o, feed, at) and common(o["ranges"], at, at + 1)
                             for o in t.overlays)
        if alertable and not muted and t.begin <= at < t.end:
            alarms.append(at)
    return alarms


def consoles_same(t, alarms):
    windows = (t.settled - t.begin) // WINDOW
    attended = [0] * (windows + 1)
    if not t.d["only_site"]:
        same("consoles", sorted(c["console"] for c in t.d["consoles"]), sorted(
            n for n, in t.db.execute("SELECT name FROM console WHERE removed IS NULL OR removed > ?", (t.begin,))))
    for c in t.d["consoles"]:
        number = t.one("SELECT id FROM console WHERE name = ?", c["console"])
        line = Layers([(e, a, min(b if b is not None else t.known, t.now), state) for e, a, b, state in
                       t.db.execute("SELECT epoch, start, end, state FROM presence WHERE console = ?", (number,))])
        wanted, marked = dict.fromkeys(PRESENCE, 0), set()
        for a, b, state in line.pieces(t.begin, t.settled) if t.begin < t.settled else []:
            if state is None:
                continue
            wanted[PRESENCE[state]] += b - a
            if state == 1:
                marked.update(range((a - t.begin) // WINDOW, (b - 1 - t.begin) // WINDOW + 1))
        for w in marked:
            if w < windows:
                attended[w] += 1
        same(c["console"], {k: us(v) for k, v in c["presence_s"].items()}, wanted)
        prompts = t.db.execute("SELECT answered, right FROM prompt WHERE console = ? AND asked >= ? AND asked < ?"
                               " AND right <> 2", (number, t.begin, t.settled)).fetchall()
        same(c["console"] + " prompts", (c["prompts"], c["right"], c["wrong"], c["missed"]),
             (len(prompts), sum(a is not None and r == 1 for a, r in prompts),
              sum(a is not None and r == 0 for a, r in prompts), sum(a is None for a, _ in prompts)))
    load, alone = [0] * windows, 0
    for at in alarms:
        if (at - t.begin) // WINDOW < windows:
            load[(at - t.begin) // WINDOW] += 1
    per = []
    for w, n in enumerate(load):
        operators = attended[w] if t.d["consoles"] else 1
        alone += n if not operators else 0
        per.append(Fraction(n, max(1, operators)))
    a = t.d["alarms"]
    same("alarms", (a["windows"], a["alarms"], a["while_nobody_attended"]), (windows, sum(load), alone))
    same("alarms above", (a["windows_above_steady"], a["windows_of_flood"]),
         (sum(p > 1 for p in per), sum(p >= 10 for p in per)))
    assert abs(a["worst_per_operator"] - max(per, default=0)) < 1e-3
    assert abs(a["mean_per_operator"] - (sum(per) / windows if windows else 0)) < 1e-3


def gaps_same(t):
    off = sorted((max(a, t.begin), min(b, t.end)) for _, a, b, why in t.epochs
                 if why == "monitor-off" and a < t.end and b > t.begin)
    if t.heart < min(t.now, t.end) and not any(a <= t.heart < b for a, b in off):
        off.append((max(t.begin, t.heart), t.end))
    said = [(moment(g["from"]), moment(g["to"])) for g in t.d["gaps"] if g["kind"] == "monitor-off"]
    same("monitor off", joined(said), joined(off))
    marks = ",".join(str(c) for c in BLIND)
    blind = {}
    for feed, e, a, b, cause in t.db.execute(f"SELECT feed, epoch, start, end, cause FROM interval"
                                             f" WHERE cause IN ({marks})"):
        b = min(b if b is not None else t.known, t.now, t.end)
        if feed in t.feeds and max(a, t.begin) < b:
            blind.setdefault(CAUSES[cause], []).append((max(a, t.begin), b))
    wanted = sorted((w, a, b, max(sum(x <= p < y for x, y in rows) for p in {x for x, _ in rows if a <= x < b}))
                    for w, rows in blind.items() for a, b in joined(rows))
    said = sorted((g["why"], moment(g["from"]), moment(g["to"]), g["feeds"]) for g in t.d["gaps"]
                  if g["kind"] == "blind")
    same("blind", said, wanted)


# --- what was watched

def tiles(blob):
    out, feed, i = {}, 0, 0
    while i < len(blob):
        shift = n = 0
        while True:
            byte = blob[i]
            i += 1
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        feed += n
        out[feed] = blob[i]
        i += 1
    return out


def watched_same(t, every=1):
    """The five classes of every n-th feed, instant by instant."""
    since = t.one("SELECT value FROM meta WHERE key = 'watched_since'")
    begin = max(t.begin, since or 0)
    presence = {}
    for console, room, e, a, b, state in t.db.execute("SELECT console, room, epoch, start, end, state FROM presence"):
        presence.setdefault(console, []).append((e, a, min(b if b is not None else t.known, t.now), (room, state)))
    presence = {c: Layers(rows) for c, rows in presence.items()}
    shown, screens = {}, {}
    for screen, console, e, a, b, power, blob in t.db.execute(
            "SELECT screen, console, epoch, start, end, power, tiles FROM display WHERE console IS NOT NULL"):
        b = min(b if b is not None else t.known, t.now)
        if a < t.settled and b > begin:
            screens.setdefault(screen, []).append((e, a, b, (console, power, tiles(blob))))
            for feed in tiles(blob):
                shown.setdefault(feed, set()).add(screen)
    screens = {s: Layers(rows) for s, rows in screens.items()}
    said = {f["uuid"]: f for f in t.d["feeds"]}
    checked = 0
    for feed, f in list(t.feeds.items())[::every]:
        one = said.get(f["uuid"])
        if one is None or one["watched"] is None:
            continue
        line = Layers([(e, a, min(b if b is not None else t.known, t.now), v) for e, a, b, *v in
                       t.db.execute("SELECT epoch, start, end, state, cause, causes FROM interval WHERE feed = ?",
                                    (feed,))])
        active, inactive = t.db.execute("SELECT created, inactive FROM feed WHERE id = ?", (feed,)).fetchone()
        a0, b0 = max(begin, active), min(t.settled, inactive or t.settled)
        cuts = {a0, b0} | line.cuts(a0, b0)
        for s in shown.get(feed, ()):
            cuts |= screens[s].cuts(a0, b0)
        for p in presence.values():
            cuts |= p.cuts(a0, b0)
        cuts = sorted(cuts)
        out = dict.fromkeys(WATCHED, 0)
        for a, b in zip(cuts, cuts[1:]):
            out[WATCHED[instant(a, feed, line.at(a), [screens[s].at(a) for s in shown.get(feed, ())], presence)]] += b - a
        same(f"watched {f['uuid']}", {w: us(one["watched"][w]) for w in WATCHED}, out)
        checked += 1
    return checked


def instant(at, feed, row, displays, presence):
    if row is None or row[1] == OFF:
        return 0
    picture = counted(*row)
    sure = attended = maybe = False
    for d in displays:
        if d is None or feed not in d[2]:
            continue
        console, power, worth = d[0], d[1], d[2][feed]
        who = presence[console].at(at) if console in presence else None
        state = who[1] if who else 0
        if worth == 0 and power in (1, 2):
            sure = True
            attended |= state == 1
        maybe |= worth in (0, 1) and power != 3 and state in (0, 1)
    if attended and picture == "good":
        return 1
    if maybe and picture == "unknown" or maybe and picture == "good" or attended and picture == "unknown":
        return 0
    if attended:
        return 3
    return 2 if sure else 4


def all_same(path, document, watched_every=1):
    t = Truth(path, document)
    lines = feeds_same(t)
    overlays_same(t, lines)
    consoles_same(t, incidents_same(t))
    gaps_same(t)
    n = watched_same(t, watched_every) if watched_every else 0
    t.db.close()
    return n
