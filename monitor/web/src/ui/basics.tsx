// SPDX-License-Identifier: GPL-3.0-or-later
// The small parts: Button, PageHead, Empty, Loading, Failed, Answer, Time, Ago.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Problem } from "../http";
import { moment, ms, now, second, span, utc } from "../time";
import { useBusy } from "./busy";
import type { Query } from "./useQuery";
import { problemWords } from "./toast";

type Kind = "plain" | "primary" | "danger" | "quiet";
export interface ButtonProps {
  kind?: Kind; onClick?: (e: MouseEvent) => void; disabled?: boolean; busy?: boolean; type?: "button" | "submit";
  title?: string; pressed?: boolean; label?: string; children?: ComponentChildren;
}
/* <Button kind="primary" onClick={save} busy={saving}>{t("save")}</Button> */
export function Button(p: ButtonProps): JSX.Element {
  return <button type={p.type ?? "button"} class={"button " + (p.kind ?? "plain")} onClick={p.onClick} disabled={p.disabled || p.busy}
    aria-busy={p.busy} aria-pressed={p.pressed} aria-label={p.label} title={p.title}>{p.children}</button>;
}
/* The top of every page: <PageHead title={t("trouble.title")} hint="...">buttons</PageHead> */
export function PageHead(p: { title: string; hint?: string; children?: ComponentChildren }): JSX.Element {
  return <div class="page-head"><div><h1>{p.title}</h1>{p.hint && <p class="soft">{p.hint}</p>}</div>
    {p.children && <div class="actions">{p.children}</div>}</div>;
}
/* Nothing here, because...: <Empty title={t("trouble.none")}>why, and what to do</Empty> */
export function Empty(p: { title: string; children?: ComponentChildren }): JSX.Element {
  return <div class="empty"><p class="empty-title">{p.title}</p>{p.children && <div class="soft">{p.children}</div>}</div>;
}
export function Loading(): JSX.Element {
  useBusy(true);
  return <p class="loading soft" role="status">{t("loading")}</p>;
}
/* For the wall's own data: after a while it says that it may take longer. */
export function Waiting(): JSX.Element {
  const [long, set] = useState(false);
  useBusy(!long);
  useEffect(() => {
    const timer = setTimeout(() => set(true), 6000);
    return () => clearTimeout(timer);
  }, []);
  return <p class="loading soft" role="status">{t(long ? "waiting" : "loading")}</p>;
}
export function Failed(p: { problem: Problem; again?: () => void }): JSX.Element {
  return <div class="failed" role="alert"><p>{problemWords(p.problem)}</p>
    {p.again && <Button onClick={p.again}>{t("again")}</Button>}</div>;
}
/* <Answer of={q}>{data => ...}</Answer>: loading, error and the answer. An old answer stays when a later ask fails. */
export function Answer<T>(p: { of: Query<T>; children: (data: T) => ComponentChildren }): JSX.Element {
  const { data, error, loading, refresh } = p.of;
  return <>{error && <Failed problem={error} again={refresh} />}
    {data !== null ? p.children(data) : loading ? <Loading /> : null}</>;
}
/* <Time at={iso} zone={zoneOf(site)} />: in the site's zone, UTC as tooltip. Numbers are epoch ms. */
export function Time(p: { at: string | number | null; zone?: string | undefined }): JSX.Element {
  const at = typeof p.at === "number" ? p.at : ms(p.at);
  if (!at) return <span>–</span>;
  return <time dateTime={new Date(at).toISOString()} title={utc(at)}>{moment(at, p.zone)}</time>;
}
/* <Ago at={iso} />: "3 min", kept true. */
export function Ago(p: { at: string | number | null; zone?: string | undefined }): JSX.Element {
  void second.value;
  const at = typeof p.at === "number" ? p.at : ms(p.at);
  if (!at) return <span>–</span>;
  return <time dateTime={new Date(at).toISOString()} title={moment(at, p.zone) + " · " + utc(at)}>{span(now() - at)}</time>;
}
