// SPDX-License-Identifier: GPL-3.0-or-later
// Pages that are loaded when they are first shown, or before, when nothing else is to do:
//   const Users = later(() => import("./pages/users/Users").then(m => m.Users));
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../http";
import { Failed, Loading } from "./basics";

type Load = () => Promise<ComponentType>;
const waiting: Load[] = [];

export function later(load: Load): ComponentType {
  let page: ComponentType | null = null;
  const get: Load = async () => page ??= await load();
  waiting.push(get);
  return function Later(): JSX.Element {
    const [now, set] = useState<{ page: ComponentType | null }>({ page }), [bad, setBad] = useState(false);
    const ask = (): void => {
      setBad(false);
      get().then(found => set({ page: found }), () => setBad(true));
    };
    useEffect(() => { if (!now.page) ask(); }, []);
    const Page = now.page;
    return Page ? <Page /> : bad ? <Failed problem={new Problem(0, "", "", [], 0)} again={() => location.reload()} /> : <Loading />;
  };
}
/* After the first look: so that a page opens at once, and also while the network is away. */
export function loadRest(): void {
  const next = (): void => {
    const load = waiting.shift();
    if (load) load().then(() => setTimeout(next, 50), () => {});
  };
  setTimeout(next, 3000);
}
