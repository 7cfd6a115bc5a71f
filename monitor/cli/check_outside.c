/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/check_outside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "monitor/cli/cli.h"
#include "monitor/config/config_outside.h"
#include "monitor/ledger/note.h"

#define SECRET_BYTES 4096

/* A regular file, opened; NULL: told. */
static FILE *
opened(const char *key, const char *path, struct stat *st)
{
	FILE *f = NULL;

	/* Asked before it is opened: a pipe would hold us up. */
	if (stat(path, st) != 0)
		cli_say("%s: %s: %s", key, path, strerror(errno));
	else if (!S_ISREG(st->st_mode))
		cli_say("%s: %s: expected a file", key, path);
	else if ((f = fopen(path, "re")) == NULL)
		cli_say("%s: %s: %s", key, path, strerror(errno));
	return f;
}

/* Its first line, of a file that only its owner, or his group, may read. */
static bool
read_secret(const char *key, const char *path, char line_out[SECRET_BYTES])
{
	struct stat st;
	FILE *f = opened(key, path, &st);
	bool got;

	if (f == NULL)
		return false;
	got = fgets(line_out, SECRET_BYTES, f) != NULL;
	fclose(f);
	line_out[got ? strcspn(line_out, "\r\n") : 0] = '\0';
	if (st.st_mode & (S_IROTH | S_IWOTH)) {
		cli_say("%s: %s: everybody may %s it: chmod o= %s", key, path,
		    st.st_mode & S_IROTH ? "read" : "write", path);
		return false;
	}
	if (line_out[0] == '\0')
		cli_say("%s: %s: its first line is empty", key, path);
	return line_out[0] != '\0';
}

/* path "": there is none, and nothing wrong with it. */
static unsigned
secret(const char *key, const char *path)
{
	char line[SECRET_BYTES];
	bool good = path[0] == '\0' || read_secret(key, path, line);

	explicit_bzero(line, sizeof(line));
	return !good;
}

static unsigned
authorities(const char *key, const char *path)
{
	struct stat st;
	FILE *f;
	X509 *x;
	unsigned count = 0;

	if (path[0] == '\0')
		return 0;
	f = opened(key, path, &st);
	if (f == NULL)
		return 1;
	while ((x = PEM_read_X509(f, NULL, NULL, NULL)) != NULL) {
		X509_free(x);
		count++;
	}
	/* The end is "no start line"; anything else is a damaged one. */
	bool damaged =
	    ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;

	ERR_clear_error();
	fclose(f);
	if (count == 0 || damaged)
		cli_say("%s: %s: %s", key, path,
		    count == 0 ? "expected a certificate (PEM)"
			       : "a certificate in it is damaged");
	return count == 0 || damaged;
}

/* The one in the state directory is made at the first start. */
static unsigned
signing_key(const struct monitor_config *c)
{
	char path[CONFIG_PATH_BYTES + 16], line[SECRET_BYTES];
	struct note_signer signer;
	bool good;

	snprintf(path, sizeof(path), "%s%s",
	    c->ledger_key_file[0] != '\0' ? c->ledger_key_file : c->state_dir,
	    c->ledger_key_file[0] != '\0' ? "" : "/ledger.key");
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	if (!read_secret("ledger.key_file", path, line))
		return 1;
	good = note_ready() && note_signer_read(&signer, line, strlen(line)) &&
	       signer.key.algorithm == NOTE_ED25519;
	note_signer_forget(&signer);
	explicit_bzero(line, sizeof(line));
	if (!good)
		cli_say("ledger.key_file: %s: this is no signing key", path);
	return !good;
}

static unsigned
witness_folder(const struct monitor_config *c, const struct config_witness *w)
{
	struct stat st, own;

	if (stat(w->folder, &st) != 0)
		cli_say("ledger.witnesses: %s: %s", w->folder, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		cli_say("ledger.witnesses: %s: expected a folder", w->folder);
	else if (access(w->folder, W_OK | X_OK) != 0)
		cli_say("ledger.witnesses: %s: %s", w->folder, strerror(errno));
	else if (stat(c->state_dir, &own) == 0 && own.st_dev == st.st_dev)
		cli_say("ledger.witnesses: %s lies on the file system of "
			"state_dir: that is no outside",
		    w->folder);
	else
		return 0;
	return 1;
}

static unsigned
witness(const struct monitor_config *c, const struct config_witness *w)
{
	struct note_key key;

	if (w->kind == WITNESS_FILE)
		return witness_folder(c, w);
	if (w->kind != WITNESS_HTTP ||
	    (note_key_read(&key, w->key, strlen(w->key)) &&
		key.algorithm == NOTE_COSIGNATURE_V1))
		return 0;
	cli_say("ledger.witnesses: what stands behind %s is not the public key "
		"of a witness (its witness.pub)",
	    w->name);
	return 1;
}

static unsigned
channel(const struct config_channel *c)
{
	const struct {
		const char *key, *path;
	} files[] = { { "url_file", c->url_file },
		{ "authorization_file", c->authorization_file },
		{ "secret_file", c->secret_file },
		{ "password_file", c->password_file } };
	char key[200];
	unsigned mistakes;

	snprintf(key, sizeof(key), "alerts.channels.%s.ca_file", c->name);
	mistakes = authorities(key, c->ca_file);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(key, sizeof(key), "alerts.channels.%s.%s", c->name,
		    files[i].key);
		mistakes += secret(key, files[i].path);
	}
	return mistakes;
}

unsigned
check_outside(const struct monitor_config *config)
{
	struct config_witness list[CONFIG_WITNESSES];
	unsigned count = 0, mistakes;

	mistakes = secret("mail.password_file", config->mail_password_file) +
		   authorities("mail.ca_file", config->mail_ca_file) +
		   secret("heartbeat.url_file", config->heartbeat_url_file) +
		   signing_key(config);
	for (uint32_t i = 0; i < config->alerts.channel_count; i++)
		mistakes += channel(&config->alerts.channels[i]);
	if (config_witnesses_read(config->ledger_witnesses, list, &count) !=
	    NULL)
		count = 0; /* told with its place */
	for (unsigned i = 0; i < count; i++)
		mistakes += witness(config, &list[i]);
	return mistakes;
}
