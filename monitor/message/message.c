/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "monitor/message/message_parts.h"
#include "monitor/report/report_figure.h"

#define SECOND 1000000ll
#define SUBJECT_LETTERS 160u
#define PLACE_LETTERS 80u
#define TROUBLE_LETTERS 70u

/* What to try, for those who don't read cause_help's English. */
static const char *const spanish[CAUSE_COUNT] = {
	[CAUSE_UNREACHABLE] =
	    "Nadie responde en esta dirección. Revise corriente, cable y "
	    "conmutador; si los vecinos también cayeron, es el enlace del "
	    "sitio.",
	[CAUSE_REFUSED] =
	    "El equipo responde, pero el puerto está cerrado. Quizá la cámara "
	    "esté arrancando o su servicio RTSP esté apagado.",
	[CAUSE_NAME_FAILED] = "El nombre del equipo no se resuelve. Revise "
			      "cómo está escrito y el servidor de nombres.",
	[CAUSE_TLS_FAILED] =
	    "Falló la conexión cifrada, o el equipo muestra otra clave que "
	    "antes. ¿Equipo cambiado, o alguien en medio?",
	[CAUSE_AUTH_FAILED] = "El equipo rechaza usuario o contraseña. No se "
			      "insiste por un rato, para que no nos bloquee.",
	[CAUSE_NOT_FOUND] = "El equipo no tiene ese flujo. Revise la ruta y "
			    "el canal del grabador.",
	[CAUSE_BUSY] = "El equipo no atiende a más clientes. Cierre otros; si "
		       "sigue así, reinícielo.",
	[CAUSE_PROTOCOL_ERROR] = "El equipo responde, pero no como pide el "
				 "protocolo. ¿Es el puerto correcto?",
	[CAUSE_NO_VIDEO] = "El flujo no trae video que se pueda evaluar. "
			   "Revise el codificador de la cámara.",
	[CAUSE_STALLED] = "No llegan imágenes: el equipo calla, o cierra la "
			  "conexión.",
	[CAUSE_UNDECODABLE] = "Llegan datos, pero de ellos no sale imagen.",
	[CAUSE_NO_SIGNAL] = "Un grabador o repetidor muestra un cartel en "
			    "lugar de la cámara: la cámara falta.",
	[CAUSE_LOOPED] = "Se reproduce una grabación en lugar de la imagen en "
			 "vivo.",
	[CAUSE_FROZEN] = "Siempre la misma imagen: cámara o grabador "
			 "congelado. Reinícielo.",
	[CAUSE_BLACK] = "La imagen está en negro: tapa, sin luz, o sensor "
			"dañado.",
	[CAUSE_COVERED] = "Algo cubre el lente.",
	[CAUSE_MOVED] = "La cámara apunta a otro lado que su imagen de "
			"referencia.",
	[CAUSE_BLURRED] = "La imagen está fuera de foco o el vidrio sucio.",
	[CAUSE_DUPLICATE] = "Otra cámara muestra las mismas imágenes.",
	[CAUSE_FLAPPING] = "La conexión se corta y vuelve una y otra vez.",
	[CAUSE_NETWORK_LOST] = "Se perdió la red del propio camwarden: nada "
			       "se puede decir.",
};

void
message_say(struct ink *out, const struct message *m, enum report_phrase phrase,
    uint64_t count, const char *const *args)
{
	char text[1200];

	report_words_fill(text, sizeof(text), m->language, phrase, count, args);
	ink_put(out, text);
}

/* Hostile text made harmless, cut; "" when memory is out. */
static const char *
clean(struct ink *ink, const char *text, size_t letters)
{
	ink_clean(ink, text, letters);
	return ink->text != NULL ? ink->text : "";
}

const char *
message_help(const struct message *m)
{
	const struct notice *n = m->notice;

	if (n->cause == CAUSE_NONE || (unsigned)n->cause >= CAUSE_COUNT)
		return n->text;
	if (m->language == REPORT_SPANISH)
		return spanish[n->cause] != NULL ? spanish[n->cause] : "";
	return n->text[0] != '\0' ? n->text : cause_help(n->cause);
}

const char *
message_place(const struct message *m)
{
	const struct notice *n = m->notice;

	return n->place[0] != '\0'
		   ? n->place
		   : report_words_of(m->language, PHRASE_ALERT_OWN);
}

void
message_trouble(struct ink *out, const struct message *m)
{
	const struct notice *n = m->notice;
	struct report_figure feeds = report_figure_number(n->feeds);

	if (n->of == NOTICE_OF_SITE && n->feeds > 0) {
		message_say(out, m, PHRASE_ALERT_FEEDS, n->feeds,
		    (const char *const[]){ feeds.text });
		ink_put(out, ": ");
	}
	if (n->cause != CAUSE_NONE)
		ink_put(out, report_words_cause(m->language, n->cause));
	else if (n->text[0] != '\0')
		ink_clean(out, n->text, TROUBLE_LETTERS);
	else
		ink_put(out,
		    report_words_of(m->language,
			n->of == NOTICE_OF_ROOM || n->of == NOTICE_OF_CONSOLE
			    ? PHRASE_ALERT_ROOM_TROUBLE
			    : PHRASE_ALERT_OWN_TROUBLE));
}

static const char *
severity_word(const struct message *m)
{
	static const enum report_phrase words[NOTICE_SEVERITIES] = {
		PHRASE_ALERT_LOW,
		PHRASE_ALERT_LOW,
		PHRASE_ALERT_MEDIUM,
		PHRASE_ALERT_HIGH,
		PHRASE_ALERT_CRITICAL,
	};
	unsigned severity = m->notice->severity;

	return report_words_of(m->language,
	    words[severity < NOTICE_SEVERITIES ? severity : NOTICE_LOW]);
}

static int64_t
local(const struct message *m, int64_t utc_us)
{
	return utc_us + m->offset_s * SECOND;
}

static void
subject_of_one(struct ink *out, const struct message *m)
{
	static const enum report_phrase phrases[NOTICE_KINDS] = {
		[NOTICE_FIRING] = PHRASE_ALERT_FIRING,
		[NOTICE_REPEAT] = PHRASE_ALERT_REPEAT,
		[NOTICE_ESCALATION] = PHRASE_ALERT_ESCALATION,
		[NOTICE_RESOLVED] = PHRASE_ALERT_RESOLVED,
	};
	const struct notice *n = m->notice;
	struct ink place = { 0 }, trouble = { 0 };
	struct report_figure since =
	    report_figure_minute(local(m, n->since_utc));
	struct report_figure lasted =
	    report_figure_duration(n->over_utc - n->since_utc);

	message_trouble(&trouble, m);
	const char *args[] = { clean(&place, message_place(m), PLACE_LETTERS),
		trouble.text != NULL ? trouble.text : "", since.text,
		lasted.text };

	ink_format(out, "[%s] ", severity_word(m));
	message_say(out, m, phrases[n->kind], 1, args);
	ink_free(&place);
	ink_free(&trouble);
}

static void
subject_of_digest(struct ink *out, const struct message *m)
{
	const struct notice *n = m->notice;
	struct report_figure all = report_figure_number(n->open + n->over);
	struct report_figure over = report_figure_number(n->over);
	struct ink place = { 0 };

	ink_format(out, "[%s] ", severity_word(m));
	message_say(out, m, PHRASE_ALERT_DIGEST, n->open + n->over,
	    (const char *const[]){ all.text, over.text });
	if (n->item_count > 0)
		message_say(out, m, PHRASE_ALERT_WORST, 1,
		    (const char *const[]){
			clean(&place, n->items[0].place, PLACE_LETTERS),
			report_words_cause(m->language, n->items[0].cause) });
	ink_free(&place);
}

void
message_subject(const struct message *m, char out[MESSAGE_SUBJECT_BYTES])
{
	struct ink whole = { 0 }, cut = { 0 };

	switch (m->notice->kind) {
	case NOTICE_FIRING:
	case NOTICE_REPEAT:
	case NOTICE_ESCALATION:
	case NOTICE_RESOLVED:
		subject_of_one(&whole, m);
		break;
	case NOTICE_DIGEST:
		subject_of_digest(&whole, m);
		break;
	case NOTICE_TEST:
		ink_put(&whole,
		    report_words_of(m->language, PHRASE_ALERT_TEST));
		break;
	}
	snprintf(out, MESSAGE_SUBJECT_BYTES, "%s",
	    clean(&cut, whole.text, SUBJECT_LETTERS));
	ink_free(&whole);
	ink_free(&cut);
}

/* --- facts */

struct facts {
	const struct message *m;
	message_fact_fn *fn;
	void *arg;
};

static void
fact(const struct facts *f, enum report_phrase label, const char *text)
{
	if (text != NULL && text[0] != '\0')
		f->fn(f->arg, label, text);
}

static void
fact_number(const struct facts *f, enum report_phrase label, int64_t n)
{
	if (n > 0)
		fact(f, label, report_figure_number(n).text);
}

static void
fact_time(const struct facts *f, enum report_phrase label, int64_t utc_us)
{
	const struct message *m = f->m;
	int64_t at = local(m, utc_us);
	char text[200];

	if (utc_us == 0)
		return;
	snprintf(text, sizeof(text), "%s %s (%s)", report_figure_iso(at).text,
	    report_figure_clock(at).text,
	    m->zone != NULL && m->zone[0] != '\0' ? m->zone : "UTC");
	fact(f, label, text);
}

void
message_facts(const struct message *m, message_fact_fn *fn, void *arg)
{
	const struct notice *n = m->notice;
	const struct facts f = { m, fn, arg };

	if (n->kind != NOTICE_TEST)
		fact(&f, PHRASE_ALERT_SEVERITY, severity_word(m));
	fact_time(&f, PHRASE_ALERT_SINCE, n->since_utc);
	fact_time(&f, PHRASE_ALERT_CALLED, n->at_utc);
	fact_time(&f, PHRASE_ALERT_OVER, n->over_utc);
	fact(&f, PHRASE_ALERT_SITE, n->site);
	fact(&f, PHRASE_ALERT_CONTACT, n->contact);
	fact_number(&f, PHRASE_ALERT_CRITICALITY, n->criticality);
	fact_number(&f, PHRASE_ALERT_TURNS, n->turns);
	fact(&f, PHRASE_ALERT_ACKNOWLEDGED, n->acknowledged_by);
	fact(&f, PHRASE_ALERT_PAGE, n->url);
	fact(&f, PHRASE_ALERT_WHY, n->rule);
	fact(&f, PHRASE_ALERT_HOST, m->host);
}

unsigned
message_syslog_severity(const struct notice *n)
{
	static const unsigned of[NOTICE_SEVERITIES] = { 6, 5, 4, 3, 2 };

	if (n->kind == NOTICE_RESOLVED || n->kind == NOTICE_TEST)
		return 6;
	return (unsigned)n->severity < NOTICE_SEVERITIES ? of[n->severity] : 6;
}
