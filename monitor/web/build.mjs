// SPDX-License-Identifier: GPL-3.0-or-later
// The pages: src/ and style/ -> OUT, as files compressed with gzip and a table
// of them (assets_table.h) that monitor/http/assets.c embeds.
//   node build.mjs OUT            types checked, bundled, minified
//   node build.mjs OUT --quick    not checked, not minified: for a look
// Same sources, same bytes. Modules come from package-lock.json alone.
import { createHash } from "node:crypto";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? "dist");
const quick = process.argv.includes("--quick");
const hash = bytes => createHash("sha256").update(bytes).digest("hex");
const die = text => { process.stderr.write(`web: ${text}\n`); process.exit(1); };

/* npm ci, when what is there is not what the lock says. */
function modules() {
  const want = hash(readFileSync(join(here, "package-lock.json")));
  const stamp = join(here, "node_modules", ".camwarden-lock");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === want) return;
  const r = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: here, encoding: "utf8" });
  if (r.error || r.status !== 0) die(`npm ci failed:\n${r.error ?? r.stdout + r.stderr}`);
  writeFileSync(stamp, want);
}

function types() {
  return new Promise(done => {
    const bin = join(here, "node_modules", "typescript", "bin", "tsc");
    const p = spawn(process.execPath, [bin, "-p", here], { stdio: ["ignore", 2, 2] });
    p.on("error", e => die(e.message));
    p.on("exit", done);
  });
}

/* The licences of what ends up in the bundle. */
function licences(inputs) {
  const names = new Set();
  for (const path of inputs) {
    const m = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
    if (m) names.add(m[1]);
  }
  let text = "The pages of camwarden contain these works of others.\n";
  for (const name of [...names].sort()) {
    const dir = join(here, "node_modules", name);
    const about = JSON.parse(readFileSync(join(dir, "package.json"), "utf8"));
    const file = readdirSync(dir).sort().find(f => /^licen[cs]e/i.test(f));
    text += `\n${"=".repeat(72)}\n${name} ${about.version} (${about.license})\n\n`;
    text += file ? readFileSync(join(dir, file), "utf8").trim() + "\n" : "";
  }
  return text;
}

async function bundle() {
  const { build } = await import("esbuild");
  const common = { bundle: true, write: false, metafile: true, minify: !quick, target: "es2022", legalComments: "none",
    charset: "utf8", absWorkingDir: here, outdir: "/", logLevel: "warning" };
  const worker = await build({ ...common, entryPoints: { worker: "src/worker.ts" }, format: "iife" });
  const style = await build({ ...common, entryPoints: { app: "style/style.css" } });
  const workerName = named("worker", worker.outputFiles[0].contents, "js");
  const app = await build({ ...common, entryPoints: { app: "src/main.tsx" }, format: "esm", jsx: "automatic", jsxImportSource: "preact",
    define: { WORKER_URL: JSON.stringify(workerName) } });
  const inputs = [worker, style, app].flatMap(r => Object.keys(r.metafile.inputs));
  return { worker: worker.outputFiles[0].contents, style: style.outputFiles[0].contents, app: app.outputFiles[0].contents, workerName, inputs };
}
const named = (name, bytes, ext) => `/assets/${name}-${hash(bytes).slice(0, 12)}.${ext}`;

/* One file of the table: its flags are those of monitor/http/assets.h. */
function put(table, path, type, bytes, forever) {
  const file = (path === "/" ? "index.html" : path.slice(path.lastIndexOf("/") + 1)) + ".gz";
  const packed = gzipSync(bytes, { level: 9 });
  packed[9] = 255; // the byte that names the system it was made on
  writeFileSync(join(out, file), packed);
  table.push(`ASSET(${table.length}, "${path}", "${type}", "${file}", ${forever ? 1 : 0})`);
  return `${path} ${bytes.length} -> ${packed.length}`;
}

async function main() {
  modules();
  const checked = quick ? Promise.resolve(0) : types();
  const b = await bundle();
  if (await checked !== 0) die("types do not fit");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const js = "text/javascript; charset=utf-8", text = "text/plain; charset=utf-8";
  const table = [], app = named("app", b.app, "js"), style = named("app", b.style, "css");
  const page = readFileSync(join(here, "app.html"), "utf8").replace("APP_JS", app).replace("APP_CSS", style).replace("WORKER_JS", b.workerName);
  const sizes = [
    put(table, "/", "text/html; charset=utf-8", Buffer.from(page), false),
    put(table, app, js, b.app, true),
    put(table, style, "text/css; charset=utf-8", b.style, true),
    put(table, b.workerName, js, b.worker, true),
    put(table, "/icon.svg", "image/svg+xml", readFileSync(join(here, "icon.svg")), false),
    put(table, "/licences.txt", text, Buffer.from(licences(b.inputs)), false),
  ];
  writeFileSync(join(out, "assets_table.h"),
    "/* Made by monitor/web/build.mjs: ASSET(number, path, type, file, forever). All gzip. */\n" + table.join("\n") + "\n");
  if (process.argv.includes("--sizes")) process.stdout.write(sizes.join("\n") + "\n");
}
await main();
