// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "overview.title": "Overview", "overview.tiles": "Feeds by site. Arrows move, Enter opens.", "overview.counts": "Feeds by state; press to show only these",
  "overview.count.key": "Show only these (key {key})", "overview.search": "Search site or feed  ( / )", "overview.cause": "Cause", "overview.cause.all": "Cause: all", "overview.site.all": "Site: all",
  "overview.clear": "Show all (now {n})", "overview.clear.all": "Show all", "overview.sort": "Worst first", "overview.sort.why": "Sites keep their place while you look; this sorts them anew (key s)",
  "overview.since": "since {time} ({age})", "overview.siteWords": "{site}: {n} feeds, {down} down, {degraded} degraded, {unknown} unknown",
  "overview.noMatch": "No feed matches", "overview.none": "No feed yet", "overview.none.admin": "Bring a list of your cameras; camwarden shows what it would change before it does.",
  "overview.none.go": "Add feeds", "overview.none.others": "An administrator adds them under Inventory.",
  "key.overview": "Wall", "key.overview.← ↑ → ↓": "move between feeds", "key.overview.PgUp PgDn": "previous, next site", "key.overview.n p": "next, previous trouble",
  "key.overview.Enter": "open the feed", "key.overview.s": "worst sites first, now", "key.filters": "Filters", "key.filters.1 2 3 4": "only down, degraded, unknown, up",
  "key.filters.0": "show all",
} as const;
export const es: Record<keyof typeof en, string> = {
  "overview.title": "Vista general", "overview.tiles": "Cámaras por sitio. Las flechas mueven, Intro abre.", "overview.counts": "Cámaras por estado; pulse para ver solo estas",
  "overview.count.key": "Ver solo estas (tecla {key})", "overview.search": "Buscar sitio o cámara  ( / )", "overview.cause": "Causa", "overview.cause.all": "Causa: todas", "overview.site.all": "Sitio: todos",
  "overview.clear": "Ver todas (ahora {n})", "overview.clear.all": "Ver todas", "overview.sort": "Lo peor primero", "overview.sort.why": "Los sitios no se mueven mientras usted mira; esto los ordena de nuevo (tecla s)",
  "overview.since": "desde {time} ({age})", "overview.siteWords": "{site}: {n} cámaras, {down} caídas, {degraded} degradadas, {unknown} desconocidas",
  "overview.noMatch": "Ninguna cámara coincide", "overview.none": "Aún no hay cámaras", "overview.none.admin": "Traiga una lista de sus cámaras; camwarden muestra lo que cambiaría antes de hacerlo.",
  "overview.none.go": "Añadir cámaras", "overview.none.others": "Un administrador las añade en Inventario.",
  "key.overview": "Vista", "key.overview.← ↑ → ↓": "moverse entre cámaras", "key.overview.PgUp PgDn": "sitio anterior, siguiente", "key.overview.n p": "problema siguiente, anterior",
  "key.overview.Enter": "abrir la cámara", "key.overview.s": "los peores sitios primero, ya", "key.filters": "Filtros", "key.filters.1 2 3 4": "solo caídas, degradadas, desconocidas, bien",
  "key.filters.0": "ver todas",
};
