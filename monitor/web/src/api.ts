// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes of /api/v1 (docs/openapi.json). Moments are RFC 3339 in UTC.
export type Role = "viewer" | "operator" | "supervisor" | "auditor" | "admin" | "kiosk";
export type State = "up" | "degraded" | "down" | "unknown";
export type Cause = string;
export type Moment = string | null;
export interface Page<T> { items: T[]; next: string | null; cut?: boolean }

export interface Session {
  user: string | null; role: Role | null; site: string; kind: "login" | "api" | "kiosk" | null;
  setup: boolean; version: string; ends: Moment; language: string; rights: string[];
}

/* [id, site index, name, state 0 up 1 degraded 2 down 3 unknown, cause, flags, since ms, picture ms or 0, criticality] */
export type WallRow = [string, number, string, number, Cause, number, number, number, number];
export interface Wall { now: string; late: boolean; event: string; sites: string[]; feeds: WallRow[] }
/* arrival: while first tries are under way, after a start or an import. */
export interface Pulse {
  now: string; late: boolean; heartbeat: Moment; started: Moment; feeds_total: number; states: Record<State, number>;
  flowing: number; arrival: { feeds: number; tried: number; connected: number; left_s: number | null } | null; loop_lag_max_us: number; store_lag_us: number; capacity: "ok" | "thumbnails" | "stretched" | "shed";
  record: { witnessed: boolean; last: Moment; contradicted: boolean };
}
export interface FeedRow {
  id: string; site: string; name: string; criticality: number; no_picture: boolean; ptz: boolean; reference: Moment;
  state: State; cause: Cause; causes: Cause[]; confidence: number; since: Moment; at: Moment; picture: Moment;
  maintenance: boolean; muted: boolean; suspect: boolean;
}
export interface FeedDetail extends FeedRow {
  device: string; url: string; help: string; phase: string; reason: string; detail: string; codec: string;
  width: number; height: number; fps: number; kbps: number; gop_s: number; loss_ppm: number; samples: number;
  last_sample: Moment; evidence: Record<string, unknown>;
}
export interface Overlay {
  number: number; kind: "maintenance" | "mute"; feed?: string; feed_id?: string; site?: string; tag?: string;
  by: string; reason: string; weekly?: string; zone?: string; from: Moment; to: Moment; entered: Moment; in_force: boolean;
}
export interface FeedInfo {
  id: string; zone: string; contact: string; tags: string[]; transport: string; quirks: string[]; sessions: number;
  dark_hours: string; relay: string; visit_s: number; visit_every_s: number; incident: number | null;
  reference: { approved: string; by: string; reason: string } | null; overlays: Overlay[];
}
type Band = [number, number][] | null;
export interface Series {
  from: string; step_s: number; fps: (number | null)[]; kbps: (number | null)[]; loss_ppm: (number | null)[];
  usual: { fps: Band; kbps: Band; loss_ppm: Band };
}
export interface WatchedLine { from: string; to: string; line: { start: string; end: string; watched: string }[]; cut: boolean }
export interface Interval { start: string; end: Moment; state: State; cause: Cause; since: Moment; at: Moment; confidence: number }
export interface View {
  screen: string; console: string; room: string; start: string; end: Moment; source: string; power: string;
  feed: string; view: string;
}
export interface Site {
  id: number; path: string; zone: string; contact: string; feeds: number; states: Record<State, number>;
  incidents: number; target_ppm: number; line: Line | null;
}
/* Of a site with a ceiling: what is planned for its line, and what comes over it, that of all below included. */
export interface Line {
  ceiling_kbps: number; expected_kbps: number; measured_kbps: number; held: number; visited: number; left_out: number; every_s: number;
}
export interface Device {
  id: number; name: string; address: string; sessions: number; quirks: string[]; feeds: number; states: Record<State, number>;
}
export interface Incident {
  number: number; feed: string | null; site: string; name: string; place: string;
  kind: "feed" | "site" | "room" | "console" | "own"; cause: Cause; text: string; help: string; contact: string;
  code?: string; values?: Record<string, string>; // of the text, where it has them
  since: Moment; at: Moment; until: Moment; closed: Moment; alert: boolean; acknowledged: Moment;
  acknowledged_by: string | null; note: string; asks_again: boolean; muted: boolean; before: boolean; after: boolean; recovered: boolean;
  comments: number; feeds: number; criticality: number;
}
/* --- alerts: who is told what. Numbers of deliveries are those of camwarden deliveries. */
export interface Alert {
  number: number; of: "feed" | "site" | "room" | "console" | "own"; place: string; site: string; incident: number; cause: Cause;
  severity: "low" | "medium" | "high" | "critical"; criticality: number; feeds: number; flapping: boolean; turns: number; repeats: number;
  acknowledged: boolean; excused: ("maintenance" | "mute")[]; rule: string; text: string;
  code?: string; values?: Record<string, string>; // of the text, where it has them
  since: Moment; at: Moment; good: Moment; closed: Moment;
  told: number; waiting: number; dropped: number;
}
export interface AlertNotice {
  number: number; alert: number | null; sequence: number; place: string; kind: string; to: string; rule: string; exempt: boolean;
  state: "told" | "waiting" | "digest" | "dropped"; digest: number | null; made: Moment; told: Moment;
}
export interface Delivery {
  number: number; notice: number | null; alert: number | null; kind: string; channel: string; to: string; subject: string; said: string;
  tries: number; made: Moment; due: Moment; sent: Moment; gave_up: Moment;
}
export interface AlertDetail extends Alert { notices: AlertNotice[]; deliveries: Delivery[] }
export interface Channel { name: string; kind: string; or_else: string; sent: Moment; failed: Moment; said: string }
export interface Comment { at: string; by: string; text: string }
export interface Prompts { asked: number; answered: number; right: number; missed: number; last: Moment; latency_ms: number | null }
export interface Coverage {
  from: string; to: string; hours: string[];
  sites: { site: string; feeds: number; zone: string; cells: ([number, number, number, number, number] | null)[] }[];
  blind: { from: string; to: string; why: string }[];
}
export interface Debt {
  feeds: number; cut: boolean;
  items: { id: string; site: string; name: string; criticality: number; state: State; last_watched: Moment; gap_s: number;
    debt: number; blind_windows: number; never: boolean }[];
}
export interface HandoverNote { number: number; from: string; to: string; site: string; by: string; made: string; note: string }
export interface Handover {
  from: string; to: string; shift: { name: string; start: string; end: string } | null; last: HandoverNote | null;
  notes: HandoverNote[]; opened: Incident[]; closed: Incident[]; acknowledged: Incident[]; still_open: Incident[];
  muted: Overlay[]; maintenance: Overlay[];
  unwatched: { id: string; site: string; name: string; gap_s: number; never: boolean }[];
  states: Record<State, number>; cut: boolean;
}
export interface Report { number: number; from: string; to: string; site: string; made: string; name: string; sha256: string; files: string[] }
/* Of the reports' list: the nightly report of all sites; null to those who don't see it, or not known. */
export interface Nightly { enabled: boolean; due: Moment; date: string | null; trouble: string }
export interface ImportAnswer {
  ok: boolean; added: number; changed: number; removed: number; unchanged: number; cut: boolean; seq: number;
  changes: { what: "add" | "change" | "remove"; name: string; fields: { field: string; from: string; to: string }[] }[];
  errors: { line: number; column: number; text: string; code?: string; values?: Record<string, string> }[];
  notes: ImportAnswer["errors"]; expects: string;
}
export interface Onboarding {
  feeds: number; states: Record<State, number>; settled: boolean;
  causes: { cause: Cause; words: string; feeds: number; sites: { site: string; feeds: number }[] }[];
}
export interface User {
  id: number; name: string; role: Role; site: string; created: string; by: string; disabled: boolean; last_seen: Moment; logins: number;
}
export interface Token {
  id: number; name: string; kind: "api" | "kiosk" | "agent" | "browser" | "vms"; role: Role; site: string; created: string;
  by: string; revoked: Moment; address: string; claimed: Moment; last_seen: Moment;
}
export interface Login { id: number; user: string; kind: string; address: string; agent: string; created: string; seen: Moment; ends: Moment }
export interface Ledger {
  origin: string; size: number; root: string; head_at: Moment;
  checkpoint: { size: number; root: string; at: Moment; note: string } | null;
  witnesses: { name: string; kind: string; last: Moment; size: number; state: "good" | "late" | "contradicts" | "never" }[];
  retention_days: number | null;
}
export interface LedgerLine {
  seq: number; at: string; kind: string; actor: string; feed: string | null; feed_name: string | null;
  body: Record<string, unknown> | null; hash: string; expired: boolean;
}
