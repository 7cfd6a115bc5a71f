// SPDX-License-Identifier: GPL-3.0-or-later
export function startData(): void { /* the worker comes next */ }
