// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { test } from "node:test";
import { setLanguage } from "../../i18n";
import { evidenceLines, seconds } from "./evidence";

test("a frozen picture is explained with what is usual", () => {
  setLanguage("en");
  assert.deepEqual(evidenceLines({ equal_pictures: 14, equal_blocks: 0.992, equal_blocks_usual: 0.213, difference: 0.011, difference_usual: 1.72, quiet_s: 131.2, life_age_s: 131.2, samples: 5123 }), [
    "14 pictures in a row are equal", "99 % of the picture's blocks are equal, bit by bit (in life at most 21 %)", "Nothing has moved for 2 min 11 s",
    "From picture to picture it changes by 0.0 levels (usual: 1.7 levels)", "Last proof of life 2 min 11 s before", "5,123 pictures judged so far"]);
});
test("a connection, a suspicion, a companion of another kind", () => {
  setLanguage("en");
  assert.deepEqual(evidenceLines({ phase: "backoff", reason: "connect_timeout", attempts: 1, silent_s: 8 }),
    ["Silent for 8.0 s", "Last failure: no answer to the connection", "Connection: waits before the next try", "1 attempt to connect"]);
  assert.deepEqual(evidenceLines({ suspect: "frozen", against: "first normal" }), ["Not called yet, but suspected: Frozen picture", "Compared with what this feed showed first"]);
  assert.deepEqual(evidenceLines({ kbps: 41.5, kbps_usual_low: 512 }), ["41.5 kbit/s (usually at least 512)"]);
});
test("in Spanish, with its own separators", () => {
  setLanguage("es");
  assert.deepEqual(evidenceLines({ loss_percent: 3.25 }), ["Se pierde el 3,3 % de los paquetes"]);
  assert.deepEqual(evidenceLines({ reason: "auth_wrong" }), ["Último fallo: contraseña rechazada"]);
  setLanguage("en");
});
test("what is not known, hostile or no number stays out or stands as text", () => {
  assert.deepEqual(evidenceLines({ nobody_knows: 3, samples: null, phase: { a: 1 }, quiet_s: NaN, __proto__: 1 }), []);
  assert.deepEqual(evidenceLines({ same_as: "<img src=x>", reason: "new_reason" }), ["Shows the same as <img src=x>", "Last failure: new_reason"]);
});
test("spans are as exact as they are read", () => {
  assert.deepEqual([0.42, 12, 119, 120, 3725, 90061, -3].map(seconds), ["0.4 s", "12 s", "119 s", "2 min", "62 min 5 s", "25 h 1 min", "−3.0 s"]);
});
