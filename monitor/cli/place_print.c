/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/cli/place_print.h"

#include <stdbool.h>
#include <stdio.h>

static const enum state order[STATE_COUNT] = { STATE_UP, STATE_DEGRADED,
	STATE_DOWN, STATE_UNKNOWN };

void
place_print_cells(struct cli_table *t, uint32_t feeds,
    const uint32_t states[STATE_COUNT])
{
	cli_table_add(t, "%u", feeds);
	for (unsigned i = 0; i < STATE_COUNT; i++)
		cli_table_add(t, "%u", states[order[i]]);
}

json_t *
place_print_states(const uint32_t states[STATE_COUNT])
{
	json_t *o = json_object();

	for (unsigned i = 0; i < STATE_COUNT; i++)
		json_object_set_new(o, state_name(order[i]),
		    json_integer(states[order[i]]));
	return o;
}

json_t *
place_print_causes(const uint32_t causes[CAUSE_COUNT])
{
	json_t *o = json_object();

	for (unsigned i = 1; i < CAUSE_COUNT; i++)
		if (causes[i] > 0)
			json_object_set_new(o, cause_name((enum cause)i),
			    json_integer(causes[i]));
	return o;
}

static void
put_causes(const uint32_t causes[CAUSE_COUNT])
{
	bool some = false;

	for (unsigned i = 1; i < CAUSE_COUNT; i++) {
		if (causes[i] == 0)
			continue;
		printf("%s%u %s", some ? ", " : "causes   ", causes[i],
		    cause_name((enum cause)i));
		some = true;
	}
	if (some)
		putchar('\n');
}

void
place_print_counts(uint32_t feeds, const uint32_t states[STATE_COUNT],
    const uint32_t causes[CAUSE_COUNT])
{
	printf("feeds    %u", feeds);
	for (unsigned i = 0; feeds > 0 && i < STATE_COUNT; i++)
		printf("%s%u %s", i == 0 ? ": " : ", ", states[order[i]],
		    state_name(order[i]));
	putchar('\n');
	put_causes(causes);
}

void
place_print_line(const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	printf("%-8s ", name);
	cli_put(stdout, text);
	putchar('\n');
}
