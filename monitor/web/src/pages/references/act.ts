// SPDX-License-Identifier: GPL-3.0-or-later
// Approves or clears many references, some hundred at a time.
import { signal } from "@preact/signals";
import { post } from "../../http";
import { t, textWords } from "../../i18n";
import { clock, now } from "../../time";
import { failureWords } from "../../ui/toast";

export interface Result { ok: boolean; text: string }
export const results = signal<Result[]>([]);
export const sent = signal<{ n: number; all: number } | null>(null);
/* By feed, how often its reference was changed here: its picture is asked anew,
 * and again a little later, since it is taken only after the approval. */
export const versions = signal<ReadonlyMap<string, number>>(new Map());
const AT_ONCE = 200, LATER_MS = [2500, 9000];

export interface Answer { changed: number; unchanged: number; reasons: Parameters<typeof textWords>[0][] }
/* Why some were left as they were; "" when none was. */
export const whyNot = (a: Answer): string => a.reasons.map(textWords).join("; ");
export const refer = (action: "approve" | "clear", feeds: string[], reason: string): Promise<Answer> => post<Answer>("/references", { action, feeds, reason });
const say = (r: Result): void => { results.value = [r, ...results.value].slice(0, 20); };

function renew(ids: string[]): void {
  const next = new Map(versions.value);
  for (const id of ids) next.set(id, (next.get(id) ?? 0) + 1);
  versions.value = next;
}
export async function change(action: "approve" | "clear", ids: string[], reason: string): Promise<boolean> {
  const sum: Answer = { changed: 0, unchanged: 0, reasons: [] };
  sent.value = { n: 0, all: ids.length };
  try {
    for (let n = 0; n < ids.length; n += AT_ONCE) {
      const a = await refer(action, ids.slice(n, n + AT_ONCE), reason);
      sum.changed += a.changed;
      sum.unchanged += a.unchanged;
      sum.reasons = a.reasons;
      sent.value = { n: Math.min(ids.length, n + AT_ONCE), all: ids.length };
    }
    say({ ok: true, text: t("references.result", { time: clock(now()), changed: sum.changed, unchanged: sum.unchanged, text: ids.length <= AT_ONCE ? whyNot(sum) : "" }) });
    return true;
  } catch (e) {
    say({ ok: false, text: t("references.result.failed", { time: clock(now()), n: sent.value?.n ?? 0, text: failureWords(e) }) });
    return false;
  } finally {
    sent.value = null;
    renew(ids);
    for (const ms of LATER_MS) setTimeout(() => renew(ids), ms);
  }
}
