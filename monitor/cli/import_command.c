/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/import_command.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "monitor/cli/client.h"
#include "monitor/cli/import_json.h"
#include "monitor/cli/import_print.h"
#include "monitor/cli/import_try.h"
#include "monitor/cli/progress.h"
#include "monitor/cli/summary.h"
#include "monitor/monitor.h"
#include "monitor/store/store_read.h"

#define IMPORT_SECONDS 55

json_t *
import_ask(const struct cli *cli, const char *table,
    const struct inventory_local *what)
{
	json_t *question, *answer = NULL;

	if (what->remove != NULL)
		question = json_pack("{s:s, s:s, s:s, s:s, s:b}", "command",
		    "remove", "table", table, "name", what->remove, "reason",
		    what->reason, "with_feeds", what->with_feeds);
	else
		question = client_change("import", 0,
		    json_pack("{s:s, s:s, s:s, s:b, s:b}", "table", table,
			"reason", what->reason, "file", what->file, "dry_run",
			what->dry_run, "complete", what->prune));
	if (question == NULL) {
		cli_say("the name, reason or file name is no UTF-8");
		return NULL;
	}
	enum client_result r = client_ask(cli->config.state_dir, question,
	    what->csv, what->csv_length, IMPORT_SECONDS, &answer);

	json_decref(question);
	if (r == CLIENT_NOT_RUNNING)
		return inventory_local_change(what);
	if (r != CLIENT_OK)
		cli_say("%s", client_result_text(r));
	if (r == CLIENT_STOPPED)
		cli_say("it makes all of the change or nothing: a dry run "
			"tells which");
	return r == CLIENT_OK ? answer : NULL;
}

/* --- what becomes of it */

struct look {
	struct summary sum;
	bool (*wanted)(void *arg, const struct store_feed_row *row);
	void *arg;
	size_t open; /* not judged yet */
	bool well;
};

static bool
on_feed(void *arg, const struct store_feed_row *row)
{
	struct look *l = arg;

	if (l->wanted != NULL && !l->wanted(l->arg, row))
		return true;
	if (!row->enabled) {
		l->sum.off++;
		return true;
	}
	/* One that is visited may be so in half an hour. */
	l->open +=
	    row->state == STATE_UNKNOWN && row->visit_s == 0 &&
	    (row->cause == CAUSE_LEARNING || row->cause == CAUSE_MONITOR_OFF ||
		row->cause == CAUSE_NONE);
	return l->well = summary_add(&l->sum, row->site, row->cause);
}

/* Of all feeds of the site, or of those that are wanted. */
static bool
look(const struct cli *cli, const char *site, struct look *l,
    struct store_alive *alive)
{
	struct store_reader *r = cli_reader(cli);
	struct store_now now;
	bool read;

	if (r == NULL)
		return false;
	l->well = true;
	store_now(&now);
	read = store_read_alive(r, &now, alive) &&
	       store_read_feeds(r, site, NULL, on_feed, l);
	if (!read)
		cli_say("%s", store_reader_error(r));
	store_reader_close(&r);
	return read && l->well;
}

int
import_summary(const struct cli *cli, const char *site)
{
	struct store_alive alive;
	struct look l = { 0 };
	int code = CLI_FAILED;

	if (look(cli, site, &l, &alive)) {
		json_t *o = cli->json ? summary_json(&l.sum) : NULL;

		if (o != NULL)
			cli_print_json(o);
		else
			summary_print(&l.sum);
		json_decref(o);
		code = !alive.alive ? CLI_NOT_RUNNING
		       : l.sum.cause[CAUSE_NONE] == l.sum.feeds ? CLI_OK
								: CLI_TROUBLE;
	}
	summary_fini(&l.sum);
	return code;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct urls {
	const char **list; /* sorted; owned */
	size_t count;
};

static bool
is_of_list(void *arg, const struct store_feed_row *row)
{
	const struct urls *u = arg;

	return u->count > 0 && bsearch(&row->url, u->list, u->count,
				   sizeof(*u->list), by_text) != NULL;
}

/* Until each of them has a verdict, the time is over, or somebody asks to stop;
 * false: it was said why not. */
static bool
wait_for(const struct import_command *c, struct urls *u, struct look *l)
{
	static const struct timespec second = { .tv_sec = 1 };
	int64_t until = clock_mono_us() + (int64_t)c->wait_s * US_PER_S;
	struct store_alive alive = { 0 };
	struct progress p;
	bool more = true;

	progress_begin(&p);
	while (more) {
		summary_fini(&l->sum);
		*l = (struct look){ .wanted = is_of_list, .arg = u };
		if (!look(c->cli, NULL, l, &alive)) {
			progress_end(&p);
			return false;
		}
		more = l->open > 0 && clock_mono_us() < until && alive.alive &&
		       progress_tell(&p, "first verdicts",
			   l->sum.feeds - l->open, l->sum.feeds) &&
		       nanosleep(&second, NULL) == 0;
	}
	progress_end(&p);
	if (!alive.alive)
		cli_say("no monitor runs: nothing is looked at");
	else if (l->open > 0 && progress_stops() > 0)
		cli_say("stopped when %zu of %u had no verdict yet; the "
			"import stands",
		    l->open, l->sum.feeds);
	return alive.alive;
}

static int
sum_up(const struct import_command *c, const struct inventory *wanted,
    json_t *answer)
{
	struct urls u = { calloc(wanted->feed_count + 1, sizeof(char *)),
		wanted->feed_count };
	struct look l = { 0 };
	int code = CLI_FAILED;

	for (size_t i = 0; u.list != NULL && i < u.count; i++)
		u.list[i] = wanted->feeds[i].url;
	if (u.list != NULL && u.count > 0)
		qsort(u.list, u.count, sizeof(*u.list), by_text);
	if (u.list != NULL && wait_for(c, &u, &l)) {
		if (c->cli->json)
			json_object_set_new(answer, "summary",
			    summary_json(&l.sum));
		else
			summary_print(&l.sum);
		code = l.sum.cause[CAUSE_NONE] == l.sum.feeds ? CLI_OK
							      : CLI_TROUBLE;
	}
	free(u.list);
	summary_fini(&l.sum);
	return code;
}

/* --- the whole */

/* In the monitor's form, so that scripts see one. */
static json_t *
mistaken(const struct feed_list *l)
{
	return import_json(&(struct monitor_answer){
	    .text = l->mistakes.text != NULL ? l->mistakes.text : "",
	    .mistakes = &l->mistakes });
}

static void
print(const struct import_command *c, const struct feed_list *l, json_t *answer,
    json_t *told)
{
	size_t hidden = l->notes.count - l->notes.listed;

	if (c->cli->json)
		return;
	cli_put_lines(stderr, l->notes.text != NULL ? l->notes.text : "");
	if (hidden > 0)
		fprintf(stderr, "and %zu more such notes\n", hidden);
	if (told != NULL)
		import_try_print(told);
	import_print(answer, c->table, c->dry_run);
	if (l->mistakes.count > l->mistakes.listed)
		fprintf(stderr, "and %zu more mistakes\n",
		    l->mistakes.count - l->mistakes.listed);
}

static json_t *
change(const struct import_command *c, const struct feed_list *l)
{
	struct inventory_local what = { .config = &c->cli->config,
		.kind = c->kind,
		.dry_run = c->dry_run,
		.prune = c->prune,
		.reason = c->reason,
		.file = c->file };
	char *csv = feed_list_csv(l, c->kind, &what.csv_length);
	json_t *answer;

	if (csv == NULL) {
		cli_say("memory is out");
		return NULL;
	}
	what.csv = csv;
	answer = import_ask(c->cli, c->table, &what);
	explicit_bzero(csv, what.csv_length);
	free(csv);
	return answer;
}

/* What the list is asked for, tried and done; NULL: it was said why not. */
static json_t *
carry_out(const struct import_command *c, struct feed_list *l, json_t **told)
{
	struct progress p;
	bool done = true;

	progress_begin(&p);
	if (c->try_first && c->kind == INVENTORY_FEEDS)
		done = import_try(l->inv, &c->cli->config, told) == TRIAL_DONE;
	if (done && progress_stops() == 0)
		return change(c, l);
	cli_say(progress_stops() > 0 ? "stopped: nothing was changed"
				     : "nothing was changed");
	return NULL;
}

int
import_command(const struct import_command *c)
{
	json_t *answer = NULL, *told = NULL;
	struct feed_list l;
	int code = CLI_FAILED;

	if (feed_list_read(&l, &c->list, c->kind, c->file))
		answer = carry_out(c, &l, &told);
	else if (l.mistakes.count > 0)
		answer = mistaken(&l);
	if (answer != NULL) {
		print(c, &l, answer, told);
		code = json_is_true(json_object_get(answer, "ok"))
			   ? CLI_OK
			   : CLI_TROUBLE;
		if (code == CLI_OK && c->wait_s > 0 && !c->dry_run &&
		    c->kind == INVENTORY_FEEDS)
			code = sum_up(c, l.inv, answer);
		if (c->cli->json) {
			json_object_set_new(answer, "notes",
			    import_json_said(&l.notes));
			if (told != NULL)
				json_object_set(answer, "trial", told);
			cli_print_json(answer);
		}
	}
	json_decref(told);
	json_decref(answer);
	feed_list_fini(&l);
	return code;
}
