// SPDX-License-Identifier: GPL-3.0-or-later
// Whether the window is at most so wide, kept true: const narrow = useNarrow(1000);
import { useEffect, useState } from "preact/hooks";

export function useNarrow(most: number): boolean {
  const query = `(max-width: ${most}px)`, [narrow, set] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const m = matchMedia(query), on = (): void => set(m.matches);
    m.addEventListener("change", on);
    return () => m.removeEventListener("change", on);
  }, [query]);
  return narrow;
}
