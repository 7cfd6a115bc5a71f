#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// A shift at the wall: cameras are connected, one dies, is seen, is told of, is
// acknowledged by keyboard, muted, lives again; work is announced, the shift
// handed over; and the wall says so when the monitor is gone. About 40 s.
import net from "node:net";
import { Person, complaints, launch, picture } from "./lib/browser.mjs";
import { assert, same, test, until } from "./lib/tools.mjs";
import { World } from "./lib/world.mjs";

const VICTIM = 3;
const BUDGET_MS = 1000; // from a verdict to the browser
const ALERTS = `alerts:
  gather: 0s
  channels: {log: {kind: syslog, url: "syslog://127.0.0.1:9"}}
  rules: [{to: log, for: 0s}]
`;
let world, browser, operator, supervisor, trouble, alerts, victim;

/** When the wall has drawn that state of the feed, in ms of the wall clock. */
function drawn(page, feed, state) {
  return page.evaluate(([id, wanted]) => new Promise((done) => {
    const seen = (e) => {
      if (!e.detail.changed.some(([f, s]) => f === id && s === wanted)) return;
      document.removeEventListener("wall-updated", seen);
      done(performance.timeOrigin + performance.now());
    };
    document.addEventListener("wall-updated", seen);
  }), [feed, state]);
}

const incidentOf = async (feed) => (await world.admin.ok("GET", `/incidents?feed=${feed}`)).items[0];
const told = () => alerts.locator("main [data-row]", { hasText: victim.name }).first();
const row = (page, number) => page.locator(`[data-incident="${number}"]`).first();

async function choose(page, number) {
  await until("the incident is chosen", async () => {
    if (await page.locator(`[data-incident="${number}"][aria-current=true]`).count()) return true;
    await page.keyboard.press("j");
    return false;
  }, 10);
}

await test({
  "a world of cameras": async () => {
    world = await World.start({ console: true, settings: ALERTS });
    browser = await launch();
    operator = await Person.open(browser, world);
    await operator.login("operator");
    await world.allUp();
    victim = await world.feed(VICTIM);
  },

  "the header says how far first connections are": async () => {
    const mute = net.createServer(() => {}).listen(0, "127.0.0.1"); // it takes them and says nothing
    await new Promise((done) => mute.once("listening", done));
    world.cli("feeds", "add", "site=Nowhere", "name=Mute", `url=rtsp://127.0.0.1:${mute.address().port}/x`, "--reason", "test");
    const said = operator.page.locator("[data-arrival]");
    await said.waitFor();
    const words = await said.innerText();
    assert(/^12 of 13 connected/.test(words), words);
    world.cli("feeds", "remove", "Nowhere/Mute", "--reason", "test");
    await said.waitFor({ state: "detached" });
    mute.close();
    return words;
  },

  "a camera dies and is on the wall within a second": async () => {
    alerts = await operator.context.newPage();
    await operator.go("/alerts", alerts);
    same(await told().count(), 0, "its alerts before");
    await operator.page.bringToFront();
    const shown = drawn(operator.page, victim.id, 2);
    const killed = await world.tell(`drop ${VICTIM}`);
    const seen = await shown;
    const { at } = await world.feed(VICTIM);
    const [fromKill, fromVerdict] = [seen - killed, seen - Date.parse(at)];
    assert(fromVerdict < BUDGET_MS, `the wall showed it ${fromVerdict.toFixed(0)} ms after the verdict`);
    assert(fromKill < 3 * BUDGET_MS, `the wall showed it ${fromKill.toFixed(0)} ms after its end`);
    return `${fromKill.toFixed(0)} ms after its end, ${fromVerdict.toFixed(0)} ms after the verdict`;
  },

  "two windows share one stream of events": async () => {
    trouble = await operator.context.newPage();
    await operator.go("/trouble", trouble);
    await operator.page.waitForTimeout(300);
    same(await world.metric("camwarden_http_streams"), 1, "streams");
  },

  "it is acknowledged by keyboard alone": async () => {
    const { number } = await until("the incident", () => incidentOf(victim.id));
    await row(trouble, number).waitFor();
    await trouble.bringToFront();
    await choose(trouble, number);
    await trouble.keyboard.press("a");
    await trouble.getByRole("dialog").locator("[name=note]").waitFor();
    await trouble.keyboard.type("Cable, technician is called");
    await trouble.keyboard.press("Enter");
    await trouble.locator(`[data-incident="${number}"][data-acknowledged]`).first().waitFor();
    const now = await incidentOf(victim.id);
    same([now.acknowledged_by, now.note], ["user:operator", "Cable, technician is called"], "the incident");
  },

  "its alert comes to the list by itself": async () => {
    await told().waitFor();
    await until("it is acknowledged there, too", async () => /acknowledged/i.test(await told().innerText()));
  },

  "it is muted until an end": async () => {
    const { number } = await incidentOf(victim.id);
    await choose(trouble, number);
    await trouble.keyboard.press("m");
    await trouble.getByRole("dialog").locator("[name=reason]").waitFor();
    await trouble.keyboard.type("Known");
    await trouble.keyboard.press("Enter");
    await until("it is muted", async () => (await incidentOf(victim.id)).muted);
    const [mute] = (await world.admin.ok("GET", "/overlays?kind=mute")).items;
    assert(Date.parse(mute.to) > Date.now(), "the mute has no end");
    same(mute.by, "user:operator", "muted by");
  },

  "it lives again": async () => {
    const shown = drawn(operator.page, victim.id, 0);
    const { number } = await incidentOf(victim.id);
    await world.tell(`live ${VICTIM}`);
    await shown;
    await until("the incident is over", async () => (await incidentOf(victim.id)).closed, 30, 250);
    await until("Trouble has let it go", async () => (await row(trouble, number).count()) === 0);
    await until("its alert is over in the list", async () => /over/i.test(await told().innerText()));
  },

  "work is announced on a feed's page, by one who may": async () => {
    const feed = await world.feed(5);
    await operator.go(`/feed/${feed.id}`, trouble);
    same(await trouble.getByRole("button", { name: /maintenance/i }).count(), 0, "what an operator finds");
    supervisor = await Person.open(browser, world);
    await supervisor.login("supervisor");
    await supervisor.go(`/feed/${feed.id}`);
    await supervisor.page.getByRole("button", { name: /maintenance/i }).first().click();
    await supervisor.page.getByRole("dialog").locator("[name=reason]").fill("Lens is cleaned");
    await supervisor.page.keyboard.press("Enter");
    await until("it is announced", async () => (await world.feed(5)).maintenance);
  },

  "what a site's line bears is on the list of sites": async () => {
    await supervisor.go("/inventory?tab=sites");
    await supervisor.page.locator("main [data-row]", { hasText: "of 48.0 Mbit/s" }).waitFor();
    same(await supervisor.page.locator("main [data-row] .line").count(), 1, "sites with a ceiling");
  },

  "who watches what is on Coverage and Consoles": async () => {
    await supervisor.go("/coverage");
    await supervisor.page.locator("main canvas[role=img]").first().waitFor();
    await supervisor.page.locator("main [data-row]").first().waitFor();
    await supervisor.go("/consoles");
    await until("one is attended, one is away", async () => {
      const words = await supervisor.page.locator("main").innerText();
      return words.includes("Desk 1") && words.includes("Desk 2") && /attended/i.test(words) && /away/i.test(words);
    });
  },

  "the shift is handed over, signed": async () => {
    await operator.go("/handover", trouble);
    await trouble.locator("main textarea").first().fill("Camera 04 had no cable; it has one again.");
    await trouble.locator("main button[type=submit]").first().click();
    await trouble.getByRole("dialog").locator("button[type=submit]").click();
    const note = await until("the note", async () => (await world.admin.ok("GET", "/handover")).last);
    same([note.note, note.by], ["Camera 04 had no cable; it has one again.", "user:operator"], "the note");
    await trouble.getByText("it has one again").first().waitFor();
  },

  "in Spanish": async () => {
    const words = (page) => page.locator("nav").first().innerText();
    const english = await words(operator.page);
    const es = await Person.open(browser, world, { language: "es" });
    await es.login("operator");
    same(await es.page.evaluate(() => document.documentElement.lang), "es", "language");
    assert((await words(es.page)) !== english, "the pages' names are not translated");
    es.quiet();
    await es.close();
  },

  "a monitor that hangs is seen, and that it is back": async () => {
    const stale = operator.page.locator("html[data-stale]");
    world.monitor.process.kill("SIGSTOP");
    const at = Date.now();
    await stale.waitFor({ state: "attached" });
    const took = Date.now() - at;
    assert(took < 9000, `it took ${took} ms`);
    await operator.page.getByRole("alert").first().waitFor();
    world.monitor.process.kill("SIGCONT");
    await stale.waitFor({ state: "detached" });
    return `${(took / 1000).toFixed(1)} s`;
  },

  "a monitor that is killed, too, and the log-in outlives it": async () => {
    const stale = operator.page.locator("html[data-stale]");
    world.monitor.process.kill("SIGKILL");
    await stale.waitFor({ state: "attached" });
    await picture(operator.page, "stale-1920x1080-dark");
    await world.startMonitor();
    await stale.waitFor({ state: "detached", timeout: 30000 });
    same(new URL(operator.page.url()).pathname, "/", "the page");
    await operator.page.reload();
    await operator.settled();
    same(new URL(operator.page.url()).pathname, "/", "the page after a reload");
    operator.quiet();
  },
}, (step) => operator && complaints(operator, supervisor) && picture(trouble ?? operator.page, `failed-shift-${step.replaceAll(" ", "-")}`));
