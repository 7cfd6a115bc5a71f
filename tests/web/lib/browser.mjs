// SPDX-License-Identifier: GPL-3.0-or-later
// browser.mjs: Debian's Chromium under playwright-core: one browser for a file
// of tests, a context for each person, axe-core and pictures.
import { mkdirSync } from "node:fs";
import path from "node:path";
import { PASSWORD } from "./world.mjs";
import { SCREENSHOTS, assert, atEnd, module } from "./tools.mjs";

export const WIDE = { width: 1920, height: 1080 };
export const LAPTOP = { width: 1280, height: 720 };
export const NARROW = { width: 390, height: 844 };
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const { source: AXE } = module("axe-core");
const { chromium } = module("playwright-core");

export async function launch() {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  atEnd(() => browser.close());
  return browser;
}

/** A person's own browser: nothing is shared with another's but the windows of
 * this one. Complaints of its pages are kept in `complaints`. */
export class Person {
  static async open(browser, world, { size = WIDE, theme = "dark", language = "en", options = {} } = {}) {
    const p = new Person();
    Object.assign(p, { world, complaints: [], requests: new Set() });
    p.context = await browser.newContext({
      viewport: size, baseURL: world.url, reducedMotion: "reduce", timezoneId: "Europe/Madrid", locale: "en-GB", ...options });
    p.context.setDefaultTimeout(15000);
    await p.context.addInitScript(([t, l]) => {
      if (location.origin === "null") return; // about:blank
      localStorage.setItem("camwarden.theme", t);
      localStorage.setItem("camwarden.language", l);
    }, [theme, language]);
    p.context.on("page", (page) => p.listen(page));
    p.page = await p.context.newPage();
    return p;
  }

  listen(page) {
    page.on("pageerror", (e) => this.complaints.push(`${page.url()}: ${e.stack}`));
    page.on("console", (m) => {
      // A refusal that the test asked for is told as a console error, too.
      if (m.type() === "error" && !m.text().startsWith("Failed to load resource")) this.complaints.push(`${page.url()}: ${m.text()}`);
    });
    page.on("request", (r) => this.requests.add(new URL(r.url()).origin));
    page.on("dialog", (d) => {
      this.complaints.push(`${page.url()}: a ${d.type()} said ${d.message()}`);
      d.dismiss().catch(() => {});
    });
  }

  /** Goes there and waits until what the page shows first is there. */
  async go(route, page = this.page) {
    await page.goto(route);
    await this.settled(page);
  }

  settled(page = this.page) {
    return page.locator("main[data-page]:not([aria-busy=true])").first().waitFor({ state: "attached" });
  }

  async login(user, password = PASSWORD) {
    await this.go("/login");
    await this.page.locator("[name=user]").fill(user);
    await this.page.locator("[name=password]").fill(password);
    await this.page.locator("[name=password]").press("Enter");
    await this.page.waitForURL((u) => u.pathname !== "/login");
    await this.settled();
    return this;
  }

  /** Nothing went wrong unseen, and nobody else was asked. */
  quiet() {
    assert(this.complaints.length === 0, `the pages complained:\n  ${this.complaints.slice(0, 5).join("\n  ")}`);
    const others = [...this.requests].filter((o) => o !== this.world.url && o !== "null");
    assert(others.length === 0, `requests left the site: ${others}`);
  }

  close() {
    return this.context.close();
  }
}

/** Tells what their pages complained of, when a test failed. */
export function complaints(...people) {
  for (const line of people.flatMap((p) => p?.complaints ?? [])) console.log(`  ${line}`);
  return true;
}

/** What axe-core finds, a line each; [] is what every page must come to. */
export async function violations(page) {
  // CSP holds for the page's own scripts, not for what the debugger evaluates.
  await page.evaluate(`${AXE};0`);
  return page.evaluate((rules) => window.axe.run({ runOnly: rules, resultTypes: ["violations"] }).then((r) =>
    r.violations.map((v) => `${v.id} (${v.impact}, ${v.nodes.length}): ${v.nodes[0].html.slice(0, 200)}: ${v.nodes[0].failureSummary}`)), RULES);
}

export async function picture(page, name, options = {}) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), animations: "disabled", ...options });
}
