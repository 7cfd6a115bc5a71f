// SPDX-License-Identifier: GPL-3.0-or-later
// Both languages say the same things: keys, gaps, plurals.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parts, setLanguage, t, type Key } from "../i18n";
import * as desk from "./desk";

const gaps = (s: string): string[] => [...new Set(s.match(/\{\w+\}/g) ?? [])].sort();

test("every key stands in both languages, with the same gaps and plurals", () => {
  const all = new Map<string, string>();
  for (const [part, words] of Object.entries({ ...parts, desk })) {
    const en: Record<string, string> = words.en, es: Record<string, string> = words.es;
    assert.deepEqual(Object.keys(es).sort(), Object.keys(en).sort(), part);
    for (const [key, text] of Object.entries(en)) {
      const other = es[key] ?? "";
      assert.ok(!all.has(key), `${key} stands in ${all.get(key)} and in ${part}`);
      all.set(key, part);
      assert.equal(text.trim() === "", other.trim() === "", `${key} is empty`);
      assert.deepEqual(gaps(other), gaps(text), `${key}: other gaps`);
      assert.equal(other.split("|").length, text.split("|").length, `${key}: plurals`);
      assert.ok(text.split("|").length <= 2, `${key}: more than two forms`);
    }
  }
});
test("numbers choose the form and are grouped", () => {
  setLanguage("en");
  assert.equal(t("feeds.n", { n: 1 }), "1 feed");
  assert.equal(t("feeds.n", { n: 3700 }), "3,700 feeds");
  setLanguage("es");
  assert.equal(t("feeds.n", { n: 1 }), "1 cámara");
  assert.equal(t("feeds.n", { n: 13700 }), "13.700 cámaras");
  setLanguage("en");
});
test("a gap without its value stays to be seen", () => {
  assert.equal(t("span.s" satisfies Key, {}), "{n} s");
});
test("a name that is written from right to left turns nothing beside it", () => {
  assert.equal(t("trouble.muted", { name: "Gate \u202Eevil" }), "Muted: \u2068Gate \u202Eevil\u2069");
  assert.equal(t("trouble.muted", { name: "Gáte 🚦" }), "Muted: Gáte 🚦");
});
