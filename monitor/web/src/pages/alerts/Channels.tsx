// SPDX-License-Identifier: GPL-3.0-or-later
// The means, whether they worked last, and a test by each.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Channel, Page } from "../../api";
import { post } from "../../http";
import { t, wordsOf } from "../../i18n";
import { can } from "../../session";
import { ms } from "../../time";
import { Ago, Answer, Button, Empty } from "../../ui/basics";
import { Table, type Column } from "../../ui/Table";
import { failureWords } from "../../ui/toast";
import { useQuery } from "../../ui/useQuery";

interface Said { ok: boolean; text: string }

export function Channels(): JSX.Element {
  const q = useQuery<Page<Channel>>("/channels", { every: 30 }), [busy, work] = useState(""), [said, say] = useState<Said | null>(null);
  const test = async (name: string): Promise<void> => {
    work(name);
    say(null);
    try {
      const answer = await post<{ said: string }>("/channels/test", { name });
      say({ ok: true, text: t("channels.test.sent", { name, said: answer.said }) });
    } catch (e) {
      say({ ok: false, text: t("channels.test.not", { name, said: failureWords(e) }) });
    }
    work("");
    q.refresh();
  };
  return <>{said && <p class={said.ok ? "" : "late"} role="status" data-said={said.ok ? "sent" : "not"}>{said.text}</p>}
    <Answer of={q}>{d => d.items.length ? <Table label={t("alerts.tab.channels")} rows={d.items} columns={columns(busy, test)} keyOf={c => c.name} />
      : <Empty title={t("channels.none")}>{t("channels.none.why")}</Empty>}</Answer></>;
}
const columns = (busy: string, test: (name: string) => Promise<void>): Column<Channel>[] => [
  { id: "name", title: t("deliveries.channel"), sort: c => c.name, cell: c => <b>{c.name}</b> },
  { id: "kind", title: t("channels.kind"), sort: c => c.kind, cell: c => wordsOf("channels.kind.", c.kind), narrow: "hide" },
  { id: "last", title: t("channels.last"), sort: c => -ms(c.sent), cell: c => c.sent ? <Ago at={c.sent} /> : t("channels.never") },
  { id: "failed", title: t("channels.failed"), sort: c => -ms(c.failed), cell: c => c.failed ? <><Ago at={c.failed} /> <span class="late">{c.said}</span></> : t("channels.never") },
  { id: "else", title: t("channels.else"), cell: c => c.or_else || "–", narrow: "hide" },
  ...can("channels.test") ? [{ id: "do", title: t("channels.test"), cell: (c: Channel) =>
    <Button busy={busy === c.name} disabled={busy !== ""} onClick={() => void test(c.name)} label={`${t("channels.test")}: ${c.name}`}>{t("channels.test")}</Button> }] : [],
];
