// SPDX-License-Identifier: GPL-3.0-or-later
import type { JSX } from "preact";
import { t } from "../../i18n";
import { Empty, PageHead } from "../../ui/basics";

export function References(): JSX.Element {
  return <><PageHead title={t("references.title")} /><Empty title={t("later")} /></>;
}
