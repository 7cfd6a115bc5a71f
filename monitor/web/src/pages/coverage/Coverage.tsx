// SPDX-License-Identifier: GPL-3.0-or-later
import type { JSX } from "preact";
import { t } from "../../i18n";
import { Empty, PageHead } from "../../ui/basics";

export function Coverage(): JSX.Element {
  return <><PageHead title={t("coverage.title")} /><Empty title={t("later")} /></>;
}
