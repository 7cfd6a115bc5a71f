/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a row said -> its records: one site or device; or a feed, two where both
 * streams of a camera are watched, and their device. */
#include <stdio.h>
#include <string.h>

#include "monitor/inventory/cell.h"
#include "monitor/inventory/row.h"
#include "monitor/inventory/unique.h"
#include "monitor/inventory/vendor_urls.h"

#define MAIN_NAME " (main)"
/* Of a main stream beside a sub stream that is held. */
#define MAIN_STAY_S 20u
#define MAIN_EVERY_S 1800u

void
row_init(struct row *r, size_t line)
{
	r->site = (struct inventory_site){ .path = "",
		.zone = "",
		.contact = "",
		.line = (uint32_t)line };
	r->device = (struct inventory_device){ .name = "",
		.address = "",
		.user = "",
		.password = "",
		.line = (uint32_t)line };
	r->feed = (struct inventory_feed){ .name = "",
		.site = "",
		.device = "",
		.url = "",
		.tags = "",
		.dark_hours = "",
		.relay = "",
		.criticality = 3,
		.enabled = true,
		.line = (uint32_t)line };
	r->main.url[0] = r->sub.url[0] = '\0';
	r->main.has_credentials = r->sub.has_credentials = false;
	r->main_relay = r->sub_relay = NULL;
	r->url_wrong = false;
	r->address = r->port = r->vendor = r->channel = NULL;
	r->streams = INVENTORY_STREAMS_USUAL;
	r->source_line = 0;
}

/* --- a url out of address, maker and channel */

bool
row_host(struct row *r, const char *value, struct inventory_url *out)
{
	char text[LIMIT_HOST_BYTES + 16];
	const char *colon = strchr(value, ':');
	bool six =
	    value[0] != '[' && colon != NULL && strchr(colon + 1, ':') != NULL;
	size_t at;

	if (strlen(value) >= LIMIT_HOST_BYTES ||
	    value[strcspn(value, "/?#@")] != '\0')
		return false;
	snprintf(text, sizeof(text), "rtsp://%s%s%s", six ? "[" : "", value,
	    six ? "]" : "");
	if (inventory_url_parse(text, out, &at) != NULL)
		return false;
	r->padded += out->padded;
	return true;
}

static void
mistake_of(struct row *r, const struct csv_cell *cell, const char *what)
{
	r->cell = cell;
	row_mistake(r, 0, what);
}

static const char *
text_of(const struct csv_cell *cell)
{
	return cell_unescape(cell->text);
}

/* Lists often have that of the camera's page, which serves no stream. */
static bool
port_of(struct row *r, uint16_t *out)
{
	uint32_t v = *out;

	if (r->port != NULL && !cell_number(text_of(r->port), 1, 65535, &v)) {
		mistake_of(r, r->port, "not a port, expected 1 to 65535");
		return false;
	}
	if (r->port != NULL &&
	    (v == 80 || v == 443 || v == 8000 || v == 37777)) {
		mistake_of(r, r->port,
		    "the port of a page or of a maker's own protocol, expected "
		    "that of RTSP, mostly 554");
		return false;
	}
	*out = (uint16_t)v;
	return true;
}

/* "7", "CH 7", "D07" */
static bool
channel_of(struct row *r, const struct vendor_url *v, uint32_t *out)
{
	const char *value = r->channel != NULL ? text_of(r->channel) : "1";

	if (!cell_number(value + strcspn(value, "0123456789"), 1, 999, out)) {
		mistake_of(r, r->channel, "not a channel, expected 1 to 999");
		return false;
	}
	if (*out == 1 || vendor_has_channels(v))
		return true;
	mistake_of(r, r->channel,
	    "this maker's pattern of URLs has no channels, expected a url");
	return false;
}

static const struct vendor_url *
vendor_of(struct row *r)
{
	const char *value =
	    r->vendor != NULL ? text_of(r->vendor) : r->form->vendor;
	const struct vendor_url *v =
	    value != NULL && value[0] != '\0' ? vendor_find(value) : NULL;
	char known[400], what[640];

	if (value == NULL || value[0] == '\0') {
		mistake_of(r, r->address,
		    "an address without a url, expected the url, or the maker "
		    "of the camera to make one");
		return NULL;
	}
	if (v != NULL && v->none == NULL)
		return v;
	vendor_names(known, sizeof(known));
	if (v == NULL)
		snprintf(what, sizeof(what),
		    "no pattern of URLs is known of this maker, expected a "
		    "url, "
		    "or one of %s",
		    known);
	else
		snprintf(what, sizeof(what),
		    "no url can be made for %s, expected the url itself: %s",
		    v->vendor, v->none);
	mistake_of(r, r->vendor != NULL ? r->vendor : r->address, what);
	return NULL;
}

/* False: none can be made, which was said. */
static bool
urls_from_parts(struct row *r)
{
	char host[LIMIT_HOST_BYTES + 2], text[LIMIT_URL_BYTES];
	struct vendor_ask ask = { .host = host };
	const struct vendor_url *v;
	struct inventory_url u;
	size_t at;
	bool six;

	if (r->address == NULL) {
		row_mistake(r, 0,
		    "the url is missing, expected one like "
		    "rtsp://HOST/PATH");
		return false;
	}
	if (!row_host(r, text_of(r->address), &u)) {
		mistake_of(r, r->address,
		    "not an address, expected a host name or an IP address");
		return false;
	}
	six = strchr(u.host, ':') != NULL;
	snprintf(host, sizeof(host), "%s%s%s", six ? "[" : "", u.host,
	    six ? "]" : "");
	ask.port = u.port;
	v = vendor_of(r);
	if (v == NULL || !port_of(r, &ask.port) ||
	    !channel_of(r, v, &ask.channel))
		return false;
	if (vendor_url_print(v, &ask, text, sizeof(text)))
		inventory_url_parse(text, &r->main, &at);
	ask.sub = true;
	if (vendor_url_print(v, &ask, text, sizeof(text)))
		inventory_url_parse(text, &r->sub, &at);
	return true;
}

/* --- feeds */

/* Credentials from a URL and from columns must not contradict. What a feed's
 * row says nothing of its device stays as it is. */
static void
credentials(struct row *r, const struct inventory_url *u)
{
	struct inventory_device *d = &r->device;

	if (d->user[0] == '\0')
		d->given &= ~INVENTORY_USER;
	if (d->password[0] == '\0')
		d->given &= ~INVENTORY_PASSWORD;
	if (d->sessions == 0)
		d->given &= ~INVENTORY_SESSIONS;
	if (d->quirks == 0)
		d->given &= ~INVENTORY_QUIRKS;
	if (!u->has_credentials)
		return;
	if (((d->given & INVENTORY_USER) && strcmp(d->user, u->user) != 0) ||
	    ((d->given & INVENTORY_PASSWORD) && u->password[0] != '\0' &&
		strcmp(d->password, u->password) != 0))
		row_mistake(r, 0,
		    "the url holds other credentials than the columns user "
		    "and password, expected them in one place");
	d->user = row_kept(r, u->user);
	d->given |= INVENTORY_USER;
	if (u->password[0] == '\0')
		return; /* "admin@": the password is kept apart */
	d->password = row_kept(r, u->password);
	d->given |= INVENTORY_PASSWORD;
}

static bool
append_device(struct row *r)
{
	struct inventory_device *d;

	if (r->device.name[0] == '\0') {
		row_mistake(r, 0, "the device is missing, expected its name");
		return false;
	}
	if (r->inv->device_count >= LIMIT_PLACES) {
		row_mistake(r, 0, "too many devices, expected at most 16384");
		r->no_memory = true; /* no use to go on */
		return false;
	}
	d = inventory_add_device(r->inv);
	if (d != NULL)
		*d = r->device;
	r->no_memory |= d == NULL;
	return d != NULL;
}

/* One stream of the row's camera, and its device. */
static void
append_stream(struct row *r, const struct inventory_feed *said,
    const struct inventory_url *u)
{
	const char *relay = u == &r->main ? r->main_relay : r->sub_relay;
	struct inventory_feed *f;
	char name[LIMIT_NAME_BYTES];

	if (r->inv->feed_count >= LIMIT_FEEDS) {
		row_mistake(r, 0, "too many feeds, expected at most 16384");
		r->no_memory = true; /* no use to go on */
		return;
	}
	f = inventory_add_feed(r->inv);
	r->no_memory |= f == NULL;
	if (f == NULL)
		return;
	*f = *said;
	f->url = row_kept(r, u->url);
	f->given |= INVENTORY_URL;
	if (relay != NULL)
		f->relay = row_kept(r, relay);
	if (!(f->given & INVENTORY_NAME)) {
		snprintf(name, sizeof(name), "%s", strstr(u->url, "://") + 3);
		f->name = row_kept(r, name);
	}
	if (!(f->given & INVENTORY_DEVICE))
		f->device = row_kept(r, u->host);
	r->device.name = f->device;
	r->device.address = row_kept(r, u->host);
	if (f->device[0] != '\0')
		append_device(r);
}

/* The main stream beside the sub stream that is held. */
static void
append_main(struct row *r)
{
	struct inventory_feed f = r->feed;
	char name[LIMIT_NAME_BYTES];

	if (f.given & INVENTORY_NAME) {
		if (snprintf(name, sizeof(name), "%s" MAIN_NAME, f.name) >=
		    (int)sizeof(name))
			row_mistake(r, 0,
			    "the name is too long for a second feed of that "
			    "camera, expected at most 248 bytes");
		f.name = row_kept(r, name);
	}
	f.given &= ~INVENTORY_UUID;
	memset(f.uuid, 0, sizeof(f.uuid));
	f.relay = ""; /* it serves the other stream */
	f.visit_s = MAIN_STAY_S;
	f.visit_every_s = MAIN_EVERY_S;
	f.given |= INVENTORY_VISIT;
	append_stream(r, &f, &r->main);
	r->both++;
}

/* Two streams of two hosts (a camera and its relay): what stands in the URL of
 * one is no login for the other. */
static void
append_apart(struct row *r, enum inventory_streams streams)
{
	const struct inventory_url *first =
	    streams == INVENTORY_STREAMS_MAIN ? &r->main : &r->sub;
	const struct inventory_device device = r->device;

	credentials(r, first);
	append_stream(r, &r->feed, first);
	if (streams != INVENTORY_STREAMS_BOTH || r->no_memory)
		return;
	r->device = device;
	credentials(r, &r->main);
	append_main(r);
}

/* Of both streams that somebody wrote down both are watched; of those that a
 * pattern has, the one that costs less. */
static enum inventory_streams
streams_of(const struct row *r, bool made)
{
	if (r->streams != INVENTORY_STREAMS_USUAL)
		return r->streams;
	if (r->form->streams != INVENTORY_STREAMS_USUAL)
		return r->form->streams;
	return made ? INVENTORY_STREAMS_SUB : INVENTORY_STREAMS_BOTH;
}

static void
append_feed(struct row *r)
{
	bool made = r->main.url[0] == '\0' && r->sub.url[0] == '\0';
	enum inventory_streams streams;

	if (r->url_wrong || (made && !urls_from_parts(r)))
		return;
	bool main = r->main.url[0] != '\0', sub = r->sub.url[0] != '\0';

	if (r->feed.site[0] == '\0' && r->form->site != NULL) {
		r->feed.site = r->form->site;
		r->feed.given |= INVENTORY_SITE;
	}
	streams = streams_of(r, made);
	if (main && sub && !(r->feed.given & INVENTORY_DEVICE) &&
	    strcmp(r->main.host, r->sub.host) != 0) {
		append_apart(r, streams);
		return;
	}
	if (main)
		credentials(r, &r->main);
	if (sub)
		credentials(r, &r->sub);
	if (!sub || (main && streams == INVENTORY_STREAMS_MAIN))
		append_stream(r, &r->feed, &r->main);
	else
		append_stream(r, &r->feed, &r->sub);
	if (main && sub && streams == INVENTORY_STREAMS_BOTH && !r->no_memory)
		append_main(r);
}

static void
append_site(struct row *r)
{
	struct inventory_site *s;

	if (r->site.path[0] == '\0') {
		row_mistake(r, 0, "the site is missing, expected its path");
		return;
	}
	if (r->inv->site_count >= LIMIT_PLACES) {
		row_mistake(r, 0, "too many sites, expected at most 16384");
		r->no_memory = true; /* no use to go on */
		return;
	}
	s = inventory_add_site(r->inv);
	if (s != NULL)
		*s = r->site;
	r->no_memory |= s == NULL;
}

/* One without a name goes by its address. */
static void
append_named_device(struct row *r)
{
	if (r->device.name[0] == '\0')
		r->device.name = r->device.address;
	append_device(r);
}

void
row_make(struct row *r, enum inventory_kind kind)
{
	static void (*const append[])(
	    struct row *) = { append_site, append_named_device, append_feed };

	if (r->source_line > 0)
		r->site.line = r->device.line = r->feed.line = r->source_line;
	append[kind](r);
}

/* --- lists that are no CSV */

static void
take_url(struct row *r, const struct inventory_said *said,
    struct inventory_url *out)
{
	const struct csv_cell cell = { .line = said->line,
		.column = said->column };
	const char *wrong;
	size_t at;

	if (said->text == NULL)
		return;
	wrong = inventory_url_parse(said->text, out, &at);
	if (wrong == NULL)
		return;
	r->cell = &cell;
	row_mistake(r, 0, wrong);
	r->url_wrong = true;
}

bool
inventory_take_camera(struct inventory *inv, const struct inventory_form *form,
    const struct inventory_camera *c, struct inventory_mistakes *mistakes)
{
	struct row r = { .inv = inv, .form = form, .mistakes = mistakes };
	const struct csv_cell cell = { .line = c->name.line,
		.column = c->name.column };

	row_init(&r, c->name.line);
	take_url(&r, &c->main, &r.main);
	take_url(&r, &c->sub, &r.sub);
	r.cell = &cell;
	if (!cell_is_plain(c->name.text) || c->name.text[0] == '\0' ||
	    strlen(c->name.text) >= LIMIT_NAME_BYTES) {
		row_mistake(&r, 0,
		    "not a name, expected 1 to 255 bytes of plain text");
		return true;
	}
	r.feed.name = row_kept(&r, c->name.text);
	r.feed.given = c->given | INVENTORY_NAME;
	r.feed.enabled = !(c->given & INVENTORY_ENABLED) || c->enabled;
	r.feed.ptz = c->ptz;
	r.feed.transport = c->transport;
	if (form->relay != NULL)
		r.feed.given |= INVENTORY_RELAY;
	r.main_relay = c->main_relay;
	r.sub_relay = c->sub_relay;
	if (!r.no_memory)
		append_feed(&r);
	return !r.no_memory;
}

bool
inventory_take_end(struct inventory *inv, const struct inventory_form *form,
    struct inventory_mistakes *mistakes)
{
	struct inventory_mistakes unheard = { 0 };
	bool well = unique_keep_first(inv, form->file,
	    form->notes != NULL ? form->notes : &unheard);

	inventory_mistakes_fini(&unheard);
	return well && unique_check(inv, INVENTORY_FEEDS, form->file, mistakes);
}
