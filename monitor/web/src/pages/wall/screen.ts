// SPDX-License-Identifier: GPL-3.0-or-later
// A screen that nobody touches: it stays awake, and no pointer stands in the picture.
import { useEffect, useState } from "preact/hooks";

const STILL_MS = 3000;

/* Where the browser can: asked for again each time the page is seen again. */
export function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null, over = false;
    const hold = (): void => {
      if (document.hidden || !("wakeLock" in navigator)) return;
      navigator.wakeLock.request("screen").then(l => {
        if (over) void l.release();
        else lock = l;
      }, () => {}); // low battery, or not allowed: then the system decides
    };
    hold();
    document.addEventListener("visibilitychange", hold);
    return () => {
      over = true;
      document.removeEventListener("visibilitychange", hold);
      void lock?.release();
    };
  }, []);
}
/* True while the pointer moved lately, or a key brought something into focus. */
export function useHiddenPointer(): boolean {
  const [moved, set] = useState(false);
  useEffect(() => {
    let timer = 0;
    const on = (): void => {
      set(true);
      clearTimeout(timer);
      timer = window.setTimeout(() => set(false), STILL_MS);
    };
    addEventListener("pointermove", on);
    addEventListener("focusin", on);
    return () => {
      clearTimeout(timer);
      removeEventListener("pointermove", on);
      removeEventListener("focusin", on);
    };
  }, []);
  return moved;
}
