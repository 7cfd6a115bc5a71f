// SPDX-License-Identifier: GPL-3.0-or-later
// One /wall, then one stream of events, for as long as somebody looks: in the
// shared worker, or in the page where there is none. It takes the wall anew
// when the stream can't be resumed, and the stream anew when it falls silent.
import type { FeedRow, Pulse, Wall, WallRow } from "../api";
import { rowOf, rowOfWall, type Row } from "./wire";

export interface Sink {
  wall: (json: string) => void; changes: (rows: Row[], gone: string[]) => void; pulse: (p: Pulse) => void;
  event: (name: string, data: unknown) => void; refused: (status: number) => void;
}
const GATHER_MS = 16, SILENT_MS = 10_000, ANSWER_MS = 20_000, WAIT_MOST_MS = 10_000;
const OTHERS = ["incident", "alert", "console", "session"];

export class Source {
  private rows = new Map<string, Row>();
  private stream: EventSource | null = null;
  private asking: AbortController | null = null;
  private wanted = false;
  private loadedLate = false;
  private late = false;
  private heardAt = 0;
  private wait = 1000;
  private again: ReturnType<typeof setTimeout> | undefined;
  private gather: ReturnType<typeof setTimeout> | undefined;
  private changed = new Map<string, Row>();
  private gone = new Set<string>();
  private last: Pulse | null = null;
  private loaded = false;

  constructor(private readonly sink: Sink) {
    setInterval(() => this.watch(), 1000);
  }
  start(): void {
    this.wanted = true;
    void this.load();
  }
  stop(): void {
    this.wanted = this.loaded = false;
    this.asking?.abort();
    this.close();
    clearTimeout(this.again);
    this.rows.clear();
    this.changed.clear();
    this.gone.clear();
    this.last = null;
  }
  running(): boolean {
    return this.wanted;
  }
  /* The wall as it is known now, for a window that comes later; null before the first. */
  snapshot(): string | null {
    if (!this.loaded) return null;
    const sites: string[] = [], index = new Map<string, number>();
    const feeds = [...this.rows.values()].map((r): WallRow => {
      let i = index.get(r[1]);
      if (i === undefined) index.set(r[1], i = sites.push(r[1]) - 1);
      return [r[0], i, r[2], r[3], r[4], r[5], r[6], r[7], r[8]];
    });
    const wall: Wall = { now: this.last?.now ?? "", late: this.late, event: "", sites, feeds };
    return JSON.stringify(wall);
  }
  lastPulse(): Pulse | null {
    return this.last;
  }
  /* For how long nothing was heard, ms: what is known is as old. */
  silentFor(): number {
    return performance.now() - this.heardAt;
  }
  private close(): void {
    this.stream?.close();
    this.stream = null;
  }
  private later(): void {
    clearTimeout(this.again);
    if (!this.wanted) return;
    this.again = setTimeout(() => void this.load(), this.wait * (.75 + Math.random() / 2));
    this.wait = Math.min(WAIT_MOST_MS, this.wait * 2);
  }
  private async load(): Promise<void> {
    this.close();
    this.asking?.abort();
    clearTimeout(this.again);
    const c = this.asking = new AbortController();
    const slow = setTimeout(() => c.abort(), ANSWER_MS);
    try {
      const r = await fetch("/api/v1/wall", { credentials: "same-origin", signal: c.signal });
      if (r.status === 401 || r.status === 403) {
        this.stop();
        this.sink.refused(r.status);
        return;
      }
      if (!r.ok) throw new Error(String(r.status));
      const json = await r.text();
      if (c === this.asking) this.take(json);
    } catch {
      if (c === this.asking) this.later();
    } finally {
      clearTimeout(slow);
    }
  }
  private take(json: string): void {
    const w = JSON.parse(json) as Wall;
    this.sink.wall(json);
    this.rows.clear();
    this.changed.clear();
    this.gone.clear();
    for (const r of w.feeds) this.rows.set(r[0], rowOfWall(r, w.sites));
    this.loaded = true;
    this.loadedLate = this.late = w.late;
    this.heardAt = performance.now();
    this.follow(w.event);
    this.sink.event("reset", null);
  }
  private follow(after: string): void {
    const s = this.stream = new EventSource("/api/v1/events?after=" + encodeURIComponent(after));
    const on = (name: string, f: (data: unknown) => void): void => s.addEventListener(name, e => {
      if (s === this.stream) f(JSON.parse((e as MessageEvent<string>).data));
    });
    on("feed", d => this.change(rowOf(d as FeedRow)));
    on("gone", d => this.remove((d as { id: string }).id));
    on("pulse", d => this.pulse(d as Pulse));
    on("reset", () => void this.load());
    for (const name of OTHERS) on(name, d => this.sink.event(name, d));
    s.onopen = () => { this.wait = 1000; };
    s.onerror = () => {
      if (s === this.stream && s.readyState === EventSource.CLOSED) {
        this.close();
        this.later();
      }
    };
  }
  private change(r: Row): void {
    this.rows.set(r[0], r);
    this.gone.delete(r[0]);
    this.changed.set(r[0], r);
    this.soon();
  }
  private remove(id: string): void {
    this.rows.delete(id);
    this.changed.delete(id);
    this.gone.add(id);
    this.soon();
  }
  private soon(): void {
    this.gather ??= setTimeout(() => this.give(), GATHER_MS);
  }
  private give(): void {
    this.gather = undefined;
    if (this.changed.size || this.gone.size) this.sink.changes([...this.changed.values()], [...this.gone]);
    this.changed.clear();
    this.gone.clear();
  }
  private pulse(p: Pulse): void {
    this.heardAt = performance.now();
    this.last = p;
    this.late = p.late;
    this.sink.pulse(p);
    if (this.loadedLate && !p.late) void this.load(); // that wall claimed nothing
  }
  /* A stream that is open and says nothing is a connection that is gone. */
  private watch(): void {
    if (!this.stream || performance.now() - this.heardAt < SILENT_MS) return;
    this.close();
    this.later();
  }
}
