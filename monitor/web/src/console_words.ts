// SPDX-License-Identifier: GPL-3.0-or-later
// Of the catalogue, what a console's page says (console.js), as a script of its own.
import * as consoles from "./words/consoles";
import * as desk from "./words/desk";

const PARTS = ["desk.", "presence.", "why."];
const of = (words: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(words).filter(([key]) => PARTS.some(p => key.startsWith(p))));
Object.assign(globalThis, { WORDS: { en: of({ ...consoles.en, ...desk.en }), es: of({ ...consoles.es, ...desk.es }) } });
