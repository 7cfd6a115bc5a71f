// SPDX-License-Identifier: GPL-3.0-or-later
// desk.mjs: a console as its agent reports it: one whose operator works (its
// screen shows what the layout says), or one that was locked and left.
import { randomBytes } from "node:crypto";

export class Desk {
  constructor(url, token, works) {
    Object.assign(this, { url, token, works, seq: 0, life: randomBytes(8).toString("hex"), began: Date.now() });
    this.beat();
    this.timer = setInterval(() => this.beat(), 2000);
  }

  body() {
    const seconds = this.works ? [3 + Math.floor(Math.random() * 30), Math.floor(Math.random() * 9)] : [0, 0];
    const moves = seconds[0] + seconds[1];
    const gaps = Array(16).fill(0);
    for (let i = 0; i < moves; i++) gaps[Math.floor(Math.random() * Math.random() * 12)]++;
    return {
      version: 1, agent: "test/1", boot: "test", life: this.life, session: "1", seq: ++this.seq, span_ms: 2000,
      idle_ms: this.works ? 100 : Date.now() - this.began, locked: !this.works,
      input: { moves, buttons: 0, keys: 0, gaps, per_second: seconds, injected: {} },
      screens: [{ name: "HDMI-1", power: "on", width: 1920, height: 1080 }],
      windows: [{ pattern: "wall", screen: 0, width: 1900, height: 1040, visible: 100 }],
      sees: Object.fromEntries(["input", "idle", "lock", "screens", "windows", "connections"].map((k) => [k, "other"])),
    };
  }

  beat() {
    fetch(`${this.url}/agent/v1/heartbeat`, {
      method: "POST", body: JSON.stringify(this.body()), headers: { Authorization: `Bearer ${this.token}` },
    }).catch(() => {});
  }

  end() {
    clearInterval(this.timer);
  }
}
