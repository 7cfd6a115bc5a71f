/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords that somebody keeps apart from the list of cameras -> the list's
 * devices. */
#include <stdlib.h>
#include <string.h>

#include "monitor/inventory/inventory_form.h"
#include "monitor/inventory/mistake.h"

#define OTHERS "*"

typedef const struct inventory_device *device_ptr;

struct merge {
	const struct inventory *secrets;
	device_ptr *by_address; /* of secrets, sorted; owned */
	bool *used;		/* of each of secrets; owned */
	const char *file;
	struct inventory_mistakes *mistakes;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((device_ptr)a)->name, ((device_ptr)b)->name);
}

static int
by_address(const void *a, const void *b)
{
	return strcmp((*(const device_ptr *)a)->address,
	    (*(const device_ptr *)b)->address);
}

static device_ptr
named(const struct merge *m, const char *name)
{
	struct inventory_device key = { .name = name };

	return bsearch(&key, m->secrets->devices, m->secrets->device_count,
	    sizeof(*m->secrets->devices), by_name);
}

static device_ptr
addressed(const struct merge *m, const char *address)
{
	struct inventory_device wanted = { .address = address };
	device_ptr key = &wanted;
	device_ptr *hit = bsearch(&key, m->by_address, m->secrets->device_count,
	    sizeof(*m->by_address), by_address);

	return hit != NULL ? *hit : NULL;
}

static void
take(struct merge *m, struct inventory *inv, struct inventory_device *d)
{
	device_ptr s = named(m, d->name);

	if (s == NULL)
		s = addressed(m, d->address);
	if (s == NULL)
		s = named(m, OTHERS);
	if (s == NULL)
		return;
	m->used[s - m->secrets->devices] = true;
	if (((d->given & INVENTORY_USER) && s->user[0] != '\0' &&
		strcmp(d->user, s->user) != 0) ||
	    ((d->given & INVENTORY_PASSWORD) && s->password[0] != '\0' &&
		strcmp(d->password, s->password) != 0)) {
		/* Of those that no line is for, the list's own count. */
		if (strcmp(s->name, OTHERS) != 0)
			mistake_add(m->mistakes,
			    (struct mistake_place){ m->file, s->line, 1 },
			    "the list of cameras has other credentials for "
			    "device %.128s, expected them in one place",
			    d->name);
		return;
	}
	if (s->user[0] != '\0') {
		d->user = inventory_string(inv, s->user);
		d->given |= INVENTORY_USER;
	}
	if (s->password[0] != '\0') {
		d->password = inventory_string(inv, s->password);
		d->given |= INVENTORY_PASSWORD;
	}
}

static bool
prepare(struct merge *m)
{
	size_t n = m->secrets->device_count;

	m->by_address = calloc(n + 1, sizeof(*m->by_address));
	m->used = calloc(n + 1, sizeof(*m->used));
	if (m->by_address == NULL || m->used == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		m->by_address[i] = &m->secrets->devices[i];
	if (n > 0)
		qsort(m->by_address, n, sizeof(*m->by_address), by_address);
	return true;
}

static void
say_unused(const struct merge *m, struct inventory_mistakes *notes)
{
	for (size_t i = 0; i < m->secrets->device_count; i++)
		if (!m->used[i])
			mistake_add(notes,
			    (struct mistake_place){ m->file,
				m->secrets->devices[i].line, 1 },
			    "no camera of the list is at device %.128s",
			    m->secrets->devices[i].name);
}

bool
inventory_take_passwords(struct inventory *inv, const struct inventory *secrets,
    const char *file, struct inventory_mistakes *notes,
    struct inventory_mistakes *mistakes_out)
{
	struct merge m = { .secrets = secrets,
		.file = file,
		.mistakes = mistakes_out };
	bool well = prepare(&m);

	for (size_t i = 0;
	     well && secrets->device_count > 0 && i < inv->device_count; i++) {
		take(&m, inv, &inv->devices[i]);
		well = inv->devices[i].user != NULL &&
		       inv->devices[i].password != NULL;
	}
	if (well)
		say_unused(&m, notes);
	else
		mistake_add(mistakes_out, (struct mistake_place){ file, 0, 0 },
		    "out of memory");
	free(m.by_address);
	free(m.used);
	return well && mistakes_out->count == 0;
}
