/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/inventory/headings.h"

#include <string.h>

#define SITES (1u << INVENTORY_SITES)
#define DEVICES (1u << INVENTORY_DEVICES)
#define FEEDS (1u << INVENTORY_FEEDS)
#define ALL (SITES | DEVICES | FEEDS)

/* Folded, between blanks. A name of ours is found without standing here. */
static const struct {
	unsigned kinds;
	const char *column, *names;
} headings[] = {
	{ SITES | FEEDS, "site",
	    " path location sitename siteid standort ort standortname sitio "
	    "sede ubicacion emplazamiento lugar "
	    "lieu emplacement luogo posizione localita local localizacao " },
	{ FEEDS, "name",
	    " camera cameraname camname camera cam displayname title feed "
	    "nombre camara nombrecamara nombredecamara nombredelacamara titulo "
	    "kamera kameraname bezeichnung kamerabezeichnung "
	    "nom nomcamera nomdelacamera nome nometelecamera telecamera "
	    "nomedacamera designacao " },
	{ DEVICES, "device", " name camera cameraname camara nombre kamera " },
	{ DEVICES | FEEDS, "device",
	    " devicename recorder nvr dvr dispositivo equipo grabador "
	    "grabadora gerat geraet geratename rekorder recordername "
	    "appareil enregistreur registratore gravador " },
	{ FEEDS, "url",
	    " stream streamurl rtsp rtspurl mainurl mainstream mainstreamurl "
	    "mainrtsp uri link source flujo flujoprincipal urlprincipal "
	    "direccionrtsp hauptstream hauptstreamurl rtspadresse "
	    "flux fluxprincipal adressertsp flusso flussoprincipale "
	    "fluxoprincipal enderecortsp " },
	{ FEEDS, "suburl",
	    " substream substreamurl subrtsp rtspsub secondarystream "
	    "secondaryurl secondstream flujosecundario urlsecundaria "
	    "substreaming nebenstream substreamadresse zweitstream "
	    "rtspurlsub urlsub fluxsecondaire flussosecondario "
	    "fluxosecundario " },
	{ DEVICES | FEEDS, "address",
	    " host hostname ip ipaddress ipaddr ipv4 ipv4address cameraip "
	    "ipcamera deviceip direccionip direccion dirip ipcamara "
	    "ipdelacamara ipadresse ipaddresse adresse hostadresse "
	    "adresseip indirizzo indirizzoip endereco enderecoip " },
	{ FEEDS, "port",
	    " rtspport puerto puertortsp portrtsp rtspport "
	    "porta portartsp " },
	{ FEEDS, "vendor",
	    " make manufacturer brand maker cameramake marca fabricante "
	    "hersteller marke fabrikat "
	    "marque fabricant constructeur produttore costruttore " },
	{ FEEDS, "channel",
	    " ch chan channelno channelnumber nvrchannel camerachannel canal "
	    "numerodecanal nrocanal kanal kanalnr kanalnummer "
	    "numerocanal canale " },
	{ FEEDS, "streams", " whichstream flujos streamauswahl " },
	{ DEVICES | FEEDS, "user",
	    " username login account rtspuser userid usuario "
	    "nombredeusuario benutzer benutzername anmeldename "
	    "utilisateur nomdutilisateur identifiant utente nomeutente "
	    "utilizador nomedeusuario " },
	{ DEVICES | FEEDS, "password",
	    " pass pwd passwd rtsppassword userpassword contrasena clave "
	    "passwort kennwort "
	    "motdepasse mdp senha palavrapasse parolachiave " },
	{ FEEDS, "transport",
	    " protocol rtsptransport transporte protocolo "
	    "protokoll ubertragung " },
	{ FEEDS, "visit", " held visita besuch " },
	{ FEEDS, "nopicture", " sinimagen keinbild " },
	{ FEEDS, "criticality",
	    " priority importance criticidad prioridad importancia "
	    "kritikalitat prioritat wichtigkeit "
	    "criticite priorite priorita criticita prioridade criticidade " },
	{ FEEDS, "tags",
	    " tag label labels keywords etiqueta etiquetas "
	    "schlagwort schlagworte stichworte "
	    "etiquettes etichette marcadores " },
	{ FEEDS, "enabled",
	    " active inuse activo activa activada habilitado "
	    "habilitada aktiv aktiviert "
	    "actif active attivo abilitato ativo ativado " },
	{ FEEDS, "ptz",
	    " isptz ptzcamera camaraptz ptzkamera schwenkbar "
	    "motorizada " },
	{ FEEDS, "darkhours",
	    " dark horasoscuras horasdeoscuridad "
	    "dunkelstunden dunkelzeiten dunkel " },
	{ FEEDS, "uuid", " feedid feeduuid " },
	{ SITES, "zone", " timezone tz zonahoraria husohorario zeitzone " },
	{ SITES, "contact",
	    " phone callto contacto telefono kontakt "
	    "ansprechpartner telefon " },
	{ SITES, "target", " sla objetivo ziel zielwert " },
	{ SITES, "ceiling",
	    " bandwidth maxbandwidth anchodebanda bandbreite " },
	{ DEVICES | FEEDS, "sessions", " maxsessions sesiones sitzungen " },
	{ DEVICES | FEEDS, "quirks", " " },
	{ FEEDS, "relay", " relayurl rele relais restream " },
};

/* U+00C0..U+00FF without their accents; ' ' is no letter. */
static const char latin[64] = "aaaaaaaceeeeiiiidnooooo ouuuuyts"
			      "aaaaaaaceeeeiiiidnooooo ouuuuyty";

void
heading_fold(const char *text, char out[HEADING_BYTES])
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = 0;

	for (; *p != '\0' && n + 1 < HEADING_BYTES; p++) {
		char c = (char)*p;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		else if (*p == 0xc3 && p[1] >= 0x80 && p[1] < 0xc0)
			c = latin[*++p - 0x80];
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
	}
	out[n] = '\0';
}

bool
heading_same(const char *a, const char *b)
{
	char x[HEADING_BYTES], y[HEADING_BYTES];

	heading_fold(a, x);
	heading_fold(b, y);
	return x[0] != '\0' && strcmp(x, y) == 0;
}

static bool
stands_in(const char *names, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strstr(names, name); p != NULL;
	     p = strstr(p + 1, name))
		if (p[-1] == ' ' && p[n] == ' ')
			return true;
	return false;
}

bool
heading_among(const char *words, const char *text)
{
	char name[HEADING_BYTES];

	heading_fold(text, name);
	return name[0] != '\0' && stands_in(words, name);
}

static const char *
column_of(enum inventory_kind kind, const char *name)
{
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		if ((headings[i].kinds >> kind & 1) && name[0] != '\0' &&
		    (strcmp(headings[i].column, name) == 0 ||
			stands_in(headings[i].names, name)))
			return headings[i].column;
	return NULL;
}

const char *
heading_find(enum inventory_kind kind, const char *text)
{
	char name[HEADING_BYTES];
	size_t n = strcspn(text, "([");
	const char *column;

	heading_fold(text, name);
	column = column_of(kind, name);
	if (column != NULL || text[n] == '\0' || n >= HEADING_BYTES)
		return column;
	/* "IP address (static)" */
	memcpy(name, text, n);
	name[n] = '\0';
	heading_fold(name, name);
	return column_of(kind, name);
}
