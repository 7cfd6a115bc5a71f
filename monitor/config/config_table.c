/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/config/config_table.h"

#include <stdio.h>
#include <string.h>

#include "common/address.h"
#include "monitor/config/config_value.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FIELD(f)                                                               \
	offsetof(struct monitor_config, f),                                    \
	    sizeof(((struct monitor_config *)0)->f)
#define MS 1000LL
#define SEC 1000000LL
#define HOUR (3600 * SEC)
#define DAY (24 * HOUR)
#define KIB (1LL << 10)
#define MIB (1LL << 20)
#define GIB (1LL << 30)

#define TEXT(path, f, absolute, text)                                          \
	{                                                                      \
		path, CONFIG_TEXT, FIELD(f), 1, absolute, 0, text              \
	}
#define WORDS(path, f)                                                         \
	{                                                                      \
		path, CONFIG_WORDS, FIELD(f), 1, 0, 0, ""                      \
	}
#define BOOL(path, f, text)                                                    \
	{                                                                      \
		path, CONFIG_BOOL, FIELD(f), 1, 0, 1, text                     \
	}
#define NUMBER(path, f, low, high, text)                                       \
	{                                                                      \
		path, CONFIG_INTEGER, FIELD(f), 1, low, high, text             \
	}
#define AUTO(path, f, high)                                                    \
	{                                                                      \
		path, CONFIG_COUNT, FIELD(f), 1, 0, high, "auto"               \
	}
#define TIME_MS(path, f, low, high, text)                                      \
	{                                                                      \
		path, CONFIG_DURATION, FIELD(f), MS, low, high, text           \
	}
#define TIME_US(path, f, low, high, text)                                      \
	{                                                                      \
		path, CONFIG_DURATION, FIELD(f), 1, low, high, text            \
	}
#define BYTES(path, f, low, high, text)                                        \
	{                                                                      \
		path, CONFIG_SIZE, FIELD(f), 1, low, high, text                \
	}

/* Of an item. */
#define PART(s, f)                                                             \
	offsetof(struct config_##s, f), sizeof(((struct config_##s *)0)->f)
#define CHANNEL_TEXT(path, f, absolute)                                        \
	{                                                                      \
		"alerts.channels." path, CONFIG_TEXT, PART(channel, f), 1,     \
		    absolute, 0, "", CONFIG_GROUP_CHANNELS                     \
	}
#define CHANNEL_WORDS(path, f)                                                 \
	{                                                                      \
		"alerts.channels." path, CONFIG_WORDS, PART(channel, f), 1, 0, \
		    0, "", CONFIG_GROUP_CHANNELS                               \
	}
#define CHANNEL(path, type, f, low, high, text)                                \
	{                                                                      \
		"alerts.channels." path, type, PART(channel, f), 1, low, high, \
		    text, CONFIG_GROUP_CHANNELS                                \
	}
#define ROLE_TEXT(path, f)                                                     \
	{                                                                      \
		"alerts.roles." path, CONFIG_TEXT, PART(role, f), 1, 0, 0, "", \
		    CONFIG_GROUP_ROLES                                         \
	}
#define ROLE_WORDS(path, f)                                                    \
	{                                                                      \
		"alerts.roles." path, CONFIG_WORDS, PART(role, f), 1, 0, 0,    \
		    "", CONFIG_GROUP_ROLES                                     \
	}
#define RULE(path, type, f, low, high, text)                                   \
	{                                                                      \
		"alerts.rules." path, type, PART(alert_rule, f), 1, low, high, \
		    text, CONFIG_GROUP_RULES                                   \
	}

/* clang-format off */
const struct config_row config_rows[] = {
	TEXT("state_dir", state_dir, 1, "/var/lib/camwarden"),
	TEXT("program_dir", program_dir, 1, ""),
	{ "log_level", CONFIG_LEVEL, FIELD(log_level), 1, 3, 7, "info" },

	BOOL("network.watch", network_watch, "true"),
	{ "network.references", CONFIG_HOSTS, FIELD(references), 1, 0, 0, "" },

	BOOL("clock.required", clock_required, "false"),
	NUMBER("outage.feeds", outage_feeds, 0, 1000, "3"),
	NUMBER("outage.ipv4_prefix", outage_prefix4, 0, 32, "28"),
	NUMBER("outage.ipv6_prefix", outage_prefix6, 0, 128, "124"),
	TIME_MS("outage.scout", outage_scout_ms, 100 * MS, 60 * SEC, "5s"),
	TIME_MS("outage.rest", outage_rest_ms, SEC, HOUR, "5m"),

	BOOL("http.enabled", http_enabled, "true"),
	{ "http.address", CONFIG_ADDRESS, FIELD(http_address), 1, 0, 0,
	    "127.0.0.1" },
	NUMBER("http.port", http_port, 0, 65535, "8080"),
	NUMBER("http.connections", http_connections, 1, 4096, "1024"),
	NUMBER("http.per_address", http_per_address, 1, 4096, "64"),
	TIME_US("http.login_idle", http_login_idle_us, SEC, 30 * DAY, "8h"),
	TIME_US("http.login_longest", http_login_longest_us, SEC, 90 * DAY,
	    "16h"),
	TEXT("http.certificate", http_certificate, 1, ""),
	TEXT("http.key", http_key, 1, ""),
	WORDS("http.names", http_names),

	BOOL("agents.enabled", agents_enabled, "false"),
	{ "agents.address", CONFIG_ADDRESS, FIELD(agents_address), 1, 0, 0,
	    "127.0.0.1" },
	NUMBER("agents.port", agents_port, 0, 65535, "8443"),
	TEXT("agents.certificate", agents_certificate, 1, ""),
	TEXT("agents.key", agents_key, 1, ""),
	WORDS("agents.relays", agents_relays),
	NUMBER("agents.connections", agents_connections, 1, 4096, "1024"),
	NUMBER("agents.per_address", agents_per_address, 1, 4096, "16"),

	AUTO("probes.stream", stream_probes, LIMIT_PROBES),
	AUTO("probes.picture", picture_probes, LIMIT_PROBES),
	NUMBER("probes.demux", demux_probes, 0, LIMIT_PROBES, "1"),
	NUMBER("probes.demux_threads", probe.demux_threads, 1, 1024, "64"),

	TIME_MS("connect.timeout", probe.connect_timeout_ms,
	    100 * MS, 120 * SEC, "10s"),
	TIME_MS("connect.reply_timeout", probe.reply_timeout_ms,
	    100 * MS, 120 * SEC, "10s"),
	TIME_MS("connect.first_media_timeout", probe.first_media_timeout_ms,
	    100 * MS, 120 * SEC, "10s"),
	TIME_MS("connect.backoff_max", probe.backoff_max_ms,
	    SEC, HOUR, "60s"),
	NUMBER("connect.per_second", probe.connects_per_second,
	    1, 10000, "200"),
	NUMBER("connect.per_host_second", probe.connects_per_host_second,
	    1, 1000, "4"),
	NUMBER("connect.per_host", probe.connects_per_host, 1, 1000, "4"),
	BOOL("connect.loopback_only", probe.loopback_only, "false"),
	BOOL("connect.trace_requests", probe.trace_requests, "false"),

	TIME_MS("stream.stall_timeout", probe.stall_timeout_ms,
	    500 * MS, HOUR, "10s"),
	TIME_MS("stream.account_interval", probe.account_interval_ms,
	    SEC, 600 * SEC, "10s"),
	BYTES("stream.lowat", probe.lowat_bytes, 0, 256 * KIB, "16KiB"),
	TIME_US("stream.return_grace", judge.return_grace_us,
	    0, 60 * SEC, "900ms"),

	TIME_US("sampling.interval", judge.sample_us, SEC, HOUR, "10s"),
	TIME_US("sampling.suspect", judge.sample_suspect_us,
	    500 * MS, HOUR, "2s"),
	TIME_US("sampling.rare", judge.sample_rare_us,
	    SEC, 6 * HOUR, "60s"),
	BOOL("sampling.adaptive", judge.adaptive, "true"),
	NUMBER("sampling.max_pixels", probe.max_pixels,
	    16384, LIMIT_PIXELS, "36000000"),
	NUMBER("sampling.thumbnail_width", probe.thumb_width, 64, 640, "320"),

	BOOL("report.enabled", report_enabled, "true"),
	{ "report.at", CONFIG_CLOCK, FIELD(report_minute), 1, 0, 1439,
	    "06:00" },
	TEXT("report.zone", report_zone, 0, ""),
	TEXT("report.folder", report_folder, 1, ""),
	TEXT("report.language", report_language, 0, "en"),
	TIME_US("report.keep", report_keep_us, DAY, 36500 * DAY, "400d"),
	WORDS("report.mail_to", report_mail_to),
	{ "report.target", CONFIG_PERCENT, FIELD(report_target_ppm), 1, 0,
	    1000000, "99%" },

	TEXT("mail.server", mail_server, 0, ""),
	TEXT("mail.from", mail_from, 0, ""),
	TEXT("mail.user", mail_user, 0, ""),
	TEXT("mail.password_file", mail_password_file, 1, ""),
	TEXT("mail.ca_file", mail_ca_file, 1, ""),

	TEXT("heartbeat.url", heartbeat_url, 0, ""),
	TEXT("heartbeat.url_file", heartbeat_url_file, 1, ""),
	TIME_US("heartbeat.every", heartbeat_every_us, SEC, DAY, "1m"),

	BOOL("alerts.enabled", alerts.enabled, "true"),
	TEXT("alerts.budget", alerts.budget, 0, "1 per 10m"),
	TEXT("alerts.flood", alerts.flood, 0, "10 per 10m"),
	TIME_US("alerts.gather", alerts.gather_us, 0, HOUR, "5s"),
	NUMBER("alerts.flap_count", alerts.flap_count, 2, 8, "3"),
	TIME_US("alerts.flap_within", alerts.flap_us, SEC, DAY, "10m"),
	TIME_US("alerts.calm", alerts.calm_us, SEC, DAY, "10m"),
	TEXT("alerts.url", alerts.url, 0, ""),
	TEXT("alerts.language", alerts.language, 0, ""),
	CHANNEL_TEXT("kind", kind, 0),
	CHANNEL_WORDS("to", to),
	CHANNEL_TEXT("url", url, 0),
	CHANNEL_TEXT("url_file", url_file, 1),
	CHANNEL_TEXT("or_else", or_else, 0),
	CHANNEL("or_else_tries", CONFIG_INTEGER, or_else_tries, 1, 1000, "3"),
	CHANNEL("or_else_after", CONFIG_DURATION, or_else_us, SEC, DAY, "2m"),
	CHANNEL_TEXT("ca_file", ca_file, 1),
	CHANNEL("picture", CONFIG_BOOL, picture, 0, 1, "false"),
	CHANNEL("method", CONFIG_TEXT, method, 0, 0, "POST"),
	CHANNEL_TEXT("headers", headers, 0),
	CHANNEL_TEXT("body", body, 0),
	CHANNEL_TEXT("authorization_file", authorization_file, 1),
	CHANNEL_TEXT("secret_file", secret_file, 1),
	CHANNEL_TEXT("user", user, 0),
	CHANNEL_TEXT("password_file", password_file, 1),
	CHANNEL("topic", CONFIG_TEXT, topic, 0, 0, "camwarden"),
	CHANNEL_WORDS("feeds", feeds),
	CHANNEL("home_assistant", CONFIG_BOOL, home_assistant, 0, 1, "false"),
	CHANNEL("discovery", CONFIG_TEXT, discovery, 0, 0, "homeassistant"),
	CHANNEL_TEXT("budget", budget, 0),
	ROLE_WORDS("channels", channels),
	ROLE_TEXT("room", room),
	ROLE_TEXT("days", days),
	ROLE_TEXT("hours", hours),
	ROLE_TEXT("budget", budget),
	RULE("name", CONFIG_TEXT, name, 0, 0, ""),
	RULE("site", CONFIG_TEXT, site, 0, 0, ""),
	RULE("criticality", CONFIG_TEXT, criticality, 0, 0, ""),
	RULE("severity", CONFIG_TEXT, severity, 0, 0, ""),
	RULE("causes", CONFIG_WORDS, causes, 0, 0, ""),
	RULE("for", CONFIG_DURATION, for_us, 0, 30 * DAY, "60s"),
	RULE("to", CONFIG_WORDS, to, 0, 0, ""),
	RULE("escalate", CONFIG_WORDS, escalate, 0, 0, ""),
	RULE("escalate_after", CONFIG_DURATION, escalate_us, SEC, 30 * DAY,
	    "10m"),
	RULE("repeat", CONFIG_DURATION, repeat_us, 0, 30 * DAY, "1h"),
	RULE("exempt", CONFIG_BOOL, exempt, 0, 1, "false"),
	RULE("continue", CONFIG_BOOL, go_on, 0, 1, "false"),

	TEXT("credentials.key_file", credentials_key_file, 1, ""),

	TIME_US("ledger.checkpoint_every", checkpoint_every_us,
	    SEC, HOUR, "5m"),
	TEXT("ledger.key_file", ledger_key_file, 1, ""),
	WORDS("ledger.witnesses", ledger_witnesses),

	TIME_US("keep.events", keep_events_us, DAY, 36500 * DAY, "400d"),
	TIME_US("keep.intervals", keep_intervals_us,
	    DAY, 36500 * DAY, "400d"),
	TIME_US("keep.people", keep_people_us, DAY, 36500 * DAY, "400d"),
	TIME_US("keep.rollups", keep_rollups_us, DAY, 36500 * DAY, "400d"),
	TIME_US("keep.thumbnails", keep_thumbnails_us,
	    HOUR, 36500 * DAY, "30d"),
	BYTES("keep.thumbnail_size", keep_thumbnail_bytes,
	    MIB, 16384 * GIB, "4GiB"),
};
/* clang-format on */
const size_t config_row_count = COUNT(config_rows);

#define ITEMS(list, counted, each)                                             \
	offsetof(struct monitor_config, alerts.list), sizeof(struct each),     \
	    sizeof(((struct config_alerts *)0)->list) / sizeof(struct each),   \
	    offsetof(struct monitor_config, alerts.counted)

const struct config_group config_groups[CONFIG_GROUPS] = {
	[CONFIG_GROUP_CHANNELS] = { "alerts.channels", true,
	    ITEMS(channels, channel_count, config_channel) },
	[CONFIG_GROUP_ROLES] = { "alerts.roles", true,
	    ITEMS(roles, role_count, config_role) },
	[CONFIG_GROUP_RULES] = { "alerts.rules", false,
	    ITEMS(rules, rule_count, config_alert_rule) },
};

const struct config_rule config_rules[] = {
	{ "sampling.suspect", "sampling.interval" },
	{ "sampling.interval", "sampling.rare" },
	{ "stream.return_grace", "stream.stall_timeout" },
	{ "http.per_address", "http.connections" },
	{ "agents.per_address", "agents.connections" },
	{ "http.login_idle", "http.login_longest" },
};
const size_t config_rule_count = COUNT(config_rules);

static const struct {
	const char *name;
	int64_t level;
} levels[] = {
	{ "error", 3 },
	{ "warning", 4 },
	{ "info", 6 },
	{ "debug", 7 },
};

static bool
read_level(const char *text, int64_t *value_out)
{
	for (size_t i = 0; i < COUNT(levels); i++) {
		if (strcmp(text, levels[i].name) != 0)
			continue;
		*value_out = levels[i].level;
		return true;
	}
	return false;
}

bool
config_table_read(enum config_type type, const char *text, int64_t *value_out)
{
	switch (type) {
	case CONFIG_BOOL:
		return config_value_bool(text, value_out);
	case CONFIG_COUNT:
		if (strcmp(text, "auto") == 0) {
			*value_out = 0;
			return true;
		}
		return config_value_integer(text, value_out);
	case CONFIG_INTEGER:
		return config_value_integer(text, value_out);
	case CONFIG_DURATION:
		return config_value_duration(text, value_out);
	case CONFIG_SIZE:
		return config_value_size(text, value_out);
	case CONFIG_LEVEL:
		return read_level(text, value_out);
	case CONFIG_PERCENT:
		return config_value_percent(text, value_out);
	case CONFIG_CLOCK:
		return config_value_clock(text, value_out);
	case CONFIG_TEXT:
	case CONFIG_WORDS:
	case CONFIG_ADDRESS:
	case CONFIG_HOSTS:
		break;
	}
	return false;
}

void
config_table_store(const struct config_row *row, void *base, int64_t value)
{
	char *field = (char *)base + row->offset;
	int64_t v = value / row->unit;

	/* Little-endian or not: copy through a value of the field's size. */
	switch (row->size) {
	case 1:
		*(uint8_t *)field = (uint8_t)v;
		break;
	case 2:
		*(uint16_t *)field = (uint16_t)v;
		break;
	case 4:
		*(uint32_t *)field = (uint32_t)v;
		break;
	default:
		*(int64_t *)field = v;
	}
}

int64_t
config_table_load(const struct config_row *row, const void *base)
{
	const char *field = (const char *)base + row->offset;

	switch (row->size) {
	case 1:
		return *(const uint8_t *)field * row->unit;
	case 2:
		return *(const uint16_t *)field * row->unit;
	case 4:
		return *(const uint32_t *)field * row->unit;
	default:
		return *(const int64_t *)field * row->unit;
	}
}

/* 127.a.b.c with each part 0..255. */
static bool
loopback4(const char *host)
{
	unsigned part = 0, parts = 1, count = 0;

	if (strncmp(host, "127.", 4) != 0)
		return false;
	for (const char *p = host;; p++) {
		if (*p >= '0' && *p <= '9' && count < 3) {
			part = part * 10 + (unsigned)(*p - '0');
			count++;
			continue;
		}
		if (count == 0 || part > 255)
			return false;
		if (*p == '\0')
			return parts == 4;
		if (*p != '.')
			return false;
		parts++;
		part = count = 0;
	}
}

bool
config_table_loopback(const char *host)
{
	return strcmp(host, "::1") == 0 || loopback4(host);
}

bool
config_table_address(const struct config_row *row, void *base, const char *text)
{
	char *field = (char *)base + row->offset;
	struct wire_address address;

	if (strcmp(text, "localhost") == 0)
		text = "127.0.0.1";
	if (strlen(text) >= row->size || text[0] == '[' ||
	    !address_parse(text, &address) ||
	    (row->low > 0 && !config_table_loopback(text)))
		return false;
	memset(field, 0, row->size);
	memcpy(field, text, strlen(text));
	return true;
}

/* One of them: at most one port, and an IPv6 address with one in brackets. */
static bool
read_host(char *text, struct wire_address *address_out, uint16_t *port_out)
{
	char *port = NULL, *end = strchr(text, ']');
	int64_t number = 0;

	if (text[0] == '[' && end != NULL) {
		text++;
		*end++ = '\0';
		if (end[0] != '\0' && end[0] != ':')
			return false;
		port = end[0] == ':' ? end + 1 : NULL;
	} else if (strchr(text, ':') == strrchr(text, ':') &&
		   strchr(text, ':') != NULL) {
		port = strchr(text, ':');
		*port++ = '\0';
	}
	if (port != NULL && (!config_value_integer(port, &number) ||
				number < 1 || number > 65535))
		return false;
	*port_out = (uint16_t)number;
	return address_parse(text, address_out);
}

bool
config_table_hosts(struct monitor_config *config, const char *text)
{
	struct monitor_config read = { 0 };
	static const char between[] = ", \t";
	char host[64];

	for (text += strspn(text, between); *text != '\0';
	     text += strspn(text, between)) {
		size_t n = strcspn(text, between);
		uint32_t i = read.reference_count;

		if (n >= sizeof(host) || i == CONFIG_REFERENCES)
			return false;
		memcpy(host, text, n);
		host[n] = '\0';
		if (!read_host(host, &read.references[i],
			&read.reference_ports[i]))
			return false;
		read.reference_count++;
		text += n;
	}
	memcpy(config->references, read.references, sizeof(read.references));
	memcpy(config->reference_ports, read.reference_ports,
	    sizeof(read.reference_ports));
	config->reference_count = read.reference_count;
	return true;
}

struct printed_unit {
	const char *name;
	int64_t factor;
};

void
config_table_number(enum config_type type, int64_t value, char *out,
    size_t size)
{
	static const struct printed_unit times[] = { { "d", DAY },
		{ "h", HOUR }, { "s", SEC }, { "ms", MS }, { "us", 1 } };
	static const struct printed_unit bytes[] = { { "GiB", GIB },
		{ "MiB", MIB }, { "KiB", KIB }, { "B", 1 } };
	const struct printed_unit *u = type == CONFIG_SIZE ? bytes : times;

	if (type == CONFIG_PERCENT) {
		snprintf(out, size, "%lld%%", (long long)(value / 10000));
		return;
	}
	if (type == CONFIG_CLOCK) {
		snprintf(out, size, "%02lld:%02lld", (long long)(value / 60),
		    (long long)(value % 60));
		return;
	}
	if (value == 0 || (type != CONFIG_DURATION && type != CONFIG_SIZE)) {
		snprintf(out, size, "%lld", (long long)value);
		return;
	}
	while (value % u->factor != 0 || (u->factor == HOUR && value < HOUR))
		u++;
	snprintf(out, size, "%lld%s", (long long)(value / u->factor), u->name);
}

const char *
config_table_keys(const char *section)
{
	static char out[320];
	size_t skip = strlen(section), n = 0;
	const char *last = "";
	size_t last_length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < config_row_count; i++) {
		const char *p = config_rows[i].path;

		if (strncmp(p, section, skip) != 0)
			continue;
		p += skip + (skip > 0 && p[skip] == '.');
		size_t length = strcspn(p, ".");

		if (length == last_length && strncmp(p, last, length) == 0)
			continue;
		last = p;
		last_length = length;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%.*s",
		    n ? ", " : "", (int)length, p);
		if (n >= sizeof(out))
			break;
	}
	return out;
}

void
config_table_default(uint8_t group, void *base)
{
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		int64_t v;

		if (row->group != group)
			continue;
		if (row->type == CONFIG_TEXT || row->type == CONFIG_WORDS)
			snprintf((char *)base + row->offset, row->size, "%s",
			    row->text);
		else if (row->type == CONFIG_ADDRESS)
			config_table_address(row, base, row->text);
		else if (config_table_read(row->type, row->text, &v))
			config_table_store(row, base, v);
	}
}

void
config_defaults(struct monitor_config *config_out)
{
	memset(config_out, 0, sizeof(*config_out));
	config_table_default(CONFIG_NO_GROUP, config_out);
}

void *
config_group_item(const struct config_group *g, struct monitor_config *config,
    uint32_t item)
{
	return (char *)config + g->offset + (size_t)item * g->size;
}

uint32_t *
config_group_count(const struct config_group *g, struct monitor_config *config)
{
	return (uint32_t *)(void *)((char *)config + g->count_offset);
}
