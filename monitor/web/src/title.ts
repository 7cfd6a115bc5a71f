// SPDX-License-Identifier: GPL-3.0-or-later
// The number before the title: of open incidents, where a page counts them,
// else of feeds that are down.
import { signal } from "@preact/signals";
export const titleCount = signal<number | null>(null);
