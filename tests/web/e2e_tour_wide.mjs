#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later
// Every page as a wide window shows it (lib/tour.mjs). About 60 s.
// LABEL: light
import { LAPTOP, WIDE } from "./lib/browser.mjs";
import { tour } from "./lib/tour.mjs";

await tour({ dark: WIDE, light: LAPTOP, contrast: WIDE });
