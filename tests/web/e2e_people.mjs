#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Who gets in and sees what: the first set-up, a log-in of each role, a kiosk
// claimed and revoked, an inventory imported, and names that would like to be
// more than names. About 30 s.
// LABEL: light
import { Api } from "./lib/api.mjs";
import { Person, complaints, launch, picture, violations } from "./lib/browser.mjs";
import { assert, quoted, same, test, until } from "./lib/tools.mjs";
import { PASSWORD, PEOPLE, World } from "./lib/world.mjs";

// What each role finds in the navigation, written again from what was decided.
const ALL = ["/", "/trouble", "/alerts", "/reports", "/references", "/ledger", "/wall"];
const STAFF = [...ALL, "/consoles", "/coverage", "/handover", "/inventory"];
const PAGES = { viewer: ALL, operator: STAFF, supervisor: STAFF, auditor: [...STAFF, "/users"], admin: [...STAFF, "/users"] };
/** Names that would like to be more: the last is 120 letters without a gap. */
const HOSTILE = [
  "<img src=x onerror=window.__owned=1>", "</script><script>window.__owned=1</script>", "\"><svg onload=window.__owned=1>",
  "javascript:window.__owned=1", "{{constructor.constructor('window.__owned=1')()}}", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd",
  "Gate \u202Eevil\u202C gnp.exe", "\u0645\u062F\u062E\u0644 \u0634\u0645\u0627\u0644", "A".repeat(120),
];

let world, browser, admin, wall;

const paths = (page) => page.locator("nav[aria-label] a[href]").evaluateAll((links) =>
  [...new Set(links.map((a) => new URL(a.href).pathname))].sort());

async function tryFile(page, name, csv) {
  await page.goto("/inventory?tab=import");
  await page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.locator("form.import-about button[type=submit]").click();
}

await test({
  "the first administrator is made by the printed link, once": async () => {
    world = await World.start({ cameras: 6, setup: false });
    browser = await launch();
    admin = await Person.open(browser, world);
    const token = await world.setupToken();
    await admin.go(`/setup#${token}`);
    await picture(admin.page, "setup-1920x1080-dark");
    same(await violations(admin.page), [], "what axe-core finds");
    await admin.page.locator("[name=user]").fill("admin");
    for (const field of await admin.page.locator("input[type=password]").all()) await field.fill(PASSWORD);
    await admin.page.locator("button[type=submit]").click();
    await admin.page.waitForURL((u) => u.pathname === "/");
    await admin.settled();
    same((await new Api(world.url).ask("POST", "/setup", { token, user: "second", password: PASSWORD })).status >= 400, true,
      "the token is taken twice");
    world.admin = await new Api(world.url).login("admin", PASSWORD);
    await world.others();
  },

  "the menu, and what it opens, give the focus back": async () => {
    const { page } = admin, button = page.locator(".menu > button");
    const left = () => button.evaluate((b) => [b === document.activeElement, b.getAttribute("aria-expanded")]);
    await button.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    same(await left(), [true, "false"], "the menu's button");
    await button.press("Enter");
    await page.getByRole("button", { name: "Keys and help" }).press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    same(await left(), [true, "false"], "the menu's button after the help");
  },

  "a wrong password is told so, and nothing else": async () => {
    const guest = await Person.open(browser, world);
    await guest.go("/login");
    await guest.page.locator("[name=user]").fill("operator");
    await guest.page.locator("[name=password]").fill("not this one");
    await guest.page.locator("[name=password]").press("Enter");
    await guest.page.getByRole("alert").first().waitFor();
    same(new URL(guest.page.url()).pathname, "/login", "the page");
    await guest.page.goto("/trouble");
    await guest.page.waitForURL((u) => u.pathname === "/login");
    await guest.close();
  },

  "each role sees its pages and no other": async () => {
    for (const role of PEOPLE) {
      const person = await Person.open(browser, world);
      await person.login(role);
      same(await paths(person.page), [...PAGES[role]].sort(), `pages of the ${role}`);
      for (const other of PAGES.admin.filter((p) => !PAGES[role].includes(p))) {
        await person.go(other);
        same(await person.page.locator("main table, main form").count(), 0, `what the ${role} finds on ${other}`);
      }
      person.quiet();
      await person.close();
    }
  },

  "a wall's link is claimed by one browser": async () => {
    const { token } = await world.admin.ok("POST", "/tokens",
      { name: "wall-left", kind: "kiosk", site: "", reason: "test" });
    wall = await Person.open(browser, world);
    await wall.page.goto(`/kiosk#${token}`);
    await wall.page.waitForURL((u) => ["/", "/wall"].includes(u.pathname));
    await wall.settled();
    same((await wall.page.evaluate(() => fetch("/api/v1/session").then((r) => r.json()))).role, "kiosk", "the role");
    const thief = await Person.open(browser, world);
    await thief.page.goto(`/kiosk#${token}`);
    await thief.page.getByRole("alert").first().waitFor();
    await thief.close();
  },

  "and ends when it is revoked": async () => {
    const { id } = (await world.admin.ok("GET", "/tokens")).items.find((t) => t.name === "wall-left");
    await world.admin.ok("POST", `/tokens/${id}/revoke`, { reason: "test" });
    await wall.page.waitForURL((u) => !["/", "/wall"].includes(u.pathname), { timeout: 10000 });
    await wall.close();
    wall = null;
  },

  "a wrong file is refused with its lines": async () => {
    await tryFile(admin.page, "wrong.csv", "name,url\nGate,rtsp://127.0.0.1:9/1\nGate 2,notaurl\nBell \u0007,rtsp://127.0.0.1:9/2\n");
    const mistakes = admin.page.locator(".mistakes");
    await mistakes.waitFor();
    assert(/line 3.*line 4/s.test(await mistakes.innerText()), `lines 3 and 4 are not told: ${await mistakes.innerText()}`);
    same((await world.feeds()).length, 6, "cameras");
  },

  "a right one is tried, applied with a reason, and followed up": async () => {
    await tryFile(admin.page, "<b>.csv", "site,name,url\n" +
      HOSTILE.map((name, i) => `South & <b>Quay</b>,${quoted(name)},rtsp://127.0.0.1:9/h${i}\n`).join(""));
    await admin.page.locator(".diff, .mistakes").waitFor();
    same(await admin.page.locator(".mistakes").allInnerTexts(), [], "mistakes");
    same((await world.feeds()).length, 6, "cameras after a dry run");
    await admin.page.locator(".import button", { hasText: "…" }).click();
    await admin.page.getByRole("dialog").locator("input").fill("New quay");
    await admin.page.keyboard.press("Enter");
    await admin.page.waitForURL((u) => u.searchParams.get("tab") === "onboarding");
    await until("all are there", async () => (await world.feeds()).length === 6 + HOSTILE.length);
    const since = new URL(admin.page.url()).searchParams.get("since");
    const after = await until("each was judged once", async () => {
      const now = await world.admin.ok("GET", `/onboarding?since=${encodeURIComponent(since)}`);
      return now.settled && now;
    }, 30, 500);
    same([after.feeds, after.states.down], [HOSTILE.length, HOSTILE.length], "what became of them");
    await until("the page says so", async () => (await admin.page.locator("main").innerText()).includes(String(HOSTILE.length)));
  },

  "names are words, wherever they stand": async () => {
    const feed = (await world.feeds()).find((f) => f.name === HOSTILE[0]);
    for (const route of ["/", "/trouble", "/alerts", `/feed/${feed.id}`, "/inventory?tab=feeds", "/inventory?tab=sites", "/references",
      "/handover", "/coverage", "/consoles", "/ledger", "/reports", "/users", "/wall"]) {
      await admin.go(route);
      await admin.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50))));
      same(await admin.page.evaluate(() => [window.__owned ?? null, document.querySelectorAll("main svg[onload], main img[onerror], main b > b").length]),
        [null, 0], `what a name did on ${route}`);
    }
    admin.quiet();
    // As a cell of a table, none begins what a spreadsheet would compute.
    const { body } = await world.admin.ask("GET", "/inventory/feeds.csv");
    assert(!/(^|,)"?[=@]/m.test(body.replace(/^.*\n/, "")), "a formula stands in the CSV");
  },
}, (step) => admin && complaints(admin, wall) && picture((wall ?? admin).page, `failed-people-${step.replaceAll(" ", "-").slice(0, 40)}`));
