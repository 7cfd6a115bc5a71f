/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/ledger/line.h"

#include <string.h>

#define DIGITS 20 /* of a 64-bit number, with its sign */
#define SHORT 512 /* a line with a kind of sane length is hashed in one go */

/* What says nothing about a person: machines, pictures' hashes, the record
 * itself. A name that ends in a dot stands for all that begin with it. */
static const char *const public_kinds[] = { "verdict", "incident.open",
	"incident.change", "incident.close", "thumbnail", "epoch", "store.",
	"monitor.", "ledger.", "retention", "report", "settings", "start",
	"stop", "clock." };

bool
ledger_is_private(const char *kind, size_t n)
{
	size_t count = sizeof(public_kinds) / sizeof(public_kinds[0]);

	for (size_t i = 0; i < count; i++) {
		const char *name = public_kinds[i];
		size_t length = strlen(name);
		bool all = name[length - 1] == '.';

		if ((all ? n > length : n == length) &&
		    memcmp(kind, name, length) == 0)
			return false;
	}
	return true;
}

static size_t
decimal(int64_t v, char out[DIGITS + 1])
{
	char back[DIGITS];
	uint64_t left = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	size_t n = 0, k = 0;

	do
		back[k++] = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	if (v < 0)
		out[n++] = '-';
	while (k > 0)
		out[n++] = back[--k];
	return n;
}

/* Gathers short pieces, so that most lines are one update of the hash. */
struct gather {
	struct hash hash;
	uint8_t bytes[SHORT];
	size_t n;
};

static void
flush(struct gather *g)
{
	hash_add(&g->hash, g->bytes, g->n);
	g->n = 0;
}

static void
put(struct gather *g, const void *bytes, size_t n)
{
	if (n > SHORT - g->n)
		flush(g);
	if (n > SHORT) {
		hash_add(&g->hash, bytes, n);
		return;
	}
	if (n > 0)
		memcpy(g->bytes + g->n, bytes, n);
	g->n += n;
}

static void
put_ns(struct gather *g, const void *bytes, size_t n)
{
	char length[DIGITS + 2];
	size_t k = decimal((int64_t)n, length);

	length[k++] = ':';
	put(g, length, k);
	put(g, bytes, n);
	put(g, ",", 1);
}

static void
put_number(struct gather *g, int64_t v)
{
	char text[DIGITS + 1];

	put_ns(g, text, decimal(v, text));
}

static void
begin(struct gather *g, uint8_t domain)
{
	hash_begin(&g->hash);
	g->bytes[0] = domain;
	g->n = 1;
}

static void
end(struct gather *g, uint8_t out[LEDGER_HASH])
{
	flush(g);
	hash_end(&g->hash, out);
}

void
ledger_digest(const uint8_t *salt, struct ledger_bytes actor,
    struct ledger_bytes body, uint8_t out[LEDGER_HASH])
{
	struct gather g;

	begin(&g, 0x10);
	put_ns(&g, salt, salt != NULL ? LEDGER_SALT : 0);
	put_ns(&g, actor.p, actor.n);
	put_ns(&g, body.p, body.n);
	end(&g, out);
}

void
ledger_line_hash(const struct ledger_line *line,
    const uint8_t prev[LEDGER_HASH], const uint8_t digest[LEDGER_HASH],
    uint8_t out[LEDGER_HASH])
{
	struct gather g;

	begin(&g, 0x00);
	put(&g, prev, LEDGER_HASH);
	put_ns(&g, "1", 1);
	put_ns(&g, line->origin, 16);
	put_ns(&g, line->run, 16);
	put_number(&g, line->seq);
	put_number(&g, line->mono);
	put_number(&g, line->utc);
	put_ns(&g, line->kind.p, line->kind.n);
	put_number(&g, line->feed);
	put_ns(&g, digest, LEDGER_HASH);
	end(&g, out);
}
