# SPDX-License-Identifier: GPL-3.0-or-later
"""What was called of a clip, held against its truth. A call is {t, until,
cause, causes, state}; it comes from camwarden or from an ffmpeg filter."""

STREAM = ("flapping", "low-fps", "low-bitrate", "packet-loss", "clock-drift", "changed")
CAUSES = ("frozen", "black", "white", "no-signal", "covered", "blurred", "moved", "noisy",
          "corrupt", "colour-cast", "looped")
BAD = ("down", "degraded")
SLACK_S = 1.0
CLEAR_S = 45.0  # a fault that ended may be called so much longer


def quantile(values, q):
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, int(q * len(ordered) + 0.999999) - 1))]


def period(gop_s):
    """Seconds between two pictures that can be looked at, each 2 s."""
    return gop_s * -(-2 // gop_s) if gop_s < 2 else gop_s


def limit(label):
    """Seconds within which the cause must be called."""
    facts, span = label["facts"], label["truth"][0]["to"] - label["truth"][0]["from"]
    if label["group"] in ("frozen/exact", "frozen/recorder"):
        return 3 * period(facts["gop"]) + SLACK_S
    if label["cause"] == "looped":
        return 2 * facts["period"] + 300
    if label["cause"] in ("black", "white", "no-signal", "covered"):
        return min(span, 60 + 2 * facts["gop"])
    return min(span, 300) if facts["variant"] != "creep" else span


class Outcome:
    """One clip. late: seconds after the limit count as missed."""

    def __init__(self, label, calls, seconds=None, cpu=0.0):
        self.label, self.calls, self.cpu = label, calls, cpu
        self.seconds = seconds or label["seconds"]
        self.truth = label["truth"][0] if label["truth"] else None
        self.delay = self.called = None
        self.hit = self.dropped = self.stuck = self.false_up = False
        self.alarms, self.wrong = [], []
        self.judged = any(c["state"] != "unknown" for c in calls)
        self.first_day = label["group"].startswith("first-day")
        if self.truth is None:
            self.find_alarms(self.seconds)
            self.judged = any(c["state"] == "up" for c in calls)
        else:
            self.find_hit()

    def bad(self, call):
        return call["state"] in BAD and call["cause"] not in STREAM

    def find_alarms(self, until):
        """Bad words about live time; one for each time that they begin."""
        before = False
        for c in self.calls:
            now = self.bad(c) and c["cause"] not in (self.label["also"] if not self.truth else ())
            if now and not before and c["t"] < until:
                self.alarms.append(c)
            before = now

    def find_hit(self):
        start, end = self.truth["from"], self.truth["to"]
        self.find_alarms(self.truth.get("grows_from", start))
        for c in self.calls:
            if c["until"] <= start or c["t"] > end + SLACK_S or not self.bad(c):
                continue
            if c["cause"] == self.label["cause"]:
                if self.delay is None:
                    self.delay, self.called = max(0.0, c["t"] - start), c
            elif (self.label["cause"] not in c["causes"] and c["cause"] not in self.label["also"]
                  and c["t"] >= start and c["cause"] not in [w["cause"] for w in self.wrong]):
                self.wrong.append(c)
        self.hit = self.delay is not None and self.delay <= limit(self.label)
        at_end = [c for c in self.calls if c["t"] < end - 0.5]
        last = at_end[-1] if at_end else None
        self.dropped = self.delay is not None and last is not None and not self.bad(last)
        if end + CLEAR_S <= self.seconds:
            self.stuck = any(self.bad(c) and c["until"] > end + CLEAR_S for c in self.calls)
        if self.first_day:
            self.false_up = any(c["state"] == "up" for c in self.calls)

    def right(self):
        if self.truth is None:
            return not self.alarms
        return (self.hit and not self.dropped and not self.alarms and not self.wrong
                and not self.stuck and not self.false_up)

    def words(self):
        out = []
        if self.alarms:
            out.append("FALSE-ALARM")
        if self.false_up:
            out.append("FALSE-UP")
        if self.truth is not None and not self.hit:
            out.append("LATE" if self.delay is not None else "MISSED")
        if self.dropped:
            out.append("DROPPED")
        if self.wrong:
            out.append("WRONG-CAUSE")
        if self.stuck:
            out.append("STUCK")
        if not self.judged:
            out.append("UNJUDGED")
        return " ".join(out) or "right"


def round3(v):
    return None if v is None else round(v, 3)


def line(outcomes, false_calls):
    """recall, precision and delays of one cause or group."""
    hits = [o for o in outcomes if o.hit and not o.dropped]
    delays = [o.delay for o in outcomes if o.delay is not None]
    told = len(hits) + false_calls
    return {"clips": len(outcomes), "recall": round3(len(hits) / len(outcomes) if outcomes else None),
            "called_at_all": round3(len(delays) / len(outcomes) if outcomes else None),
            "precision": round3(len(hits) / told if told else None), "false_calls": false_calls,
            "delay_p50_s": round3(quantile(delays, 0.5)),
            "delay_p95_s": round3(quantile(delays, 0.95)),
            "delay_max_s": round3(max(delays) if delays else None),
            "hours": round3(sum(o.seconds for o in outcomes) / 3600)}


def score(outcomes, causes=CAUSES):
    """One object per cause, `negatives`, `groups`, `first_day`."""
    out, groups = {}, {}
    alarms = [c for o in outcomes for c in o.alarms]
    wrong = [c for o in outcomes for c in o.wrong]
    for cause in causes:
        mine = [o for o in outcomes if o.truth and o.label["cause"] == cause and not o.first_day]
        false_calls = sum(1 for c in alarms + wrong if c["cause"] == cause)
        if mine or false_calls:
            out[cause] = line(mine, false_calls)
    for o in outcomes:
        if o.truth and o.label["cause"] in causes and not o.first_day:
            groups.setdefault(o.label["group"], []).append(o)
    out["groups"] = {name: line(some, 0) for name, some in sorted(groups.items())}
    negatives = [o for o in outcomes if o.truth is None]
    lead = [o for o in outcomes if o.truth and not o.first_day]
    hours = sum(o.seconds for o in outcomes) / 3600
    out["negatives"] = {
        "clips": len(negatives), "feed_hours": round3(sum(o.seconds for o in negatives) / 3600),
        "false_alarms": sum(len(o.alarms) for o in negatives),
        "not_judged": sum(1 for o in negatives if not o.judged),
        "lead_in_hours": round3(sum(o.truth["from"] for o in lead) / 3600),
        "lead_in_false_alarms": sum(len(o.alarms) for o in lead)}
    live_hours = out["negatives"]["feed_hours"] + out["negatives"]["lead_in_hours"]
    out["negatives"]["false_alarms_per_feed_hour"] = round3(
        (out["negatives"]["false_alarms"] + out["negatives"]["lead_in_false_alarms"]) / live_hours
        if live_hours else None)
    day = [o for o in outcomes if o.first_day]
    out["first_day"] = {"clips": len(day), "called": sum(1 for o in day if o.hit),
                        "false_up": sum(1 for o in day if o.false_up)}
    out["cpu_s_per_feed_hour"] = round3(sum(o.cpu for o in outcomes) / hours if hours else None)
    out["wrong_cause"], out["not_cleared"] = len(wrong), sum(1 for o in outcomes if o.stuck)
    return out


def errors(outcomes, causes):
    """Clips with a mistake, when only these causes are asked for."""
    n = 0
    for o in outcomes:
        alarm = any(c["cause"] in causes for c in o.alarms)
        miss = (o.truth and not o.first_day and o.label["cause"] in causes
                and not (o.hit and not o.dropped))
        n += 1 if alarm or miss else 0
    return n
