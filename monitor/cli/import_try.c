/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/import_try.h"

#include <stdlib.h>
#include <string.h>

#include "monitor/cli/cli.h"
#include "monitor/cli/inventory_local.h"

#define SHOWN 200u

struct attempt {
	struct inventory *wanted;
	const struct inventory *now;
	struct trial_feed *feeds; /* owned */
	size_t *of;		  /* of each: the wished feed; owned */
	size_t count;
};

static int
by_url(const void *a, const void *b)
{
	const struct inventory_feed *x =
	    *(const struct inventory_feed *const *)a;
	const struct inventory_feed *y =
	    *(const struct inventory_feed *const *)b;
	int c = strcmp(x->url, y->url);

	return c != 0 ? c : strcmp(x->device, y->device);
}

static bool
same_login(const struct inventory_device *now,
    const struct inventory_device *wish)
{
	return ((wish->given & INVENTORY_USER) == 0 ||
		   strcmp(now->user, wish->user) == 0) &&
	       ((wish->given & INVENTORY_PASSWORD) == 0 ||
		   strcmp(now->password, wish->password) == 0);
}

/* Watched already, from there and as that user. */
static bool
is_known(const struct attempt *a, const struct inventory_feed **sorted,
    const struct inventory_feed *wish)
{
	const struct inventory_device *now =
	    inventory_device_of(a->now, wish->device);
	const struct inventory_device *said =
	    inventory_device_of(a->wanted, wish->device);
	const struct inventory_feed **hit =
	    a->now->feed_count == 0 ? NULL
				    : bsearch(&wish, sorted, a->now->feed_count,
					  sizeof(*sorted), by_url);

	return hit != NULL && (*hit)->enabled &&
	       (!(wish->given & INVENTORY_RELAY) ||
		   strcmp((*hit)->relay, wish->relay) == 0) &&
	       (now == NULL || said == NULL || same_login(now, said));
}

static void
copy(char *out, size_t size, const char *in)
{
	snprintf(out, size, "%s", in);
}

/* All sessions that the device has for us may be in use already. */
static bool
is_shared(const struct attempt *a, const struct inventory_feed *f)
{
	char device[LIMIT_NAME_BYTES], other[LIMIT_NAME_BYTES];
	const struct inventory_device *now;

	inventory_feed_asks(f, device);
	now = inventory_device_of(a->now, device);
	if (now == NULL || now->sessions == 0)
		return false;
	for (size_t i = 0; i < a->now->feed_count; i++) {
		inventory_feed_asks(&a->now->feeds[i], other);
		if (a->now->feeds[i].enabled && strcmp(device, other) == 0)
			return true;
	}
	return false;
}

static void
fill(const struct attempt *a, const struct inventory_feed *f,
    struct trial_feed *out)
{
	char device[LIMIT_NAME_BYTES];
	const struct inventory_device *now, *said;
	struct wire_feed_add *add = &out->add;
	size_t n = a->count + 1;

	inventory_feed_asks(f, device);
	now = inventory_device_of(a->now, device);
	said = inventory_device_of(a->wanted, device);

	memcpy(add->uuid, "trial", 5);
	memcpy(add->uuid + 8, &n, sizeof(n));
	copy(add->url, sizeof(add->url),
	    f->relay[0] != '\0' ? f->relay : f->url);
	add->transport = f->transport;
	out->ptz = f->ptz;
	out->dark = f->dark_hours[0] != '\0';
	if (said != NULL)
		add->device = (uint32_t)(said - a->wanted->devices) + 1;
	if (now != NULL) {
		add->device_sessions = now->sessions;
		add->quirks = now->quirks;
		copy(add->user, sizeof(add->user), now->user);
		copy(add->password, sizeof(add->password), now->password);
	}
	if (said != NULL && (said->given & INVENTORY_SESSIONS))
		add->device_sessions = said->sessions;
	if (said != NULL && (said->given & INVENTORY_QUIRKS))
		add->quirks = said->quirks;
	if (said != NULL && (said->given & INVENTORY_USER))
		copy(add->user, sizeof(add->user), said->user);
	if (said != NULL && (said->given & INVENTORY_PASSWORD))
		copy(add->password, sizeof(add->password), said->password);
}

/* Those to be tried; false: no memory. */
static bool
choose(struct attempt *a)
{
	const struct inventory_feed **sorted =
	    calloc(a->now->feed_count + 1, sizeof(*sorted));

	a->feeds = calloc(a->wanted->feed_count + 1, sizeof(*a->feeds));
	a->of = calloc(a->wanted->feed_count + 1, sizeof(*a->of));
	for (size_t i = 0; sorted != NULL && i < a->now->feed_count; i++)
		sorted[i] = &a->now->feeds[i];
	if (sorted != NULL && a->now->feed_count > 0)
		qsort(sorted, a->now->feed_count, sizeof(*sorted), by_url);
	bool well = sorted != NULL && a->feeds != NULL && a->of != NULL;

	for (size_t i = 0; well && i < a->wanted->feed_count; i++) {
		const struct inventory_feed *f = &a->wanted->feeds[i];

		/* What the list itself says is off stays so. */
		if (((f->given & INVENTORY_ENABLED) && !f->enabled) ||
		    is_known(a, sorted, f) || is_shared(a, f))
			continue;
		fill(a, f, &a->feeds[a->count]);
		a->of[a->count++] = i;
	}
	free(sorted);
	return well;
}

static json_t *
text(const char *s)
{
	json_t *t = json_string(s);

	return t != NULL ? t : json_string("(no UTF-8)");
}

static json_t *
told(const struct attempt *a)
{
	struct summary sum = { 0 };
	json_t *bad = json_array(), *o;
	size_t seen = 0;

	for (size_t i = 0; i < a->count; i++) {
		const struct trial_feed *t = &a->feeds[i];
		const struct inventory_feed *f = &a->wanted->feeds[a->of[i]];

		seen += t->seen;
		summary_add(&sum, f->site, t->cause);
		if (t->seen)
			continue;
		json_array_append_new(bad,
		    json_pack("{s:i, s:o, s:o, s:s, s:s, s:o}", "line",
			(int)f->line, "site", text(f->site), "name",
			text(f->name), "state", state_name(t->state), "cause",
			cause_name(t->cause), "detail", text(t->detail)));
	}
	o = summary_json(&sum);
	json_object_set_new(o, "tried", json_integer((json_int_t)a->count));
	json_object_set_new(o, "seen", json_integer((json_int_t)seen));
	json_object_set_new(o, "not_seen", bad);
	summary_fini(&sum);
	return o;
}

/* Of the file's rows all say now whether they are on: what was watched before
 * is. */
static void
decide(struct attempt *a)
{
	for (size_t i = 0; i < a->wanted->feed_count; i++)
		a->wanted->feeds[i].given |= INVENTORY_ENABLED;
	for (size_t i = 0; i < a->count; i++)
		a->wanted->feeds[a->of[i]].enabled = a->feeds[i].seen;
}

enum trial_end
import_try(struct inventory *wanted, const struct monitor_config *config,
    json_t **told_out)
{
	char error[256] = "memory is out";
	uint64_t revision;
	struct inventory *now =
	    inventory_local_current(config, true, &revision, error);
	struct attempt a = { .wanted = wanted, .now = now };
	enum trial_end end = TRIAL_FAILED;

	if (now == NULL || !choose(&a))
		cli_say("%s", error);
	else
		end = trial_run(a.feeds, a.count, config);
	if (end == TRIAL_DONE) {
		*told_out = told(&a);
		decide(&a);
	}
	if (a.feeds != NULL)
		explicit_bzero(a.feeds,
		    (wanted->feed_count + 1) * sizeof(*a.feeds));
	free(a.feeds);
	free(a.of);
	inventory_free(&now);
	return end;
}

static const char *
word(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

void
import_try_print(const json_t *o)
{
	const json_t *bad = json_object_get(o, "not_seen");
	size_t n = json_array_size(bad);
	char number[CLI_COUNT_BYTES];

	for (size_t i = 0; i < n && i < SHOWN; i++) {
		const json_t *f = json_array_get(bad, i);
		enum cause cause = CAUSE_NONE;
		char line[1024];

		cause_find(word(f, "cause"), &cause);
		snprintf(line, sizeof(line), "not seen: %s/%s: %s%s%s",
		    word(f, "site"), word(f, "name"), summary_word(cause),
		    word(f, "detail")[0] != '\0' ? ": " : "",
		    word(f, "detail"));
		cli_put(stdout, line);
		putchar('\n');
	}
	if (n > SHOWN)
		printf("... and %zu more\n", n - SHOWN);
	printf("tried %s, seen ",
	    cli_count(json_integer_value(json_object_get(o, "tried")), number));
	printf("%s; what was not seen is imported off, and tried with the next "
	       "import\n",
	    cli_count(json_integer_value(json_object_get(o, "seen")), number));
}
