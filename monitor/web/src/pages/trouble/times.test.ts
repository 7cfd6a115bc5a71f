// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { foreign, fromLocal, muteOf, toLocal } from "./times";

const iso = (at: number): string => new Date(at).toISOString();
test("a site's clock is taken as the site's, over changes of daylight saving too", () => {
  assert.equal(iso(fromLocal("2026-07-01T08:00", "Europe/Madrid")), "2026-07-01T06:00:00.000Z");
  assert.equal(iso(fromLocal("2026-12-01T08:00", "Europe/Madrid")), "2026-12-01T07:00:00.000Z");
  assert.equal(iso(fromLocal("2026-10-25T01:30", "Europe/Madrid")), "2026-10-24T23:30:00.000Z");
  assert.equal(iso(fromLocal("2026-10-25T02:30", "Europe/Madrid")), "2026-10-25T00:30:00.000Z", "the first of the two");
  assert.equal(iso(fromLocal("2026-10-25T03:30", "Europe/Madrid")), "2026-10-25T02:30:00.000Z");
  assert.equal(iso(fromLocal("2026-03-29T02:30", "Europe/Madrid")), "2026-03-29T01:30:00.000Z", "that hour is skipped");
  assert.equal(iso(fromLocal("2026-06-01T00:00", "Asia/Kathmandu")), "2026-05-31T18:15:00.000Z");
  for (const bad of ["", "now", "2026-13-01", "2026-06-01 00:00"]) assert.ok(Number.isNaN(fromLocal(bad, "UTC")));
  assert.ok(Number.isFinite(fromLocal("2026-06-01T00:00", "No/Where")), "an unknown zone is UTC");
});
test("there and back for every hour of a year", () => {
  const start = Date.parse("2026-01-01T00:00:00Z");
  for (const zone of ["America/New_York", "Australia/Lord_Howe", "UTC"])
    for (let h = 0; h < 8760; h += 5) {
      const at = start + h * 3600000, back = fromLocal(toLocal(at, zone), zone);
      assert.ok(back === at || back === at - 3600000 || back === at - 1800000, `${zone} ${iso(at)}`);
    }
});
test("how long a mute lasts, and why not", () => {
  const at = Date.parse("2026-11-22T12:00:00Z");
  assert.deepEqual(muteOf("900", "", null, at), { for_s: 900 });
  assert.deepEqual(muteOf("shift", "", "2026-11-22T22:00:00Z", at), { to: "2026-11-22T22:00:00Z" });
  assert.deepEqual(muteOf("until", "2026-11-22T14:30", null, at, "UTC"), { to: "2026-11-22T14:30:00Z" });
  assert.equal(muteOf("until", "2026-11-22T11:59", null, at, "UTC"), "past");
  assert.equal(muteOf("until", "nonsense", null, at, "UTC"), "past");
  assert.equal(muteOf("shift", "", null, at), "past");
  assert.equal(muteOf("until", "2026-12-22T12:00", null, at, "UTC"), "far");
});
test("a zone is named only where its clock shows something else", () => {
  const at = Date.parse("2026-11-22T12:00:00Z"), own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  assert.equal(foreign(own, at), "");
  assert.equal(foreign(undefined, at), "");
  assert.equal(foreign("Asia/Kathmandu", at), own === "Asia/Kathmandu" ? "" : "Asia/Kathmandu");
});
