// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of the page that still wait for their first data: <main aria-busy>.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export const busy = signal(0);
export function useBusy(on: boolean): void {
  useEffect(() => {
    if (!on) return;
    busy.value++;
    return () => { busy.value--; };
  }, [on]);
}
