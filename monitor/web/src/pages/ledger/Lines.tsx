// SPDX-License-Identifier: GPL-3.0-or-later
// The ledger's lines, newest first: in words, and as they are written.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { LedgerLine } from "../../api";
import { withQuery } from "../../http";
import { causeWords, has, language, t, wordsOf } from "../../i18n";
import { query, setQuery } from "../../router";
import { feeds, layout, wholeName } from "../../store";
import { Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { SelectField, TextField } from "../../ui/Field";
import { usePages } from "../../ui/usePages";
import { actorWords } from "../users/agent";
import { FAMILIES, family, sentence } from "./sentence";

const PAGE = 100, REST_MS = 400;

export function Lines(): JSX.Element {
  const kind = query("kind"), feed = query("feed"), q = query("q");
  const pages = usePages<LedgerLine>(withQuery("/ledger/lines", { kind, feed, q }), PAGE);
  return <section class="ledger-lines"><h2>{t("ledger.lines")}</h2><Filters kind={kind} feed={feed} q={q} again={pages.again} />
    {pages.error && <Failed problem={pages.error} again={pages.again} />}
    {pages.items.length ? <ol class="lines">{pages.items.map(l => <Line key={l.seq} of={l} />)}</ol>
      : pages.loading ? <Loading /> : pages.next ? <p class="soft">{t("ledger.back.why")}</p> : !pages.error && <Empty title={t("ledger.none")}>{t("ledger.none.why")}</Empty>}
    {pages.next && <p><Button onClick={pages.more} busy={pages.loading}>{t(pages.items.length ? "ledger.older" : "ledger.back")}</Button></p>}</section>;
}
/* The feed's id by SITE/NAME, as people write it. */
const feedId = (name: string): string => [...feeds.values()].find(f => wholeName(f) === name)?.id ?? "";
const feedName = (id: string): string => {
  const f = feeds.get(id);
  return f ? wholeName(f) : id;
};
function Filters(p: { kind: string; feed: string; q: string; again: () => void }): JSX.Element {
  void layout.value; // names of feeds
  const kinds: [string, string][] = [["", t("ledger.kind.all")], ...FAMILIES.map((k): [string, string] => [k, wordsOf("kind.", k)])];
  const [find, setFind] = useState(p.q), [name, setName] = useState(p.feed ? feedName(p.feed) : "");
  useEffect(() => {
    const soon = setTimeout(() => { if (find !== p.q) setQuery({ q: find }); }, REST_MS);
    return () => clearTimeout(soon);
  }, [find]);
  return <div class="tools"><SelectField label={t("ledger.kind")} value={p.kind} options={kinds} onChange={kind => setQuery({ kind })} />
    <TextField label={t("ledger.feed")} value={name} placeholder={t("ledger.feed.hint")} error={name && !feedId(name) ? t("ledger.feed.unknown") : undefined}
      onInput={x => { setName(x); const id = feedId(x); if (id !== p.feed) setQuery({ feed: id }); }} />
    <TextField label={t("ledger.find")} type="search" value={find} onInput={setFind} />
    <Button onClick={p.again}>{t("ledger.newest")}</Button></div>;
}
function kindWords(kind: string): string {
  const of = family(kind);
  if (has("kind." + kind) || kind === of) return wordsOf("kind.", kind);
  return t("ledger.kind.verb", { kind: wordsOf("kind.", of), verb: wordsOf("verb.", kind.slice(of.length + 1)) });
}
interface Word { key: string; value: string }
function word(key: string, value: string): string {
  const known = key === "state" ? "state." + value : key === "presence" ? "presence." + value : key === "why" ? "why." + value : key === "role" ? "role." + value : "";
  if (key === "cause") return value === "none" ? "" : causeWords(value);
  return has(known) ? t(known) : value;
}
/* What the monitor wrote of a cause says no more than the cause's own words. */
const toTell = (m: Word, all: Word[]): boolean => language.value === "en" || m.key !== "text" || !all.some(x => x.key === "cause" && x.value !== "none");
function Line(p: { of: LedgerLine }): JSX.Element {
  const l = p.of, s = sentence(l.body, l.feed_name);
  return <li data-row={l.seq}><details><summary><span class="seq">{l.seq}</span> <Time at={l.at} /> <b>{kindWords(l.kind)}</b> <span class="subject">{s.subject}</span>{" "}
    <span class="soft">{s.more.filter(m => toTell(m, s.more)).map(m => word(m.key, m.value)).filter(Boolean).join(" · ")}</span> {l.expired && <i class="tag text">{t("ledger.expired")}</i>}
    {l.actor && <span class="actor soft">{actorWords(l.actor)}</span>}</summary>
    {l.feed && <p><a href={"/feed/" + l.feed}>{s.subject}</a></p>}<p class="soft">{t("ledger.raw")} · {l.kind}</p>{l.body && <pre tabIndex={0}>{JSON.stringify(l.body, null, 1)}</pre>}
    <p class="soft">{t("ledger.hash")} <code>{l.hash}</code></p></details></li>;
}
