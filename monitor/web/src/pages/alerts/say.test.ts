// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Alert, Delivery } from "../../api";
import { setLanguage } from "../../i18n";
import { heldOf, placeOf, sentOf, subjectOf, whatOf } from "./say";

const alert: Alert = { number: 1, of: "feed", place: "North/Gate", site: "North", incident: 7, cause: "frozen", severity: "high", criticality: 3,
  feeds: 0, flapping: false, turns: 0, repeats: 0, acknowledged: false, excused: [], rule: "all", text: "", since: null, at: null, good: null,
  closed: null, told: 0, waiting: 2, dropped: 1 };
const sent: Delivery = { number: 1, notice: 1, alert: 1, kind: "alert", channel: "team", to: "ops", subject: "", said: "", tries: 0, made: null,
  due: null, sent: null, gave_up: null };

test("what an alert is of, and where", () => {
  assert.equal(whatOf(alert), "Frozen picture");
  assert.equal(whatOf({ ...alert, flapping: true, turns: 4 }), "comes and goes, 4 times");
  assert.equal(whatOf({ ...alert, of: "room", cause: "none" }), "nobody is there");
  assert.equal(whatOf({ ...alert, of: "own", cause: "none", text: "The disk: full" }), "The disk: full");
  assert.equal(placeOf({ ...alert, of: "own", place: "camwarden" }), "camwarden itself");
  assert.equal(placeOf({ place: "" }), "–");
  assert.equal(heldOf(alert), 3);
});
test("a trouble of nobody's camera in the reader's language", () => {
  const own: Alert = { ...alert, of: "own", cause: "none", text: "The disk: full", code: "own-disk", values: { why: "full" } };
  setLanguage("es");
  assert.equal(whatOf(own), "El disco: full");
  setLanguage("en");
});
test("the line of a delivery in the reader's language", () => {
  const of = (subject: string): string => subjectOf({ ...sent, subject });
  setLanguage("es");
  assert.equal(of("firing: North/Gate: 2: frozen"), "empezó: North/Gate: 2: Imagen congelada");
  assert.equal(of("resolved: The disk: full"), "terminó: The disk: full");
  assert.equal(of("digest: 12 open, 2 over"), "varios a la vez: 12 abiertos, 2 terminados");
  assert.equal(of("camwarden: a test"), "camwarden: a test");
  setLanguage("en");
  assert.equal(of("repeat: North/Gate: frozen"), "again: North/Gate: Frozen picture");
});
test("what became of a delivery", () => {
  assert.equal(sentOf(sent), "waiting");
  assert.equal(sentOf({ ...sent, tries: 2 }), "retrying");
  assert.equal(sentOf({ ...sent, tries: 9, gave_up: "2026-11-23T06:00:00Z" }), "failed");
  assert.equal(sentOf({ ...sent, tries: 1, sent: "2026-11-23T06:00:00Z" }), "sent");
});
