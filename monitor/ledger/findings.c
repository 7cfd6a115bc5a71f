/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/ledger/findings.h"

#include <string.h>

const char *
verify_word_name(enum verify_word word)
{
	static const char *const names[VERIFY_WORDS] = { "changed", "removed",
		"inserted", "reordered", "rewritten", "rolled back", "cut off",
		"replaced" };

	return names[word];
}

/* The list stays sorted: by depth, then by line; those of no line last. */
static bool
comes_before(const struct verify_finding *a, const struct verify_finding *b)
{
	if (a->depth != b->depth)
		return a->depth < b->depth;
	return a->seq != 0 && (b->seq == 0 || a->seq < b->seq);
}

void
findings_add(struct verify_report *r, const struct verify_finding *f)
{
	size_t k = r->count;

	r->findings++;
	r->by_word[f->word]++;
	while (k > 0 && comes_before(f, &r->list[k - 1]))
		k--;
	if (k >= VERIFY_KEPT)
		return;
	size_t last = r->count < VERIFY_KEPT ? r->count++ : VERIFY_KEPT - 1;

	memmove(&r->list[k + 1], &r->list[k], (last - k) * sizeof(*f));
	r->list[k] = *f;
}

void
findings_take_back(struct verify_report *r, int64_t seq)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->list[i].seq != seq)
			continue;
		r->findings--;
		r->by_word[r->list[i].word]--;
		memmove(&r->list[i], &r->list[i + 1],
		    (--r->count - i) * sizeof(r->list[0]));
		return;
	}
}
