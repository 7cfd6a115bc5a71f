/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report: what happened in a span of time. */
#include "monitor/cli/report.h"

#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/confine.h"
#include "common/site.h"
#include "monitor/read_only.h"
#include "monitor/report/calendar.h"
#include "monitor/report/report_csv.h"
#include "monitor/report/report_json.h"
#include "monitor/report/report_thumb.h"
#include "monitor/zones.h"

static const char help[] =
    "usage: camwarden report [--date DATE | --from WHEN --to WHEN] [--site "
    "SITE]\n"
    "                        [--format html|csv|json|text] [-o FILE]\n"
    "                        [--language en|es] [--folder DIR]\n"
    "       camwarden report --check FILE\n"
    "\n"
    "What happened: what needs a person, availability with both bounds and "
    "with and\n"
    "without maintenance, incidents, what nobody watched, the monitor's own "
    "gaps,\n"
    "who changed what, and whether the record is witnessed.\n"
    "\n"
    "  --date DATE      a day: 2026-11-22, today or yesterday (the default)\n"
    "  --from, --to     2026-11-22, or 2026-11-22 06:00, with Z behind it: "
    "UTC;\n"
    "                   --to: now\n"
    "  --site SITE      with all below it; days are then the site's\n"
    "  --format FORMAT  [by the name of FILE, else text]\n"
    "  -o, --output FILE  [standard output]\n"
    "  --folder DIR     writes report-<date>.html .csv .json .txt, "
    "-mail.html, and\n"
    "                   the incidents' pictures; prints a subject line and "
    "the files\n"
    "  --check FILE     recomputes a report (its JSON) as of the moment it "
    "was made,\n"
    "                   and says whether it comes out the same\n"
    "  --config FILE, --state-dir DIR, --json, --help\n"
    "\n"
    "example: camwarden report --date yesterday -o report.html\n"
    "\n"
    "exit: 0 done (--check: the same), 1 --check: it differs, 2 not done\n";

/* --- progress on a terminal */

static void
progress(void *arg, uint32_t done, uint32_t all)
{
	struct report_job *job = arg;

	if (!isatty(STDERR_FILENO) || all < 256)
		return;
	fprintf(stderr, "\rreading: %u %%  ",
	    (unsigned)((uint64_t)done * 100 / all));
	job->shown = true;
}

static void
progress_end(struct report_job *job)
{
	if (job->shown)
		fputs("\r               \r", stderr);
	job->shown = false;
}

/* --- which time */

struct zone_search {
	const char *site;
	char *zone;
};

/* By path: the nearest comes last. */
static bool
zone_row(void *arg, const struct store_place_row *row)
{
	struct zone_search *s = arg;

	if (row->zone[0] != '\0' && site_within(s->site, row->path))
		snprintf(s->zone, 64, "%.63s", row->zone);
	return true;
}

static bool
zone_find(struct report_job *job)
{
	struct zone_search s = { job->site, job->zone };
	struct store_stand stand;

	if (job->cli.config.report_zone[0] != '\0')
		snprintf(job->zone, sizeof(job->zone), "%s",
		    job->cli.config.report_zone);
	else
		zones_system(job->zone);
	if (job->site == NULL)
		return true;
	if (store_read_stand(job->reader, 0, 0, &stand) &&
	    store_read_places(job->reader, &stand, zone_row, &s))
		return true;
	cli_say("%s", store_reader_error(job->reader));
	return false;
}

static bool
day_find(struct report_job *job, const char *text, int64_t *day_out)
{
	struct calendar c = { when_ahead, job->when, job->zone }, utc = { 0 };
	char date[12];
	int64_t moment;

	if (strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0) {
		*day_out = calendar_day(&c, job->now) - (text[0] == 'y');
		return true;
	}
	snprintf(date, sizeof(date), "%.10sZ", text);
	if (strlen(text) != 10 || !when_parse(NULL, "", date, 0, &moment))
		return false;
	*day_out = calendar_day(&utc, moment);
	return true;
}

static bool
moment_find(struct report_job *job, const char *text, int64_t *out)
{
	struct calendar c = { when_ahead, job->when, job->zone };
	int64_t day;

	if (day_find(job, text, &day)) {
		*out = calendar_start(&c, day);
		return true;
	}
	return when_parse(job->when, job->zone, text, job->now, out);
}

static bool
span_find(struct report_job *job, int64_t *from, int64_t *to)
{
	struct calendar c = { when_ahead, job->when, job->zone };
	const char *date = job->date != NULL ? job->date : "yesterday";
	int64_t day;

	if (job->from == NULL && job->to == NULL) {
		if (!day_find(job, date, &day)) {
			cli_say("'%.40s' is no date, expected one like "
				"2026-11-22, or today, or yesterday",
			    date);
			return false;
		}
		*from = calendar_start(&c, day);
		*to = calendar_start(&c, day + 1);
		return true;
	}
	*to = job->now;
	if (job->from == NULL || !moment_find(job, job->from, from)) {
		cli_say("--from '%.40s': expected a moment like 2026-11-22 or "
			"'2026-11-22 06:00'",
		    job->from != NULL ? job->from : "");
		return false;
	}
	if (job->to != NULL && !moment_find(job, job->to, to)) {
		cli_say("--to '%.40s': expected a moment like 2026-11-22 or "
			"'2026-11-22 06:00'",
		    job->to);
		return false;
	}
	if (*from >= *to) {
		cli_say("--from is not before --to: an empty span");
		return false;
	}
	return true;
}

/* --- its forms */

static void
picture_small(void *arg, const struct store_picture *p)
{
	struct report_job *job = arg;

	if (report_thumb_make(p->png, p->length, FACE_PICTURE_WIDTH,
		FACE_PICTURE_HEIGHT, &job->picture) != THUMB_OK)
		ink_free(&job->picture);
}

static bool
face_picture(void *arg, int64_t id, const void **png_out, size_t *length_out)
{
	struct report_job *job = arg;
	bool found = false;

	ink_free(&job->picture);
	if (!store_read_picture(job->reader, 0, 0, id, picture_small, job,
		&found) ||
	    !found || job->picture.failed || job->picture.length == 0)
		return false;
	*png_out = job->picture.text;
	*length_out = job->picture.length;
	return true;
}

bool
report_render(struct report_job *job, enum report_format format,
    struct ink *out)
{
	const struct report_face face = { .language = job->language,
		.mail = format == FORMAT_MAIL,
		.pictures = format == FORMAT_MAIL ? NULL : job->pictures,
		.ahead = when_ahead,
		.ahead_arg = job->when,
		.picture = face_picture,
		.arg = job };
	bool good = false;

	switch (format) {
	case FORMAT_TEXT:
		good = report_text(job->report, &face, out);
		break;
	case FORMAT_HTML:
	case FORMAT_MAIL:
		good = report_html(job->report, &face, out);
		break;
	case FORMAT_CSV:
		good = report_csv(job->report, out);
		break;
	case FORMAT_JSON:
		good = report_json(job->report, out);
		break;
	}
	if (!good)
		cli_say("memory is out");
	return good;
}

/* --- all */

int
report_gather(struct report_job *job, const struct gather_ask *ask)
{
	struct gather_ask whole = *ask;
	enum gather_result result;
	char error[256];

	whole.ahead = when_ahead;
	whole.ahead_arg = job->when;
	whole.progress = progress;
	whole.progress_arg = job;
	result = gather(job->reader, &whole, &job->report, error);
	progress_end(job);
	if (result == GATHER_OK)
		return CLI_OK;
	cli_say("%s", error);
	return CLI_FAILED;
}

static bool
print(struct report_job *job)
{
	struct ink text = { 0 };
	bool good = report_render(job, job->format, &text);

	if (good && job->output != NULL && strcmp(job->output, "-") != 0) {
		good = report_file(job->output, &text);
	} else if (good) {
		good =
		    fwrite(text.text, 1, text.length, stdout) == text.length &&
		    fflush(stdout) == 0;
		if (!good)
			cli_say("standard output can't be written: %m");
	}
	ink_free(&text);
	return good;
}

static int
run(struct report_job *job)
{
	struct gather_ask ask = { .site = job->site,
		.zone = job->zone,
		.target_ppm = job->cli.config.report_target_ppm,
		.program = CAMWARDEN_VERSION };
	int code;

	if (job->check != NULL)
		return report_check(job);
	if (!zone_find(job) || !span_find(job, &ask.from_utc, &ask.to_utc))
		return CLI_FAILED;
	code = report_gather(job, &ask);
	if (code != CLI_OK)
		return code;
	if (job->folder != NULL)
		return report_folder(job) ? CLI_OK : CLI_FAILED;
	return print(job) ? CLI_OK : CLI_FAILED;
}

static bool
format_find(struct report_job *job)
{
	static const struct {
		const char *word;
		enum report_format format;
	} words[] = { { "text", FORMAT_TEXT }, { "txt", FORMAT_TEXT },
		{ "html", FORMAT_HTML }, { "csv", FORMAT_CSV },
		{ "json", FORMAT_JSON } };
	const char *word = job->format_word;

	if (word == NULL && job->cli.json)
		word = "json";
	if (word == NULL && job->output != NULL)
		word = strrchr(job->output, '.');
	if (word == NULL)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(word + (word[0] == '.'), words[i].word) == 0) {
			job->format = words[i].format;
			return true;
		}
	if (job->format_word == NULL)
		return true;
	cli_say("'%.40s' is no format, expected html, csv, json or text", word);
	return false;
}

static bool
parse(struct report_job *job, int argc, char **argv)
{
	static const struct option options[] = { CLI_OPTIONS,
		{ "date", required_argument, NULL, 'd' },
		{ "from", required_argument, NULL, 'f' },
		{ "to", required_argument, NULL, 't' },
		{ "site", required_argument, NULL, 's' },
		{ "format", required_argument, NULL, 'F' },
		{ "output", required_argument, NULL, 'o' },
		{ "language", required_argument, NULL, 'l' },
		{ "folder", required_argument, NULL, 'O' },
		{ "check", required_argument, NULL, 'k' }, { 0 } };
	int o;

	while ((o = getopt_long(argc, argv, "o:", options, NULL)) != -1) {
		if (o == 'd')
			job->date = optarg;
		else if (o == 'f')
			job->from = optarg;
		else if (o == 't')
			job->to = optarg;
		else if (o == 's')
			job->site = optarg;
		else if (o == 'F')
			job->format_word = optarg;
		else if (o == 'o')
			job->output = optarg;
		else if (o == 'l')
			job->language_word = optarg;
		else if (o == 'O')
			job->folder = optarg;
		else if (o == 'k')
			job->check = optarg;
		else if (!cli_option(&job->cli, o, help))
			return false;
	}
	if (job->date != NULL && (job->from != NULL || job->to != NULL)) {
		cli_say("--date names a whole day: no --from or --to with it");
		return false;
	}
	return optind == argc && format_find(job);
}

static bool
language_find(struct report_job *job)
{
	const char *word = job->language_word != NULL
			       ? job->language_word
			       : job->cli.config.report_language;

	if (word[0] == '\0' || report_words_language(word, &job->language))
		return true;
	cli_say("'%.40s' is no language, expected en or es", word);
	return false;
}

/* It may open the database, the report to check, and the folder into which it
 * makes one. */
static bool
lock_in(const struct report_job *job)
{
	const char *made = job->folder != NULL ? job->folder : job->output;
	char *beside = strdup(made != NULL ? made : "");
	struct confine role = { .may = CONFINE_READ,
		.reads = { job->check },
		.rights = CONFINE_FILE_RIGHTS };
	struct read_only files;
	bool good = beside != NULL &&
		    read_only_let(&role, job->cli.config.state_dir, &files);

	if (good && made != NULL) {
		role.may |= CONFINE_WRITE;
		role.writes[0] = dirname(beside);
	}
	good = good && confine_enter(&role, "report");
	free(beside);
	return good;
}

int
cli_report(int argc, char **argv)
{
	struct report_job job = { .format = FORMAT_TEXT };
	struct store_now now;
	char error[256] = "memory is out";
	int code = CLI_FAILED;

	if (!parse(&job, argc, argv))
		return cli_usage(argv[0]);
	if (!cli_config(&job.cli) || !language_find(&job))
		return CLI_FAILED;
	/* A file that may not grow is an error of a write, not an end that
	 * leaves half a report behind. */
	signal(SIGXFSZ, SIG_IGN);
	store_now(&now);
	job.now = now.utc_us;
	job.when = when_new();
	if (job.when != NULL)
		job.reader = store_reader_open(job.cli.config.state_dir, error);
	if (job.reader == NULL)
		cli_say("%s", error);
	else if (lock_in(&job))
		code = run(&job);
	report_free(&job.report);
	ink_free(&job.picture);
	store_reader_close(&job.reader);
	when_free(&job.when);
	return code;
}
