/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/support_gather.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <event2/event.h>
#include <jansson.h>
#include <openssl/crypto.h>

#include "camwarden/words.h"
#include "monitor/cli/client.h"
#include "monitor/cli/incident_print.h"
#include "monitor/cli/inventory_local.h"
#include "monitor/cli/support_outside.h"
#include "monitor/config/config_outline.h"
#include "monitor/inventory/inventory.h"
#include "monitor/store/store.h"
#include "monitor/store/store_read.h"
#include "monitor/store/store_read_shape.h"

#define FILE_MOST (64u << 10) /* of one file of /proc */
#define INCIDENTS_MOST 50u
#define ASK_SECONDS 5

/* Takes text; NULL: there was no memory. */
static void
add(struct support *s, const char *name, const char *what, char *text)
{
	struct support_part *p = &s->part[s->count];

	p->text = text ? redact_text(s->redact, text, strlen(text)) : NULL;
	free(text);
	if (p->text == NULL || s->count + 1 == SUPPORT_PARTS) {
		s->no_memory = true;
		free(p->text);
		p->text = NULL;
		return;
	}
	p->name = name;
	p->what = what;
	p->length = strlen(p->text);
	s->count++;
}

/* Takes json. */
static void
add_json(struct support *s, const char *name, const char *what, json_t *json)
{
	char *text = json != NULL
			 ? json_dumps(json, JSON_INDENT(2) | JSON_ENCODE_ANY)
			 : NULL;

	json_decref(json);
	add(s, name, what, text);
}

/* A memory stream that begins a text part. */
struct page {
	char *text;
	size_t length;
	FILE *f;
};

static bool
page_open(struct page *p)
{
	p->text = NULL;
	p->f = open_memstream(&p->text, &p->length);
	return p->f != NULL;
}

/* Given. */
static char *
page_end(struct page *p)
{
	if (fclose(p->f) == 0)
		return p->text;
	free(p->text);
	return NULL;
}

/* --- versions */

static void
copy_file(FILE *out, const char *path)
{
	char *bytes = malloc(FILE_MOST);
	FILE *f = fopen(path, "re");
	size_t n =
	    f != NULL && bytes != NULL ? fread(bytes, 1, FILE_MOST - 1, f) : 0;

	fprintf(out, "== %s\n", path);
	if (f == NULL)
		fprintf(out, "(not readable)\n");
	for (size_t i = 0; i < n; i++) /* no NUL in a text */
		fputc(bytes[i] != '\0' ? bytes[i] : ' ', out);
	if (n > 0 && bytes[n - 1] != '\n')
		fputc('\n', out);
	if (f != NULL)
		fclose(f);
	free(bytes);
}

static void
gather_versions(struct support *s)
{
	struct utsname u = { .sysname = "?" };
	struct page p;

	if (!page_open(&p)) {
		s->no_memory = true;
		return;
	}
	uname(&u); /* not nodename: that is a host */
	fprintf(p.f, "camwarden %s\n%s %s %s %s\n", CAMWARDEN_VERSION,
	    u.sysname, u.release, u.version, u.machine);
	fprintf(p.f, "libevent %s\njansson %s\n%s\n", event_get_version(),
	    JANSSON_VERSION, OpenSSL_version(OPENSSL_VERSION));
	copy_file(p.f, "/etc/os-release");
	copy_file(p.f, "/etc/debian_version");
	add(s, "versions.txt", "camwarden, its libraries, the system",
	    page_end(&p));
}

/* --- settings */

static void
gather_settings(struct support *s)
{
	const char *path = s->cli->config.file;
	char *text;

	if (path[0] == '\0') {
		add(s, "settings.txt", "no file of settings: the defaults",
		    strdup("(the defaults)\n"));
		return;
	}
	text = config_outline_file(path);
	add(s, "settings.txt",
	    "the file of settings; texts only by their length",
	    text != NULL ? text : strdup("(it can't be read)\n"));
}

/* --- what the monitor says */

static json_t *
ask(struct support *s, const char *command)
{
	json_t *question = json_pack("{s:s}", "command", command);
	json_t *answer = NULL;

	if (question == NULL || client_ask(s->cli->config.state_dir, question,
				    NULL, 0, ASK_SECONDS, &answer) != CLIENT_OK)
		answer = NULL;
	json_decref(question);
	return answer;
}

static bool
count_state(void *arg, const struct store_feed_row *row)
{
	uint32_t *states = arg;

	states[row->enabled ? row->state : STATE_COUNT]++;
	return true;
}

static json_t *
states_json(const uint32_t states[STATE_COUNT + 1])
{
	json_t *o = json_object();

	for (unsigned i = 0; i < STATE_COUNT; i++)
		json_object_set_new(o, state_name(i), json_integer(states[i]));
	json_object_set_new(o, "off", json_integer(states[STATE_COUNT]));
	return o;
}

static void
gather_status(struct support *s, struct store_reader *r)
{
	uint32_t states[STATE_COUNT + 1] = { 0 };
	json_t *monitor = ask(s, "status");
	struct store_alive alive = { 0 };

	s->pid = (int)json_integer_value(json_object_get(monitor, "pid"));
	if (r != NULL && store_read_alive(r, NULL, &alive))
		store_read_feeds(r, NULL, NULL, count_state, states);
	json_t *health = json_incref(json_object_get(monitor, "health"));

	add_json(s, "status.json",
	    "what `camwarden status` says of the whole, without feeds",
	    json_pack("{s:b, s:o, s:I, s:o, s:o}", "alive", alive.alive,
		"heartbeat", cli_json_time(alive.heartbeat_utc), "lines",
		(json_int_t)alive.last_seq, "states", states_json(states),
		"monitor", monitor ? monitor : json_null()));
	add_json(s, "health.json", "what /healthz says",
	    health ? health : json_string("the monitor does not answer"));
}

static void
gather_log(struct support *s)
{
	json_t *answer = ask(s, "log");
	const json_t *lines = json_object_get(answer, "lines");
	struct page p;
	size_t i;
	json_t *line;

	if (answer == NULL) {
		add(s, "log.txt",
		    "the journal of the unit, as far as it may "
		    "be read",
		    support_outside_journal());
		return;
	}
	if (!page_open(&p)) {
		s->no_memory = true;
		json_decref(answer);
		return;
	}
	json_array_foreach(lines, i, line)
	{
		fprintf(p.f, "%s\n", json_string_value(line));
	}
	json_decref(answer);
	add(s, "log.txt", "the log's last lines", page_end(&p));
}

static void
gather_metrics(struct support *s)
{
	add(s, "metrics.txt", "what /metrics says",
	    support_outside_metrics(&s->cli->config));
}

/* --- the database */

static bool
on_table(void *arg, const char *table, int64_t rows)
{
	json_object_set_new(arg, table, json_integer(rows));
	return true;
}

static json_t *
files_json(const char *dir)
{
	static const char *const names[] = { STORE_FILE, STORE_FILE "-wal",
		STORE_FILE "-shm", "ledger.key", "credentials.key" };
	json_t *o = json_object();
	char path[CONFIG_PATH_BYTES + 64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		FILE *f;
		long n = -1;

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		f = fopen(path, "re");
		if (f != NULL && fseek(f, 0, SEEK_END) == 0)
			n = ftell(f);
		if (f != NULL)
			fclose(f);
		json_object_set_new(o, names[i],
		    n >= 0 ? json_integer(n) : json_null());
	}
	return o;
}

static void
gather_database(struct support *s, struct store_reader *r, const char *why)
{
	json_t *tables = json_object();
	struct store_shape shape = { 0 };
	bool read = r != NULL && store_read_shape(r, &shape, on_table, tables);

	if (r != NULL && !read)
		why = store_reader_error(r);
	add_json(s, "database.json", "its schema, how many rows of what, sizes",
	    json_pack("{s:s, s:s, s:i, s:I, s:I, s:I, s:o, s:o, s:o, s:o}",
		"error", read ? "" : why, "sqlite", shape.sqlite, "schema",
		shape.version, "pages", (json_int_t)shape.pages, "free_pages",
		(json_int_t)shape.free_pages, "page_bytes",
		(json_int_t)shape.page_bytes, "oldest_line",
		cli_json_time(shape.oldest_event_utc), "newest_line",
		cli_json_time(shape.newest_event_utc), "rows", tables, "files",
		files_json(s->cli->config.state_dir)));
}

static bool
on_incident(void *arg, const struct store_case_row *row)
{
	const struct store_incident_row *i = &row->incident;

	json_array_append_new(arg,
	    json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:b}", "id",
		(json_int_t)i->id, "where", i->place, "cause",
		incident_print_cause(i), "text", i->text, "since",
		cli_json_time(i->since_utc), "at", cli_json_time(i->at_utc),
		"until", cli_json_time(i->good_utc), "acknowledged",
		i->acknowledged_utc != 0));
	return json_array_size(arg) < INCIDENTS_MOST;
}

static void
gather_incidents(struct support *s, struct store_reader *r)
{
	const struct store_case_ask ask_all = { .number = 0 };
	json_t *list = json_array();

	if (r != NULL)
		store_read_cases(r, &ask_all, on_incident, list);
	add_json(s, "incidents.json", "the last fifty, without who said what",
	    list);
}

/* --- the inventory */

static bool
know_hosts(struct support *s, const struct inventory *inv)
{
	struct inventory_url url;
	bool good = true;
	size_t at;

	for (size_t i = 0; good && i < inv->device_count; i++)
		good = redact_know(s->redact, inv->devices[i].address);
	for (size_t i = 0; good && i < inv->feed_count; i++)
		good =
		    inventory_url_parse(inv->feeds[i].url, &url, &at) != NULL ||
		    redact_know(s->redact, url.host);
	return good;
}

/* Servers of mail, channels, witnesses: what went wrong with one is told in the
 * words of a library, which name its host alone. Numbers show by themselves. */
static bool
know_servers(struct support *s)
{
	const char *path = s->cli->config.file, *p;
	char host[256], *bytes = NULL, *text;
	bool good = true;
	size_t n = 0;

	if (path[0] != '\0' && access(path, R_OK) == 0)
		bytes = cli_slurp(path, CONFIG_FILE_BYTES, &n);
	text = bytes != NULL ? strndup(bytes, n) : NULL;
	free(bytes);
	for (p = text; good && p != NULL && (p = strstr(p, "://")) != NULL;) {
		p += 3;
		for (size_t i = strcspn(p, "/?#,\"' \t\r\n"); i-- > 0;)
			if (p[i] == '@') { /* who logs in there */
				p += i + 1;
				break;
			}
		n = strcspn(p, ":/?#,\"' \t\r\n");
		if (n == 0 || n >= sizeof(host) || p[0] == '[')
			continue;
		snprintf(host, sizeof(host), "%.*s", (int)n, p);
		good = redact_know(s->redact, host);
	}
	free(text);
	return good;
}

/* Without people, and without what URLs ask for. */
static bool
make_bare(struct inventory *inv)
{
	for (size_t i = 0; i < inv->site_count; i++)
		if (inv->sites[i].contact[0] != '\0')
			inv->sites[i].contact = "***";
	for (size_t i = 0; i < inv->device_count; i++)
		inv->devices[i].user = inv->devices[i].password = "";
	for (size_t i = 0; i < inv->feed_count; i++) {
		char *url = redact_url(inv->feeds[i].url);
		const char *kept =
		    url != NULL ? inventory_string(inv, url) : NULL;

		free(url);
		if (kept == NULL)
			return false;
		inv->feeds[i].url = kept;
	}
	return true;
}

static void
gather_inventory(struct support *s, struct inventory *inv)
{
	static const struct {
		enum inventory_kind kind;
		const char *name, *what;
	} parts[] = {
		{ INVENTORY_SITES, "sites.csv", "places, without contacts" },
		{ INVENTORY_DEVICES, "devices.csv",
		    "devices, without users and passwords" },
		{ INVENTORY_FEEDS, "feeds.csv",
		    "feeds, their URLs without what they ask for" },
	};

	if (!make_bare(inv)) {
		s->no_memory = true;
		return;
	}
	for (size_t i = 0; i < 3; i++)
		add(s, parts[i].name, parts[i].what,
		    inventory_write(inv, parts[i].kind, false));
}

/* --- the machine */

static void
copy_process(FILE *out, int pid)
{
	static const char *const files[] = { "status", "limits" };
	char path[64];

	for (size_t i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
		copy_file(out, path);
	}
}

static int
parent_of(int pid)
{
	char path[64], line[512];
	FILE *f;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "PPid: %d", &parent) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return parent;
}

/* The monitor, and what it has started. */
static void
copy_processes(FILE *out, int monitor)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;

	if (monitor > 0)
		copy_process(out, monitor);
	while (d != NULL && monitor > 0 && (e = readdir(d)) != NULL) {
		int pid = (int)strtol(e->d_name, NULL, 10);

		if (pid > 0 && parent_of(pid) == monitor)
			copy_process(out, pid);
	}
	if (d != NULL)
		closedir(d);
}

static void
gather_machine(struct support *s)
{
	static const char *const files[] = { "/proc/loadavg", "/proc/meminfo",
		"/proc/pressure/cpu", "/proc/pressure/io",
		"/proc/pressure/memory", "/proc/sys/fs/file-nr",
		"/proc/sys/fs/nr_open", "/proc/sys/net/core/somaxconn",
		"/proc/sys/net/core/rmem_max", "/proc/sys/net/core/wmem_max",
		"/proc/sys/net/ipv4/tcp_mem", "/proc/sys/net/ipv4/tcp_rmem",
		"/proc/sys/net/ipv4/ip_local_port_range",
		"/proc/sys/net/ipv4/ping_group_range", "/proc/net/sockstat",
		"/sys/kernel/security/lsm", "/proc/self/cgroup",
		"/proc/self/limits" };
	struct statvfs v;
	struct page p;

	if (!page_open(&p)) {
		s->no_memory = true;
		return;
	}
	fprintf(p.f, "processors %ld\n", sysconf(_SC_NPROCESSORS_ONLN));
	if (statvfs(s->cli->config.state_dir, &v) == 0)
		fprintf(p.f, "disk of state_dir: %llu MiB, %llu MiB free\n",
		    (unsigned long long)v.f_blocks * v.f_frsize >> 20,
		    (unsigned long long)v.f_bavail * v.f_frsize >> 20);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		copy_file(p.f, files[i]);
	copy_processes(p.f, s->pid);
	add(s, "machine.txt",
	    "the kernel's limits, load, memory; of each of our processes",
	    page_end(&p));
}

/* --- */

bool
support_gather(struct support *s, const struct cli *cli, bool with_hosts)
{
	uint8_t salt[REDACT_SALT];
	char why[256] = "";
	struct inventory *inv;
	struct store_reader *r;

	*s = (struct support){ .cli = cli };
	if (getrandom(salt, sizeof(salt), 0) != sizeof(salt))
		return false;
	s->redact = redact_new(salt, with_hosts);
	inv = inventory_local_read(&cli->config);
	if (s->redact == NULL || (inv != NULL && !know_hosts(s, inv)) ||
	    !know_servers(s)) {
		inventory_free(&inv);
		return false;
	}
	r = store_reader_open(cli->config.state_dir, why);
	gather_versions(s);
	gather_settings(s);
	gather_status(s, r);
	gather_log(s);
	gather_metrics(s);
	gather_database(s, r, why);
	gather_incidents(s, r);
	if (inv != NULL)
		gather_inventory(s, inv);
	gather_machine(s);
	store_reader_close(&r);
	inventory_free(&inv);
	return !s->no_memory;
}

void
support_fini(struct support *s)
{
	for (unsigned i = 0; i < s->count; i++)
		free(s->part[i].text);
	redact_free(&s->redact);
	*s = (struct support){ 0 };
}
