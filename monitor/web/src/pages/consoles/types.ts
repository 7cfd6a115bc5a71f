// SPDX-License-Identifier: GPL-3.0-or-later
// The shapes of /consoles, /presence and /roster. PURE.
import type { Moment, Prompts } from "../../api";

export interface ConsoleRow {
  id: number; console: string; room: string; site: string; presence: string; why: string; since: Moment; at: Moment;
  screens: number; tiles: number; tiles_counting: number;
  in_force: { idle_after_s: number; prompt_after_s: number; shifts: number };
  prompts: Prompts | null; breach: { since: Moment; text: string; code?: string; values?: Record<string, string> } | null;
}
export interface Tile { feed: string | null; view: string }
/* `console` or `room`: the number of whose it is, the other 0. */
export interface ScreenRow { screen: string; console: number; room: number; since: Moment; power: string; source: string; tiles: Tile[] }
export interface Floor { consoles: ConsoleRow[]; screens: ScreenRow[] }
export interface PresenceRow { start: string; end: Moment; presence: string; why: string }
export interface Dispute { from: string; to: string; at: string; text: string }
/* `to`: what is open is true up to then. */
export interface PresenceLine { from: string; to: string; intervals: PresenceRow[]; cut?: boolean; disputes: Dispute[] }
export interface Shift {
  id: number; room: string; console: string; days: string; hours: string; at_least: number; breaks: string[];
  idle_after_s: number; prompt_after_s: number;
}
