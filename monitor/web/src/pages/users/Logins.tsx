// SPDX-License-Identifier: GPL-3.0-or-later
// Log-ins in force, each to be ended.
import type { JSX } from "preact";
import type { Login } from "../../api";
import { t } from "../../i18n";
import { can } from "../../session";
import { ms } from "../../time";
import { Ago, Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { decide } from "../../ui/decide";
import { Table, type Column } from "../../ui/Table";
import { toast } from "../../ui/toast";
import { usePages } from "../../ui/usePages";
import { agentWords } from "./agent";

export function Logins(): JSX.Element {
  const q = usePages<Login>("/logins", 500, true);
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    {q.items.length ? <Table label={t("users.tab.logins")} rows={q.items} columns={columns(q.again)} keyOf={x => x.id} sort="user" />
      : q.loading ? <Loading /> : !q.error && <Empty title={t("logins.none")} />}</>;
}
const columns = (again: () => void): Column<Login>[] => [
  { id: "user", title: t("logins.user"), sort: x => x.user, cell: x => <b>{x.user}</b> },
  { id: "address", title: t("logins.where"), sort: x => x.address, cell: x => x.address },
  { id: "agent", title: t("logins.with"), cell: x => <span title={x.agent}>{agentWords(x.agent)}</span>, narrow: "hide" },
  { id: "created", title: t("logins.created"), sort: x => ms(x.created), cell: x => <Time at={x.created} />, narrow: "hide" },
  { id: "seen", title: t("logins.seen"), sort: x => -ms(x.seen), cell: x => <Ago at={x.seen} />, narrow: "hide" },
  { id: "ends", title: t("logins.ends"), sort: x => ms(x.ends), cell: x => x.ends ? <Time at={x.ends} /> : t("logins.ends.never"), narrow: "hide" },
  ...can("logins.end") ? [{ id: "do", title: t("users.deeds"), cell: (x: Login) => <Button onClick={() => void end(x, again)}
    label={`${t("logins.end")}: ${x.user}, ${x.address}`}>{t("logins.end")}</Button> }] : [],
];
const end = (x: Login, again: () => void): Promise<void> =>
  decide({ title: t("logins.end.title", { name: x.user }), text: t("logins.end.text"), action: t("logins.end"), danger: true }, `/logins/${x.id}/end`, {}, () => {
    toast(t("logins.ended", { name: x.user }));
    again();
  });
