// SPDX-License-Identifier: GPL-3.0-or-later
// A worker that says once a second that a second is over: a page's own timers
// sleep while its tab is hidden, a worker's don't.
"use strict";
setInterval(() => postMessage(0), 1000);
