// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from "preact";
import { App } from "./app";
import { startData } from "./data/link";
import { onKey } from "./keys";
import { startRouter } from "./router";
import { loadSession } from "./session";
import { applyTheme } from "./theme";
import { startClock } from "./time";
import { loadRest } from "./ui/later";
import { failed } from "./ui/toast";

applyTheme();
startRouter();
startClock();
startData();
document.addEventListener("keydown", onKey);
loadSession().catch(failed);
loadRest();
const root = document.getElementById("app");
if (root) render(<App />, root);
