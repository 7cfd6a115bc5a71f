// SPDX-License-Identifier: GPL-3.0-or-later
// References side by side with what the cameras show now. Nothing is changed
// from here: the page makes the command that approves. All text goes in through
// textContent; names come from spreadsheets.
"use strict";

const FETCHES = 4;         // pictures loading at once
const FRESH_MS = 30000;    // a picture in view that is older is asked for anew
const LIST_MS = 15000;     // the list of feeds is read anew
const NAMES_INLINE = 12;   // more feeds than this go through standard input

const cards = new Map();   // id -> card {feed, node, box, shots}
const chosen = new Set();
const filter = { show: "all", text: "" };
let clockOffset = 0;

// ---- pictures: only those in view, a few at a time, each with its age ----

const inView = new Set(), waiting = [];
let loading = 0;
const watcher = new IntersectionObserver(entries => {
  for (const e of entries) {
    if (e.isIntersecting) { inView.add(e.target.card); want(e.target.card); }
    else inView.delete(e.target.card);
  }
}, { rootMargin: "120px" });

function shotNew(card, kind) {
  const s = { card, kind, node: el("div", "shot blank"), img: el("img"), age: el("span", "age"), taken: 0, tried: 0, of: "" };
  s.img.alt = "";
  s.node.append(s.img, s.age);
  return s;
}
function paintAge(s) {
  const f = s.card.feed, reference = s.kind === "reference";
  let text = reference ? "no reference" : "no picture yet";
  if (f.no_picture) text = "pictures are not kept";
  else if (s.taken) text = reference ? "approved " + span(Date.now() + clockOffset - when(f.reference)) + " ago" : span(Date.now() + clockOffset - s.taken) + " ago";
  else if (reference && f.reference) text = "approved; its picture is still to come";
  if (s.age.textContent !== text) s.age.textContent = text;
  s.node.classList.toggle("blank", !s.taken);
}
function forget(s) {
  if (s.url) URL.revokeObjectURL(s.url);
  s.url = "";
  s.taken = s.tried = 0;
  s.img.removeAttribute("src");
}
function want(card) {
  const f = card.feed, moment = Date.now();
  if (f.no_picture) return;
  for (const s of card.shots) {
    if (s.queued) continue;
    if (s.kind === "reference") {
      if (s.of !== (f.reference || "")) { s.of = f.reference || ""; forget(s); }
      if (!f.reference || s.taken || moment - s.tried < 5000) continue;
    } else if (moment + clockOffset - s.taken < FRESH_MS || moment - s.tried < 4000) continue;
    s.queued = true;
    waiting.push(s);
  }
  load();
}
async function load() {
  if (loading >= FETCHES || !waiting.length) return;
  const s = waiting.shift(), of = s.of;
  s.queued = false;
  if (!inView.has(s.card)) return load();
  loading++;
  s.tried = Date.now();
  try {
    const fresh = s.kind === "current" ? "&fresh=1" : "";
    const r = await fetch(`/api/v1/feeds/${s.card.feed.id}/thumbnail.png?kind=${s.kind}${fresh}`);
    const taken = when(r.headers.get("X-Camwarden-Taken"));
    if (r.ok && taken && of === s.of) {
      const url = URL.createObjectURL(await r.blob());
      s.img.src = url;
      if (s.url) URL.revokeObjectURL(s.url);
      s.url = url;
      s.taken = taken;
    }
  } catch { /* tried again */ }
  loading--;
  paintAge(s);
  load();
}
setInterval(() => { for (const c of inView) { c.shots.forEach(paintAge); want(c); } }, 2000);

// ---- the feeds ----

function cardNew(f) {
  const card = { feed: f, node: el("article", "reference"), box: el("input"), line: el("span", "name"), state: el("span", "what") };
  const label = el("label"), pair = el("button", "pair");
  card.box.type = "checkbox";
  card.box.onchange = () => { card.box.checked ? chosen.add(f.id) : chosen.delete(f.id); paintOrder(); };
  card.shots = [shotNew(card, "reference"), shotNew(card, "current")];
  pair.append(card.shots[0].node, card.shots[1].node);
  pair.title = "Press to lay one over the other";
  pair.onclick = () => pair.classList.toggle("over");
  label.append(card.box, card.line);
  card.node.append(pair, label, card.state);
  card.node.card = card;
  watcher.observe(card.node);
  return card;
}
function paintCard(card) {
  const f = card.feed;
  card.line.textContent = (f.site ? f.site + " / " : "") + f.name;
  card.line.title = card.line.textContent;
  card.state.textContent = f.state === "up" ? "" : f.state + (f.cause === "none" ? "" : ": " + f.cause);
  card.state.className = "what " + f.state;
  card.box.disabled = f.no_picture;
  card.box.setAttribute("aria-label", "Choose " + f.name);
  card.box.checked = chosen.has(f.id);
  card.node.classList.toggle("filtered", !shown(f));
  card.shots.forEach(paintAge);
}
function shown(f) {
  if (filter.show === "missing" && f.reference) return false;
  return !filter.text || (f.site + "/" + f.name).toLowerCase().includes(filter.text);
}
const byName = new Intl.Collator("en", { numeric: true }).compare;

function take(list) {
  const seen = new Set(), box = $("pairs");
  for (const f of list) {
    seen.add(f.id);
    const card = cards.get(f.id);
    if (card) card.feed = f;
    else cards.set(f.id, cardNew(f));
  }
  for (const [id, card] of cards) {
    if (seen.has(id)) continue;
    card.shots.forEach(forget);
    watcher.unobserve(card.node);
    inView.delete(card);
    card.node.remove();
    cards.delete(id);
    chosen.delete(id);
  }
  const sorted = [...cards.values()].sort((a, b) => byName(a.feed.site, b.feed.site) || byName(a.feed.name, b.feed.name));
  sorted.forEach((c, i) => { if (box.children[i] !== c.node) box.insertBefore(c.node, box.children[i] || null); });
  paint();
}
function paint() {
  let missing = 0;
  for (const c of cards.values()) { paintCard(c); missing += !c.feed.reference; }
  const [a, b] = $("show").querySelectorAll("b");
  a.textContent = missing;
  b.textContent = cards.size;
  paintOrder();
}

// ---- the command ----

const quote = s => "'" + s.replaceAll("'", "'\\''") + "'";
// The site whose feeds are exactly the chosen ones, or "".
function wholeSite() {
  let site = null;
  for (const id of chosen) {
    const s = cards.get(id).feed.site;
    if (site === null) site = s;
    while (site && s !== site && !s.startsWith(site + "/")) site = site.includes("/") ? site.slice(0, site.lastIndexOf("/")) : "";
  }
  if (!site) return "";
  let count = 0;
  for (const c of cards.values()) count += !c.feed.no_picture && (c.feed.site === site || c.feed.site.startsWith(site + "/"));
  return count === chosen.size ? site : "";
}
function command() {
  const head = "camwarden feeds reference approve --reason 'seen on the page' ", site = wholeSite();
  let all = 0;
  for (const c of cards.values()) all += !c.feed.no_picture;
  if (chosen.size === all) return head + "--all";
  if (site) return head + "--site " + quote(site);
  if (chosen.size <= NAMES_INLINE) return head + [...chosen].join(" ");
  return head + "- <<'.'\n" + [...chosen].join("\n") + "\n.";
}
function paintOrder() {
  $("order").hidden = !chosen.size;
  $("chosen").textContent = chosen.size;
  $("command").textContent = chosen.size ? command() : "";
  $("copy").textContent = "Copy the command";
}

// ---- controls ----

document.addEventListener("click", e => {
  const b = e.target.closest("button");
  if (!b || !b.dataset.show) return;
  filter.show = b.dataset.show;
  for (const o of $("show").children) o.setAttribute("aria-pressed", String(o === b));
  paint();
});
$("search").addEventListener("input", e => { filter.text = e.target.value.trim().toLowerCase(); paint(); });
document.addEventListener("keydown", e => {
  if (e.key === "/" && e.target !== $("search")) { e.preventDefault(); $("search").focus(); }
});
$("pick").onclick = () => { for (const c of cards.values()) if (shown(c.feed) && !c.feed.no_picture) chosen.add(c.feed.id); paint(); };
$("none").onclick = () => { chosen.clear(); paint(); };
$("copy").onclick = async () => {
  try {
    await navigator.clipboard.writeText($("command").textContent);
    $("copy").textContent = "Copied";
  } catch { getSelection().selectAllChildren($("command")); }
};

async function read() {
  try {
    const r = await fetch("/api/v1/feeds");
    const d = await r.json();
    clockOffset = when(d.now) - Date.now();
    take(d.feeds);
    $("pulse").textContent = d.late ? "the monitor gives no sign of life: what you see is old" : "";
    document.body.classList.toggle("bad", Boolean(d.late));
  } catch {
    $("pulse").textContent = "no connection to camwarden: what you see is old";
    document.body.classList.add("bad");
  }
  setTimeout(read, LIST_MS);
}
read();
