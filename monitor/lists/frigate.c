/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frigate: cameras.NAME.ffmpeg.inputs, of which one is looked at (role detect,
 * mostly the sub stream) and one recorded (the main one); paths may lead to the
 * go2rtc that it runs itself. */
#include <string.h>

#include "monitor/lists/lists_parts.h"

static bool
has_role(const struct node *input, const char *role)
{
	const struct node *roles = node_get(input, "roles");

	for (uint32_t i = 0; roles != NULL && i < roles->count; i++)
		if (strcmp(roles->items[i]->text, role) == 0)
			return true;
	return false;
}

/* The path of the input with that role; NULL: none has it. */
static const struct node *
path_of(const struct node *inputs, const char *role)
{
	for (uint32_t i = 0; i < inputs->count; i++)
		if (has_role(inputs->items[i], role))
			return node_get(inputs->items[i], "path");
	return NULL;
}

static void
camera(struct lists_work *w, const struct node *key, const struct node *v)
{
	const struct node *inputs = node_get(node_get(v, "ffmpeg"), "inputs");
	const struct node *main, *sub;
	const char *name = node_word(v, "friendly_name", key->text);
	struct inventory_camera more = { .given = INVENTORY_ENABLED,
		.enabled = node_true(node_get(v, "enabled"), true) };
	struct lists_stream one, two;

	if (inputs == NULL || inputs->kind != NODE_LIST || inputs->count == 0) {
		lists_left_out(w, key, name, "it has no ffmpeg.inputs");
		return;
	}
	sub = path_of(inputs, "detect");
	main = path_of(inputs, "record");
	if (main == NULL)
		main = sub != NULL ? sub : node_get(inputs->items[0], "path");
	if (!lists_follow(w, main, name, &one))
		return;
	if (sub == main || (sub != NULL && !lists_follow(w, sub, name, &two)))
		sub = NULL;
	if (node_get(node_get(v, "onvif"), "host") != NULL) {
		more.given |= INVENTORY_PTZ;
		more.ptz = true;
	}
	lists_camera(w, key, name, &one, sub != NULL ? &two : NULL, &more);
}

void
lists_frigate(struct lists_work *w, const struct node *root)
{
	const struct node *cameras = node_get(root, "cameras");

	w->streams = node_get(node_get(root, "go2rtc"), "streams");
	if (cameras == NULL || cameras->kind != NODE_MAP) {
		lists_wrong(w, root, "no cameras, expected Frigate's");
		return;
	}
	for (uint32_t i = 0; !w->no_memory && i + 1 < cameras->count; i += 2)
		camera(w, cameras->items[i], cameras->items[i + 1]);
}
