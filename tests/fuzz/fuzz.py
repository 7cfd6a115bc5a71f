#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the libFuzzer targets of tests/fuzz in slices, and keeps count.

usage: ./dev fuzz [options] [TARGET...]

  --seconds N      run each target for N seconds more (60)
  --cpu-seconds N  instead: until each has had N seconds of processor time in
                   all, those of earlier runs included; may be interrupted
                   and goes on where it was
  -j N             targets that run at once (the number of processors)
  --slice N        seconds of one slice (60; with --cpu-seconds 120)
  --report         run nothing; print what was reached so far
  --no-coverage    leave out what lines, functions and branches were reached
  --minimise       make the corpora as small as they can be without losing reach
  --keep           add to the seeds what of the corpora reaches more than they
                   do: those that add most, 12 and 6 KiB a target at most
  --json FILE      the same figures by name
  --markdown FILE  the tables as docs/fuzzing.md has them
  --list           the targets

What is known lies in build/fuzz: state.json, corpus/TARGET, findings/. A
finding is printed with the command that shows it again; the exit code is 1
while there is one. One that is mended is told so: make it a seed
(tests/fuzz/LIBRARY/seeds/NAME/), then the tests run it forever. What goes wrong
within FFmpeg is printed, too, but fails nothing.

example: ./dev fuzz --cpu-seconds 3600 -j 1
"""
import argparse
import atexit
import ctypes
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import coverage

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build", "fuzz")
TICKS = os.sysconf("SC_CLK_TCK")
UNIT_SECONDS = 10  # of processor time, for one input
END_SECONDS = UNIT_SECONDS * 6 + 30  # to end, once asked
KEEP, KEEP_BYTES = 12, 6144  # more seeds of a target
TRIES = 3  # that may end in one and the same finding
INTERRUPTED = 72  # libFuzzer's exit code after Ctrl-C
TEMPORARY = tempfile.mkdtemp(prefix="fuzz-")  # of the targets
ENVIRONMENT = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1", "TMPDIR": TEMPORARY}
atexit.register(shutil.rmtree, TEMPORARY, True)
LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Target:
    """A libFuzzer program, its seeds, its words, its growing corpus."""

    def __init__(self, source):
        self.name = os.path.splitext(os.path.basename(source))[0]
        self.source = source
        self.folder = os.path.dirname(source)
        self.short = self.name.removeprefix("fuzz_")
        self.program = os.path.join(BUILD, "fuzz", self.name)
        self.seeds = os.path.join(self.folder, "seeds", self.short)
        self.corpus = os.path.join(BUILD, "corpus", self.name)
        self.log = os.path.join(BUILD, self.name + ".log")
        self.dictionary = next((d for d in (
            os.path.join(self.folder, self.short + ".dict"),
            os.path.join(self.folder, os.path.basename(self.folder) + ".dict")) if os.path.exists(d)), None)

    def command(self, findings):
        out = [self.program, "-rss_limit_mb=2048", "-print_final_stats=1", "-report_slow_units=1000",
               # By the wall, which others use too: what is kept is decided by processor time.
               f"-timeout={UNIT_SECONDS * 6}", f"-artifact_prefix={findings}/"]
        with open(self.source, encoding="utf-8") as f:
            out += re.findall(r"libFuzzer: (-\S+)", f.read())
        if self.dictionary:
            out.append("-dict=" + self.dictionary)
        return out + [self.corpus, self.seeds]


def targets(names=()):
    every = [Target(s) for s in sorted(glob.glob(os.path.join(ROOT, "tests/fuzz/*/fuzz_*.c")))]
    unknown = set(names) - {t.name for t in every}
    if unknown:
        sys.exit(f"fuzz: no such target: {', '.join(sorted(unknown))}; see ./dev fuzz --list")
    return [t for t in every if not names or t.name in names]


class State:
    """What is known of each target, over all runs."""

    def __init__(self):
        self.path = os.path.join(BUILD, "state.json")
        self.of = {}
        if os.path.exists(self.path):
            with open(self.path, encoding="utf-8") as f:
                self.of = json.load(f)

    def at(self, target):
        return self.of.setdefault(target.name, {"cpu_s": 0.0, "executions": 0, "edges": 0})

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as f:
            json.dump(self.of, f, indent=1, sort_keys=True)
        os.replace(self.path + ".new", self.path)


def cpu_now(pid):
    """Processor time of a running process, in seconds."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    except (OSError, IndexError):
        return 0.0


def log_text(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


class Slice:
    """One run of one target."""

    def __init__(self, target, limit_cpu, limit_wall):
        self.target, self.limit_cpu, self.limit_wall = target, limit_cpu, limit_wall
        self.new = os.path.join(BUILD, "findings", target.name, "new")
        os.makedirs(self.new, exist_ok=True)
        os.makedirs(target.corpus, exist_ok=True)
        self.began = time.monotonic()
        self.asked = None
        with open(target.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(target.command(self.new), stdout=log, stderr=log, cwd=ROOT, env=ENVIRONMENT,
                                            preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def ended(self):
        """None while it runs; then its processor time."""
        pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if pid:
            self.process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime
        now = time.monotonic()
        if self.asked is None:
            if now - self.began >= self.limit_wall or cpu_now(self.process.pid) >= self.limit_cpu:
                self.stop()
        elif now - self.asked > END_SECONDS:
            self.process.kill()
        return None

    def stop(self):
        self.asked = time.monotonic()
        self.process.send_signal(signal.SIGUSR1)  # libFuzzer ends after the input it is at

    def figures(self):
        text = log_text(self.target.log)
        done = re.findall(r"stat::number_of_executed_units: (\d+)", text) or re.findall(r"^#(\d+)\t", text, re.M)
        edges = re.findall(r"\bcov: (\d+)", text)
        return int(done[-1]) if done else 0, int(edges[-1]) if edges else 0

    def well(self):
        return self.process.returncode in (0, INTERRUPTED)


def theirs(text):
    """The library of FFmpeg's in which it went wrong, if it did so there: it is kept in a sandbox, not mended here."""
    for frame in re.findall(r"^ +#\d+ 0x\w+ (.+)", text, re.M):
        if not re.search(r"anitizer|fuzzer::|__interceptor|/libc\.so|in (?:malloc|calloc|realloc|posix_memalign|free|mem\w+) ", frame):
            found = re.search(r"/(lib(?:av|sw)\w+)\.so", frame)
            return found.group(1) if found else None
    return None


def signature(text):
    """What tells one finding from another: its kind and the first places of our code in its stack."""
    kind = re.search(r"Assertion (`.+') failed|runtime error: (.+)|ERROR: \w+: ([\w-]+)", text)
    frames = re.findall(r"#\d+ 0x\w+ in (\w+) \S*?/((?:common|probes|monitor|tests)/\S+?:\d+)", text)
    name = next((k for k in kind.groups() if k), "?") if kind else "died"
    library = theirs(text)
    if library:
        return f"within {library}: {name}"
    return " | ".join([re.sub(r"-?\d{2,}", "N", name)] + [f"{f} {p}" for f, p in frames[:2]])


def again(target, path):
    """Runs one input: None when all is well, else what went wrong."""
    def limit():
        import resource
        resource.setrlimit(resource.RLIMIT_CPU, (UNIT_SECONDS, UNIT_SECONDS + 1))
    done = subprocess.run([target.program, "-rss_limit_mb=2048", "-timeout=0", path], capture_output=True, check=False,
                          preexec_fn=limit, cwd=ROOT, env=ENVIRONMENT)
    if done.returncode == 0:
        return None
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"takes more than {UNIT_SECONDS} s of processor time"
    return signature(done.stderr.decode(errors="replace"))


class Findings:
    """Inputs that went wrong, one for each way of going wrong."""

    def __init__(self, chosen):
        self.open, self.mended = {}, []
        for t in chosen:
            folder = os.path.join(BUILD, "findings", t.name)
            for e in sorted(os.scandir(folder), key=lambda e: e.name) if os.path.isdir(folder) else []:
                what = again(t, e.path) if e.is_file() else None
                if what:
                    self.open.setdefault((t.name, what), {"file": e.path, "times": 1})
                elif e.is_file():
                    self.mended.append(e.path)

    def add(self, target, new, text):
        """What a slice left in the folder `new`: kept beside it, one of each. True: it tells why the slice ended."""
        names = sorted(os.listdir(new))
        for name in names:
            path = os.path.join(new, name)
            what = again(target, path)
            kept = os.path.join(os.path.dirname(new), name)
            os.rename(path, kept)
            if what is None and name.startswith(("timeout-", "slow-unit-")):
                os.unlink(kept)  # this machine was slow, not the target
                continue
            what = what or "does not show again: " + signature(text)
            key = (target.name, what)
            if key in self.open:
                self.open[key]["times"] += 1
                if kept != self.open[key]["file"]:
                    os.unlink(kept)
                continue
            self.open[key] = {"file": kept, "times": 1}
            print(f"fuzz: {target.name} FOUND {what}\n      build/fuzz/fuzz/{target.name} {os.path.relpath(kept, ROOT)}", flush=True)
        return any(not name.startswith("slow-unit-") for name in names)

    def ours(self):
        return {k: v for k, v in self.open.items() if not k[1].startswith("within ")}

    def blocks(self, target):
        return any(k[0] == target.name and v["times"] >= TRIES for k, v in self.open.items())


class Runner:
    def __init__(self, chosen, options):
        self.options, self.state, self.findings = options, State(), Findings(chosen)
        self.chosen, self.running, self.spent, self.broken = chosen, [], {}, []

    def failed(self):
        """Of which something was found, or that ended and left nothing that says why."""
        return {name for name, _ in self.findings.ours()} | set(self.broken)

    def left(self, target):
        """Seconds that a target has yet to run."""
        if target.name in self.broken or self.findings.blocks(target):
            return 0
        if self.options.cpu_seconds:
            return self.options.cpu_seconds - self.state.at(target)["cpu_s"]
        return self.options.seconds - self.spent.get(target.name, 0)

    def next(self):
        busy = {s.target.name for s in self.running}
        free = [t for t in self.chosen if t.name not in busy and self.left(t) > 0.5]
        return min(free, key=lambda t: self.state.at(t)["cpu_s"], default=None) if self.options.cpu_seconds else (
            free[0] if free else None)

    def start(self, target):
        n = min(self.left(target), self.options.slice)
        if self.options.cpu_seconds:
            return Slice(target, n, float("inf"))
        return Slice(target, float("inf"), n)

    def finish(self, piece, cpu):
        target, was = piece.target, self.state.at(piece.target)
        executions, edges = piece.figures()
        wall = time.monotonic() - piece.began
        self.spent[target.name] = self.spent.get(target.name, 0) + wall
        was.update(cpu_s=round(was["cpu_s"] + cpu, 2), executions=was["executions"] + executions,
                   edges=max(edges, was["edges"]))
        found = self.findings.add(target, piece.new, log_text(target.log))
        if not piece.well() and not found:
            self.broken.append(target.name)
            print(f"fuzz: {target.name} ended with {piece.process.returncode}; see {os.path.relpath(target.log, ROOT)}", flush=True)
        self.state.save()
        print(f"fuzz: {target.name}: {cpu:.0f} s processor, {executions} inputs, {edges} edges; "
              f"{was['cpu_s']:.0f} s in all", flush=True)

    def run(self):
        try:
            while True:
                while len(self.running) < self.options.jobs:
                    target = self.next()
                    if target is None:
                        break
                    self.running.append(self.start(target))
                if not self.running:
                    return
                self.poll()
        finally:
            for piece in self.running:
                piece.stop()
            while self.running:
                self.poll()

    def poll(self):
        time.sleep(0.25)
        for piece in list(self.running):
            cpu = piece.ended()
            if cpu is not None:
                self.running.remove(piece)
                self.finish(piece, cpu)


def merge(target, into, *options):
    """Adds to a folder what of the corpus reaches more than it does."""
    done = subprocess.run([target.program, "-merge=1", "-timeout=60", "-rss_limit_mb=2048", *options, into,
                           target.corpus], capture_output=True, check=False, cwd=ROOT, env=ENVIRONMENT)
    if done.returncode != 0:
        print(f"fuzz: {target.name}: merging ended with {done.returncode}", flush=True)
    return done.returncode == 0


def minimise(target):
    """A corpus that reaches the same with less."""
    fresh = target.corpus + ".new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(target.seeds, fresh)
    if merge(target, fresh):
        shutil.rmtree(target.corpus)
        os.rename(fresh, target.corpus)
    else:
        shutil.rmtree(fresh)


def keep(target):
    """More seeds: those that reach the most places which neither seeds nor smaller inputs do."""
    fresh, notes = target.corpus + ".keep", target.corpus + ".notes"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(target.seeds, fresh)
    if os.path.exists(notes):
        os.unlink(notes)
    if merge(target, fresh, "-use_counters=0", "-merge_control_file=" + notes):
        lines = log_text(notes).splitlines()
        files = lines[2:2 + int(lines[0])]
        gains = [(len(words) - 2, files[int(words[1])]) for words in map(str.split, lines) if words[:1] == ["FT"]]
        kept = [e.stat().st_size for e in os.scandir(target.seeds) if e.name.startswith("kept_")]
        for gain, path in sorted(gains, reverse=True):
            size = os.path.getsize(path)
            if gain and path.startswith(target.corpus + "/") and len(kept) < KEEP and sum(kept) + size <= KEEP_BYTES:
                kept.append(size)
                shutil.copy(path, os.path.join(target.seeds, "kept_" + os.path.basename(path)[:8]))
        os.unlink(notes)
    shutil.rmtree(fresh)


def size_of(folder):
    sizes = [e.stat().st_size for e in os.scandir(folder)] if os.path.isdir(folder) else []
    return len(sizes), sum(sizes)


def report(chosen, runner, reached):
    state, findings = runner.state, runner.findings
    print(f"\n{'target':26}{'cpu s':>8}{'inputs':>12}{'edges':>8}{'corpus':>8}{'KiB':>7}"
          f"{'lines':>15}{'functions':>15}{'branches':>15}")
    rows = {}
    for t in chosen:
        was = state.at(t)
        files, size = size_of(t.corpus)
        row = rows[t.name] = {**was, "corpus_files": files, "corpus_bytes": size,
                              "coverage": reached["targets"].get(t.name) if reached else None,
                              "findings": [k[1] for k in findings.open if k[0] == t.name]}
        print(f"{t.name:26}{was['cpu_s']:8.0f}{was['executions']:12}{was['edges']:8}{files:8}{size // 1024:7}"
              + coverage.columns(row["coverage"]))
    if reached:
        print(f"\n{'room, by all targets':76}{'lines':>8}{'functions':>15}{'branches':>15}")
        for room, sums in reached["rooms"].items():
            print(f"{room:69}" + coverage.columns(sums))
    for path in findings.mended:
        print(f"fuzz: no longer goes wrong, make it a seed: {os.path.relpath(path, ROOT)}")
    for (name, what), f in sorted(findings.open.items()):
        print(f"fuzz: {name}: {what}\n      build/fuzz/fuzz/{name} {os.path.relpath(f['file'], ROOT)}")
    for t in chosen:
        if t.name in runner.broken:
            print(f"fuzz: {t.name}: ended and left no input; see {os.path.relpath(t.log, ROOT)}")
    failed = len(runner.failed())
    cpu = sum(r["cpu_s"] for r in rows.values())
    print(f"fuzz: {len(chosen) - failed} passed, {failed} failed; {cpu / 3600:.2f} h of processor time, "
          f"{sum(r['executions'] for r in rows.values())} inputs in all")
    return {"targets": rows, "rooms": reached["rooms"] if reached else None}


def markdown(figures):
    out = ["| target | processor s | inputs | lines | functions | branches |", "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for name, row in figures["targets"].items():
        out.append(f"| `{name}` | {row['cpu_s']:,.0f} | {row['executions']:,} |{coverage.cells(row['coverage'])}")
    if figures["rooms"]:
        out += ["", "| room, by all targets | lines | functions | branches |", "| --- | ---: | ---: | ---: |"]
        out += [f"| `{room}` |{coverage.cells(sums)}" for room, sums in figures["rooms"].items()]
    return "\n".join(out) + "\n"


def arguments():
    p = argparse.ArgumentParser(usage=argparse.SUPPRESS, description=__doc__, add_help=False)
    p.add_argument("--help", "-h", action="store_true")
    p.add_argument("--seconds", type=float, default=60)
    p.add_argument("--cpu-seconds", type=float)
    p.add_argument("-j", dest="jobs", type=int, default=os.cpu_count())
    p.add_argument("--slice", type=float)
    p.add_argument("--report", action="store_true")
    p.add_argument("--no-coverage", action="store_true")
    p.add_argument("--minimise", action="store_true")
    p.add_argument("--keep", action="store_true")
    p.add_argument("--json")
    p.add_argument("--markdown")
    p.add_argument("--list", action="store_true")
    p.add_argument("targets", nargs="*")
    options = p.parse_args()
    options.slice = options.slice or (120 if options.cpu_seconds else 60)
    return options


def main():
    options = arguments()
    if options.help:
        print(__doc__.strip())
        return 0
    chosen = targets(options.targets)
    if options.list:
        print("\n".join(t.name for t in chosen))
        return 0
    runner = Runner(chosen, options)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    if not options.report:
        try:
            runner.run()
        except (KeyboardInterrupt, SystemExit):
            print("fuzz: interrupted; the same command goes on", flush=True)
    grown = [t for t in chosen if os.path.isdir(t.corpus)]
    if options.minimise:
        for t in grown:
            minimise(t)
    if options.keep:
        for t in grown:
            keep(t)
    reached = None if options.no_coverage else coverage.measure(chosen, ENVIRONMENT)
    figures = report(chosen, runner, reached)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(figures, f, indent=1, sort_keys=True)
    if options.markdown:
        with open(options.markdown, "w", encoding="utf-8") as f:
            f.write(markdown(figures))
    return 1 if runner.failed() else 0


if __name__ == "__main__":
    sys.exit(main())
