#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// prepare.mjs: what the tests of the pages share, made once before them: the
// modules of package.json in the build folder, and the pictures of the
// simulated cameras. Skips (77) where the modules can't be had.
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { BUILD, MATERIAL, ROOT, program, run, skip, text } from "./lib/tools.mjs";

const home = path.join(BUILD, "web-tests");
const from = path.join(ROOT, "tests/web");

function installed() {
  const wanted = JSON.parse(text(path.join(from, "package.json"))).dependencies;
  return Object.entries(wanted).every(([name, version]) => {
    const file = path.join(home, "node_modules", name, "package.json");
    return existsSync(file) && JSON.parse(text(file)).version === version;
  });
}

if (!installed()) {
  mkdirSync(home, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"])
    copyFileSync(path.join(from, name), path.join(home, name));
  const done = spawnSync("npm", ["ci", "--ignore-scripts"], { cwd: home, encoding: "utf8", timeout: 180000 });
  if (done.status !== 0) skip(`modules can't be installed: ${(done.stderr || "?").trim().split("\n").pop()}`);
}
if (!existsSync("/usr/bin/chromium")) skip("no chromium here");
// Kept, and made again only when it differs.
run(program("camscene", true), ["--folder", MATERIAL, "--name", "e2e", "--streams", "3", "--seconds", "300",
  "--special", "black"], { timeout: 150000 });
console.log("modules and pictures are there");
