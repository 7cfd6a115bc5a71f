/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/proto/parameter_sets.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "camwarden/limits.h"
#include "common/bits.h"

#define RECORD_HEAD 4 /* kind, id, length (16 bits, host order) */
#define IN_BYTES_MAX ((LIMIT_PARAMETER_SET_BYTES + RECORD_HEAD) * 12u)

struct record {
	uint8_t kind;
	uint8_t id;
	uint16_t length;
};

void
parameter_sets_init(struct parameter_sets *s)
{
	memset(s, 0, sizeof(*s));
}

void
parameter_sets_clear(struct parameter_sets *s)
{
	free(s->bytes);
	memset(s, 0, sizeof(*s));
}

void
parameter_sets_fini(struct parameter_sets *s)
{
	parameter_sets_clear(s);
}

enum parameter_kind
parameter_sets_kind(enum codec codec, const uint8_t *nal, size_t n)
{
	unsigned type;

	if (codec == CODEC_H264 && n >= 2) {
		type = nal[0] & 31;
		return type == 7   ? PARAMETER_SPS
		       : type == 8 ? PARAMETER_PPS
				   : PARAMETER_NONE;
	}
	if (codec == CODEC_H265 && n >= 3) {
		type = nal[0] >> 1 & 63;
		if (type >= 32 && type <= 34)
			return (enum parameter_kind)(type - 31);
	}
	return PARAMETER_NONE;
}

/* The id that tells sets of a kind apart; false when it can't be read. */
static bool
read_id(enum codec codec, enum parameter_kind kind, struct span nal,
    uint8_t *id_out)
{
	size_t head = codec == CODEC_H264 ? 1 : 2;
	struct bits b = bits_of(nal.p + head, nal.n - head);
	uint32_t id;

	if (kind == PARAMETER_PPS) {
		id = bits_ue(&b);
	} else if (kind == PARAMETER_VPS) {
		id = bits_read(&b, 4);
	} else if (codec == CODEC_H264) {
		bits_skip(&b, 24);
		id = bits_ue(&b);
	} else {
		uint32_t layers, sub[8][2], i;

		bits_read(&b, 4);
		layers = bits_read(&b, 3);
		bits_skip(&b, 97);
		for (i = 0; i < layers; i++) {
			sub[i][0] = bits_read(&b, 1);
			sub[i][1] = bits_read(&b, 1);
		}
		if (layers)
			bits_skip(&b, 2 * (8 - layers));
		for (i = 0; i < layers; i++)
			bits_skip(&b, sub[i][0] * 88 + sub[i][1] * 8);
		id = bits_ue(&b);
	}
	if (b.bad || id > 255)
		return false;
	*id_out = (uint8_t)id;
	return true;
}

static struct record
record_at(const struct parameter_sets *s, uint32_t at)
{
	struct record r;

	r.kind = s->bytes[at];
	r.id = s->bytes[at + 1];
	memcpy(&r.length, s->bytes + at + 2, 2);
	return r;
}

static void
remove_at(struct parameter_sets *s, uint32_t at)
{
	uint32_t n = RECORD_HEAD + record_at(s, at).length;

	memmove(s->bytes + at, s->bytes + at + n, s->length - at - n);
	s->length = (uint16_t)(s->length - n);
}

/* Where a record of this kind is to stand: behind its like. */
static bool
insert(struct parameter_sets *s, struct record r, const uint8_t *nal)
{
	uint32_t at = 0, n = RECORD_HEAD + r.length;
	uint8_t *grown;

	if (s->length + n > IN_BYTES_MAX)
		return false;
	grown = realloc(s->bytes, s->length + n);
	if (!grown)
		return false;
	s->bytes = grown;
	while (at < s->length && s->bytes[at] <= r.kind)
		at += RECORD_HEAD + record_at(s, at).length;
	memmove(s->bytes + at + n, s->bytes + at, s->length - at);
	s->bytes[at] = r.kind;
	s->bytes[at + 1] = r.id;
	memcpy(s->bytes + at + 2, &r.length, 2);
	memcpy(s->bytes + at + RECORD_HEAD, nal, r.length);
	s->length = (uint16_t)(s->length + n);
	return true;
}

static uint32_t
print_of(const struct parameter_sets *s)
{
	uint32_t h = 2166136261u, i; /* FNV-1a */

	for (i = 0; i < s->length; i++)
		h = (h ^ s->bytes[i]) * 16777619u;
	return h ? h : 1;
}

enum lookup { LOOKUP_NONE, LOOKUP_SAME, LOOKUP_OTHER };

/* The record of this kind and id; *oldest_out and *count_out: of its kind. */
static enum lookup
look_up(const struct parameter_sets *s, struct record r, const uint8_t *nal,
    uint32_t *at_out, uint32_t *oldest_out, unsigned *count_out)
{
	uint32_t at;

	*count_out = 0;
	for (at = 0; at < s->length;) {
		struct record k = record_at(s, at);

		if (k.kind == r.kind && !(*count_out)++)
			*oldest_out = at;
		if (k.kind == r.kind && k.id == r.id) {
			*at_out = at;
			return k.length == r.length &&
				       !memcmp(s->bytes + at + RECORD_HEAD, nal,
					   r.length)
				   ? LOOKUP_SAME
				   : LOOKUP_OTHER;
		}
		at += RECORD_HEAD + k.length;
	}
	return LOOKUP_NONE;
}

static bool
put_record(struct parameter_sets *s, struct record r, const uint8_t *nal)
{
	uint32_t at = 0, oldest = 0;
	unsigned count;

	switch (look_up(s, r, nal, &at, &oldest, &count)) {
	case LOOKUP_SAME:
		return false;
	case LOOKUP_OTHER:
		remove_at(s, at);
		if (s->changes < 255)
			s->changes++;
		break;
	case LOOKUP_NONE:
		if (count >= PARAMETER_SETS_OF_KIND)
			remove_at(s, oldest);
		break;
	}
	if (!insert(s, r, nal))
		return false;
	s->print = print_of(s);
	return true;
}

bool
parameter_sets_put(struct parameter_sets *s, enum codec codec, struct span nal)
{
	enum parameter_kind kind = parameter_sets_kind(codec, nal.p, nal.n);
	struct parameter_info info;
	struct record r;

	/* trailing zeros belong to a start code, not to the set */
	while (nal.n > 2 && nal.p[nal.n - 1] == 0)
		nal.n--;
	if (kind == PARAMETER_NONE || nal.n > LIMIT_PARAMETER_SET_BYTES ||
	    nal.n < 3)
		return false;
	r.kind = (uint8_t)kind;
	r.length = (uint16_t)nal.n;
	if (!read_id(codec, kind, nal, &r.id))
		return false;
	if (!put_record(s, r, nal.p))
		return false;
	if (kind == PARAMETER_SPS) {
		bool ok = parameter_sets_read_sps(codec, nal, &info);

		s->width = ok ? info.width : 0;
		s->height = ok ? info.height : 0;
		s->range_full = ok && info.range_full;
	}
	return true;
}

bool
parameter_sets_put_config(struct parameter_sets *s, struct span config)
{
	struct record r = { PARAMETER_CONFIG, 0, 0 };

	if (config.n < 5 || config.n > LIMIT_PARAMETER_SET_BYTES)
		return false;
	r.length = (uint16_t)config.n;
	return put_record(s, r, config.p);
}

uint32_t
parameter_sets_annexb_bytes(const struct parameter_sets *s)
{
	uint32_t at, n = 0;

	for (at = 0; at < s->length;) {
		struct record r = record_at(s, at);

		n += r.length + (r.kind == PARAMETER_CONFIG ? 0 : 4);
		at += RECORD_HEAD + r.length;
	}
	return n;
}

void
parameter_sets_annexb(const struct parameter_sets *s, uint8_t *out)
{
	uint32_t at;

	for (at = 0; at < s->length;) {
		struct record r = record_at(s, at);

		if (r.kind != PARAMETER_CONFIG) {
			memcpy(out, "\0\0\0\1", 4);
			out += 4;
		}
		memcpy(out, s->bytes + at + RECORD_HEAD, r.length);
		out += r.length;
		at += RECORD_HEAD + r.length;
	}
}

struct span
parameter_sets_fmtp_value(const char *fmtp, const char *name)
{
	size_t n = strlen(name);

	while (fmtp && *fmtp) {
		fmtp += strspn(fmtp, "; \t");
		if (!strncasecmp(fmtp, name, n)) {
			const char *v = fmtp + n + strspn(fmtp + n, " \t");

			if (*v == '=') {
				v += 1 + strspn(v + 1, " \t");
				return (struct span){ (const uint8_t *)v,
					strcspn(v, "; \t\r\n") };
			}
		}
		fmtp += strcspn(fmtp, ";");
	}
	return (struct span){ (const uint8_t *)"", 0 };
}

static int
base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	if (c == '/' || c == '_')
		return 63;
	return -1;
}

/* Up to the first byte that isn't base64. */
static size_t
base64_decode(struct span text, uint8_t *out, size_t room)
{
	uint32_t have = 0, bits = 0;
	size_t n = 0, i;

	for (i = 0; i < text.n && n < room; i++) {
		int v = base64_value(text.p[i]);

		if (v < 0)
			break;
		have = have << 6 | (uint32_t)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (uint8_t)(have >> bits);
		}
	}
	return n;
}

/* One decoded sprop value may hold several NAL units behind start codes. */
static void
put_sprop(struct parameter_sets *s, enum codec codec, struct span nals)
{
	size_t from = 0, i;

	for (i = 0; i + 3 <= nals.n; i++) {
		if (nals.p[i] || nals.p[i + 1] || nals.p[i + 2] != 1)
			continue;
		if (i > from)
			parameter_sets_put(s, codec,
			    (struct span){ nals.p + from, i - from });
		from = i + 3;
	}
	if (nals.n > from)
		parameter_sets_put(s, codec,
		    (struct span){ nals.p + from, nals.n - from });
}

static void
put_sprop_list(struct parameter_sets *s, enum codec codec, struct span list)
{
	uint8_t raw[LIMIT_PARAMETER_SET_BYTES];
	unsigned budget = 16;

	while (list.n && budget--) {
		const uint8_t *comma = memchr(list.p, ',', list.n);
		size_t n = comma ? (size_t)(comma - list.p) : list.n;
		size_t got =
		    base64_decode((struct span){ list.p, n }, raw, sizeof(raw));

		put_sprop(s, codec, (struct span){ raw, got });
		n += comma != NULL;
		list.p += n;
		list.n -= n;
	}
}

static int
hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void
put_hex_config(struct parameter_sets *s, struct span hex)
{
	uint8_t raw[LIMIT_PARAMETER_SET_BYTES];
	size_t n = 0;

	while (hex.n >= 2 && n < sizeof(raw)) {
		int high = hex_value(hex.p[0]), low = hex_value(hex.p[1]);

		if (high < 0 || low < 0)
			return;
		raw[n++] = (uint8_t)(high << 4 | low);
		hex.p += 2;
		hex.n -= 2;
	}
	parameter_sets_put_config(s, (struct span){ raw, n });
}

void
parameter_sets_from_fmtp(struct parameter_sets *s, enum codec codec,
    const char *fmtp)
{
	static const char *const h265[] = { "sprop-vps", "sprop-sps",
		"sprop-pps" };
	unsigned i;

	if (codec == CODEC_H264)
		put_sprop_list(s, codec,
		    parameter_sets_fmtp_value(fmtp, "sprop-parameter-sets"));
	if (codec == CODEC_H265)
		for (i = 0; i < 3; i++)
			put_sprop_list(s, codec,
			    parameter_sets_fmtp_value(fmtp, h265[i]));
	if (codec == CODEC_MPEG4)
		put_hex_config(s, parameter_sets_fmtp_value(fmtp, "config"));
}
