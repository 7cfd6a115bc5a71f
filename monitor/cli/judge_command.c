/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/judge_command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "monitor/cli/exam.h"
#include "monitor/cli/record.h"

static const char usage[] =
    "Usage: camwarden judge [--json] [--interval SECONDS] FILE\n"
    "Judges again what `camwarden probe --record FILE` observed, and prints\n"
    "the same lines.\n"
    "\n"
    "Exit status: 0 up at the end, 1 degraded or down, 2 unknown or not\n"
    "readable.\n"
    "\n"
    "Example: camwarden judge --json gate.jsonl\n";

struct replay {
	const char *path;
	bool json;
	int64_t interval_us;
	struct exam exam;
	bool begun;
	int64_t end_us;
};

static bool
begin(struct replay *r, const struct record_head *h)
{
	struct judge_config cfg;

	if (r->begun)
		return false;
	judge_config_defaults(&cfg);
	cfg.adaptive = false;
	cfg.sample_us = r->interval_us;
	if (cfg.sample_suspect_us > cfg.sample_us)
		cfg.sample_suspect_us = cfg.sample_us;
	r->begun = exam_init(&r->exam, &cfg, stdout, r->json, h->start_us);
	r->end_us = h->start_us;
	return r->begun;
}

static bool
take(struct replay *r, const struct record_line *l)
{
	if (l->kind == RECORD_HEAD)
		return begin(r, &l->head);
	if (!r->begun || l->now_us < r->exam.now_us)
		return false; /* no head, or time runs back */
	r->end_us = l->now_us;
	switch (l->kind) {
	case RECORD_LINK:
		exam_link(&r->exam, &l->link, l->now_us);
		break;
	case RECORD_ACCOUNT:
		exam_account(&r->exam, &l->account, l->now_us);
		break;
	case RECORD_SAMPLE:
		exam_sample(&r->exam, &l->sample, l->now_us);
		judge_sample_asked(r->exam.feed, l->now_us);
		break;
	case RECORD_BLIND:
		exam_blind(&r->exam, l->cause, l->now_us);
		break;
	case RECORD_ANNOTATION:
		exam_annotate(&r->exam, &l->annotation, l->now_us);
		break;
	case RECORD_HEAD:
	case RECORD_END:
		break;
	}
	return true;
}

static int
replay(struct replay *r, FILE *in)
{
	static struct record_line line;
	char *text = NULL;
	size_t size = 0, number = 0;
	ssize_t n;
	int status = EXAM_UNKNOWN;
	const char *fault = NULL;

	while (fault == NULL && (n = getline(&text, &size, in)) >= 0) {
		struct span s = { (const uint8_t *)text, (size_t)n };

		number++;
		if (record_get(s, &line, &fault) && !take(r, &line))
			fault = "out of order";
	}
	free(text);
	if (fault == NULL && !r->begun)
		fault = "not a record of camwarden probe --record";
	if (fault == NULL)
		status = exam_finish(&r->exam, r->end_us);
	else
		fprintf(stderr, "%s:%zu:1: %s\n", r->path, number, fault);
	if (r->begun)
		exam_fini(&r->exam);
	return status;
}

int
command_judge(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "interval", required_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct replay r;
	int option, status;
	FILE *in;

	r = (struct replay){ .interval_us = 2000000 };
	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j')
			r.json = true;
		else if (option == 'i')
			r.interval_us = (int64_t)(strtod(optarg, NULL) * 1e6);
		else
			return fputs(usage, option == 'h' ? stdout : stderr),
			       option == 'h' ? 0 : EXAM_UNKNOWN;
	}
	if (argc - optind != 1 || r.interval_us <= 0)
		return fputs(usage, stderr), EXAM_UNKNOWN;
	r.path = argv[optind];
	in = fopen(r.path, "r");
	if (in == NULL) {
		perror(r.path);
		return EXAM_UNKNOWN;
	}
	status = replay(&r, in);
	fclose(in);
	return status;
}
