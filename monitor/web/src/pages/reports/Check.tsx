// SPDX-License-Identifier: GPL-3.0-or-later
// How to find out, without this page, whether a report is what was made.
import type { JSX } from "preact";
import type { Report } from "../../api";
import { t } from "../../i18n";
import { Copy } from "../../ui/Copy";
import { Dialog } from "../../ui/Dialog";
import { fileOf, shellWord } from "./files";

export function Check(p: { report: Report; onClose: () => void }): JSX.Element {
  const r = p.report, command = `camwarden report --check ${shellWord(fileOf(r, ".json") ?? r.name + ".json")}`;
  return <Dialog title={t("reports.check.title", { name: r.name })} onClose={p.onClose} wide>
    <p>{t("reports.check.why")}</p><Copy text={command} label={t("reports.check")} />
    <p class="soft">{t("reports.check.exit")}</p>
    <p>{t("reports.check.hash", { file: r.name })}</p><Copy text={r.sha256} label="SHA-256" /></Dialog>;
}
