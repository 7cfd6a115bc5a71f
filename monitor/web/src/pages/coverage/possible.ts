// SPDX-License-Identifier: GPL-3.0-or-later
// What the screens make possible at best. PURE.
export interface Possible {
  feeds: number;
  places: number;   /* tiles on all screens, of each at most MOST_TILES */
  counting: number; /* of these, whose view counts now */
  seconds: number;  /* the longest that each feed can be seen in an hour, if all are shown in turn */
}
export const MOST_TILES = 16;

export function possible(screens: readonly { tiles: readonly { view: string }[] }[], feeds: number): Possible {
  const places = screens.reduce((n, s) => n + Math.min(s.tiles.length, MOST_TILES), 0);
  const counting = screens.reduce((n, s) => n + s.tiles.filter(x => x.view === "counts").length, 0);
  return { feeds, places, counting, seconds: feeds > 0 ? Math.min(3600, Math.floor(places * 3600 / feeds)) : 0 };
}
