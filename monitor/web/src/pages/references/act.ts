// SPDX-License-Identifier: GPL-3.0-or-later
// Approves or clears many references, some hundred at a time.
import { signal } from "@preact/signals";
import { post, Problem } from "../../http";
import { t } from "../../i18n";
import { clock, now } from "../../time";
import { problemWords } from "../../ui/toast";

export interface Result { ok: boolean; text: string }
export const results = signal<Result[]>([]);
export const sent = signal<{ n: number; all: number } | null>(null);
/* Grows with each change: pictures of references are asked anew. */
export const version = signal(1);
const AT_ONCE = 200;

interface Answer { changed: number; unchanged: number; text: string }
const say = (r: Result): void => { results.value = [r, ...results.value].slice(0, 20); };

export async function change(action: "approve" | "clear", ids: string[], reason: string): Promise<boolean> {
  const sum: Answer = { changed: 0, unchanged: 0, text: "" };
  sent.value = { n: 0, all: ids.length };
  try {
    for (let n = 0; n < ids.length; n += AT_ONCE) {
      const a = await post<Answer>("/references", { action, feeds: ids.slice(n, n + AT_ONCE), reason });
      sum.changed += a.changed;
      sum.unchanged += a.unchanged;
      sum.text = a.text ?? "";
      sent.value = { n: Math.min(ids.length, n + AT_ONCE), all: ids.length };
    }
    say({ ok: true, text: t("references.result", { time: clock(now()), changed: sum.changed, unchanged: sum.unchanged, text: ids.length <= AT_ONCE ? sum.text : "" }) });
    return true;
  } catch (e) {
    say({ ok: false, text: t("references.result.failed", { time: clock(now()), n: sent.value?.n ?? 0, text: e instanceof Problem ? problemWords(e) : String(e) }) });
    return false;
  } finally {
    sent.value = null;
    version.value++;
  }
}
