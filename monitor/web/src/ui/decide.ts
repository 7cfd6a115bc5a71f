// SPDX-License-Identifier: GPL-3.0-or-later
// A change that asks for its reason first, and says why it was refused:
//   await decide({ title, text, action: t("revoke"), danger: true }, `/tokens/${x.id}/revoke`, {}, () => { toast(t("done")); q.again(); });
import { post } from "../http";
import { confirm, type Asked } from "./Dialog";
import { failed } from "./toast";

/* `done`: only when it was made. */
export async function decide(asked: Asked, path: string, body: object, done: () => void): Promise<void> {
  const reason = await confirm({ ...asked, reason: true });
  if (reason === null) return;
  try {
    await post(path, { ...body, reason });
    done();
  } catch (e) {
    failed(e);
  }
}
