/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/discover_print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "common/address.h"
#include "common/clock.h"
#include "monitor/cli/cli.h"

#define CLOCK_WRONG_US (5 * US_PER_S)
#define PLACE_BYTES (ADDRESS_TEXT + 8)

static const struct {
	const char *word, *sentence; /* for --json; for people */
} states[DEVICE_STATE_COUNT] = {
	[DEVICE_WELL] = { "well", "well" },
	[DEVICE_SILENT] = { "silent", "no answer" },
	[DEVICE_REFUSED] = { "refused", "no connection" },
	[DEVICE_NO_ONVIF] = { "no-onvif", "no ONVIF" },
	[DEVICE_LOGIN_NEEDED] = { "login-needed", "login needed" },
	[DEVICE_LOGIN_WRONG] = { "login-wrong", "wrong password" },
	[DEVICE_BROKEN] = { "broken", "unusable answers" },
};

static const char *const logins[DEVICE_LOGIN_COUNT] = { "none", "digest",
	"token", "basic" };

/* "10.0.0.5", "10.0.0.5:8080", "[fd00::1]:8080" */
static void
place(const struct device_result *r, char out[PLACE_BYTES])
{
	char text[ADDRESS_TEXT];
	bool usual = r->port == (r->secure ? 443 : 80);
	bool six = r->address.family == 6 && !usual;

	address_print(&r->address, text);
	snprintf(out, PLACE_BYTES, "%s%s%s", six ? "[" : "", text,
	    six ? "]" : "");
	if (!usual)
		snprintf(out, PLACE_BYTES, "%s%s%s:%u", six ? "[" : "", text,
		    six ? "]" : "", r->port);
}

/* --- for people */

static const char *
clock_word(const struct device_result *r, char out[40])
{
	char age[24];
	int64_t off = r->clock_offset_us;

	if (!r->clock_known)
		return "-";
	if (llabs(off) < CLOCK_WRONG_US)
		return "right";
	/* It told whole seconds. */
	snprintf(out, 40, "%s %s", cli_age(llabs(off) + US_PER_S / 2, age),
	    off < 0 ? "behind" : "ahead");
	return out;
}

static void
put_row(struct cli_table *t, const struct discover_device *d)
{
	const struct device_result *r = &d->result;
	struct discover_camera cameras[DEVICE_STREAMS];
	uint32_t n = discover_choose(d, cameras, DEVICE_STREAMS);
	char where[PLACE_BYTES], clock[40];
	bool ptz = false;

	for (uint32_t i = 0; i < n; i++)
		ptz = ptz || cameras[i].ptz;
	place(r, where);
	cli_table_add(t, "%s", where);
	cli_table_add(t, "%s", r->name[0] != '\0' ? r->name : "-");
	cli_table_add(t, "%s%s%s", r->manufacturer,
	    r->manufacturer[0] != '\0' ? " " : "",
	    r->model[0] != '\0' ? r->model : r->hardware);
	cli_table_add(t, "%u%s", n, ptz ? " ptz" : "");
	cli_table_add(t, "%u", d->streams_got);
	cli_table_add(t, "%s", clock_word(r, clock));
	cli_table_add(t, "%s",
	    r->state == DEVICE_WELL ? logins[r->login] : "-");
	cli_table_add(t, "%s", states[r->state].sentence);
}

/* "10.0.0.5: what is to be known of it" */
static void remark(const struct device_result *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void
remark(const struct device_result *r, const char *format, ...)
{
	char where[PLACE_BYTES], text[1200];
	va_list ap;

	place(r, where);
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	printf("%s: ", where);
	cli_put(stdout, text);
	putchar('\n');
}

static void
stream_remarks(const struct device_result *r, const struct device_stream *s,
    bool keep_host)
{
	if (s->url[0] == '\0')
		remark(r, "profile %s (%s) can't be used: %s", s->token,
		    s->name, s->detail);
	else if (s->said_host[0] != '\0')
		remark(r,
		    keep_host
			? "profile %s names another host, %s: kept"
			: "profile %s names another host, %s: its own address "
			  "is used (--keep-host keeps it)",
		    s->token, s->said_host);
	if (s->had_login)
		remark(r,
		    "profile %s has a login in its URL, which is left "
		    "out",
		    s->token);
}

static void
remarks(const struct discover_device *d, bool keep_host)
{
	const struct device_result *r = &d->result;

	if (r->state != DEVICE_WELL)
		remark(r, "%s: %s", states[r->state].sentence, r->detail);
	else if (r->login == DEVICE_LOGIN_NONE)
		remark(r, "it tells all that without a login");
	if (r->said_host[0] != '\0')
		remark(r,
		    "its services name another host, %s: asked at its "
		    "own address",
		    r->said_host);
	if (r->stream_more > 0)
		remark(r, "%u more profiles are not looked at", r->stream_more);
	for (uint32_t i = 0; i < d->streams_got; i++)
		stream_remarks(r, &d->streams[i], keep_host);
}

void
discover_print(const struct discover_found *f, bool keep_host)
{
	static const char *const heads[] = { "ADDRESS", "NAME", "DEVICE",
		"CAMERAS", "PROFILES", "CLOCK", "LOGIN", "STATE" };
	struct cli_table t;

	if (f->count > 0) {
		cli_table_heads(&t, 8, heads);
		for (uint32_t i = 0; i < f->count; i++)
			put_row(&t, &f->devices[i]);
		cli_table_print(&t, stdout);
	}
	for (uint32_t i = 0; i < f->count; i++)
		remarks(&f->devices[i], keep_host);
}

static void
count_states(const struct discover_found *f,
    unsigned count_out[DEVICE_STATE_COUNT])
{
	for (unsigned i = 0; i < DEVICE_STATE_COUNT; i++)
		count_out[i] = 0;
	for (uint32_t i = 0; i < f->count; i++)
		count_out[f->devices[i].result.state]++;
}

void
discover_print_summary(const struct discover_found *f)
{
	unsigned count[DEVICE_STATE_COUNT];
	char address[ADDRESS_TEXT];

	for (uint32_t i = 0; i < f->word_count; i++) {
		address_print(&f->words[i].address, address);
		cli_say("%s%s%s", address, address[0] != '\0' ? ": " : "",
		    f->words[i].text);
	}
	count_states(f, count);
	fprintf(stderr, "%u device%s", f->count, f->count == 1 ? "" : "s");
	for (unsigned i = 0; i < DEVICE_STATE_COUNT; i++)
		if (count[i] > 0)
			fprintf(stderr, ", %u %s", count[i],
			    states[i].sentence);
	fputc('\n', stderr);
	if (f->progress.others > 0)
		fprintf(stderr, "%u that are no cameras answered the search\n",
		    f->progress.others);
	if (f->progress.strays > 0)
		fprintf(stderr, "%u answers to the search were none\n",
		    f->progress.strays);
	if (!f->whole)
		fprintf(stderr, "not all were asked: the rest is missing\n");
}

bool
discover_well(const struct discover_found *f)
{
	unsigned count[DEVICE_STATE_COUNT];

	count_states(f, count);
	return f->whole && f->count > 0 && count[DEVICE_WELL] == f->count;
}

/* --- JSON */

static json_t *
text(const char *s)
{
	json_t *j = json_string(s);

	return j != NULL ? j : json_string("?"); /* no UTF-8 */
}

static void
put_text(json_t *to, const char *name, const char *s)
{
	if (s[0] != '\0')
		json_object_set_new(to, name, text(s));
}

static json_t *
json_stream(const struct device_stream *s)
{
	json_t *j = json_pack("{s:o, s:i, s:i, s:b, s:o}", "profile",
	    text(s->token), "width", s->width, "height", s->height, "ptz",
	    s->ptz, "url", s->url[0] != '\0' ? text(s->url) : json_null());

	put_text(j, "name", s->name);
	put_text(j, "source", s->source);
	put_text(j, "encoding", s->encoding);
	put_text(j, "said_host", s->said_host);
	put_text(j, "detail", s->detail);
	if (s->fps_milli > 0)
		json_object_set_new(j, "fps",
		    json_real((double)s->fps_milli / 1000));
	if (s->kbps > 0)
		json_object_set_new(j, "kbps", json_integer(s->kbps));
	return j;
}

static json_t *
json_cameras(const struct discover_device *d)
{
	struct discover_camera cameras[DEVICE_STREAMS];
	uint32_t n = discover_choose(d, cameras, DEVICE_STREAMS);
	json_t *list = json_array();

	for (uint32_t i = 0; i < n; i++) {
		const struct discover_camera *c = &cameras[i];

		json_array_append_new(list,
		    json_pack("{s:o, s:o, s:b}", "main", text(c->main->url),
			"sub", c->sub != NULL ? text(c->sub->url) : json_null(),
			"ptz", c->ptz));
	}
	return list;
}

static json_t *
json_device(const struct discover_device *d)
{
	const struct device_result *r = &d->result;
	json_t *streams = json_array(), *j;
	char address[ADDRESS_TEXT];

	address_print(&r->address, address);
	for (uint32_t i = 0; i < d->streams_got; i++)
		json_array_append_new(streams, json_stream(&d->streams[i]));
	j = json_pack("{s:s, s:i, s:b, s:b, s:s, s:s, s:o, s:o}", "address",
	    address, "port", r->port, "secure", r->secure, "found", r->found,
	    "state", states[r->state].word, "login", logins[r->login],
	    "cameras", json_cameras(d), "profiles", streams);
	put_text(j, "detail", r->detail);
	put_text(j, "said_host", r->said_host);
	put_text(j, "name", r->name);
	put_text(j, "location", r->location);
	put_text(j, "manufacturer", r->manufacturer);
	put_text(j, "model", r->model);
	put_text(j, "firmware", r->firmware);
	put_text(j, "serial", r->serial);
	put_text(j, "hardware", r->hardware);
	if (r->clock_known)
		json_object_set_new(j, "clock_offset_ms",
		    json_integer(r->clock_offset_us / US_PER_MS));
	if (r->stream_more > 0)
		json_object_set_new(j, "profiles_more",
		    json_integer(r->stream_more));
	return j;
}

void
discover_print_json(const struct discover_found *f)
{
	json_t *devices = json_array(), *words = json_array(), *j;
	unsigned count[DEVICE_STATE_COUNT];
	json_t *summary = json_object();
	char address[ADDRESS_TEXT];

	for (uint32_t i = 0; i < f->count; i++)
		json_array_append_new(devices, json_device(&f->devices[i]));
	for (uint32_t i = 0; i < f->word_count; i++) {
		address_print(&f->words[i].address, address);
		json_array_append_new(words,
		    json_pack("{s:s, s:o}", "address", address, "why",
			text(f->words[i].text)));
	}
	count_states(f, count);
	for (unsigned i = 0; i < DEVICE_STATE_COUNT; i++)
		json_object_set_new(summary, states[i].word,
		    json_integer(count[i]));
	j = json_pack("{s:o, s:o, s:o, s:{s:I, s:I, s:I}, s:b}", "devices",
	    devices, "summary", summary, "passed_over", words, "search",
	    "replies", (json_int_t)f->progress.replies, "strays",
	    (json_int_t)f->progress.strays, "no_cameras",
	    (json_int_t)f->progress.others, "whole", f->whole);
	cli_print_json(j);
	json_decref(j);
}
