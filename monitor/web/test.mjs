// SPDX-License-Identifier: GPL-3.0-or-later
// Runs src/**/*.test.ts under node's own runner, without a browser:
//   node test.mjs [part of a path]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
function find(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap(e => {
    const path = join(dir, e.name);
    return e.isDirectory() ? find(path) : /\.test\.tsx?$/.test(e.name) ? [path] : [];
  });
}
const only = process.argv[2] ?? "";
const tests = find(join(here, "src")).filter(p => relative(here, p).includes(only)).sort();
const { build } = await import("esbuild");
const out = mkdtempSync(join(tmpdir(), "camwarden-web-"));
try {
  await build({ entryPoints: tests, bundle: true, outdir: out, outbase: join(here, "src"), outExtension: { ".js": ".mjs" }, format: "esm", platform: "node",
    jsx: "automatic", jsxImportSource: "preact", define: { WORKER_URL: '"/worker.js"', ROOT: JSON.stringify(dirname(dirname(here))) }, logLevel: "warning", absWorkingDir: here });
  const files = tests.map(p => join(out, relative(join(here, "src"), p).replace(/tsx?$/, "mjs")));
  const r = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" });
  process.exitCode = r.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
