/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/proto/soap.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "probes/device/proto/wash.h"

#define WSS "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
#define USER_BYTES 1600 /* 255, each of up to six letters */

void
soap_escape(char *out, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text != '\0'; text++) {
		char one[2] = { *text, '\0' };
		const char *put = *text == '&'	 ? "&amp;"
				  : *text == '<' ? "&lt;"
				  : *text == '>' ? "&gt;"
				  : *text == '"' ? "&quot;"
						 : one;
		size_t length = strlen(put);

		if (n + length >= size)
			break;
		memcpy(out + n, put, length);
		n += length;
	}
	out[n] = '\0';
}

static bool
put_token(char *out, size_t size, const struct soap_token *t)
{
	char user[USER_BYTES];

	soap_escape(user, sizeof(user), t->user);
	return snprintf(out, size,
		   "<s:Header><w:Security s:mustUnderstand=\"true\" "
		   "xmlns:w=\"" WSS "wssecurity-secext-1.0.xsd\" xmlns:u=\"" WSS
		   "wssecurity-utility-1.0.xsd\"><w:UsernameToken>"
		   "<w:Username>%s</w:Username><w:Password Type=\"" WSS
		   "username-token-profile-1.0#PasswordDigest\">%s"
		   "</w:Password><w:Nonce EncodingType=\"" WSS
		   "soap-message-security-1.0#Base64Binary\">%s</w:Nonce>"
		   "<u:Created>%s</u:Created></w:UsernameToken></w:Security>"
		   "</s:Header>",
		   user, t->digest, t->nonce, t->created) < (int)size;
}

bool
soap_envelope(char *out, size_t size, const char *body,
    const struct soap_token *token)
{
	char header[USER_BYTES + 1200] = "";

	if (token != NULL && !put_token(header, sizeof(header), token))
		return false;
	return snprintf(out, size,
		   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
		   "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/"
		   "soap-envelope\">%s<s:Body>%s</s:Body></s:Envelope>",
		   header, body) < (int)size;
}

const struct tree_node *
soap_body(const struct tree *t)
{
	const struct tree_node *root = tree_root(t);
	const struct tree_node *body;

	if (root == NULL || strcmp(root->name, "Envelope") != 0)
		return NULL;
	body = tree_child(root, "Body");
	return body != NULL ? body->child : NULL;
}

/* "ter:NotAuthorized" -> "NotAuthorized" */
static const char *
local(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

/* The words of a fault's code, the innermost last: up to four. */
static unsigned
codes(const struct tree_node *fault, const char *out[4])
{
	const struct tree_node *c = tree_child(fault, "Code");
	unsigned n = 0;

	if (c == NULL) { /* SOAP 1.1 */
		out[0] = local(tree_text_at(fault, "faultcode"));
		return 1;
	}
	for (; c != NULL && n < 4; c = tree_child(c, "Subcode"))
		out[n++] = local(tree_text_at(c, "Value"));
	return n;
}

static const char *
reason_of(const struct tree_node *fault)
{
	const char *reason = tree_text_at(fault, "Reason/Text");

	return *reason != '\0' ? reason : tree_text_at(fault, "faultstring");
}

bool
soap_fault(const struct tree_node *body, char out[SOAP_FAULT_BYTES])
{
	const char *code[4], *reason;
	char raw[SOAP_FAULT_BYTES];
	unsigned n;

	if (body == NULL || strcmp(body->name, "Fault") != 0)
		return false;
	n = codes(body, code);
	reason = reason_of(body);
	snprintf(raw, sizeof(raw), "%.60s%s%.90s", n > 0 ? code[n - 1] : "",
	    n > 0 && *code[n - 1] != '\0' && *reason != '\0' ? ": " : "",
	    reason);
	wash_copy(out, SOAP_FAULT_BYTES, raw);
	if (out[0] == '\0')
		snprintf(out, SOAP_FAULT_BYTES, "a fault without a word");
	return true;
}

bool
soap_fault_login(const struct tree_node *body)
{
	static const char *const words[] = { "NotAuthorized",
		"FailedAuthentication", "InvalidSecurity",
		"InvalidSecurityToken", "FailedCheck", "Unauthorized" };
	const char *code[4];
	unsigned n;

	if (body == NULL || strcmp(body->name, "Fault") != 0)
		return false;
	n = codes(body, code);
	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			if (strcmp(code[i], words[k]) == 0)
				return true;
	/* Some say it in words alone: "Sender not Authorized". */
	for (const char *p = reason_of(body); *p != '\0'; p++)
		if (strncasecmp(p, "authoriz", 8) == 0 ||
		    strncasecmp(p, "authoris", 8) == 0)
			return true;
	return false;
}
