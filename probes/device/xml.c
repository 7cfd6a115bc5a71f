/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libxml2 says what opens and closes (SAX2) and builds nothing itself. It stops
 * at the first word of a document type: entities, however they are declared,
 * never come to be. */
#include "probes/device/xml.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include "probes/device/proto/wash.h"

struct work {
	xmlParserCtxtPtr parser;
	struct tree *tree;
	const char *why; /* we stopped it */
};

static void
stop(struct work *w, const char *why)
{
	if (w->why == NULL)
		w->why = why;
	xmlStopParser(w->parser);
}

static void
on_open(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri, int namespaces, const xmlChar **namespace_list,
    int attributes, int defaulted, const xmlChar **list)
{
	struct work *w = arg;
	bool good = tree_open(w->tree, (const char *)name);

	(void)prefix;
	(void)uri;
	(void)namespaces;
	(void)namespace_list;
	(void)defaulted;
	/* name, prefix, namespace, the value's begin and end */
	for (int i = 0; good && i < attributes; i++, list += 5)
		good = tree_attribute(w->tree, (const char *)list[0],
		    (const char *)list[3], (size_t)(list[4] - list[3]));
	if (!good)
		stop(w, tree_fault(w->tree));
}

static void
on_close(void *arg, const xmlChar *name, const xmlChar *prefix,
    const xmlChar *uri)
{
	struct work *w = arg;

	(void)name;
	(void)prefix;
	(void)uri;
	if (!tree_close(w->tree))
		stop(w, tree_fault(w->tree));
}

static void
on_text(void *arg, const xmlChar *bytes, int n)
{
	struct work *w = arg;

	if (!tree_text(w->tree, (const char *)bytes, (size_t)n))
		stop(w, tree_fault(w->tree));
}

static void
on_document_type(void *arg, const xmlChar *name, const xmlChar *external,
    const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	stop(arg, "it declares a document type (entities)");
}

static xmlParserInputPtr
fetch_nothing(const char *url, const char *id, xmlParserCtxtPtr parser)
{
	(void)url;
	(void)id;
	(void)parser;
	return NULL;
}

void
xml_init(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(fetch_nothing);
}

static void
say_fault(const struct work *w, char why[XML_WHY_BYTES])
{
	xmlErrorPtr e = xmlCtxtGetLastError(w->parser);
	const char *text = e != NULL && e->message != NULL ? e->message : "";

	if (w->why != NULL)
		snprintf(why, XML_WHY_BYTES, "%s", w->why);
	else
		snprintf(why, XML_WHY_BYTES, "it is no XML: line %d: %.*s",
		    e != NULL ? e->line : 0, (int)strcspn(text, "\n"), text);
}

static bool
parse(struct work *w, struct span bytes, char why[XML_WHY_BYTES])
{
	static xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = on_open,
		.endElementNs = on_close,
		.characters = on_text,
		.cdataBlock = on_text,
		.internalSubset = on_document_type,
		.externalSubset = on_document_type };
	bool good;

	w->parser = xmlCreatePushParserCtxt(&sax, w, NULL, 0, NULL);
	if (w->parser == NULL) {
		snprintf(why, XML_WHY_BYTES, "memory is out");
		return false;
	}
	xmlCtxtUseOptions(w->parser, XML_PARSE_NONET | XML_PARSE_NOERROR |
					 XML_PARSE_NOWARNING |
					 XML_PARSE_IGNORE_ENC);
	good = xmlParseChunk(w->parser, (const char *)bytes.p, (int)bytes.n,
		   1) == 0 &&
	       w->parser->wellFormed == 1 && w->why == NULL &&
	       tree_root(w->tree) != NULL;
	if (!good)
		say_fault(w, why);
	/* Building a document was never its task. */
	if (w->parser->myDoc != NULL)
		xmlFreeDoc(w->parser->myDoc);
	xmlFreeParserCtxt(w->parser);
	return good;
}

struct tree *
xml_read(uint8_t *bytes, size_t n, char why[XML_WHY_BYTES])
{
	struct work w = { .tree = tree_new() };
	struct span clean;
	const char *fault = w.tree == NULL ? "memory is out"
			    : n > INT_MAX  ? "it is too long"
					   : wash(bytes, n, &clean);

	if (fault != NULL)
		snprintf(why, XML_WHY_BYTES, "%s", fault);
	if (fault != NULL || !parse(&w, clean, why))
		tree_free(&w.tree);
	return w.tree;
}
