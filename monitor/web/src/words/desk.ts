// SPDX-License-Identifier: GPL-3.0-or-later
// Words of a console's own page (console.js); what its presence is called and
// why stands in consoles.ts.
export const en = {
  "desk.console": "console", "desk.language": "Language",
  "desk.enrol": "Which console is this?",
  "desk.enrol.text": "Paste the token that your supervisor made for this workstation ({command}). It is kept in this browser only.",
  "desk.token": "Token", "desk.token.hint": "64 letters and digits", "desk.token.do": "This is it", "desk.token.wrong": "A token has 64 letters 0-9 and a-f.",
  "desk.token.bad": "This token is not, or no longer, good.",
  "desk.question": "Which of these pictures is {feed} now?", "desk.picture": "picture {n}", "desk.press": "Press the picture, or its number.", "desk.left": "{n} s left",
  "desk.now": "Now", "desk.since": "{presence} since {time}",
  "desk.held": "Idle after {n} s without input now; no questions are asked.", "desk.held.asked": "Idle after {n} s without input now; a question after about {after} s.",
  "desk.lock.unseen": "This page can't see whether the workstation is locked.", "desk.lock.do": "Let this page also see the lock screen",
  "desk.record": "What is on record for this console, last 24 hours",
  "desk.from": "from", "desk.to": "to", "desk.state": "state", "desk.why": "why", "desk.word": "an own word",
  "desk.dispute": "dispute", "desk.dispute.ask": "What was it really, {span}?", "desk.dispute.do": "Put on record", "desk.dispute.not": "It could not be put on record.",
  "desk.told": "What this page tells",
  "desk.told.text": "Counts of your keys, moves, clicks and wheel turns on this page, second by second, and whether the page is in front. Never which key, where the pointer is, a picture, or anything of other pages. It shows that the post was manned, not how well somebody works. Kept in raw form only until it has been counted; the states above are kept with the record, and you can put your own word beside each.",
  "desk.pulse.none": "not connected", "desk.pulse.token": "no token", "desk.pulse.good": "reporting", "desk.pulse.refused": "refused", "desk.pulse.lost": "no connection to camwarden",
  "desk.refused": "Not taken: {why}",
} as const;
export const es: Record<keyof typeof en, string> = {
  "desk.console": "puesto", "desk.language": "Idioma",
  "desk.enrol": "¿Qué puesto es este?",
  "desk.enrol.text": "Pegue la clave que su supervisor hizo para este equipo ({command}). Solo se guarda en este navegador.",
  "desk.token": "Clave", "desk.token.hint": "64 letras y cifras", "desk.token.do": "Es esta", "desk.token.wrong": "Una clave tiene 64 letras 0-9 y a-f.",
  "desk.token.bad": "Esta clave no vale, o ya no.",
  "desk.question": "¿Cuál de estas imágenes es {feed} ahora?", "desk.picture": "imagen {n}", "desk.press": "Pulse la imagen, o su número.", "desk.left": "quedan {n} s",
  "desk.now": "Ahora", "desk.since": "{presence} desde las {time}",
  "desk.held": "Ahora inactivo tras {n} s sin entrada; no se hacen preguntas.", "desk.held.asked": "Ahora inactivo tras {n} s sin entrada; una pregunta tras unos {after} s.",
  "desk.lock.unseen": "Esta página no puede ver si el equipo está bloqueado.", "desk.lock.do": "Dejar que esta página vea también el bloqueo de pantalla",
  "desk.record": "Lo que consta de este puesto, últimas 24 horas",
  "desk.from": "desde", "desk.to": "hasta", "desk.state": "estado", "desk.why": "por qué", "desk.word": "palabra propia",
  "desk.dispute": "discrepar", "desk.dispute.ask": "¿Qué fue en realidad, {span}?", "desk.dispute.do": "Dejar constancia", "desk.dispute.not": "No se pudo dejar constancia.",
  "desk.told": "Lo que cuenta esta página",
  "desk.told.text": "Cuántas teclas, movimientos, clics y vueltas de rueda hace en esta página, segundo a segundo, y si la página está delante. Nunca qué tecla, dónde está el puntero, una imagen ni nada de otras páginas. Muestra que el puesto estaba atendido, no lo bien que alguien trabaja. En bruto se guarda solo hasta contarlo; los estados de arriba se guardan con el registro, y junto a cada uno puede poner su propia palabra.",
  "desk.pulse.none": "sin conexión", "desk.pulse.token": "sin clave", "desk.pulse.good": "informando", "desk.pulse.refused": "rechazado", "desk.pulse.lost": "sin conexión con camwarden",
  "desk.refused": "No se aceptó: {why}",
};
