// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "wall.title": "Picture wall", "wall.all": "All sites", "wall.noSite": "No feed at this site", "wall.page": "{page} / {pages}", "wall.pause": "Pause", "wall.go": "Go on",
  "wall.full": "Full screen", "wall.leave": "Overview", "wall.asOf": "as of {time}",
  "key.wall": "Picture wall", "key.wall.← →": "previous, next pictures", "key.wall.Space": "pause", "key.wall.f": "full screen", "key.wall.Escape": "to the overview",
} as const;
export const es: Record<keyof typeof en, string> = {
  "wall.title": "Mural de imágenes", "wall.all": "Todos los sitios", "wall.noSite": "No hay cámaras en este sitio", "wall.page": "{page} / {pages}", "wall.pause": "Pausa", "wall.go": "Seguir",
  "wall.full": "Pantalla completa", "wall.leave": "Vista general", "wall.asOf": "a las {time}",
  "key.wall": "Mural", "key.wall.← →": "imágenes anteriores, siguientes", "key.wall.Space": "pausa", "key.wall.f": "pantalla completa", "key.wall.Escape": "a la vista general",
};
