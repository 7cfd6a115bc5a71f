// SPDX-License-Identifier: GPL-3.0-or-later
// The console's page: reports input and whether it is in front, every few
// seconds, and asks the question that needs eyes on the wall. docs/consoles.md.
"use strict";

const KEEP = "camwarden-console-token", LANGUAGE = "camwarden-console-language";
const KINDS = ["keys", "moves", "buttons", "wheel"];
const BINS = 16;
const life = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
let token = "";
let seq = 0;
let interval = 5000;
let sentAt = performance.now();
let busy = false;
let lastInput = -1;      // performance.now() of the last input by hand
let lock = null;         // null: can't be seen
let asked = null;        // the prompt that is shown
let shownAt = 0;

const $ = id => document.getElementById(id);
function el(tag, cls, text) {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text !== undefined) e.textContent = text;
  return e;
}

function empty() {
  return { count: [0, 0, 0, 0], injected: [0, 0, 0, 0], gaps: new Array(BINS).fill(0), seconds: [0],
    path: 0, left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
}
let tally = empty();

/* --- counting */

function note(kind, event) {
  const now = performance.now();
  if (!event.isTrusted) {
    tally.injected[kind]++;
    return;
  }
  if (lastInput >= 0) {
    const gap = now - lastInput;
    tally.gaps[gap < 2 ? 0 : Math.min(BINS - 1, Math.floor(Math.log2(gap)))]++;
  }
  lastInput = now;
  tally.count[kind]++;
  tally.seconds[tally.seconds.length - 1]++;
}
addEventListener("keydown", e => { if (!e.repeat) note(0, e); }, { capture: true, passive: true });
addEventListener("pointermove", e => {
  note(1, e);
  tally.path += Math.hypot(e.movementX, e.movementY);
  tally.left = Math.min(tally.left, e.screenX);
  tally.right = Math.max(tally.right, e.screenX);
  tally.top = Math.min(tally.top, e.screenY);
  tally.bottom = Math.max(tally.bottom, e.screenY);
}, { capture: true, passive: true });
addEventListener("pointerdown", e => note(2, e), { capture: true, passive: true });
addEventListener("wheel", e => note(3, e), { capture: true, passive: true });

/* --- telling */

function counts(list) {
  const out = {};
  KINDS.forEach((kind, i) => { if (list[i]) out[kind] = list[i]; });
  return out;
}
function heartbeat(goodbye) {
  const now = performance.now();
  const t = tally;
  const beat = {
    version: 1, agent: "camwarden-page/1", boot: life, life, session: "page", seq: ++seq, utc_ms: Date.now(),
    span_ms: Math.round(now - sentAt), goodbye, locked: lock,
    input: Object.assign(counts(t.count), { injected: counts(t.injected), gaps: t.gaps, per_second: t.seconds.slice(-16) }),
    windows: [{ pattern: "console-page", width: Math.min(65535, innerWidth), height: Math.min(65535, innerHeight),
      visible: document.visibilityState === "visible" ? 100 : 0 }],
    sees: { input: "browser", idle: "browser", lock: lock === null ? "none" : "browser" },
  };
  if (lastInput >= 0) beat.idle_ms = Math.round(now - lastInput);
  if (t.right >= t.left) {
    beat.input.path_px = Math.round(t.path);
    beat.input.span_px = Math.round(Math.max(t.right - t.left, t.bottom - t.top));
  }
  return beat;
}
function call(path, body) {
  return fetch(path, {
    method: body ? "POST" : "GET", cache: "no-store", credentials: "omit", keepalive: !!(body && body.goodbye),
    headers: Object.assign({ Authorization: "Bearer " + token }, body ? { "Content-Type": "application/json" } : {}),
    body: body ? JSON.stringify(body) : undefined,
  });
}
// What could not be delivered is counted into the next one.
function merge(back) {
  KINDS.forEach((_, i) => { tally.count[i] += back.count[i]; tally.injected[i] += back.injected[i]; });
  back.gaps.forEach((n, i) => { tally.gaps[i] += n; });
  tally.seconds = back.seconds.concat(tally.seconds);
  tally.path += back.path;
  tally.left = Math.min(tally.left, back.left);
  tally.right = Math.max(tally.right, back.right);
  tally.top = Math.min(tally.top, back.top);
  tally.bottom = Math.max(tally.bottom, back.bottom);
}
/* --- in the reader's language; what was said last is said again in another */

const LANGUAGES = { en: "English", es: "Español" };
let language = [localStorage.getItem(LANGUAGE), ...navigator.languages].map(x => String(x).slice(0, 2)).find(x => x in LANGUAGES) || "en";
let beats = "none", told = ["", {}], wasBad = false;

function t(key, values) {
  const text = WORDS[language][key];
  return text === undefined ? key.slice(key.indexOf(".") + 1) : text.replace(/\{(\w+)\}/g, (_, name) => (values || {})[name]);
}
function pulse(what, bad) {
  beats = what;
  wasBad = !!bad;
  $("pulse").textContent = t("desk.pulse." + what);
  document.body.classList.toggle("bad", wasBad);
}
function banner(key, values) {
  told = [key, values];
  $("banner").textContent = key && t(key, values);
  $("banner").hidden = !key;
}
function speak(to) {
  language = to;
  document.documentElement.lang = to;
  for (const e of document.querySelectorAll("[data-words]")) e.textContent = t(e.dataset.words, { command: "camwarden consoles token NAME --kind browser" });
  for (const e of document.querySelectorAll("[data-label]")) e.setAttribute("aria-label", t(e.dataset.label));
  for (const e of document.querySelectorAll("[data-hint]")) e.placeholder = t(e.dataset.hint);
  $("languages").replaceChildren(...Object.keys(LANGUAGES).map(x => {
    const b = el("button", "link", LANGUAGES[x]);
    b.lang = x;
    b.setAttribute("aria-pressed", String(x === to));
    b.onclick = () => { localStorage.setItem(LANGUAGE, x); speak(x); };
    return b;
  }));
  pulse(beats, wasBad);
  banner(...told);
  if (asked) ask();
  if (token) record();
}

async function tell() {
  if (busy || !token) return;
  busy = true;
  const beat = heartbeat(false), was = tally, from = sentAt;
  tally = empty();
  sentAt = performance.now();
  try {
    const answer = await call("/agent/v1/heartbeat", beat);
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 401) return enrol("desk.token.bad");
    if (!answer.ok) {
      banner("desk.refused", { why: said.detail || answer.status });
      pulse("refused", true);
      return;
    }
    banner("");
    interval = said.interval_ms || 5000;
    pulse("good");
    await look();
  } catch (e) {
    merge(was);
    sentAt = from;
    pulse("lost", true);
  } finally {
    busy = false;
  }
}

/* --- the question */

async function look() {
  const answer = await call("/agent/v1/prompt");
  const p = answer.ok ? await answer.json() : null;
  if (!p || !p.prompt) return clear();
  if (!asked || asked.prompt !== p.prompt) await show(p);
}
function clear() {
  asked = null;
  $("prompt").hidden = true;
  $("pictures").querySelectorAll("img").forEach(i => URL.revokeObjectURL(i.src));
  $("pictures").replaceChildren();
}
async function show(p) {
  clear();
  const buttons = [];
  for (let i = 0; i < p.pictures; i++) {
    const picture = await call("/agent/v1/prompt/" + p.prompt + "/" + i + ".png");
    if (!picture.ok) return;
    const b = el("button", "choice");
    const img = el("img");
    img.src = URL.createObjectURL(await picture.blob());
    b.append(el("b", "", String(i + 1)), img);
    b.onclick = e => { if (e.isTrusted) reply(i); };
    buttons.push(b);
  }
  asked = p;
  asked.until = performance.now() + p.expires_ms;
  $("pictures").replaceChildren(...buttons);
  ask();
  $("prompt").hidden = false;
  shownAt = performance.now();
}
function ask() {
  $("question").textContent = t("desk.question", { feed: asked.feed });
  $("pictures").querySelectorAll("img").forEach((img, i) => { img.alt = t("desk.picture", { n: i + 1 }); });
}
async function reply(choice) {
  if (!asked) return;
  const p = asked;
  clear();
  await call("/agent/v1/prompt", { prompt: p.prompt, choice, latency_ms: Math.round(performance.now() - shownAt) });
  record();
}
addEventListener("keydown", e => {
  const n = Number(e.key);
  if (asked && e.isTrusted && n >= 1 && n <= asked.pictures && document.activeElement.tagName !== "INPUT") reply(n - 1);
});

/* --- the own record */

const clock = us => new Date(us / 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
function bar(rows, from, to) {
  $("bar").replaceChildren(...rows.map(r => {
    const i = el("i", "p-" + r.state);
    i.style.flexGrow = String(Math.max(1, (Math.min(r.to, to) - Math.max(r.from, from)) / 1e6));
    return i;
  }));
}
async function record() {
  const answer = await call("/agent/v1/record?hours=24").catch(() => null);
  if (!answer || !answer.ok) return;
  const r = await answer.json();
  $("name").textContent = r.console;
  $("name").removeAttribute("data-words");
  $("presence").textContent = t("desk.since", { presence: t("presence." + r.presence), time: clock(r.since_us) });
  $("presence").className = "big p-" + r.presence;
  $("why").textContent = t("why." + r.why);
  $("held").textContent = t(r.prompt_after_s ? "desk.held.asked" : "desk.held", { n: r.idle_after_s, after: r.prompt_after_s });
  $("sees").textContent = lock === null ? t("desk.lock.unseen") : "";
  $("now").hidden = $("record").hidden = false;
  const rows = r.intervals.map(i => ({ from: i.from_us, to: i.to_us, state: i.presence, why: i.why,
    note: r.disputes.filter(d => d.from_us < i.to_us && d.to_us > i.from_us).map(d => d.text).join("; ") }));
  bar(rows, r.from_us, r.to_us);
  $("rows").replaceChildren(...rows.slice(-40).reverse().map(i => {
    const tr = el("tr");
    tr.append(el("td", "", clock(i.from)), el("td", "", clock(i.to)), el("td", "p-" + i.state, t("presence." + i.state)), el("td", "", t("why." + i.why)));
    const td = el("td", "", i.note || "");
    if (!i.note && i.state !== "attended") {
      const b = el("button", "link", t("desk.dispute"));
      b.onclick = () => dispute(i);
      td.append(b);
    }
    tr.append(td);
    return tr;
  }));
}
let disputed = null;
function dispute(i) {
  disputed = i;
  $("which").textContent = t("desk.dispute.ask", { span: clock(i.from) + "–" + clock(i.to) });
  $("dispute").hidden = false;
  $("words").focus();
}
$("dispute").onsubmit = async e => {
  e.preventDefault();
  const text = $("words").value.trim();
  if (!text || !disputed) return;
  const answer = await call("/agent/v1/dispute", { from_us: disputed.from, to_us: disputed.to, text });
  banner(answer.ok ? "" : "desk.dispute.not");
  $("words").value = "";
  $("dispute").hidden = true;
  record();
};

/* --- beginning */

function enrol(why) {
  token = "";
  localStorage.removeItem(KEEP);
  banner(why || "");
  $("enrol").hidden = false;
  $("now").hidden = $("record").hidden = true;
  pulse("token", true);
}
$("enrol").onsubmit = e => {
  e.preventDefault();
  token = $("token").value.trim();
  $("token").value = "";
  if (!/^[0-9a-f]{64}$/.test(token)) return enrol("desk.token.wrong");
  localStorage.setItem(KEEP, token);
  $("enrol").hidden = true;
  tell().then(record);
};
// The lock screen can be seen where the browser lets a page ask (Chromium).
async function watchLock() {
  const control = new AbortController();
  const detector = new IdleDetector();
  detector.addEventListener("change", () => { lock = detector.screenState === "locked"; tell(); });
  await detector.start({ threshold: 60000, signal: control.signal });
  lock = detector.screenState === "locked";
  $("more-sight").hidden = true;
}
async function mayWatchLock() {
  if (!("IdleDetector" in window)) return;
  const p = await navigator.permissions.query({ name: "idle-detection" }).catch(() => null);
  if (p && p.state === "granted") return watchLock().catch(() => {});
  $("more-sight").hidden = false;
  $("more-sight").onclick = async () => {
    if (await IdleDetector.requestPermission() === "granted") watchLock().catch(() => {});
  };
}
let tick = 0;
new Worker("/ticker.js").onmessage = () => {
  tally.seconds.push(0);
  if (tally.seconds.length > 16) tally.seconds.shift();
  if (asked) {
    const left = Math.ceil((asked.until - performance.now()) / 1000);
    $("left").textContent = t("desk.left", { n: left });
    if (left <= 0) clear();
  }
  if (performance.now() - sentAt >= interval - 500) tell();
  if (++tick % 15 === 0 && token) record();
};
addEventListener("visibilitychange", () => tell());
addEventListener("pagehide", () => { if (token) call("/agent/v1/heartbeat", heartbeat(true)).catch(() => {}); });
// A link may carry the token behind its '#', which no server sees.
const given = /^#([0-9a-f]{64})$/.exec(location.hash);
if (given) {
  localStorage.setItem(KEEP, given[1]);
  history.replaceState(null, "", location.pathname);
}
speak(language);
token = localStorage.getItem(KEEP) || "";
if (token) tell().then(record);
else enrol("");
mayWatchLock();
