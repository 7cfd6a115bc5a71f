// SPDX-License-Identifier: GPL-3.0-or-later
// The status page: one list of feeds, kept true by server-sent events. All
// text goes in through textContent; names come from cameras and spreadsheets.
"use strict";

const SEVERITY = { down: 3, degraded: 2, unknown: 1, up: 0 };
const LETTER = { down: "D", degraded: "G", unknown: "U", up: "" };
const CAUSE = {
  "unreachable": "Nothing answers", "refused": "Connection refused", "name-failed": "Name does not resolve",
  "tls-failed": "Encryption failed", "auth-failed": "Password rejected", "not-found": "No such stream",
  "busy": "Device is full", "protocol-error": "Does not talk the protocol", "no-video": "No video in the stream",
  "stalled": "No pictures arrive", "undecodable": "Can't be decoded", "frozen": "Frozen picture", "black": "Black picture",
  "no-signal": "No camera signal", "covered": "Lens covered", "looped": "A recording is replayed",
  "white": "Glare", "blurred": "Out of focus", "moved": "Looks elsewhere", "noisy": "Strong noise", "corrupt": "Damaged picture",
  "colour-cast": "Wrong colours", "duplicate": "Duplicate of another feed", "flapping": "Keeps breaking",
  "low-fps": "Fewer pictures than usual", "low-bitrate": "Less data than usual", "packet-loss": "Packets are lost",
  "clock-drift": "Camera clock drifts", "changed": "Stream settings changed", "learning": "Learning, not judged yet",
  "not-sampled": "No picture judged lately", "probe-lost": "Our probe was lost", "over-capacity": "Beyond our capacity",
  "network-lost": "Our network is lost", "monitor-off": "The monitor was off", "none": "Good",
};
const FRESH_MS = 10000;      // a picture older than this is asked for anew
const OLD_MS = 30000;        // a picture older than this is grey
const LOST_MS = 6000;        // no pulse for so long: the connection is lost
const TROUBLE_MOST = 200;    // rows of the trouble list in the page
const FETCHES = 4;           // pictures loading at once
const PICTURES_UP_TO = 120;  // feeds; above, tiles are the first view

const feeds = new Map();     // id -> feed {.., node, item}
const sites = new Map();     // path -> {node, head, box, members, counts}
const filter = { state: "", text: "" };
let view = "", clockOffset = 0, lastPulse = 0, late = false, lost = false, heartbeat = 0;
let loadedLate = false, source = null, openId = "", dirty = new Set(), frame = 0;

const now = () => Date.now() + clockOffset;

function clock(ms) {
  const d = new Date(ms), today = new Date(now());
  const time = d.toTimeString().slice(0, 8);
  return d.toDateString() === today.toDateString() ? time : d.toISOString().slice(0, 10) + " " + time.slice(0, 5);
}
const causeWords = f => f.cause === "none" ? "Good" : CAUSE[f.cause] || f.cause;

function mark(state) {
  const i = el("i", "mark " + state, LETTER[state]);
  i.setAttribute("aria-hidden", "true");
  return i;
}

// ---- pictures: only what is in view, a few at a time, each with its age ----

const shots = new Set();     // in view
const waiting = [];
let loading = 0;
const inView = new IntersectionObserver(entries => {
  for (const e of entries) {
    if (e.isIntersecting) { shots.add(e.target.shot); wantShot(e.target.shot); }
    else shots.delete(e.target.shot);
  }
}, { rootMargin: "60px" });

function shotNew(feed, kind, small) {
  const node = el("div", "shot blank");
  const s = { node, feed, kind, small, img: el("img"), age: el("span", "age"), taken: 0, tried: 0, none: "", queued: false };
  s.img.alt = "";
  node.append(s.img, s.age);
  node.shot = s;
  shotAge(s);
  inView.observe(node);
  return node;
}
function shotFree(node) {
  const s = node.shot;
  inView.unobserve(node);
  shots.delete(s);
  s.gone = true;
  if (s.url) URL.revokeObjectURL(s.url);
}
function shotAge(s) {
  let text = s.none || "no picture yet";
  const age = now() - s.taken;
  if (s.feed.no_picture) text = "pictures are not kept";
  else if (s.taken) text = (s.small ? "" : "picture from ") + span(age) + " ago";
  if (s.age.textContent !== text) s.age.textContent = text;
  s.node.classList.toggle("blank", !s.taken);
  s.node.classList.toggle("old", s.taken > 0 && (s.kind !== "current" || age > OLD_MS));
}
function wantShot(s) {
  const f = s.feed, stored = when(f.picture), moment = Date.now();
  if (f.no_picture || s.queued || s.gone || late || lost) return;
  const newer = s.kind === "current" ? stored > s.taken + 500 : !s.tried;
  const stale = s.kind === "current" && now() - stored > FRESH_MS && (f.state === "up" || f.state === "degraded");
  if (!newer && !stale) return;
  if (moment - s.tried < (newer ? 1000 : FRESH_MS)) return;
  s.queued = true;
  waiting.push(s);
  loadShots();
}
async function loadShots() {
  if (loading >= FETCHES || !waiting.length) return;
  const s = waiting.shift();
  s.queued = false;
  if (s.gone || !shots.has(s)) return loadShots();
  loading++;
  s.tried = Date.now();
  try {
    const fresh = s.kind === "current" ? "&fresh=1" : "";
    const r = await fetch(`/api/v1/feeds/${s.feed.id}/thumbnail.png?kind=${s.kind}${fresh}`);
    const taken = when(r.headers.get("X-Camwarden-Taken"));
    if (r.ok && taken && !s.gone) {
      const url = URL.createObjectURL(await r.blob());
      s.img.src = url;
      if (s.url) URL.revokeObjectURL(s.url);
      s.url = url;
      s.taken = taken;
    } else if (r.status === 404) s.none = "no picture";
  } catch { /* the connection's own alarm says it */ }
  loading--;
  if (!s.gone) shotAge(s);
  loadShots();
}
setInterval(() => { for (const s of shots) { shotAge(s); wantShot(s); } }, 1000);

// ---- the fleet by site ----

function siteOf(path) {
  let s = sites.get(path);
  if (s) return s;
  s = { path, node: el("section", "site"), tally: el("span", "tally"), box: el("div", view === "pictures" ? "cards" : "cells"),
    count: { down: 0, degraded: 0, unknown: 0, up: 0 }, members: new Set() };
  const h = el("h3", "", path || "(no site)");
  h.append(s.tally);
  s.node.append(h, s.box);
  sites.set(path, s);
  return s;
}
function paintTally(s) {
  s.tally.textContent = "";
  for (const k of ["down", "degraded", "unknown"])
    if (s.count[k]) s.tally.append(el("b", k, s.count[k] + " " + k), " ");
  s.tally.append(s.count.up + " up");
}
function nodeFor(f) {
  const b = el("button", view === "pictures" ? "card" : "cell");
  b.feed = f;
  if (view === "pictures") {
    b.shot = shotNew(f, "current");
    b.line = el("span", "line");
    b.cause = el("span", "cause");
    b.cause.style.display = "block";
    b.append(b.shot, b.line, b.cause);
  }
  return b;
}
function paintNode(f) {
  const b = f.node, words = `${f.name}: ${f.state}${f.cause === "none" ? "" : ", " + causeWords(f)}`;
  if (view === "pictures") {
    b.className = "card " + f.state;
    b.line.replaceChildren(mark(f.state), el("span", "name", f.name));
    b.cause.textContent = f.cause === "none" ? "" : `${causeWords(f)}, ${span(now() - when(f.since))}`;
    shotAge(b.shot.shot);
    if (shots.has(b.shot.shot)) wantShot(b.shot.shot);
  } else {
    b.className = "cell " + f.state;
    b.replaceChildren(mark(f.state));
    b.title = words;
  }
  b.classList.toggle("hush", f.muted || f.maintenance);
  b.classList.toggle("open", f.id === openId);
  b.classList.toggle("filtered", !matches(f));
  b.setAttribute("aria-label", words);
}
function matches(f) {
  if (filter.state && f.state !== filter.state) return false;
  return !filter.text || (f.site + "/" + f.name).toLowerCase().includes(filter.text);
}
const byName = new Intl.Collator("en", { numeric: true }).compare;
const siteWeight = s => s.count.down * 1e6 + s.count.degraded * 1e3 + s.count.unknown;

function orderSites() {
  const all = [...sites.values()].sort((a, b) => siteWeight(b) - siteWeight(a) || byName(a.path, b.path));
  const box = $("sites");
  all.forEach((s, i) => { if (box.children[i] !== s.node) box.insertBefore(s.node, box.children[i] || null); });
}
function buildSites() {
  for (const f of feeds.values()) if (f.node && f.node.shot) shotFree(f.node.shot);
  sites.clear();
  document.body.classList.toggle("dense", feeds.size > 1000);
  const box = $("sites"), made = document.createDocumentFragment();
  const sorted = [...feeds.values()].sort((a, b) => byName(a.name, b.name));
  for (const f of sorted) {
    const s = siteOf(f.site);
    s.members.add(f);
    s.count[f.state]++;
    f.node = nodeFor(f);
    paintNode(f);
    s.box.append(f.node);
  }
  for (const s of [...sites.values()].sort((a, b) => siteWeight(b) - siteWeight(a) || byName(a.path, b.path))) {
    paintTally(s);
    s.node.classList.toggle("filtered", ![...s.members].some(matches));
    made.append(s.node);
  }
  if (!feeds.size) made.append(el("p", "hint", "No feed yet. Add some: camwarden feeds import cameras.csv"));
  box.replaceChildren(made);
}

// ---- trouble, worst first ----

const bySeverity = (a, b) => SEVERITY[b.state] - SEVERITY[a.state] || (a.muted || a.maintenance) - (b.muted || b.maintenance) ||
  b.criticality - a.criticality || when(b.since) - when(a.since);

function itemFor(f) {
  const b = el("button", "item");
  b.feed = f;
  b.shot = shotNew(f, "current", true);
  b.head = el("span", "cause");
  b.nameNode = el("span", "name");
  b.place = el("span", "place");
  const words = el("span", "words");
  words.append(b.head, b.nameNode, b.place);
  b.append(b.shot, words);
  const li = el("li");
  li.append(b);
  li.button = b;
  return li;
}
function paintItem(f) {
  const b = f.item.button;
  b.sinceNode = el("span", "since", span(now() - when(f.since)));
  b.sinceNode.title = "since " + clock(when(f.since));
  b.head.replaceChildren(mark(f.state), el("span", "", causeWords(f)), b.sinceNode);
  b.nameNode.textContent = f.name;
  b.place.textContent = f.site;
  if (f.maintenance || f.muted) b.place.append(" ", el("span", "overlay", f.maintenance ? "maintenance" : "muted"));
  b.classList.toggle("hush", f.muted || f.maintenance);
  b.classList.toggle("open", f.id === openId);
  shotAge(b.shot.shot);
}
function paintTrouble() {
  const all = [];
  for (const f of feeds.values()) if (f.state !== "up" && matches(f)) all.push(f);
  all.sort(bySeverity);
  const shown = all.slice(0, TROUBLE_MOST), list = $("trouble-list"), keep = new Set(shown);
  for (const li of [...list.children]) {
    const f = li.button.feed;
    if (keep.has(f) && feeds.get(f.id) === f) continue;
    shotFree(li.button.shot);
    li.remove();
    f.item = null;
  }
  shown.forEach((f, i) => {
    if (!f.item) { f.item = itemFor(f); paintItem(f); }
    else if (dirty.has(f)) paintItem(f);
    if (list.children[i] !== f.item) list.insertBefore(f.item, list.children[i] || null);
  });
  $("trouble-count").textContent = all.length || "";
  $("trouble-none").hidden = all.length > 0 || !feeds.size || filter.state === "up";
  $("trouble-more").hidden = all.length <= TROUBLE_MOST;
  $("trouble-more").textContent = `and ${all.length - TROUBLE_MOST} more; narrow it by site or state`;
}
function paintCounts() {
  const count = { down: 0, degraded: 0, unknown: 0, up: 0 };
  for (const f of feeds.values()) count[f.state]++;
  if (late || lost) { count.unknown = feeds.size; count.down = count.degraded = count.up = 0; }
  for (const b of $("counts").children) {
    b.querySelector("b").textContent = count[b.dataset.state];
    b.classList.toggle("none", !count[b.dataset.state]);
  }
  document.title = (late || lost ? "? " : count.down ? count.down + " down – " : "") + "camwarden";
}

// ---- changes ----

function take(row) {
  let f = feeds.get(row.id);
  if (!f) {
    f = row;
    feeds.set(f.id, f);
    const s = siteOf(f.site);
    s.members.add(f);
    s.count[f.state]++;
    f.node = nodeFor(f);
    const next = [...s.members].filter(m => m !== f && byName(m.name, f.name) > 0).sort((a, b) => byName(a.name, b.name))[0];
    s.box.insertBefore(f.node, next ? next.node : null);
    if (!s.node.isConnected) { $("sites").querySelector(".hint")?.remove(); $("sites").append(s.node); }
  } else if (f.site !== row.site || f.name !== row.name) {
    drop(row.id);
    return take(row);
  } else {
    const s = sites.get(f.site);
    s.count[f.state]--;
    s.count[row.state]++;
    Object.assign(f, row);
  }
  dirty.add(f);
}
function drop(id) {
  const f = feeds.get(id);
  if (!f) return;
  const s = sites.get(f.site);
  s.count[f.state]--;
  s.members.delete(f);
  if (f.node.shot) shotFree(f.node.shot);
  f.node.remove();
  feeds.delete(id);
  if (!s.members.size) { s.node.remove(); sites.delete(f.site); }
  else paintTally(s);
  if (id === openId) closeDetail();
  schedule();
}
function schedule() { if (!frame) frame = requestAnimationFrame(paint); }
function paint() {
  frame = 0;
  const start = performance.now(), touched = new Set();
  for (const f of dirty) {
    if (!feeds.has(f.id)) continue;
    paintNode(f);
    touched.add(sites.get(f.site));
    if (f.id === openId) loadDetail();
  }
  for (const s of touched) paintTally(s);
  paintTrouble();
  paintCounts();
  dirty.clear();
  window.lastPaintMs = performance.now() - start;
}

// ---- what the page is worth: the connection and the monitor ----

function judgeConnection() {
  lost = lastPulse > 0 && Date.now() - lastPulse > LOST_MS || Boolean(source) && source.readyState !== 1 && Date.now() - lastPulse > 2500;
  const bad = late || lost, banner = $("banner");
  document.body.classList.toggle("bad", bad);
  banner.hidden = !bad;
  if (lost) {
    setBanner("No connection to camwarden", ` since ${clock(lastPulse + clockOffset)}. What you see is old; nothing of it is known now. Trying again.`);
    $("pulse").textContent = "not connected";
  } else if (late) {
    setBanner("The monitor gives no sign of life", ` for ${span(now() - heartbeat)}. What you see is its last word; every feed is unknown now.`);
    $("pulse").textContent = "monitor silent";
  } else if (heartbeat) $("pulse").textContent = `monitor alive ${span(now() - heartbeat)} ago`;
}
function setBanner(head, rest) {
  const b = $("banner"), text = head + rest;
  if (b.textContent === text) return;
  b.replaceChildren(head, el("span", "", rest));
}
// Whether somebody outside holds the record: grey when so, words when not.
function paintRecord(r) {
  const box = $("record"), last = when(r && r.last);
  let text = "";
  if (r && r.contradicted) text = "RECORD CONTRADICTED by a witness outside: camwarden status says how";
  else if (r && r.witnessed) text = `record witnessed ${span(now() - last)} ago`;
  else if (r) text = (last ? `since ${clock(last)} ` : "") + "NOT WITNESSED: an administrator could have rewritten this";
  box.hidden = !text || late;
  box.classList.toggle("alarm", Boolean(r) && (r.contradicted || !r.witnessed));
  if (box.textContent !== text) box.textContent = text;
}
function onPulse(p) {
  const before = late || lost;
  lastPulse = Date.now();
  clockOffset = when(p.now) - Date.now();
  heartbeat = when(p.heartbeat);
  late = p.late;
  paintRecord(p.record);
  if (loadedLate && !late) { loadedLate = false; return load(); }
  judgeConnection();
  if (before !== (late || lost)) paintCounts();
}
setInterval(() => {
  const before = late || lost;
  judgeConnection();
  if (before !== (late || lost)) paintCounts();
}, 1000);
setInterval(() => {
  for (const li of $("trouble-list").children) {
    const b = li.button;
    b.sinceNode.textContent = span(now() - when(b.feed.since));
  }
}, 5000);
setInterval(() => { if (!$("sites").matches(":hover")) orderSites(); }, 30000);

function follow(after) {
  if (source) source.close();
  source = new EventSource("/api/v1/events?after=" + encodeURIComponent(after));
  source.addEventListener("feed", e => { take(JSON.parse(e.data)); schedule(); });
  source.addEventListener("gone", e => drop(JSON.parse(e.data).id));
  source.addEventListener("pulse", e => onPulse(JSON.parse(e.data)));
  source.addEventListener("reset", () => load());
  source.onerror = () => { if (source.readyState === 2) setTimeout(load, 2000); };
}
function start(d) {
  for (const f of feeds.values()) {
    if (f.item) shotFree(f.item.button.shot);
    if (f.node && f.node.shot) shotFree(f.node.shot);
  }
  $("trouble-list").replaceChildren();
  feeds.clear();
  for (const f of d.feeds) feeds.set(f.id, f);
  if (view) buildSites();
  else setView(feeds.size && feeds.size <= PICTURES_UP_TO ? "pictures" : "tiles");
  loadedLate = d.late; // then the list claims nothing: load it again later
  onPulse(d);
  paint();
  if (openId && !feeds.has(openId)) closeDetail();
  follow(d.event);
}
async function load() {
  let d = null;
  if (source) source.close();
  source = null;
  try {
    const r = await fetch("/api/v1/feeds");
    if (r.ok) d = await r.json();
  } catch { /* said below */ }
  if (d) return start(d);
  if (!lastPulse) lastPulse = Date.now() - LOST_MS - 1;
  judgeConnection();
  setTimeout(load, 2000);
}

// ---- one feed ----

function closeDetail() {
  const f = feeds.get(openId);
  openId = "";
  for (const n of $("detail").querySelectorAll(".shot")) shotFree(n);
  $("detail").hidden = true;
  $("detail").replaceChildren();
  if (f) { dirty.add(f); schedule(); f.node.focus({ preventScroll: true }); }
}
function openDetail(f) {
  const before = feeds.get(openId);
  if (before) dirty.add(before);
  openId = f.id;
  dirty.add(f);
  for (const n of $("detail").querySelectorAll(".shot")) shotFree(n);
  $("detail").replaceChildren(el("p", "hint", "Loading " + f.name));
  $("detail").hidden = false;
  schedule();
}
function figure(f, kind, caption) {
  const fig = el("figure");
  fig.append(shotNew(f, kind), el("figcaption", "", caption));
  return fig;
}
function facts(box, pairs) {
  const dl = el("dl");
  for (const [k, v] of pairs) if (v !== "" && v !== null && v !== undefined) dl.append(el("dt", "", k), el("dd", "", String(v)));
  box.append(dl);
}
// A picture of the record: it never changes, and says when it was taken.
function still(path, caption) {
  const fig = el("figure"), shot = el("div", "shot blank old"), img = el("img"), age = el("span", "age", "loading"), words = el("figcaption", "", caption);
  img.alt = caption;
  shot.append(img, age);
  fig.append(shot, words);
  fetch(path).then(async r => {
    const taken = when(r.headers.get("X-Camwarden-Taken"));
    if (!r.ok || !taken) { age.textContent = "no picture"; return; }
    img.onload = () => URL.revokeObjectURL(img.src);
    img.src = URL.createObjectURL(await r.blob());
    age.textContent = clock(taken);
    shot.classList.remove("blank");
  }).catch(() => { age.textContent = "no picture"; });
  return fig;
}
function troubles(box, list) {
  if (!list.length) return;
  box.append(el("h3", "", "Last troubles"));
  for (const i of list) {
    const until = i.until ? `over after ${span(when(i.until) - when(i.since))}` : "open";
    box.append(el("p", "trouble", `${i.number}: ${CAUSE[i.cause] || i.cause}, ${clock(when(i.since))}, ${until}`));
    if (!i.before && !i.after) continue;
    const pair = el("div", "pair");
    if (i.before) pair.append(still(`/api/v1/incidents/${i.number}/before.png`, "before"));
    if (i.after) pair.append(still(`/api/v1/incidents/${i.number}/after.png`, "first bad"));
    box.append(pair);
  }
}
function historyBar(d) {
  const box = el("div"), bar = el("div", "bar"), from = when(d.from), to = when(d.to);
  for (const v of d.intervals) {
    const a = Math.max(when(v.start), from), b = Math.min(v.end ? when(v.end) : to, to);
    if (b <= a) continue;
    const i = el("i", v.state);
    i.style.left = `min(${100 * (a - from) / (to - from)}%, calc(100% - 2px))`;
    i.style.width = (100 * (b - a) / (to - from)) + "%";
    i.title = `${v.state}${v.cause === "none" ? "" : ", " + (CAUSE[v.cause] || v.cause)}: ${clock(a)} – ${clock(b)}`;
    bar.append(i);
  }
  const scale = el("div", "scale");
  scale.append(el("span", "", "24 h ago"), el("span", "", "now"));
  box.append(bar, scale);
  return box;
}
function evidence(box, text) {
  if (!text || text === "{}") return;
  box.append(el("h3", "", "Evidence"));
  try {
    facts(box, Object.entries(JSON.parse(text)).map(([k, v]) => [k.replaceAll("_", " "), typeof v === "object" ? JSON.stringify(v) : v]));
  } catch { box.append(el("pre", "", text)); }
}
async function loadDetail() {
  const id = openId, f = feeds.get(id), box = $("detail");
  try {
    const [one, past, list] = await Promise.all([fetch("/api/v1/feeds/" + id), fetch(`/api/v1/feeds/${id}/history?hours=24`),
      fetch(`/api/v1/incidents?feed=${id}&limit=3`)]);
    if (!one.ok || id !== openId) return;
    const d = await one.json(), history = past.ok ? await past.json() : null, past3 = list.ok ? (await list.json()).items : [];
    if (id !== openId) return;
    const top = el("div", "top"), names = el("div"), close = el("button", "close", "Close");
    names.append(el("h2", "", f.name), el("p", "", f.site));
    close.onclick = closeDetail;
    top.append(names, close);
    const verdict = el("p", "verdict");
    verdict.append(mark(f.state), `${f.state}${f.cause === "none" ? "" : ": " + causeWords(f)}`);
    for (const n of box.querySelectorAll(".shot")) shotFree(n);
    box.replaceChildren(top, shotNew(f, "current"), verdict, el("p", "help", d.help));
    facts(box, [["since", `${clock(when(f.since))} (${span(now() - when(f.since))})`], ["also", f.causes.filter(c => c !== f.cause).map(c => CAUSE[c] || c).join(", ")],
      ["sure", f.confidence + " %"], ["overlay", f.maintenance ? "maintenance" : f.muted ? "muted" : ""]]);
    if (f.reference && !f.no_picture) {
      const pair = el("div", "pair");
      pair.append(figure(f, "reference", `reference, approved ${clock(when(f.reference))}`), figure(f, "current", "now"));
      box.append(el("h3", "", "As it shall look"), pair);
    }
    if (f.state !== "up" && !f.no_picture) {
      const pair = el("div", "pair");
      pair.append(figure(f, "last-good", "last good"), figure(f, "first-bad", "first bad"));
      box.append(el("h3", "", "Before and after"), pair);
    }
    if (history && history.intervals.length) box.append(el("h3", "", "Last 24 hours"), historyBar(history));
    box.append(el("h3", "", "Stream"));
    facts(box, [["address", d.url], ["device", d.device], ["connection", d.phase], ["last failure", d.reason === "none" ? "" : d.reason.replaceAll("_", " ")],
      ["detail", d.detail], ["video", d.width ? `${d.codec} ${d.width}×${d.height}` : ""], ["rate", d.fps ? `${(+d.fps).toFixed(1)} pictures/s, ${d.kbps} kbit/s` : ""],
      ["loss", d.loss_ppm ? (d.loss_ppm / 1e4).toFixed(2) + " %" : ""], ["pictures judged", d.samples]]);
    evidence(box, d.evidence);
    if (!f.no_picture) troubles(box, past3);
  } catch { /* the connection's own alarm says it */ }
}

// ---- maintenance and mutes: who, what, until when ----

async function loadOverlays() {
  const answer = await fetch("/api/v1/overlays").catch(() => null);
  if (!answer || !answer.ok) return;
  const list = (await answer.json()).items;
  $("overlays").hidden = !list.length;
  $("overlays-list").replaceChildren(...list.map(o => {
    const li = el("li", o.in_force ? "" : "rests");
    const time = (o.in_force ? "until " : when(o.from) > now() ? `from ${clock(when(o.from))} until ` : "rests now, until ") + clock(when(o.to));
    li.append(el("span", "overlay", o.kind), ` ${o.feed || (o.site ? "site " + o.site : "tag " + o.tag)} `,
      el("b", "", time), o.weekly ? `, ${o.weekly} ${o.zone}` : "", ` by ${o.by}: ${o.reason}`);
    return li;
  }));
}
setInterval(() => document.hidden || loadOverlays(), 15000);
loadOverlays();

// ---- controls ----

function setView(v) {
  view = v;
  for (const b of $("view").children) b.setAttribute("aria-pressed", String(b.dataset.view === v));
  buildSites();
}
function applyFilter() {
  for (const f of feeds.values()) f.node.classList.toggle("filtered", !matches(f));
  for (const s of sites.values()) s.node.classList.toggle("filtered", ![...s.members].some(matches));
  schedule();
}
document.addEventListener("click", e => {
  const b = e.target.closest("button");
  if (!b) return;
  if (b.feed) openDetail(b.feed);
  else if (b.dataset.view) setView(b.dataset.view);
  else if (b.dataset.state) {
    filter.state = filter.state === b.dataset.state ? "" : b.dataset.state;
    for (const c of $("counts").children) c.setAttribute("aria-pressed", String(c.dataset.state === filter.state));
    applyFilter();
  }
});
$("search").addEventListener("input", e => { filter.text = e.target.value.trim().toLowerCase(); applyFilter(); });
document.addEventListener("keydown", e => {
  if (e.key === "Escape" && openId) closeDetail();
  else if (e.key === "/" && e.target !== $("search")) { e.preventDefault(); $("search").focus(); }
});
load();
