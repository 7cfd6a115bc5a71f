// SPDX-License-Identifier: GPL-3.0-or-later
// tour.mjs: every page in every theme, one of them in Spanish: axe-core finds
// nothing, a picture of each lands in build/screenshots/, nothing sticks out sideways.
import { Person, complaints, launch, picture, violations } from "./browser.mjs";
import { SCREENSHOTS, assert, test, until } from "./tools.mjs";
import { World } from "./world.mjs";

const LANGUAGES = { dark: "en", light: "es", contrast: "en" }, THEMES = Object.keys(LANGUAGES);
/* Names as some have them. */
const NAMES = { 4: "Entrada principal junto al aparcamiento subterráneo, orientada hacia la rotonda norte y la salida de emergencia", 7: "W".repeat(120),
  8: "🚒🚒 \u0645\u062F\u062E\u0644 \u0634\u0645\u0627\u0644", 9: "Gate \u202Eevil", 10: "<b>&amp;</b>" };
const OPEN = ["login", "kiosk"];
const PAGES = ["overview", "trouble", "feed", "consoles", "coverage", "handover", "reports", "inventory", "inventory-feeds",
  "inventory-import", "inventory-onboarding", "references", "users", "ledger", "wall", "alerts", "alerts-notices", "alerts-deliveries",
  "alerts-channels"];
/* One means that works for nobody: what is told waits, and says why. */
const ALERTS = `alerts:
  gather: 0s
  channels:
    team: {kind: webhook, url: "http://127.0.0.1:9/alerts", or_else: chief}
    chief: {kind: syslog, url: "syslog://127.0.0.1:9"}
  rules:
    - {name: all, to: team, for: 1s}
`;

const route = (what, feed) => what === "overview" ? "/" : what === "feed" ? `/feed/${feed}`
  : /-/.test(what) ? `/${what.replace("-", "?tab=")}` : `/${what}`;

/** For the eye's sake only: what is not there in time is not waited for. */
const loaded = (page) => page.evaluate(() => [...document.images].every((i) => i.complete) &&
  !document.querySelector("main").innerText.includes("Loading"));

/** A shift that has something to show on every page. */
async function busy(world) {
  await world.allUp();
  await world.tell("black 4");
  await world.tell("drop 7");
  await world.tell("drop 8");
  await world.tell("drop 20");
  const down = async (camera) => (await world.feed(camera)).state === "down";
  await until("cameras fail", async () => (await down(7)) && (await down(8)) && (await down(4)) && down(20), 30, 250);
  const incidents = (await world.admin.ok("GET", "/incidents?open=1")).items;
  assert(incidents.length > 0, "no incident is open");
  await world.admin.ok("POST", `/incidents/${incidents[0].number}/acknowledge`, { note: "Electrician is on the way" });
  await world.admin.ok("POST", `/incidents/${incidents[0].number}/comment`, { text: "Fuse of pole 12, ticket 4711" });
  await world.admin.ok("POST", "/overlays", { kind: "maintenance", site: world.site(0), for_s: 3600, reason: "Lenses are cleaned" });
  await world.admin.ok("POST", "/overlays", { kind: "mute", feed: (await world.feed(10)).id, for_s: 1800, reason: "Known cable fault" });
  await world.admin.ok("POST", "/tokens", { name: "wall-left", kind: "kiosk", site: "", reason: "test" });
  const to = new Date();
  await world.admin.ok("POST", "/handover", { from: new Date(to - 3600e3).toISOString(), to: to.toISOString(), site: "",
    note: "Two cameras at Ring Road are without power." });
}

/** sizes: of the window, by theme. */
export async function tour(sizes) {
  let world, browser, person;
  const found = [];
  const look = async (page, what, theme) => {
    const bad = await violations(page);
    found.push(...bad.map((b) => `${what} ${theme}: ${b}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (wide > 0) found.push(`${what} ${theme}: ${wide} px stick out to the right`);
    for (const label of await page.evaluate(() => [...document.querySelectorAll(".table")].filter((b) => b.scrollWidth > b.clientWidth + 1)
      .map((b) => b.querySelector("table").ariaLabel))) if (sizes[theme].width >= 1280) found.push(`${what} ${theme}: "${label}" is cut off`);
    await picture(page, `${what}-${sizes[theme].width}x${sizes[theme].height}-${theme}`);
  };
  const themed = (theme) => async () => {
    const before = found.length;
    person = await Person.open(browser, world, { size: sizes[theme], theme, language: LANGUAGES[theme] });
    for (const what of OPEN) {
      await person.go(`/${what}`);
      await look(person.page, what, theme);
    }
    await person.login("admin");
    const feed = (await world.feed(4)).id;
    for (const what of PAGES) {
      await person.go(route(what, feed));
      if (theme === THEMES[0]) await until("pictures are loaded", () => loaded(person.page), 3, 100).catch(() => {});
      await look(person.page, what, theme);
    }
    person.quiet();
    await person.close();
    return `${found.length - before} complaints`;
  };
  await test({
    "a busy shift": async () => {
      world = await World.start({ cameras: 24, console: true, settings: ALERTS, names: NAMES });
      browser = await launch();
      await busy(world);
    },
    "axe-core works": async () => {
      const page = await browser.newPage();
      await page.setContent("<img src=x>");
      assert((await violations(page)).length > 0, "it finds nothing where there is something");
      await page.close();
    },
    ...Object.fromEntries(THEMES.map((theme) => [theme, themed(theme)])),
    "nothing was found": () => {
      assert(found.length === 0, `${found.length} complaints:\n  ${found.join("\n  ")}`);
      return `pictures of ${PAGES.length + OPEN.length} pages in ${THEMES.length} themes are in ${SCREENSHOTS}`;
    },
  }, (step) => person && complaints(person) && picture(person.page, `failed-tour-${sizes.dark.width}-${step.replaceAll(" ", "-")}`));
}
