// SPDX-License-Identifier: GPL-3.0-or-later
// What programs, walls, agents and a VMS sign in with.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Token } from "../../api";
import { has, t, wordsOf } from "../../i18n";
import { can } from "../../session";
import { moment, ms } from "../../time";
import { Ago, Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { decide } from "../../ui/decide";
import { Check } from "../../ui/Field";
import { Table, type Column } from "../../ui/Table";
import { toast } from "../../ui/toast";
import { usePages } from "../../ui/usePages";
import { actorWords } from "./agent";
import { TokenDialog } from "./TokenDialog";

export function Tokens(): JSX.Element {
  const q = usePages<Token>("/tokens", 500, true), [adding, add] = useState(false), [all, showAll] = useState(false);
  const rows = all ? q.items : q.items.filter(x => !x.revoked), revoked = q.items.length - q.items.filter(x => !x.revoked).length;
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    <div class="tools">{can("tokens.add") && <Button kind="primary" onClick={() => add(true)}>{t("tokens.add")}</Button>}
      {revoked > 0 && <Check label={`${t("tokens.show.revoked")} (${revoked})`} checked={all} onChange={showAll} />}</div>
    {rows.length ? <Table label={t("users.tab.tokens")} rows={rows} columns={columns(q.again)} keyOf={x => x.id} sort="name" />
      : q.loading ? <Loading /> : !q.error && <Empty title={t("tokens.none")}>{t("tokens.none.why")}</Empty>}
    {adding && <TokenDialog onClose={() => add(false)} onDone={() => { add(false); q.again(); }} />}</>;
}
const roleOf = (x: Token): string => {
  const key = "role." + x.role;
  return has(key) ? t(key) : "–";
};
const columns = (again: () => void): Column<Token>[] => [
  { id: "name", title: t("tokens.name"), names: true, sort: x => x.name, cell: x => <><b>{x.name || "–"}</b>{x.revoked && <i class="tag text">{t("tokens.revoked")}</i>}</> },
  { id: "kind", title: t("tokens.kind"), sort: x => x.kind, cell: x => wordsOf("tokens.kind.short.", x.kind) },
  { id: "role", title: t("users.role"), sort: x => x.role, cell: roleOf, narrow: "hide" },
  { id: "site", title: t("users.site"), names: true, sort: x => x.site, cell: x => x.site || t("users.site.all"), narrow: "hide" },
  { id: "claimed", title: t("tokens.claimed"), sort: x => x.address, cell: x => x.claimed ? t("tokens.claimed.at", { address: x.address, when: moment(ms(x.claimed)) })
    : x.kind === "kiosk" && !x.revoked ? <span class="soft">{t("tokens.unclaimed")}</span> : "–", narrow: "hide" },
  { id: "seen", title: t("users.seen"), sort: x => -ms(x.last_seen), cell: x => x.last_seen ? <Ago at={x.last_seen} /> : t("users.seen.never"), narrow: "hide" },
  { id: "created", title: t("users.created"), sort: x => ms(x.created), cell: x => <><Time at={x.created} /> {x.by && <span class="soft">{t("users.by", { name: actorWords(x.by) })}</span>}</>, narrow: "hide" },
  ...can("tokens.revoke") ? [{ id: "do", title: t("users.deeds"), cell: (x: Token) => x.revoked ? "" :
    <Button onClick={() => void revoke(x, again)} label={`${t("tokens.revoke")}: ${x.name}`}>{t("tokens.revoke")}</Button> }] : [],
];
const revoke = (x: Token, again: () => void): Promise<void> =>
  decide({ title: t("tokens.revoke.title", { name: x.name }), text: t("tokens.revoke.text"), action: t("tokens.revoke"), danger: true }, `/tokens/${x.id}/revoke`, {}, () => {
    toast(t("tokens.revoked.done", { name: x.name }));
    again();
  });
