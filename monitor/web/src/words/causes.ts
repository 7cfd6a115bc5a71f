// SPDX-License-Identifier: GPL-3.0-or-later
// A cause in words, and what may help (as camwarden's own words.c, for readers).
export const en = {
  "cause.none": "Good", "cause.unreachable": "Nothing answers", "cause.refused": "Connection refused",
  "cause.name-failed": "Name does not resolve", "cause.tls-failed": "Encryption failed", "cause.auth-failed": "Password rejected",
  "cause.not-found": "No such stream", "cause.busy": "Device is full", "cause.protocol-error": "Does not talk the protocol",
  "cause.no-video": "No video in the stream", "cause.stalled": "No pictures arrive", "cause.undecodable": "Can't be decoded",
  "cause.frozen": "Frozen picture", "cause.black": "Black picture", "cause.no-signal": "No camera signal",
  "cause.covered": "Lens covered", "cause.looped": "A recording is replayed", "cause.white": "Glare", "cause.blurred": "Out of focus",
  "cause.moved": "Looks elsewhere", "cause.noisy": "Strong noise", "cause.corrupt": "Damaged picture", "cause.colour-cast": "Wrong colours",
  "cause.duplicate": "Duplicate of another feed", "cause.flapping": "Keeps breaking", "cause.low-fps": "Fewer pictures than usual",
  "cause.low-bitrate": "Less data than usual", "cause.packet-loss": "Packets are lost", "cause.clock-drift": "Camera clock drifts",
  "cause.changed": "Stream settings changed", "cause.learning": "Learning, not judged yet", "cause.not-sampled": "No picture judged lately",
  "cause.probe-lost": "Our probe was lost", "cause.over-capacity": "Beyond our capacity", "cause.network-lost": "Our network is lost",
  "cause.relay-lost": "The relay is lost", "cause.monitor-off": "The monitor was off",
} as const;
export const es: Record<keyof typeof en, string> = {
  "cause.none": "Bien", "cause.unreachable": "Nadie responde", "cause.refused": "Conexión rechazada",
  "cause.name-failed": "El nombre no se resuelve", "cause.tls-failed": "Falló el cifrado", "cause.auth-failed": "Contraseña rechazada",
  "cause.not-found": "No existe esa transmisión", "cause.busy": "El equipo está lleno", "cause.protocol-error": "No habla el protocolo",
  "cause.no-video": "Sin vídeo en la transmisión", "cause.stalled": "No llegan imágenes", "cause.undecodable": "No se puede decodificar",
  "cause.frozen": "Imagen congelada", "cause.black": "Imagen negra", "cause.no-signal": "Sin señal de cámara",
  "cause.covered": "Lente tapada", "cause.looped": "Se repite una grabación", "cause.white": "Deslumbramiento", "cause.blurred": "Desenfocada",
  "cause.moved": "Mira a otro sitio", "cause.noisy": "Mucho ruido", "cause.corrupt": "Imagen dañada", "cause.colour-cast": "Colores falsos",
  "cause.duplicate": "Copia de otra transmisión", "cause.flapping": "Se corta una y otra vez", "cause.low-fps": "Menos imágenes de lo habitual",
  "cause.low-bitrate": "Menos datos de lo habitual", "cause.packet-loss": "Se pierden paquetes", "cause.clock-drift": "El reloj de la cámara se desvía",
  "cause.changed": "Cambió la configuración", "cause.learning": "Aprendiendo, aún sin juicio", "cause.not-sampled": "Ninguna imagen juzgada últimamente",
  "cause.probe-lost": "Se perdió nuestra sonda", "cause.over-capacity": "Supera nuestra capacidad", "cause.network-lost": "Se perdió nuestra red",
  "cause.relay-lost": "Se perdió el repetidor", "cause.monitor-off": "El monitor estaba apagado",
};
