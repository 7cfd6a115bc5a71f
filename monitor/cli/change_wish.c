/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/change_wish.h"

#include <stdio.h>
#include <string.h>

#include "camwarden/limits.h"
#include "monitor/cli/when.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define BIT(m) ((uint32_t)1 << (m))
#define CSV_BYTES RIGHTS_BIG_BYTES
/* Commas and brackets: of every name there can be, and of every member. */
#define PARTS_MOST (WISH_FEEDS_MOST + 2 * WISH_MEMBERS)

_Static_assert(WISH_MEMBERS <= 32, "one bit each");

enum form {
	FORM_LINE,    /* letters, no control characters */
	FORM_TEXT,    /* line ends and tabs, too */
	FORM_BYTES,   /* any UTF-8: a spreadsheet */
	FORM_SECRET,  /* wiped afterwards */
	FORM_FLAG,    /* true, false */
	FORM_SECONDS, /* 1 to most */
	FORM_MOMENT,  /* RFC 3339 */
	FORM_LINES,   /* an array of lines */
};

#define AT(member) offsetof(struct change_wish, member)

/* What each member is like, wherever it stands. */
static const struct {
	const char *name;
	enum form form;
	uint32_t least, most; /* bytes; of SECONDS and LINES: how many */
	size_t at;
} members[WISH_MEMBERS] = {
	[WISH_ACTION] = { "action", FORM_LINE, 1, 16, AT(action) },
	[WISH_ALL] = { "all", FORM_FLAG, 0, 0, AT(all) },
	[WISH_COMPLETE] = { "complete", FORM_FLAG, 0, 0, AT(complete) },
	[WISH_CSV] = { "csv", FORM_BYTES, 1, CSV_BYTES, AT(csv) },
	[WISH_DISABLED] = { "disabled", FORM_FLAG, 0, 0, AT(disabled) },
	[WISH_DRY_RUN] = { "dry_run", FORM_FLAG, 0, 0, AT(dry_run) },
	[WISH_FEED] = { "feed", FORM_LINE, 1, 2 * LIMIT_NAME_BYTES, AT(feed) },
	[WISH_FEEDS] = { "feeds", FORM_LINES, 1, WISH_FEEDS_MOST, AT(feeds) },
	[WISH_FILE] = { "file", FORM_LINE, 1, 4095, AT(file) },
	[WISH_FOR] = { "for_s", FORM_SECONDS, 1, WISH_FOR_MOST_S, AT(for_s) },
	[WISH_FROM] = { "from", FORM_MOMENT, 0, 0, AT(from_utc) },
	[WISH_IGNORE_UNKNOWN] = { "ignore_unknown", FORM_FLAG, 0, 0,
	    AT(ignore_unknown) },
	[WISH_KIND] = { "kind", FORM_LINE, 1, 16, AT(kind) },
	[WISH_NAME] = { "name", FORM_LINE, 1, 64, AT(name) },
	[WISH_NEW] = { "new", FORM_SECRET, 1, WISH_SECRET_BYTES, AT(new) },
	[WISH_NOTE] = { "note", FORM_TEXT, 0, WISH_TEXT_BYTES, AT(note) },
	[WISH_OLD] = { "old", FORM_SECRET, 1, WISH_SECRET_BYTES, AT(old) },
	[WISH_PASSWORD] = { "password", FORM_SECRET, 1, WISH_SECRET_BYTES,
	    AT(password) },
	[WISH_REASON] = { "reason", FORM_TEXT, 0, WISH_REASON_BYTES,
	    AT(reason) },
	[WISH_ROLE] = { "role", FORM_LINE, 1, 16, AT(role) },
	[WISH_SITE] = { "site", FORM_LINE, 0, LIMIT_NAME_BYTES - 1, AT(site) },
	[WISH_TABLE] = { "table", FORM_LINE, 1, 16, AT(table) },
	[WISH_TAG] = { "tag", FORM_LINE, 1, LIMIT_NAME_BYTES - 1, AT(tag) },
	[WISH_TEXT] = { "text", FORM_TEXT, 1, WISH_TEXT_BYTES, AT(text) },
	[WISH_TO] = { "to", FORM_MOMENT, 0, 0, AT(to_utc) },
	[WISH_TOKEN] = { "token", FORM_SECRET, 1, 128, AT(token) },
	[WISH_USER] = { "user", FORM_LINE, 1, 64, AT(user) },
	[WISH_WEEKLY] = { "weekly", FORM_LINE, 1, 63, AT(weekly) },
};

/* Which of them a verb takes. */
static const struct {
	enum right right;
	uint32_t needs, takes;
} verbs[] = {
	{ RIGHT_LOGIN, BIT(WISH_USER) | BIT(WISH_PASSWORD), 0 },
	{ RIGHT_SETUP, BIT(WISH_TOKEN) | BIT(WISH_USER) | BIT(WISH_PASSWORD),
	    0 },
	{ RIGHT_KIOSK, BIT(WISH_TOKEN), 0 },
	{ RIGHT_LOGOUT, 0, 0 },
	{ RIGHT_PASSWORD, BIT(WISH_OLD) | BIT(WISH_NEW), 0 },
	{ RIGHT_ACKNOWLEDGE, 0, BIT(WISH_NOTE) },
	{ RIGHT_COMMENT, BIT(WISH_TEXT), 0 },
	{ RIGHT_INCIDENT_MUTE, BIT(WISH_REASON), BIT(WISH_FOR) | BIT(WISH_TO) },
	{ RIGHT_OVERLAY_ADD, BIT(WISH_KIND) | BIT(WISH_REASON),
	    BIT(WISH_FEED) | BIT(WISH_SITE) | BIT(WISH_TAG) | BIT(WISH_FROM) |
		BIT(WISH_TO) | BIT(WISH_FOR) | BIT(WISH_WEEKLY) },
	{ RIGHT_OVERLAY_END, BIT(WISH_REASON), BIT(WISH_KIND) },
	{ RIGHT_RETRY, 0, 0 },
	{ RIGHT_REFERENCES, BIT(WISH_ACTION),
	    BIT(WISH_FEEDS) | BIT(WISH_SITE) | BIT(WISH_ALL) |
		BIT(WISH_REASON) },
	{ RIGHT_HANDOVER_NOTE, BIT(WISH_FROM) | BIT(WISH_TO) | BIT(WISH_NOTE),
	    BIT(WISH_SITE) },
	{ RIGHT_IMPORT, BIT(WISH_TABLE) | BIT(WISH_CSV),
	    BIT(WISH_DRY_RUN) | BIT(WISH_COMPLETE) | BIT(WISH_REASON) |
		BIT(WISH_FILE) | BIT(WISH_IGNORE_UNKNOWN) },
	{ RIGHT_USER_ADD, BIT(WISH_NAME) | BIT(WISH_ROLE) | BIT(WISH_PASSWORD),
	    BIT(WISH_SITE) | BIT(WISH_REASON) },
	{ RIGHT_USER_CHANGE, 0,
	    BIT(WISH_ROLE) | BIT(WISH_SITE) | BIT(WISH_DISABLED) |
		BIT(WISH_PASSWORD) | BIT(WISH_REASON) },
	{ RIGHT_USER_REMOVE, 0, BIT(WISH_REASON) },
	{ RIGHT_TOKEN_ADD, BIT(WISH_NAME) | BIT(WISH_KIND),
	    BIT(WISH_ROLE) | BIT(WISH_SITE) | BIT(WISH_REASON) },
	{ RIGHT_TOKEN_REVOKE, 0, BIT(WISH_REASON) },
	{ RIGHT_LOGIN_END, 0, BIT(WISH_REASON) },
	{ RIGHT_CHANNEL_TEST, BIT(WISH_NAME), 0 },
};

bool
change_wish_has(const struct change_wish *w, enum wish_member member)
{
	return w->given >> member & 1;
}

/* No control characters: it is read on terminals, too. */
static bool
legible(const char *s, bool lines)
{
	for (; *s != '\0'; s++)
		if (((unsigned char)*s < ' ' &&
			!(lines && (*s == '\n' || *s == '\t'))) ||
		    *s == 0x7f ||
		    ((unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0))
			return false;
	return true;
}

static bool
wrong(char *fault, unsigned member, const char *expected)
{
	snprintf(fault, WISH_FAULT_BYTES, "%s: expected %s",
	    members[member].name, expected);
	return false;
}

static bool
wrong_size(char *fault, unsigned member, const char *of)
{
	char text[80];

	snprintf(text, sizeof(text), "%u to %u %s", members[member].least,
	    members[member].most, of);
	return wrong(fault, member, text);
}

static bool
take_text(struct change_wish *w, unsigned m, const json_t *v, char *fault)
{
	const char *s = json_string_value(v);
	enum form form = members[m].form;
	size_t n;

	if (s == NULL)
		return wrong(fault, m, "a text");
	n = json_string_length(v);
	if (n < members[m].least || n > members[m].most)
		return wrong_size(fault, m, "bytes");
	if ((form == FORM_LINE || form == FORM_TEXT) &&
	    !legible(s, form == FORM_TEXT))
		return wrong(fault, m, "no control characters");
	*(const char **)(void *)((char *)w + members[m].at) = s;
	if (m == WISH_CSV)
		w->csv_length = n;
	return true;
}

static bool
take_lines(struct change_wish *w, unsigned m, const json_t *v, char *fault)
{
	size_t n = json_array_size(v);

	if (!json_is_array(v) || n < members[m].least || n > members[m].most)
		return wrong(fault, m, "an array of names");
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(v, i));

		if (s == NULL || s[0] == '\0' ||
		    strlen(s) > 2 * LIMIT_NAME_BYTES || !legible(s, false))
			return wrong(fault, m,
			    "an array of names, SITE/NAME or UUID each");
	}
	w->feeds = v;
	return true;
}

static bool
take_number(struct change_wish *w, unsigned m, const json_t *v, char *fault)
{
	json_int_t n = json_integer_value(v);

	if (!json_is_integer(v) || n < (json_int_t)members[m].least ||
	    n > (json_int_t)members[m].most)
		return wrong_size(fault, m, "seconds");
	w->for_s = n;
	return true;
}

static bool
take_moment(struct change_wish *w, unsigned m, const json_t *v, char *fault)
{
	const char *s = json_string_value(v);
	int64_t utc;

	if (s == NULL || strlen(s) > 40 || !when_parse_rfc3339(s, &utc) ||
	    utc <= 0)
		return wrong(fault, m, "a moment like 2026-11-22T06:00:00Z");
	*(int64_t *)(void *)((char *)w + members[m].at) = utc;
	return true;
}

static bool
take(struct change_wish *w, unsigned m, const json_t *v, char *fault)
{
	w->given |= BIT(m);
	switch (members[m].form) {
	case FORM_LINE:
	case FORM_TEXT:
	case FORM_BYTES:
	case FORM_SECRET:
		return take_text(w, m, v, fault);
	case FORM_FLAG:
		if (!json_is_boolean(v))
			return wrong(fault, m, "true or false");
		*((bool *)(void *)((char *)w + members[m].at)) =
		    json_is_true(v);
		return true;
	case FORM_SECONDS:
		return take_number(w, m, v, fault);
	case FORM_MOMENT:
		return take_moment(w, m, v, fault);
	case FORM_LINES:
		break;
	}
	return take_lines(w, m, v, fault);
}

/* "user, password" */
static void
names(uint32_t bits, char *out, size_t size)
{
	size_t n = 0;

	out[0] = '\0';
	for (unsigned m = 0; m < WISH_MEMBERS; m++)
		if (bits >> m & 1 && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s",
			    n > 0 ? ", " : "", members[m].name);
}

static bool
unknown(const char *key, uint32_t known, char *fault)
{
	char text[WISH_FAULT_BYTES - 80];

	names(known, text, sizeof(text));
	if (!legible(key, false))
		key = "?";
	snprintf(fault, WISH_FAULT_BYTES,
	    "'%.30s': no such member, expected %s", key,
	    known != 0 ? text : "none");
	return false;
}

static bool
missing(uint32_t bits, char *fault)
{
	char text[WISH_FAULT_BYTES - 40];

	names(bits, text, sizeof(text));
	snprintf(fault, WISH_FAULT_BYTES, "missing: %s", text);
	return false;
}

static bool
take_all(struct change_wish *w, uint32_t needs, uint32_t takes, char *fault)
{
	const char *key;
	json_t *value;

	json_object_foreach(w->root, key, value)
	{
		unsigned m = 0;

		while (m < WISH_MEMBERS && strcmp(key, members[m].name) != 0)
			m++;
		if (m == WISH_MEMBERS || !((needs | takes) >> m & 1))
			return unknown(key, needs | takes, fault);
		if (!take(w, m, value, fault))
			return false;
	}
	if (needs & ~w->given)
		return missing(needs & ~w->given, fault);
	return true;
}

static void
empty(struct change_wish *w, enum right right)
{
	*w = (struct change_wish){ .right = right };
	for (unsigned m = 0; m < WISH_MEMBERS; m++)
		if (members[m].form <= FORM_SECRET)
			*(const char **)(void *)((char *)w + members[m].at) =
			    "";
}

bool
change_wish_take(enum right right, json_t *root, struct change_wish *out,
    char fault_out[WISH_FAULT_BYTES])
{
	bool good = false;

	empty(out, right);
	out->root = json_incref(root);
	snprintf(fault_out, WISH_FAULT_BYTES, "expected a JSON object");
	if (json_is_object(root)) {
		snprintf(fault_out, WISH_FAULT_BYTES,
		    "nothing that is done "
		    "so");
		for (size_t i = 0; i < COUNT(verbs); i++)
			if (verbs[i].right == right)
				good = take_all(out, verbs[i].needs,
				    verbs[i].takes, fault_out);
	}
	if (!good)
		change_wish_fini(out);
	return good;
}

/* A part of two letters takes some hundred bytes once it is read: a body that
 * may be large holds one long text, not millions of parts. */
static bool
has_few_parts(const char *json, size_t length)
{
	bool text = false;
	size_t parts = 0;

	for (size_t i = 0; i < length && parts <= PARTS_MOST; i++) {
		if (json[i] == '"')
			text = !text;
		else if (text && json[i] == '\\')
			i++;
		else if (!text)
			parts +=
			    json[i] == ',' || json[i] == '{' || json[i] == '[';
	}
	return parts <= PARTS_MOST;
}

bool
change_wish_read(enum right right, const char *json, size_t length,
    struct change_wish *out, char fault_out[WISH_FAULT_BYTES])
{
	json_error_t error;
	json_t *root;
	bool good;

	empty(out, right);
	if (!has_few_parts(json, length)) {
		snprintf(fault_out, WISH_FAULT_BYTES,
		    "expected an object of fewer parts");
		return false;
	}
	root = json_loadb(json, length, JSON_REJECT_DUPLICATES, &error);
	if (root == NULL) {
		/* Not what stands there: it may be a password. */
		snprintf(fault_out, WISH_FAULT_BYTES,
		    "not JSON (line %d, column %d), expected an object in "
		    "UTF-8 with no member twice",
		    error.line, error.column);
		return false;
	}
	good = change_wish_take(right, root, out, fault_out);
	json_decref(root);
	return good;
}

void
change_wish_expect(enum right right, json_t *root, size_t length)
{
	if (right == RIGHT_IMPORT)
		json_object_set_new(root, "csv", json_string("-"));
	else if (right == RIGHT_REFERENCES && length > 0)
		json_object_set_new(root, "feeds", json_pack("[s]", "-"));
}

void
change_wish_beside(struct change_wish *w, const char *bytes, size_t length)
{
	if (w->right == RIGHT_IMPORT) {
		w->csv = bytes;
		w->csv_length = length;
	} else if (w->feeds != NULL) {
		w->lines = bytes;
		w->lines_length = length;
	}
}

/* jansson's own copies, which are ours to overwrite before they are freed. */
static void
wipe(json_t *root)
{
	for (unsigned m = 0; m < WISH_MEMBERS; m++) {
		json_t *v = json_object_get(root, members[m].name);

		if (members[m].form == FORM_SECRET && json_is_string(v))
			explicit_bzero((char *)(uintptr_t)json_string_value(v),
			    json_string_length(v));
	}
}

void
change_wish_fini(struct change_wish *w)
{
	if (w->root != NULL)
		wipe(w->root);
	json_decref(w->root);
	empty(w, w->right);
}
