#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Every page as a narrow window shows it (lib/tour.mjs). About 60 s.
// LABEL: light
import { NARROW } from "./lib/browser.mjs";
import { tour } from "./lib/tour.mjs";

await tour({ dark: NARROW, light: NARROW, contrast: NARROW });
