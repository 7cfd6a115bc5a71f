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
  const common = { bundle: true, write: false, metafile: true, minify: !quick, target: "es2022", legalComments: "none", charset: "utf8",
    absWorkingDir: here, outdir: "/assets", entryNames: "[name]-[hash]", chunkNames: "[name]-[hash]", logLevel: "warning" };
  const worker = await build({ ...common, entryPoints: { worker: "src/worker.ts" }, format: "iife" });
  const words = await build({ ...common, entryPoints: { "console-words": "src/console_words.ts" }, entryNames: "[name]", format: "iife" });
  const style = await build({ ...common, entryPoints: { app: "style/style.css" } });
  const app = await build({ ...common, entryPoints: { app: "src/main.tsx" }, format: "esm", splitting: true, jsx: "automatic", jsxImportSource: "preact",
    define: { WORKER_URL: JSON.stringify(worker.outputFiles[0].path) } });
  const made = [style, worker, app].flatMap(r => r.outputFiles).map(f => ({ path: f.path, bytes: f.contents }));
  made.sort((a, b) => a.path < b.path ? -1 : 1);
  const entry = start => made.find(f => f.path.startsWith("/assets/" + start[0]) && f.path.endsWith(start[1])).path;
  const script = entry(["app-", ".js"]);
  /* What the first look imports is asked for at once, not one after the other. */
  const needs = Object.entries(app.metafile.outputs).find(([path]) => ("/" + path.replace(/^(\.\.\/)*/, "")).endsWith(script.slice(1)))?.[1].imports ?? [];
  const preload = needs.filter(i => i.kind === "import-statement").map(i => `<link rel="modulepreload" href="/assets/${i.path.split("/").pop()}">`).sort().join("\n");
  return { made, preload, script, words: words.outputFiles[0].contents, style: entry(["app-", ".css"]), inputs: [worker, style, app].flatMap(r => Object.keys(r.metafile.inputs)) };
}

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
  const type = { js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8" }, table = [];
  const page = readFileSync(join(here, "app.html"), "utf8").replace("APP_JS", b.script).replace("APP_CSS", b.style).replace("PRELOAD", b.preload);
  const sizes = [
    put(table, "/", "text/html; charset=utf-8", Buffer.from(page), false),
    ...b.made.map(f => put(table, f.path, type[f.path.split(".").pop()], f.bytes, true)),
    put(table, "/icon.svg", "image/svg+xml", readFileSync(join(here, "icon.svg")), false),
    put(table, "/licences.txt", "text/plain; charset=utf-8", Buffer.from(licences(b.inputs)), false),
  ];
  writeFileSync(join(out, "console-words.js"), b.words);
  writeFileSync(join(out, "assets_table.h"),
    "/* Made by monitor/web/build.mjs: ASSET(number, path, type, file, forever). All gzip. */\n" + table.join("\n") + "\n");
  if (process.argv.includes("--sizes")) process.stdout.write(sizes.join("\n") + "\n");
}
await main();
