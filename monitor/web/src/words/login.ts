// SPDX-License-Identifier: GPL-3.0-or-later
export const en = {
  "login.title": "Log in", "login.user": "User name", "login.password": "Password", "login.go": "Log in", "login.wrong": "User name or password is wrong.",
  "login.wait": "Wait {n} s|Wait {n} s",
  "setup.title": "First set-up", "setup.text": "Nobody can log in yet. Make the first administrator; more people are added under Users.",
  "setup.token": "Set-up token", "setup.token.hint": "camwarden printed it with the address at its first start; it is also in the file setup-token in its state folder.",
  "setup.go": "Make the administrator", "setup.badToken": "This token is not the right one, or it was used.", "setup.over": "Set-up is done",
  "setup.over.text": "There is an administrator already. Log in, or ask them for an account.",
  "strength.rule": "At least 8 letters. Three or four words that don't belong together are good, and easy to keep in mind.",
  "strength.short": "Too short: at least 8 letters.", "strength.long": "Too long: at most 256 bytes.", "strength.name": "Little more than the user name: easily guessed.",
  "strength.common": "Among the first that anybody tries.", "strength.fair": "Will do. Another word makes it much better.", "strength.good": "Good.", "strength.show": "Show it",
  "kiosk.title": "Wall screen", "kiosk.text": "This browser becomes a wall screen: it shows, and can change nothing. It stays logged in until an administrator revokes it.",
  "kiosk.token": "Token", "kiosk.go": "Make this a wall screen",
  "kiosk.refused": "This token can't be used here: it was claimed by another browser, revoked, or mistyped. An administrator makes a new one under Users.",
} as const;
export const es: Record<keyof typeof en, string> = {
  "login.title": "Iniciar sesión", "login.user": "Usuario", "login.password": "Contraseña", "login.go": "Entrar", "login.wrong": "El usuario o la contraseña no son correctos.",
  "login.wait": "Espere {n} s|Espere {n} s",
  "setup.title": "Primera configuración", "setup.text": "Aún nadie puede entrar. Cree el primer administrador; los demás se añaden en Usuarios.",
  "setup.token": "Clave de configuración", "setup.token.hint": "camwarden la imprimió con la dirección en su primer arranque; también está en el archivo setup-token de su carpeta de estado.",
  "setup.go": "Crear el administrador", "setup.badToken": "Esta clave no es correcta, o ya se usó.", "setup.over": "La configuración está hecha",
  "setup.over.text": "Ya hay un administrador. Inicie sesión, o pídale una cuenta.",
  "strength.rule": "Al menos 8 letras. Tres o cuatro palabras sin relación son buenas y fáciles de recordar.",
  "strength.short": "Demasiado corta: al menos 8 letras.", "strength.long": "Demasiado larga: como mucho 256 bytes.", "strength.name": "Poco más que el nombre de usuario: se adivina fácilmente.",
  "strength.common": "Entre las primeras que cualquiera prueba.", "strength.fair": "Sirve. Otra palabra la mejora mucho.", "strength.good": "Buena.", "strength.show": "Mostrarla",
  "kiosk.title": "Pantalla mural", "kiosk.text": "Este navegador se convierte en pantalla mural: muestra y no puede cambiar nada. Sigue dentro hasta que un administrador lo revoque.",
  "kiosk.token": "Clave", "kiosk.go": "Convertir en pantalla mural",
  "kiosk.refused": "Esta clave no sirve aquí: la tomó otro navegador, fue revocada o está mal escrita. Un administrador crea otra en Usuarios.",
};
