/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/store/desk.h"

#include <stdlib.h>

#include "monitor/inventory/floor.h"
#include "monitor/inventory/inventory.h"

void
desk_list_init(struct op_list *l)
{
	l->first = NULL;
	l->tail = &l->first;
	l->count = l->bytes = 0;
}

void
desk_list_add(struct op_list *l, struct op *op)
{
	op->next = NULL;
	*l->tail = op;
	l->tail = &op->next;
	l->count++;
	l->bytes += op->bytes;
}

struct op *
desk_list_take(struct op_list *l)
{
	struct op *op = l->first;

	if (op == NULL)
		return NULL;
	l->first = op->next;
	if (l->first == NULL)
		l->tail = &l->first;
	l->count--;
	l->bytes -= op->bytes;
	op->next = NULL;
	return op;
}

void
desk_list_append(struct op_list *l, struct op_list *from)
{
	struct op *op;

	while ((op = desk_list_take(from)) != NULL)
		desk_list_add(l, op);
}

void
desk_free(struct op *op)
{
	if (op != NULL && op->kind == OP_INVENTORY)
		inventory_plan_free(&op->inventory.plan);
	if (op != NULL && op->kind == OP_FLOOR)
		floor_plan_free(&op->floor.plan);
	free(op);
}
