// SPDX-License-Identifier: GPL-3.0-or-later
// tools.mjs: what every test of the pages needs: where things are, child
// processes that end with the test, waiting for a condition, steps with times.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
export const BIN = process.env.CAMWARDEN_BIN ?? path.join(ROOT, "build/bin");
export const BUILD = process.env.CAMWARDEN_BUILD ?? path.join(ROOT, "build/asan");
export const SCREENSHOTS = path.join(ROOT, "build/screenshots");
export const MATERIAL = path.join(ROOT, "build/material");
/** Modules of tests/web/package.json, which prepare.mjs installed. */
const modules = createRequire(path.join(BUILD, "web-tests/"));

/** What they export; the test is skipped where they could not be had. */
export function module(name) {
  try {
    return modules(name);
  } catch (e) {
    return skip(`${name}: ${e.message.split("\n")[0]}`);
  }
}

export function skip(why) {
  console.log(`SKIP: ${why}`);
  process.exit(77);
}

/** The simulator needs no sanitizer: the release build where there is one. */
export function program(name, fast = false) {
  const release = path.join(ROOT, "build/release/bin", name);
  const found = fast && existsSync(release) ? release : path.join(BIN, name);
  if (!existsSync(found)) throw new Error(`${found} is not built`);
  return found;
}

const cleaners = [];
/** Runs at the end, the newest first, whatever the test came to. */
export function atEnd(fn) {
  cleaners.push(fn);
}

export async function clean() {
  while (cleaners.length) {
    try {
      await cleaners.pop()();
    } catch (e) {
      console.log(`while ending: ${e.message}`);
    }
  }
}

export function folder() {
  const made = mkdtempSync(path.join(os.tmpdir(), "camwarden-web-"));
  execFileSync("chmod", ["755", made]);
  atEnd(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export function freePort() {
  return new Promise((done, failed) => {
    const s = net.createServer();
    s.on("error", failed);
    s.listen(0, "127.0.0.1", () => {
      const { port } = s.address();
      s.close(() => done(port));
    });
  });
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** The first true value of fn (which may be async, and may throw until then). */
export async function until(what, fn, seconds = 15, each = 50) {
  const end = Date.now() + seconds * 1000;
  let last = "";
  for (;;) {
    try {
      const got = await fn();
      if (got) return got;
      last = JSON.stringify(got);
    } catch (e) {
      last = e.message.split("\n")[0];
    }
    if (Date.now() > end) throw new Error(`${what}: did not come within ${seconds} s (last: ${last})`);
    await pause(each);
  }
}

/** A process; its lines are kept. */
export class Child {
  constructor(file, args, options = {}) {
    this.name = path.basename(file);
    this.lines = [];
    this.ended = null;
    this.process = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (part) => {
        const lines = (rest + part).split("\n");
        rest = lines.pop();
        this.lines.push(...lines);
      });
    }
    this.process.on("exit", (code, signal) => (this.ended = code ?? signal));
    atEnd(() => this.stop());
  }

  tail(n = 8) {
    return this.lines.slice(-n).join("\n  ");
  }

  line(what, seconds = 30) {
    return until(`${this.name}: ${what}`, () => {
      const found = this.lines.find((l) => l.includes(what));
      if (!found && this.ended !== null) throw new Error(`${this.name} ended with ${this.ended}:\n  ${this.tail()}`);
      return found;
    }, seconds);
  }

  async stop(seconds = 20) {
    if (this.ended !== null) return;
    this.process.kill("SIGCONT");
    this.process.kill("SIGTERM");
    try {
      await until(`${this.name} ends`, () => this.ended !== null, seconds);
    } catch {
      this.process.kill("SIGKILL");
      throw new Error(`${this.name} did not end on SIGTERM; killed. Last:\n  ${this.tail()}`);
    }
  }
}

/** One command line of ours, to its end; its output. */
export function run(file, args, options = {}) {
  try {
    return execFileSync(file, args, { encoding: "utf8", stdio: ["pipe", "pipe", "pipe"], timeout: 60000, ...options });
  } catch (e) {
    throw new Error(`${path.basename(file)} ${args.join(" ")}: ${e.stderr || e.message}`);
  }
}

export function assert(true_, what) {
  if (!true_) throw new Error(what);
}

export function same(got, wanted, what) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

/** Runs the steps of a test one after the other, ends what was started and
 * leaves with 0 or 1. `onFailure` may keep a picture. */
export async function test(steps, onFailure = async () => {}) {
  const began = Date.now();
  let failed = null;
  for (const signal of ["SIGTERM", "SIGINT"])
    process.on(signal, () => clean().then(() => process.exit(143)));
  for (const [name, fn] of Object.entries(steps)) {
    const at = Date.now();
    try {
      const told = await fn();
      console.log(`ok   ${((Date.now() - at) / 1000).toFixed(1)} s  ${name}${told ? `: ${told}` : ""}`);
    } catch (e) {
      failed = e;
      console.log(`FAIL ${((Date.now() - at) / 1000).toFixed(1)} s  ${name}\n${e.stack}`);
      mkdirSync(SCREENSHOTS, { recursive: true });
      await onFailure(name).catch((more) => console.log(`no picture of it: ${more.message}`));
      break;
    }
  }
  await clean();
  console.log(`${((Date.now() - began) / 1000).toFixed(1)} s in all`);
  process.exit(failed ? 1 : 0);
}

/** A cell of CSV. */
export const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;

export const text = (file) => readFileSync(file, "utf8");
