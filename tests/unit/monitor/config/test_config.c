/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bad files -> their exact messages; good ones -> the settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "monitor/config/config.h"
#include "monitor/config/config_value.h"

/* All faults of a text as one string. */
static const char *
faults_of(const char *text)
{
	static struct config_faults faults;
	static char out[CONFIG_FAULTS * 400];
	struct monitor_config config, before;

	memset(&config, 0x5a, sizeof(config));
	before = config;
	out[0] = '\0';
	if (config_parse(text, strlen(text), &config, &faults)) {
		assert_int_equal(faults.count, 0);
		return "";
	}
	/* Nothing half-applied. */
	assert_memory_equal(&config, &before, sizeof(config));
	for (uint32_t i = 0; i < faults.count; i++)
		config_fault_print(&faults, i, "f", out + strlen(out),
		    sizeof(out) - strlen(out));
	return out;
}

static const struct {
	const char *text;
	const char *faults;
} files[] = {
	{ "", "" },
	{ "# nothing but a comment\n", "" },
	{ "http:\n", "" },
	{ "state_dir: relative\n",
	    "f:1:12: 'relative' is not a value of state_dir, expected an "
	    "absolute path\n" },
	{ "htpp:\n  listen: x\n",
	    "f:1:1: unknown key 'htpp', did you mean 'http'?\n" },
	{ "http:\n  adress: 127.0.0.1\n",
	    "f:2:3: unknown key 'adress' in http, did you mean 'address'?\n" },
	{ "stall_timeout: 3s\n",
	    "f:1:1: unknown key 'stall_timeout' at the top, expected it as "
	    "'stream.stall_timeout'\n" },
	{ "network:\n  references: 10.0.0.1, [fd00::1]:22 fd00::2 "
	  "10.9.0.5:443\n",
	    "" },
	{ "network:\n  references: 10.0.0.1:0\n",
	    "f:2:15: '10.0.0.1:0' is not a value of network.references, "
	    "expected at most 8 addresses, each with or without a port, like "
	    "'10.0.0.1, 10.9.0.5:443'\n" },
	{ "network:\n  references: gate.example\n",
	    "f:2:15: 'gate.example' is not a value of network.references, "
	    "expected at most 8 addresses, each with or without a port, like "
	    "'10.0.0.1, 10.9.0.5:443'\n" },
	{ "keep:\n  zzzzzzzz: 3s\n",
	    "f:2:3: unknown key 'zzzzzzzz' in keep, expected one of: events, "
	    "intervals, people, rollups, thumbnails, thumbnail_size\n" },
	{ "sampling:\n  interval: 10\n",
	    "f:2:13: '10' is not a value of sampling.interval, expected a time "
	    "with a unit, like 10s or 250ms\n" },
	{ "stream:\n  lowat: 16k\n",
	    "f:2:10: '16k' is not a value of stream.lowat, expected a size "
	    "with a unit, like 16KiB or 2GiB\n" },
	{ "stream:\n  lowat: 1GiB\n",
	    "f:2:10: '1GiB' is out of range for stream.lowat, expected 0 to "
	    "256KiB\n" },
	{ "connect:\n  timeout: 3h\n",
	    "f:2:12: '3h' is out of range for connect.timeout, expected 100ms "
	    "to 120s\n" },
	{ "probes: {stream: many, demux: -1}\n",
	    "f:1:18: 'many' is not a value of probes.stream, expected a whole "
	    "number or auto\n"
	    "f:1:31: '-1' is out of range for probes.demux, expected 0 to "
	    "64\n" },
	{ "sampling:\n  adaptive: maybe\n", "f:2:13: 'maybe' is not a value of "
					    "sampling.adaptive, expected true "
					    "or false\n" },
	{ "log_level: loud\n",
	    "f:1:12: 'loud' is not a value of log_level, expected error, "
	    "warning, info or debug\n" },
	{ "report:\n  at: 24:00\n",
	    "f:2:7: '24:00' is not a value of report.at, expected a time of "
	    "day, like 06:30\n" },
	{ "report: {at: 6:5}\n",
	    "f:1:14: '6:5' is not a value of report.at, expected a time of "
	    "day, like 06:30\n" },
	{ "report:\n  target: 101%\n",
	    "f:2:11: '101%' is out of range for report.target, expected 0% to "
	    "100%\n" },
	{ "report:\n  target: 0.99\n",
	    "f:2:11: '0.99' is not a value of report.target, expected a share, "
	    "like 99.5%\n" },
	{ "report: {language: de}\n",
	    "f:1:20: report.language: expected en or es\n" },
	{ "report: {mail_to: a@b.example}\n",
	    "f:1:19: report.mail_to: expected mail.server with it\n" },
	{ "mail: {server: 'smtp://h.example'}\n",
	    "f:1:16: mail.server: expected mail.from, one address like "
	    "camwarden@example.org\n" },
	{ "mail: {server: 'imap://h', from: a@b}\n",
	    "f:1:16: mail.server: expected smtp://host, smtps://host or "
	    "smtp+plain://host\n" },
	{ "mail: {server: 'smtp+plain://h', from: a@b, user: u, "
	  "password_file: /p}\n",
	    "f:1:51: mail.user: a password over smtp+plain:// is anybody's, "
	    "expected smtp:// or smtps://\n" },
	{ "mail: {server: 'smtp+plain://127.0.0.256', from: a@b, user: u, "
	  "password_file: /p}\n",
	    "f:1:61: mail.user: a password over smtp+plain:// is anybody's, "
	    "expected smtp:// or smtps://\n" },
	{ "mail: {server: 'smtp+plain://127.0.0.1', from: a@b, user: u, "
	  "password_file: /p}\n",
	    "" },
	{ "mail: {server: 'smtp://u:p@h', from: a@b}\n",
	    "f:1:16: mail.server: a user in the URL is shown wherever the URL "
	    "is; not accepted\n" },
	{ "mail: {server: 'smtps://h', from: a@b, user: u}\n",
	    "f:1:46: mail.user: expected both mail.user and "
	    "mail.password_file, or none\n" },
	{ "mail: {server: 'smtps://[::1]:1465', from: a@b, user: u, "
	  "password_file: /p}\nreport: {mail_to: 'a@b, c@d'}\nledger: "
	  "{witnesses: mail}\n",
	    "" },
	{ "mail: {server: 'smtps://h', from: a@b}\n"
	  "report: {mail_to: 'a@b, c d@e'}\n",
	    "f:2:19: report.mail_to: not a list of mail addresses, expected "
	    "like 'chief@example.org, auditor@example.org'\n" },
	{ "ledger: {witnesses: mail}\n",
	    "f:1:21: ledger.witnesses: the mail is one of them, expected "
	    "report.mail_to\n" },
	{ "ledger: {witnesses: 'http://h.example k+01234567+AA=='}\n",
	    "f:1:21: ledger.witnesses: a witness over http:// could be "
	    "anybody, expected https:// (http:// only of loopback)\n" },
	{ "ledger: {witnesses: 'https://h.example'}\n",
	    "f:1:21: ledger.witnesses: a witness's URL without its public key, "
	    "expected 'https://host name+hash+key' as `camwarden ledger "
	    "witness` prints it\n" },
	{ "ledger: {witnesses: 'ftp://h'}\n",
	    "f:1:21: ledger.witnesses: expected https://host KEY, "
	    "syslog://host, syslog+tcp://host, file:///folder or mail\n" },
	{ "ledger:\n  witnesses: 'https://h.example/w k+01234567+AA==, "
	  "syslog://[fd00::1]:5514, syslog+tcp://log, file:///mnt/x'\n",
	    "" },
	{ "http:\n  address: 0.0.0.0\n",
	    "f:2:12: http.address 0.0.0.0 is not a loopback address, expected "
	    "http.certificate and http.key with it\n" },
	{ "http:\n  port: 70000\n",
	    "f:2:9: '70000' is out of range for http.port, expected 0 to "
	    "65535\n" },
	{ "log_level: info\nlog_level: debug\n",
	    "f:2:1: 'log_level' given twice (first in line 1), expected "
	    "once\n" },
	{ "http:\n  pxyz: 1\nhttp:\n  enabled: 2\n",
	    "f:2:3: unknown key 'pxyz' in http, expected one of: enabled, "
	    "address, port, connections, per_address, "
	    "login_idle, login_longest, certificate, "
	    "key, names\n"
	    "f:3:1: 'http' given twice (first in line 1), expected once\n" },
	{ "http: yes\n",
	    "f:1:7: http is a single value, expected a section with: enabled, "
	    "address, port, connections, per_address, "
	    "login_idle, login_longest, certificate, "
	    "key, names\n" },
	{ "http: [1, 2]\nstate_dir: {a: b}\n",
	    "f:1:7: http is a list, expected a section with: enabled, "
	    "address, port, connections, per_address, "
	    "login_idle, login_longest, certificate, "
	    "key, names\n"
	    "f:2:12: state_dir is a section, expected a text\n" },
	{ "http: {names: [a.example, {b: c}, 'd, e']}\n",
	    "f:1:27: http.names holds more than texts, expected a text, or a "
	    "list of texts\n"
	    "f:1:35: 'd, e' is not one of a list, expected a text without "
	    "commas\n" },
	{ "network: {references: [10.0.0.1, gate.example]}\n",
	    "f:1:23: '10.0.0.1, gate.example' is not a value of "
	    "network.references, expected at most 8 addresses, each with or "
	    "without a port, like '10.0.0.1, 10.9.0.5:443'\n" },
	{ "log_level: [info]\n",
	    "f:1:12: log_level is a list, expected error, warning, info or "
	    "debug\n" },
	{ "- a\n- b\n",
	    "f:1:1: the file is not a set of keys, expected lines like "
	    "'state_dir: /var/lib/camwarden'\n" },
	{ "state_dir: &a /x\nprogram_dir: *a\n",
	    "f:2:14: an alias ('*name'), expected the value itself\n" },
	{ "? [a]\n: b\nlog_level: x\n",
	    "f:1:3: a key that is a collection, expected a word\n"
	    "f:3:12: 'x' is not a value of log_level, expected error, "
	    "warning, info or debug\n" },
	{ "log_level: info\n---\nlog_level: info\n",
	    "f:2:1: a second document ('---'), expected one\n" },
	{ "http: {enabled: true]\n",
	    "f:1:21: while parsing a flow mapping: did not find expected ',' "
	    "or '}', expected YAML\n" },
	{ "http:\n\tlisten: x\n",
	    "f:2:1: while scanning for the next token: found character that "
	    "cannot start any token, expected YAML\n" },
	{ "log_level: \"in\\0fo\"\n",
	    "f:1:12: log_level holds a zero byte, expected error, warning, "
	    "info or debug\n" },
	{ "\"a\\nb\": 1\n",
	    "f:1:1: unknown key 'a?b', expected one of: state_dir, "
	    "program_dir, log_level, network, clock, outage, http, agents, "
	    "probes, "
	    "connect, "
	    "stream, "
	    "sampling, report, mail, heartbeat, alerts, credentials, ledger, "
	    "keep\n" },
	{ "sampling:\n  interval: 10s\n  suspect: 20s\n",
	    "f:3:12: sampling.suspect is longer than sampling.interval, "
	    "expected at most 10s\n" },
	{ "sampling:\n  interval: 2m\n",
	    "f:2:13: sampling.interval is longer than sampling.rare, "
	    "expected at most 60s\n" },
	/* Items by name, items of a list. */
	{ "alerts:\n  channels:\n  roles: {}\n  rules: []\n", "" },
	{ "alerts: {budget: often, language: de}\n",
	    "f:1:18: alerts.budget: expected like '1 per 10m', or none\n"
	    "f:1:35: alerts.language: expected en or es\n" },
	{ "alerts: {channels: [a], rules: {to: x}, roles: some}\n",
	    "f:1:20: alerts.channels is not a section, expected names, each "
	    "with its keys\n"
	    "f:1:32: alerts.rules is not a list, expected items that begin "
	    "with '-', each with its keys\n"
	    "f:1:48: alerts.roles is not a section, expected names, each with "
	    "its keys\n" },
	{ "alerts:\n  channels:\n    kind: mail\n",
	    "f:3:11: one of alerts.channels is a single value, expected a "
	    "section with: kind, to, url, url_file, or_else, or_else_tries, "
	    "or_else_after, ca_file, picture, method, headers, body, "
	    "authorization_file, secret_file, user, password_file, topic, "
	    "feeds, home_assistant, discovery, budget\n" },
	{ "alerts:\n  channels:\n    a:\n      knd: mqtt\n"
	  "      url: mqtt://h\n    a: {kind: mqtt}\n    'b,c': {}\n",
	    "f:4:7: unknown key 'knd' in alerts.channels, did you mean "
	    "'kind'?\n"
	    "f:4:7: alerts.channels.kind: expected mail, webhook, mqtt, "
	    "alertmanager or syslog\n"
	    "f:6:5: 'a' given twice in alerts.channels\n"
	    "f:7:5: 'b,c' is not a name for one of alerts.channels, expected "
	    "at most 63 bytes without commas\n" },
	{ "alerts:\n  channels:\n    a: {kind: pigeon, or_else: a}\n"
	  "    b: {kind: webhook, or_else: z}\n    c: {kind: mail, to: x}\n"
	  "    d: {kind: syslog, url: 'syslog://h', url_file: /f, budget: 1}\n",
	    "f:3:15: alerts.channels.kind: 'pigeon', expected mail, webhook, "
	    "mqtt, alertmanager or syslog\n"
	    "f:3:32: alerts.channels.or_else: 'a', expected another channel, "
	    "and none that comes back here\n"
	    "f:4:8: alerts.channels.url: expected url or url_file\n"
	    "f:4:33: alerts.channels.or_else: 'z', expected a name from "
	    "alerts.channels\n"
	    "f:5:15: alerts.channels.kind: 'mail', expected mail.server with "
	    "it\n"
	    "f:5:25: alerts.channels.to: 'x', expected mail addresses by "
	    "comma\n"
	    "f:6:28: alerts.channels.url: 'syslog://h', expected url or "
	    "url_file\n"
	    "f:6:64: alerts.channels.budget: '1', expected like '1 per 10m', "
	    "or none\n" },
	{ "alerts:\n  channels:\n    a: {kind: mqtt, url: 'mqtt://h', or_else: "
	  "b}\n"
	  "    b: {kind: mqtt, url: 'mqtt://h', or_else: c}\n"
	  "    c: {kind: mqtt, url: 'mqtt://h', or_else: b}\n",
	    "f:4:47: alerts.channels.or_else: 'c', expected another channel, "
	    "and none that comes back here\n"
	    "f:5:47: alerts.channels.or_else: 'b', expected another channel, "
	    "and none that comes back here\n" },
	/* What is of which kind, and over which way a secret may go. */
	{ "alerts:\n  channels:\n"
	  "    a: {kind: webhook, url: 'http://h/x', secret_file: /s}\n"
	  "    b: {kind: webhook, url: 'ftp://h', method: GET}\n"
	  "    c: {kind: webhook, url: 'https://h', method: GET}\n"
	  "    d: {kind: webhook, url: 'https://h', headers: 'Host: x'}\n"
	  "    e: {kind: webhook, url: 'https://h?a=b', body: '{\"a\": "
	  "{{place}}}'}\n"
	  "    f: {kind: mqtt, url: 'mqtts://h', body: x}\n"
	  "    g: {kind: mqtt, url: 'mqtts://h', topic: 'a/#'}\n"
	  "    h: {kind: syslog, url: 'syslog+tls://h/x'}\n",
	    "f:3:56: alerts.channels.secret_file: expected a way with TLS: "
	    "over http:// a secret is anybody's\n"
	    "f:4:29: alerts.channels.url: 'ftp://h', expected "
	    "https://host/path or http://host/path\n"
	    "f:5:50: alerts.channels.method: 'GET', expected POST or PUT\n"
	    "f:6:51: alerts.channels.headers: expected no header that "
	    "camwarden sets itself\n"
	    "f:7:52: alerts.channels.body: expected JSON with {{words}} in "
	    "its strings; its line 1, column 8: expected a string in \"..\"\n"
	    "f:8:45: alerts.channels.body: expected nothing: it is no key of "
	    "kind mqtt\n"
	    "f:9:46: alerts.channels.topic: 'a/#', expected a topic like "
	    "camwarden/centre, without + and #\n"
	    "f:10:28: alerts.channels.url: 'syslog+tls://h/x', expected "
	    "syslog+tls://host, syslog+tcp://host or syslog://host\n" },
	{ "alerts:\n  channels: {a: {kind: mqtt, url: 'mqtt://h'}}\n"
	  "  roles:\n    a: {channels: a}\n    b: {days: never}\n"
	  "    c: {channels: [a, z], hours: late}\n"
	  "    d: {channels: a, room: R, hours: 06:00-14:00}\n",
	    "f:4:19: alerts.roles.channels: 'a', expected another name than "
	    "that of a channel\n"
	    "f:5:8: alerts.roles.channels: expected channels' names\n"
	    "f:5:15: alerts.roles.days: 'never', expected days like mon-fri, "
	    "or daily\n"
	    "f:6:19: alerts.roles.channels: 'z', expected a name from "
	    "alerts.channels\n"
	    "f:6:34: alerts.roles.hours: 'late', expected hours like "
	    "'06:00-14:00'\n"
	    "f:7:28: alerts.roles.room: 'R', expected a room, or days and "
	    "hours\n" },
	{ "alerts:\n  channels: {a: {kind: mqtt, url: 'mqtt://h'}}\n"
	  "  rules:\n    - to: a\n      to: a\n    - text\n"
	  "    - {for: 10, to: nobody, escalate: [a, who]}\n"
	  "    - {criticality: 0-3, severity: worst, causes: [down, odd]}\n",
	    "f:5:7: 'alerts.rules.to' given twice (first in line 4), expected "
	    "once\n"
	    "f:6:7: one of alerts.rules is a single value, expected a section "
	    "with: name, site, criticality, severity, causes, for, to, "
	    "escalate, escalate_after, repeat, exempt, continue\n"
	    "f:7:13: '10' is not a value of alerts.rules.for, expected a time "
	    "with a unit, like 10s or 250ms\n"
	    "f:7:21: alerts.rules.to: 'nobody', expected a name from "
	    "alerts.roles or alerts.channels\n"
	    "f:7:39: alerts.rules.escalate: 'who', expected a name from "
	    "alerts.roles or alerts.channels\n"
	    "f:8:7: alerts.rules.to: expected who is told\n"
	    "f:8:21: alerts.rules.criticality: '0-3', expected 1 to 5, or a "
	    "span like 4-5\n"
	    "f:8:36: alerts.rules.severity: 'worst', expected low, medium, "
	    "high or critical\n"
	    "f:8:51: alerts.rules.causes: 'odd', expected causes (frozen), "
	    "states (down), feed, site, people or own\n" },
};

static void
bad_files_name_every_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		assert_string_equal(faults_of(files[i].text), files[i].faults);
}

static void
good_file_sets_all(void **state)
{
	static const char text[] = "state_dir: /tmp/x\n"
				   "http: {address: localhost, port: 0, "
				   "connections: 100, per_address: 7, "
				   "names: [a.example, 10.0.0.5]}\n"
				   "network:\n  references:\n    - 10.0.0.1\n"
				   "    - 10.9.0.5:443\n"
				   "probes: {stream: 3, picture: auto}\n"
				   "connect: {timeout: 1.5s}\n"
				   "stream: {lowat: 4KiB}\n"
				   "sampling: {interval: 5s, adaptive: off}\n"
				   "keep: {thumbnail_size: 2GiB}\n";
	struct monitor_config c;
	struct config_faults faults;

	(void)state;
	assert_true(config_parse(text, strlen(text), &c, &faults));
	assert_string_equal(c.state_dir, "/tmp/x");
	assert_string_equal(c.http_address, "127.0.0.1");
	assert_int_equal(c.http_port, 0);
	assert_int_equal(c.http_connections, 100);
	assert_int_equal(c.http_per_address, 7);
	assert_string_equal(c.http_names, "a.example, 10.0.0.5");
	assert_int_equal(c.reference_count, 2);
	assert_int_equal(c.reference_ports[1], 443);
	assert_int_equal(c.stream_probes, 3);
	assert_int_equal(c.picture_probes, 0);
	assert_int_equal(c.probe.connect_timeout_ms, 1500);
	assert_int_equal(c.probe.lowat_bytes, 4096);
	assert_int_equal(c.judge.sample_us, 5000000);
	assert_false(c.judge.adaptive);
	assert_true(c.keep_thumbnail_bytes == 2ull << 30);
	/* What was not named keeps its default. */
	assert_int_equal(c.probe.backoff_max_ms, 60000);
	assert_int_equal(c.judge.sample_suspect_us, 2000000);
	assert_true(c.http_enabled);
}

static void
items_are_filled(void **state)
{
	static const char text[] =
	    "mail: {server: 'smtp://h', from: a@b.example}\n"
	    "alerts:\n  budget: 2 per 15m\n  flap_count: 4\n"
	    "  channels:\n    post:\n      kind: mail\n"
	    "      to: [x@b.example, y@b.example]\n      or_else: our ntfy\n"
	    "    our ntfy: {kind: webhook, url: 'https://ntfy.example/a',"
	    " budget: none}\n"
	    "  roles:\n    operator: {channels: [our ntfy, post], room: North,"
	    " budget: 1 per 5m}\n"
	    "  rules:\n    - {site: North/Gate, to: operator, for: 30s,"
	    " causes: [down, flapping, people], exempt: true}\n"
	    "    - to: [post, operator]\n      escalate: [operator]\n"
	    "      continue: true\n";
	static struct monitor_config c;
	static struct config_faults faults;
	const struct config_alerts *a = &c.alerts;
	uint64_t causes = 0;
	uint32_t of = 0, count;
	int64_t span;
	uint8_t low, high;

	(void)state;
	assert_true(config_parse(text, strlen(text), &c, &faults));
	assert_int_equal(a->channel_count, 2);
	assert_string_equal(a->channels[0].name, "post");
	assert_string_equal(a->channels[0].to, "x@b.example, y@b.example");
	assert_ptr_equal(config_alerts_channel(a, "our ntfy"), &a->channels[1]);
	assert_string_equal(a->channels[1].budget, "none");
	assert_int_equal(a->role_count, 1);
	assert_string_equal(a->roles[0].channels, "our ntfy, post");
	assert_int_equal(a->rule_count, 2);
	assert_int_equal(a->rules[0].for_us, 30000000);
	assert_true(a->rules[0].exempt);
	/* The next one's are its own, or the defaults. */
	assert_int_equal(a->rules[1].for_us, 60000000);
	assert_false(a->rules[1].exempt);
	assert_true(a->rules[1].go_on);
	assert_int_equal(a->rules[1].escalate_us, 600000000);
	assert_string_equal(a->rules[1].site, "");
	assert_int_equal(a->flap_count, 4);
	assert_true(config_alerts_budget("2 per 15m", &count, &span));
	assert_int_equal(count, 2);
	assert_int_equal(span, 900000000);
	assert_true(config_alerts_cause("down", &causes, &of));
	assert_true((causes & 1ull << CAUSE_STALLED) != 0);
	assert_true((causes & 1ull << CAUSE_BLURRED) == 0);
	assert_true(config_alerts_cause("people", &causes, &of));
	assert_int_equal(of, 1u << 3 | 1u << 4);
	assert_true(config_alerts_criticality("3", &low, &high));
	assert_int_equal(low + high, 6);
	assert_false(config_alerts_criticality("5-3", &low, &high));
}

static void
too_many_items(void **state)
{
	static char text[16384];
	static struct monitor_config c;
	static struct config_faults faults;
	size_t n = (size_t)snprintf(text, sizeof(text), "alerts:\n  rules:\n");

	(void)state;
	for (int i = 0; i < 40; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "    - {name: r%d}\n", i);
	assert_false(config_parse(text, n, &c, &faults));
	assert_int_equal(faults.count + faults.more, 8 + 32);
}

static void
many_mistakes_are_counted(void **state)
{
	static char text[8192];
	static struct config_faults faults;
	struct monitor_config c;

	(void)state;
	for (int i = 0; i < 100; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "nonsense_%d: 1\n", i);
	assert_false(config_parse(text, strlen(text), &c, &faults));
	assert_int_equal(faults.count, CONFIG_FAULTS);
	assert_int_equal(faults.more, 100 - CONFIG_FAULTS);
}

static void
missing_file_is_a_fault(void **state)
{
	static struct config_faults faults;
	struct monitor_config c;
	char out[400];

	(void)state;
	assert_false(config_load("/nonexistent/c.yaml", &c, &faults));
	config_fault_print(&faults, 0, "/nonexistent/c.yaml", out, sizeof(out));
	assert_string_equal(out,
	    "/nonexistent/c.yaml: No such file or directory, expected a "
	    "readable file\n");
}

static const struct {
	const char *text;
	int64_t us; /* -1: refused */
} times[] = {
	{ "0", 0 },
	{ "10s", 10000000 },
	{ "250ms", 250000 },
	{ "1.5s", 1500000 },
	{ "0.25m", 15000000 },
	{ "2 h", 7200000000 },
	{ "30d", 2592000000000 },
	{ "10", -1 },
	{ "s", -1 },
	{ "", -1 },
	{ "-1s", -1 },
	{ "1.s", -1 },
	{ "1.0000001s", -1 },
	{ "9223372036854775807s", -1 },
	{ "99999999999999999999s", -1 },
	{ "10sec", -1 },
	{ "10s ", -1 },
};

static void
durations_need_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		int64_t us = -1;

		assert_int_equal(config_value_duration(times[i].text, &us),
		    times[i].us >= 0);
		assert_true(us == times[i].us);
	}
}

static void
distance_counts_letters(void **state)
{
	(void)state;
	assert_int_equal(config_value_distance("listen", "listen", 3), 0);
	assert_int_equal(config_value_distance("lisen", "listen", 3), 1);
	assert_int_equal(config_value_distance("", "abc", 3), 3);
	assert_int_equal(config_value_distance("abcdef", "uvwxyz", 3), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_files_name_every_mistake),
		cmocka_unit_test(good_file_sets_all),
		cmocka_unit_test(items_are_filled),
		cmocka_unit_test(too_many_items),
		cmocka_unit_test(many_mistakes_are_counted),
		cmocka_unit_test(missing_file_is_a_fault),
		cmocka_unit_test(durations_need_units),
		cmocka_unit_test(distance_counts_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
