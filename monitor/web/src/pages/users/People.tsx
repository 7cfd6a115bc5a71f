// SPDX-License-Identifier: GPL-3.0-or-later
// People: their role, what they see, whether they may log in.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { User } from "../../api";
import { t } from "../../i18n";
import { can, session } from "../../session";
import { ms } from "../../time";
import { Ago, Button, Empty, Failed, Loading, Time } from "../../ui/basics";
import { decide } from "../../ui/decide";
import { Table, type Column } from "../../ui/Table";
import { toast } from "../../ui/toast";
import { usePages } from "../../ui/usePages";
import { actorWords } from "./agent";
import { UserDialog } from "./UserDialog";

export function People(): JSX.Element {
  const q = usePages<User>("/users", 500, true), [open, set] = useState<User | "new" | null>(null);
  const changed = (words: string): void => { set(null); toast(words); q.again(); };
  return <>{q.error && <Failed problem={q.error} again={q.again} />}
    {can("users.add") && <p class="actions"><Button kind="primary" onClick={() => set("new")}>{t("users.add")}</Button></p>}
    {q.items.length ? <Table label={t("users.tab.users")} rows={q.items} columns={columns(set, changed)} keyOf={u => u.name} sort="name" />
      : q.loading ? <Loading /> : !q.error && <Empty title={t("users.none")} />}
    {open && <UserDialog user={open === "new" ? null : open} onClose={() => set(null)} onDone={changed} />}</>;
}
const columns = (open: (u: User) => void, changed: (words: string) => void): Column<User>[] => [
  { id: "name", title: t("users.name"), names: true, sort: u => u.name, cell: u => <><b>{u.name}</b>{u.name === session.value?.user && <span class="soft"> ({t("users.you")})</span>}
    {u.disabled && <i class="tag text">{t("users.disabled")}</i>}</> },
  { id: "role", title: t("users.role"), sort: u => u.role, cell: u => t(`role.${u.role}`) },
  { id: "site", title: t("users.site"), names: true, sort: u => u.site, cell: u => u.site || t("users.site.all"), narrow: "hide" },
  { id: "seen", title: t("users.seen"), sort: u => -ms(u.last_seen), cell: u => u.last_seen ? <Ago at={u.last_seen} /> : t("users.seen.never"), narrow: "hide" },
  { id: "logins", title: t("users.logins"), align: "right", sort: u => u.logins, cell: u => u.logins || "–", narrow: "hide" },
  { id: "created", title: t("users.created"), sort: u => ms(u.created), cell: u => <><Time at={u.created} /> <span class="soft">{t("users.by", { name: actorWords(u.by) })}</span></>, narrow: "hide" },
  ...can("users.change") ? [{ id: "do", title: t("users.deeds"), cell: (u: User) => <Deeds of={u} open={open} changed={changed} /> }] : [],
];
function Deeds(p: { of: User; open: (u: User) => void; changed: (words: string) => void }): JSX.Element {
  const u = p.of, name = u.name, self = name === session.value?.user;
  const changed = (): void => p.changed(t("users.changed", { name }));
  const disable = (): Promise<void> => decide(u.disabled ? { title: t("users.enable.title", { name }), action: t("users.enable") }
    : { title: t("users.disable.title", { name }), text: t("users.disable.text", { name }), action: t("users.disable"), danger: true },
    `/users/${u.id}`, { disabled: !u.disabled }, changed);
  const remove = (): Promise<void> => decide({ title: t("users.remove.title", { name }), text: t("users.remove.text"), action: t("users.remove"), danger: true },
    `/users/${u.id}/remove`, {}, () => p.changed(t("users.removed", { name })));
  return <span class="deeds"><Button onClick={() => p.open(u)} label={`${t("users.change")}: ${name}`}>{t("users.change")}</Button>
    {!self && <Button onClick={() => void disable()} label={`${t(u.disabled ? "users.enable" : "users.disable")}: ${name}`}>{t(u.disabled ? "users.enable" : "users.disable")}</Button>}
    {!self && can("users.remove") && <Button onClick={() => void remove()} label={`${t("users.remove")}: ${name}`}>{t("users.remove")}</Button>}</span>;
}
