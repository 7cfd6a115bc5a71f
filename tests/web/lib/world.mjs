// SPDX-License-Identifier: GPL-3.0-or-later
// world.mjs: a real monitor on simulated cameras, with everybody who may log
// in: made once for a file of tests.
import { writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { Api } from "./api.mjs";
import { Desk } from "./desk.mjs";
import { Child, MATERIAL, atEnd, folder, freePort, program, quoted, run, until } from "./tools.mjs";

export const PASSWORD = "a wall of many windows";
export const PEOPLE = ["viewer", "operator", "supervisor", "auditor", "admin"];
export const REGION = "North";

/** Cameras of three sites; names as an administrator gives them. */
const PLACES = ["Harbour", "Market Square", "Ring Road"];

export class World {
  /** cameras: how many, a third of them at each place; names: of some, by number. */
  static async start({ cameras = 12, console: withConsole = false, setup = true, settings = "", names = {} } = {}) {
    const w = new World();
    w.folder = folder();
    w.cameras = cameras;
    w.names = Array.from({ length: cameras }, (_, i) => names[i] ?? `Camera ${String(i + 1).padStart(2, "0")}`);
    [w.port, w.rtsp, w.agents] = [await freePort(), await freePort(), await freePort()];
    w.url = `http://127.0.0.1:${w.port}`;
    await w.startFarm();
    w.config = path.join(w.folder, "camwarden.yaml");
    writeFileSync(w.config, `state_dir: ${w.folder}
http:
  address: 127.0.0.1
  port: ${w.port}
  per_address: 200
agents:
  enabled: true
  address: 127.0.0.1
  port: ${w.agents}
sampling:
  interval: 2s
  suspect: 1s
  rare: 4s
${settings}`);
    await w.startMonitor();
    w.inventory();
    if (setup) await w.people();
    if (withConsole) w.desks();
    return w;
  }

  async startFarm() {
    this.control = path.join(this.folder, "farm.sock");
    this.farm = new Child(program("camfarm", true), [
      "--set", path.join(MATERIAL, "e2e.set"), "--hosts", String(this.cameras), "--net", String(2 + (process.pid % 250)),
      "--port", String(this.rtsp), "--no-tls", "--control", this.control, "--seconds", "280",
      "--inventory", path.join(this.folder, "farm.csv")]);
    await this.farm.line("camfarm: ready");
  }

  async startMonitor() {
    this.monitor = new Child(program("camwarden"), ["run", "--config", this.config]);
    await until("the monitor answers", async () => {
      if (this.monitor.ended !== null) throw new Error(`it ended:\n  ${this.monitor.tail()}`);
      return (await fetch(`${this.url}/healthz`)).ok;
    }, 40);
  }

  /** Sites with a zone and somebody to call; cameras at them. */
  inventory() {
    const net = 2 + (process.pid % 250);
    writeFileSync(path.join(this.folder, "sites.csv"), "site,zone,contact,ceiling\n" + [REGION, ...PLACES.map((p) => `${REGION}/${p}`)]
      .map((site) => `${site},Europe/Madrid,Control room +34 600 000 000,${site === REGION ? `${4 * this.cameras}Mbit` : ""}\n`).join(""));
    writeFileSync(path.join(this.folder, "cameras.csv"), "site,name,url,criticality\n" + this.names.map((name, i) =>
      `${this.site(i)},${quoted(name)},rtsp://127.${net}.${Math.floor(i / 250)}.${(i % 250) + 1}:${this.rtsp}/cam${i},${1 + (i % 5)}\n`).join(""));
    this.cli("sites", "import", path.join(this.folder, "sites.csv"), "--reason", "test");
    this.cli("feeds", "import", path.join(this.folder, "cameras.csv"), "--reason", "test");
  }

  site(camera) {
    return `${REGION}/${PLACES[Math.floor((camera * PLACES.length) / this.cameras)]}`;
  }

  cli(...args) {
    return run(program("camwarden"), [...args, "--config", this.config]);
  }

  /** The one-time token that the monitor printed. */
  async setupToken() {
    const line = await this.monitor.line("/setup#");
    return /\/setup#([A-Za-z0-9_-]+)/.exec(line)[1];
  }

  /** The first administrator, then the others. */
  async people() {
    this.admin = new Api(this.url);
    await this.admin.ok("POST", "/setup", { token: await this.setupToken(), user: "admin", password: PASSWORD });
    await this.others();
  }

  /** One of each other role, named after it. */
  async others() {
    for (const role of PEOPLE.filter((r) => r !== "admin"))
      await this.admin.ok("POST", "/users", { name: role, role, site: "", password: PASSWORD, reason: "test" });
  }

  /** Two consoles with a screen each: one attended, one left. */
  desks() {
    const shown = (from) => this.names.slice(from, from + 4).map((n, i) => `${this.site(from + i)}/${n}`).join(";");
    const files = {
      "consoles.csv": `console,room,site,idle_after_s\nDesk 1,Control room,${REGION},15\nDesk 2,Control room,${REGION},15\n`,
      "screens.csv": `screen,console,layout,confirmed_by\nScreen 1,Desk 1,${quoted(shown(0))},wall\nScreen 2,Desk 2,${quoted(shown(4))},wall\n`,
      "patterns.csv": "pattern,class,title,shows\nwall,*,*Live wall*,layout\n",
    };
    for (const [name, csv] of Object.entries(files)) writeFileSync(path.join(this.folder, name), csv);
    this.cli("consoles", "import", ...Object.keys(files).map((n) => path.join(this.folder, n)), "--reason", "test");
    for (const [name, works] of [["Desk 1", true], ["Desk 2", false]]) {
      const token = /[0-9a-f]{64}/.exec(this.cli("consoles", "token", name))[0];
      const desk = new Desk(`http://127.0.0.1:${this.agents}`, token, works);
      atEnd(() => desk.end());
    }
  }

  /** One command to camfarm; when it was done, in ms of the wall clock. */
  tell(line) {
    return new Promise((done, failed) => {
      const s = net.connect(this.control);
      let answer = "";
      s.on("error", failed);
      s.on("connect", () => s.write(`${line}\n`));
      s.on("data", (part) => {
        answer += part;
        if (!answer.includes("\n")) return;
        s.end();
        if (answer.startsWith("ok")) done(Date.now());
        else failed(new Error(`camfarm says to "${line}": ${answer.trim()}`));
      });
    });
  }

  async feeds() {
    return (await this.admin.ok("GET", "/feeds?limit=1000")).items;
  }

  /** Its row, by the number that camfarm knows it by. */
  async feed(camera) {
    return (await this.feeds()).find((f) => f.name === this.names[camera]);
  }

  allUp(seconds = 40) {
    return until("every camera is up", async () => {
      const bad = (await this.feeds()).filter((f) => f.state !== "up");
      if (bad.length) throw new Error(bad.map((f) => `${f.name} ${f.state} ${f.cause}`).slice(0, 3).join(", "));
      return true;
    }, seconds, 250);
  }

  /** The number in /metrics whose line begins so. */
  async metric(name) {
    const page = await (await fetch(`${this.url}/metrics`)).text();
    const line = page.split("\n").find((l) => l.startsWith(name));
    return line === undefined ? undefined : Number(line.split(" ").pop());
  }
}
