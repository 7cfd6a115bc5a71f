/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/report/report_words.h"

#include <string.h>

#include "camwarden/presence.h"
#include "camwarden/words.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

typedef const char *const in_languages[REPORT_LANGUAGES];

static in_languages phrases[] = {
#define PHRASE(name, en, es) { en, es },
	REPORT_PHRASES(PHRASE)
#undef PHRASE
};

static in_languages causes[CAUSE_COUNT] = {
	[CAUSE_NONE] = { "good", "buena imagen" },
	[CAUSE_UNREACHABLE] = { "nothing answers", "no responde" },
	[CAUSE_REFUSED] = { "connection refused", "conexión rechazada" },
	[CAUSE_NAME_FAILED] = { "name does not resolve",
	    "el nombre no se resuelve" },
	[CAUSE_TLS_FAILED] = { "encryption failed", "falla de cifrado" },
	[CAUSE_AUTH_FAILED] = { "password rejected", "contraseña rechazada" },
	[CAUSE_NOT_FOUND] = { "no such stream", "no existe el flujo" },
	[CAUSE_BUSY] = { "device is full", "equipo saturado" },
	[CAUSE_PROTOCOL_ERROR] = { "does not talk the protocol",
	    "error de protocolo" },
	[CAUSE_NO_VIDEO] = { "no video in the stream", "flujo sin video" },
	[CAUSE_STALLED] = { "no pictures arrive", "no llegan imágenes" },
	[CAUSE_UNDECODABLE] = { "can't be decoded", "no se puede decodificar" },
	[CAUSE_FROZEN] = { "frozen picture", "imagen congelada" },
	[CAUSE_BLACK] = { "black picture", "imagen en negro" },
	[CAUSE_NO_SIGNAL] = { "no camera signal", "sin señal de cámara" },
	[CAUSE_COVERED] = { "lens covered", "lente cubierto" },
	[CAUSE_LOOPED] = { "a recording is replayed",
	    "se repite una grabación" },
	[CAUSE_WHITE] = { "glare", "deslumbramiento" },
	[CAUSE_BLURRED] = { "out of focus", "fuera de foco" },
	[CAUSE_MOVED] = { "looks elsewhere", "apunta a otro lado" },
	[CAUSE_NOISY] = { "strong noise", "mucho ruido" },
	[CAUSE_CORRUPT] = { "damaged picture", "imagen dañada" },
	[CAUSE_COLOUR_CAST] = { "wrong colours", "colores alterados" },
	[CAUSE_DUPLICATE] = { "duplicate of another feed",
	    "duplicado de otra cámara" },
	[CAUSE_FLAPPING] = { "keeps breaking", "conexión intermitente" },
	[CAUSE_LOW_FPS] = { "fewer pictures than usual",
	    "menos imágenes que de costumbre" },
	[CAUSE_LOW_BITRATE] = { "less data than usual",
	    "menos datos que de costumbre" },
	[CAUSE_PACKET_LOSS] = { "packets are lost", "pérdida de paquetes" },
	[CAUSE_CLOCK_DRIFT] = { "camera clock drifts",
	    "reloj de la cámara desajustado" },
	[CAUSE_CHANGED] = { "stream settings changed",
	    "cambió la configuración del flujo" },
	[CAUSE_LEARNING] = { "learning, not judged yet",
	    "en aprendizaje, aún sin evaluar" },
	[CAUSE_NOT_SAMPLED] = { "no picture judged lately",
	    "sin imagen evaluada reciente" },
	[CAUSE_PROBE_LOST] = { "our probe was lost",
	    "se perdió nuestra sonda" },
	[CAUSE_OVER_CAPACITY] = { "beyond our capacity",
	    "rebasa nuestra capacidad" },
	[CAUSE_NETWORK_LOST] = { "our network is lost",
	    "se perdió nuestra red" },
	[CAUSE_RELAY_LOST] = { "the relay is lost", "se perdió el repetidor" },
	[CAUSE_MONITOR_OFF] = { "the monitor was off",
	    "el monitor estaba apagado" },
};
static in_languages states[STATE_COUNT] = {
	[STATE_UNKNOWN] = { "unknown", "sin certeza" },
	[STATE_UP] = { "up", "en servicio" },
	[STATE_DEGRADED] = { "degraded", "degradada" },
	[STATE_DOWN] = { "down", "caída" },
};
static in_languages presences[PRESENCE_COUNT] = {
	[PRESENCE_UNKNOWN] = { "unknown", "sin certeza" },
	[PRESENCE_ATTENDED] = { "attended", "atendida" },
	[PRESENCE_IDLE] = { "idle", "inactiva" },
	[PRESENCE_AWAY] = { "away", "ausente" },
	[PRESENCE_SUSPECT] = { "suspect", "sospechosa" },
};
static in_languages watched[WATCHED_COUNT] = {
	[WATCHED_UNKNOWN] = { "unknown", "sin certeza" },
	[WATCHED_WATCHED] = { "watched", "vigilado" },
	[WATCHED_UNATTENDED] = { "on screen, nobody there",
	    "en pantalla, sin nadie" },
	[WATCHED_BAD_PICTURE] = { "on screen, bad picture",
	    "en pantalla, mala imagen" },
	[WATCHED_NOT_ON_SCREEN] = { "not on any screen",
	    "en ninguna pantalla" },
};
static in_languages weekdays_short[] = { { "Mon", "lun" }, { "Tue", "mar" },
	{ "Wed", "mié" }, { "Thu", "jue" }, { "Fri", "vie" }, { "Sat", "sáb" },
	{ "Sun", "dom" } };
const char *
report_words_code(enum report_language language)
{
	return language == REPORT_SPANISH ? "es" : "en";
}

bool
report_words_language(const char *code, enum report_language *out)
{
	for (unsigned i = 0; i < REPORT_LANGUAGES; i++)
		if (strcmp(code, report_words_code(i)) == 0) {
			*out = (enum report_language)i;
			return true;
		}
	return false;
}

const char *
report_words_of(enum report_language language, enum report_phrase phrase)
{
	return phrases[phrase][language];
}

static const char *
row(in_languages *table, size_t count, enum report_language language,
    unsigned n)
{
	return n < count && table[n][language] != NULL ? table[n][language]
						       : "?";
}

const char *
report_words_cause(enum report_language language, unsigned cause)
{
	return row(causes, COUNT(causes), language, cause);
}

const char *
report_words_state(enum report_language language, unsigned state)
{
	return row(states, COUNT(states), language, state);
}

const char *
report_words_presence(enum report_language language, unsigned presence)
{
	return row(presences, COUNT(presences), language, presence);
}

const char *
report_words_watched(enum report_language language, unsigned value)
{
	return row(watched, COUNT(watched), language, value);
}

const char *
report_words_weekday(enum report_language language, unsigned day)
{
	return row(weekdays_short, COUNT(weekdays_short), language, day);
}

/* --- filling in */

struct fill {
	char *out;
	size_t size, length;
};

static void
fill_put(struct fill *f, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++, f->length++)
		if (f->length + 1 < f->size)
			f->out[f->length] = text[i];
}

size_t
report_words_fill(char *out, size_t size, enum report_language language,
    enum report_phrase phrase, uint64_t count, const char *const *args)
{
	struct fill f = { out, size, 0 };
	const char *s = report_words_of(language, phrase);
	bool skip = false;

	for (; *s != '\0'; s++) {
		if (*s == '[')
			skip = count != 1; /* the singular */
		else if (*s == '|')
			skip = count == 1;
		else if (*s == ']')
			skip = false;
		else if (*s == '%' && s[1] >= '1' && s[1] <= '9' && !skip)
			s++, fill_put(&f, args[*s - '1'],
				 strlen(args[*s - '1']));
		else if (!skip)
			fill_put(&f, s, 1);
	}
	if (size > 0)
		out[f.length < size ? f.length : size - 1] = '\0';
	return f.length;
}
