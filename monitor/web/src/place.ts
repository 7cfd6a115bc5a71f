// SPDX-License-Identifier: GPL-3.0-or-later
// Paths of sites, "Region/Site": what is in what. PURE.

/* In the site itself or below it; "" has all. */
export const inSite = (path: string, of: string): boolean => of === "" || path === of || path.startsWith(of + "/");
/* The path and those above it, nearest first; "" has none. */
export function upwards(path: string): string[] {
  const all: string[] = [];
  for (let p = path; p; p = p.slice(0, Math.max(0, p.lastIndexOf("/")))) all.push(p);
  return all;
}
