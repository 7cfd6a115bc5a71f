// SPDX-License-Identifier: GPL-3.0-or-later
// The first look: every feed on one screen, by site, worst sites first.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { t } from "../../i18n";
import { here } from "../../router";
import { can } from "../../session";
import { feeds, layout, worth } from "../../store";
import { Empty, Waiting } from "../../ui/basics";
import { useNarrow } from "../../ui/useNarrow";
import type { Board } from "./Board";
import { readFilter } from "./order";
import { SiteList } from "./SiteList";
import { Tiles } from "./Tiles";
import { Toolbar } from "./Toolbar";

const NARROW = 1000; // px
function NoFeeds(): JSX.Element {
  return <Empty title={t("overview.none")}>{can("import.inventory")
    ? <><p>{t("overview.none.admin")}</p><p class="actions"><a class="button primary" href="/inventory">{t("overview.none.go")}</a></p></>
    : <p>{t("overview.none.others")}</p>}</Empty>;
}
export function Overview(): JSX.Element {
  void layout.value;
  const search = here.value.search, narrow = useNarrow(NARROW), [board, setBoard] = useState<Board | null>(null);
  const filter = useMemo(() => readFilter(new URLSearchParams(search)), [search]);
  const waiting = worth.value === "connecting";
  const head = <h1 class="unseen">{t("overview.title")}</h1>;
  if (waiting || !feeds.size) return <>{head}{waiting ? <Waiting /> : <NoFeeds />}</>;
  return <>{head}
    <Toolbar filter={filter} board={narrow ? null : board} />
    {narrow ? <SiteList filter={filter} /> : <Tiles filter={filter} onBoard={setBoard} />}
    {!narrow && board?.shown.value === 0 && <Empty title={t("overview.noMatch")} />}</>;
}
