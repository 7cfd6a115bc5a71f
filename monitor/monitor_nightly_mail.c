/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mail of a report: its text, the newest checkpoint (whoever keeps the mail
 * is a witness), and the page that is small enough. */
#include "monitor/monitor_nightly.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/monitor_outside.h"

#define PAGE_MOST 5000000u

/* Its path, "" when it is none or too large. */
static void
page_of(const struct nightly_made *made, const char *folder, char *out,
    size_t size)
{
	out[0] = '\0';
	for (unsigned i = 0; i < made->file_count; i++) {
		const struct nightly_file *f = &made->files[i];

		if (strstr(f->name, "-mail.html") != NULL &&
		    f->size < PAGE_MOST)
			snprintf(out, size, "%s/%s", folder, f->name);
	}
}

const char *
monitor_nightly_outbox(const struct monitor *m, char out[2 * CONFIG_PATH_BYTES])
{
	const struct monitor_config *c = &m->config;

	out[0] = '\0';
	if (c->report_folder[0] != '\0' && c->mail_server[0] != '\0' &&
	    c->report_mail_to[0] != '\0')
		snprintf(out, 2 * CONFIG_PATH_BYTES, "%s/mail", c->state_dir);
	return out;
}

bool
monitor_nightly_mail(struct monitor *m, const struct nightly_made *made,
    const char *folder)
{
	char page[2 * CONFIG_PATH_BYTES + NIGHTLY_NAME], *body = NULL;
	char outbox[2 * CONFIG_PATH_BYTES];
	const char *note = "";
	int64_t number = record_newest(m, &note);
	int n;

	if (m->config.mail_server[0] == '\0')
		return true;
	monitor_nightly_outbox(m, outbox);
	page_of(made, outbox[0] != '\0' ? outbox : folder, page, sizeof(page));
	if (number != 0)
		n = asprintf(&body, "%.*s\ncheckpoint-number: %" PRId64 "\n%s",
		    (int)made->text_length, made->text, number, note);
	else /* without one it goes all the same: it says what it can */
		n = asprintf(&body, "%.*s", (int)made->text_length, made->text);
	if (n < 0)
		return false;
	post_mail(m, made->subject, body, page);
	free(body);
	return true;
}
