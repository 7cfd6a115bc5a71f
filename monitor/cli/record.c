/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/record.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/wire.h"

#define RECORD_VERSION 3
#define BODY_BYTES                                                             \
	(64u << 10) /* the largest observation, a sample, is 40 K              \
		     */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static void
put_base64(FILE *out, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16;

		v |= i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0;
		v |= i + 2 < n ? p[i + 2] : 0;
		fputc(digits[v >> 18], out);
		fputc(digits[v >> 12 & 63], out);
		fputc(i + 1 < n ? digits[v >> 6 & 63] : '=', out);
		fputc(i + 2 < n ? digits[v & 63] : '=', out);
	}
}

/* Length of the bytes in out, or -1: not base64, or too long. */
static long
get_base64(const char *s, uint8_t *out, size_t size)
{
	size_t n = 0;
	uint32_t v = 0;
	int bits = 0;

	for (; *s != '\0' && *s != '='; s++) {
		const char *d = strchr(digits, *s);

		if (d == NULL)
			return -1;
		v = v << 6 | (uint32_t)(d - digits);
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		if (n == size)
			return -1;
		out[n++] = (uint8_t)(v >> bits);
	}
	return (long)n;
}

static uint8_t body[BODY_BYTES];

static void
put_body(FILE *out, const struct writer *w)
{
	fputs(",\"wire\":\"", out);
	put_base64(out, w->start, writer_length(w));
	fputs("\"}\n", out);
}

void
record_put_head(FILE *out, const struct record_head *h)
{
	fprintf(out,
	    "{\"camwarden\":\"record\",\"version\":%d,\"start\":%" PRId64
	    ",\"file\":%s}\n",
	    RECORD_VERSION, h->start_us, h->file ? "true" : "false");
}

void
record_put_link(FILE *out, int64_t now_us, const struct link_report *r)
{
	struct writer w = writer_of(body, sizeof(body));

	wire_put_link_report(&w, r);
	fprintf(out,
	    "{\"now\":%" PRId64 ",\"kind\":\"link\",\"phase\":\"%s\","
	    "\"reason\":\"%s\"",
	    now_us, phase_name(r->phase), reason_name(r->reason));
	put_body(out, &w);
}

void
record_put_account(FILE *out, int64_t now_us, const struct account *a)
{
	struct writer w = writer_of(body, sizeof(body));

	wire_put_account(&w, a);
	fprintf(out,
	    "{\"now\":%" PRId64 ",\"kind\":\"account\",\"units\":%u,"
	    "\"bytes\":%" PRIu64 ",\"lost\":%u",
	    now_us, a->units, a->bytes, a->lost);
	put_body(out, &w);
}

void
record_put_sample(FILE *out, int64_t now_us, const struct sample *s)
{
	struct writer w = writer_of(body, sizeof(body));

	wire_put_sample(&w, s);
	fprintf(out,
	    "{\"now\":%" PRId64 ",\"kind\":\"sample\",\"result\":\"%s\","
	    "\"mean\":%.2f,\"sd\":%.2f",
	    now_us, sample_result_name(s->result), s->measures.mean_q8 / 256.0,
	    s->measures.sd_q8 / 256.0);
	put_body(out, &w);
}

void
record_put_blind(FILE *out, int64_t now_us, enum cause cause)
{
	fprintf(out,
	    "{\"now\":%" PRId64 ",\"kind\":\"blind\",\"cause\":\"%s\"}\n",
	    now_us, cause_name(cause));
}

static const struct {
	const char *name;
	enum annotation_kind kind;
} annotations[] = {
	{ "ptz", ANNOTATION_PTZ_MOVING },
	{ "dark-hours", ANNOTATION_DARK_HOURS },
	{ "alarm", ANNOTATION_CAMERA_ALARM },
};
#define ANNOTATIONS (sizeof(annotations) / sizeof(annotations[0]))

void
record_put_annotation(FILE *out, int64_t now_us, const struct annotation *a)
{
	for (size_t i = 0; i < ANNOTATIONS; i++)
		if (annotations[i].kind == a->kind)
			fprintf(out,
			    "{\"now\":%" PRId64 ",\"kind\":\"annotation\","
			    "\"what\":\"%s\",\"from\":%" PRId64
			    ",\"to\":%" PRId64 "}\n",
			    now_us, annotations[i].name, a->from_us, a->to_us);
}

void
record_put_end(FILE *out, int64_t now_us)
{
	fprintf(out, "{\"now\":%" PRId64 ",\"kind\":\"end\"}\n", now_us);
}

static bool
fail(const char **error_out, const char *why)
{
	*error_out = why;
	return false;
}

static bool
take_head(json_t *o, struct record_line *out, const char **error_out)
{
	if (json_integer_value(json_object_get(o, "version")) != RECORD_VERSION)
		return fail(error_out, "a record of another version");
	out->kind = RECORD_HEAD;
	out->head.start_us = json_integer_value(json_object_get(o, "start"));
	out->head.file = json_is_true(json_object_get(o, "file"));
	return true;
}

static bool
take_wire(json_t *o, const char *kind, struct record_line *out)
{
	const char *text = json_string_value(json_object_get(o, "wire"));
	long n = text != NULL ? get_base64(text, body, sizeof(body)) : -1;

	if (n < 0)
		return false;

	struct span b = { body, (size_t)n };

	if (strcmp(kind, "link") == 0) {
		out->kind = RECORD_LINK;
		return wire_get_link_report(b, &out->link);
	}
	if (strcmp(kind, "account") == 0) {
		out->kind = RECORD_ACCOUNT;
		return wire_get_account(b, &out->account);
	}
	out->kind = RECORD_SAMPLE;
	return strcmp(kind, "sample") == 0 && wire_get_sample(b, &out->sample);
}

static bool
take_annotation(json_t *o, struct record_line *out)
{
	const char *what = json_string_value(json_object_get(o, "what"));
	struct annotation *a = &out->annotation;

	out->kind = RECORD_ANNOTATION;
	a->from_us = json_integer_value(json_object_get(o, "from"));
	a->to_us = json_integer_value(json_object_get(o, "to"));
	for (size_t i = 0; what != NULL && i < ANNOTATIONS; i++) {
		if (strcmp(what, annotations[i].name) != 0)
			continue;
		a->kind = annotations[i].kind;
		return a->to_us > a->from_us;
	}
	return false;
}

static bool
take_line(json_t *o, struct record_line *out, const char **error_out)
{
	const char *kind = json_string_value(json_object_get(o, "kind"));
	const char *cause = json_string_value(json_object_get(o, "cause"));
	json_t *now = json_object_get(o, "now");

	if (json_object_get(o, "camwarden") != NULL)
		return take_head(o, out, error_out);
	if (kind == NULL || !json_is_integer(now))
		return fail(error_out, "expected \"now\" and \"kind\"");
	out->now_us = json_integer_value(now);
	if (strcmp(kind, "end") == 0) {
		out->kind = RECORD_END;
		return true;
	}
	if (strcmp(kind, "blind") == 0) {
		out->kind = RECORD_BLIND;
		return (cause != NULL && cause_find(cause, &out->cause)) ||
		       fail(error_out, "expected a cause of blindness");
	}
	if (strcmp(kind, "annotation") == 0)
		return take_annotation(o, out) ||
		       fail(error_out, "expected what is declared, and when");
	return take_wire(o, kind, out) ||
	       fail(error_out, "the observation can't be read");
}

bool
record_get(struct span line, struct record_line *out, const char **error_out)
{
	json_t *o = json_loadb((const char *)line.p, line.n, 0, NULL);
	bool ok;

	if (!json_is_object(o)) {
		json_decref(o);
		return fail(error_out, "not a JSON object");
	}
	ok = take_line(o, out, error_out);
	json_decref(o);
	return ok;
}
