/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.h: what the files of the command `report` share. Private to it. */
#ifndef MONITOR_CLI_REPORT_H
#define MONITOR_CLI_REPORT_H

#include "monitor/cli/cli.h"
#include "monitor/cli/when.h"
#include "monitor/report/gather.h"
#include "monitor/report/ink.h"
#include "monitor/report/report_face.h"
#include "monitor/report/report_words.h"
#include "monitor/store/store_report.h"

enum report_format {
	FORMAT_TEXT,
	FORMAT_HTML,
	FORMAT_MAIL, /* HTML, small enough */
	FORMAT_CSV,
	FORMAT_JSON,
};

struct report_job {
	struct cli cli;
	const char *date, *from, *to, *site, *output, *folder, *check;
	const char *format_word, *language_word;
	enum report_format format;
	enum report_language language;
	struct store_reader *reader;
	struct when *when;
	char zone[64];
	int64_t now;
	struct report *report;
	struct ink picture;   /* the one under way */
	const char *pictures; /* folder of them, as the page names it */
	bool shown;	      /* something stands in the line of progress */
};

/* The report in one form; false after saying why. */
bool report_render(struct report_job *job, enum report_format format,
    struct ink *out);
/* All of it into the folder, or nothing. */
bool report_folder(struct report_job *job);
/* To a file, whole or not at all. */
bool report_file(const char *path, const struct ink *text);
/* Exit code. */
int report_check(struct report_job *job);
/* Gathers; an exit code, CLI_OK when report is there. */
int report_gather(struct report_job *job, const struct gather_ask *ask);

#endif
