// SPDX-License-Identifier: GPL-3.0-or-later
// One feed of the store, painted again when it changed: const f = useFeed(id);
import { useEffect, useState } from "preact/hooks";
import { feeds, layout, onChanged, type Feed } from "../store";

export function useFeed(id: string | null): Feed | null {
  const [, again] = useState(0);
  void layout.value;
  useEffect(() => onChanged(changed => {
    for (const f of changed) if (f.id === id) return again(n => n + 1);
  }), [id]);
  return id ? feeds.get(id) ?? null : null;
}
