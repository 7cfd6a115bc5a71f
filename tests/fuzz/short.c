/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/short.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t most);

static unsigned left;
static bool armed, came;

void
short_arm(unsigned nth)
{
	left = nth;
	armed = nth > 0;
	came = false;
}

bool
short_armed(void)
{
	return armed;
}

bool
short_came(void)
{
	return came;
}

static bool
fails(void)
{
	if (left == 0 || --left > 0)
		return false;
	came = true;
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

char *
__wrap_strndup(const char *s, size_t most)
{
	size_t n = strnlen(s, most);
	char *copy = __wrap_malloc(n + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *
__wrap_strdup(const char *s)
{
	return __wrap_strndup(s, strlen(s));
}
