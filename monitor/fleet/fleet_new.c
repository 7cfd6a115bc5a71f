/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fleet's birth and end: the link matrix, the probes, the timers. */
#include "monitor/fleet/fleet_parts.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/clock.h"
#include "monitor/fleet/child.h"

#define LINK_BUFFER (1 << 20) /* a few keyframes of a large camera */

#define PATIENCE_MS 5000u

static uint32_t
cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > 16 ? 16 : (uint32_t)n;
}

static bool
link_open(int link[2])
{
	static const int size = LINK_BUFFER;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link) != 0)
		return false;
	/* FORCE passes net.core.wmem_max where we may. */
	if (setsockopt(link[0], SOL_SOCKET, SO_SNDBUFFORCE, &size,
		sizeof(size)) != 0)
		setsockopt(link[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return true;
}

static bool
links_open(struct fleet *fl)
{
	size_t count = (size_t)(fl->streams + fl->demuxes) * fl->pictures;

	fl->links = malloc(count * sizeof(fl->links[0]));
	if (fl->links == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		fl->links[i][0] = fl->links[i][1] = -1;
	for (size_t i = 0; i < count; i++)
		if (!link_open(fl->links[i]))
			return false;
	return true;
}

static void
probes_prepare(struct fleet *fl)
{
	for (uint32_t i = 0; i < fleet_probe_count(fl); i++) {
		struct probe *p = &fl->probes[i];

		p->fl = fl;
		p->number = i;
		p->role = ROLE_STREAM;
		if (i >= fl->streams + fl->demuxes) {
			p->role = ROLE_PICTURE;
			p->number = i - fl->streams - fl->demuxes;
		} else if (i >= fl->streams) {
			p->role = ROLE_DEMUX;
			p->number = i - fl->streams;
		}
		if (p->role != ROLE_PICTURE)
			p->first_link = i * fl->pictures;
	}
}

static const char *
programs_missing(const struct fleet *fl)
{
	static const struct {
		const char *name;
		const char *fault;
	} programs[] = {
		{ "camwarden-stream", "camwarden-stream can't be executed" },
		{ "camwarden-demux", "camwarden-demux can't be executed" },
		{ "camwarden-picture", "camwarden-picture can't be executed" },
	};
	const uint32_t wanted[] = { fl->streams, fl->demuxes, fl->pictures };
	char path[PATH_MAX];

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", fl->program_dir,
		    programs[i].name);
		if (wanted[i] > 0 && access(path, X_OK) != 0)
			return programs[i].fault;
	}
	return NULL;
}

static bool
set_sizes(struct fleet *fl, const struct fleet_config *cfg)
{
	char own[PATH_MAX];

	fl->streams = cfg->no_stream ? 0 : cfg->stream_probes;
	if (fl->streams == 0 && !cfg->no_stream)
		fl->streams = cores();
	fl->pictures = cfg->picture_probes ? cfg->picture_probes : cores();
	fl->demuxes = cfg->no_demux ? 0 : 1;
	if (cfg->demux_probes > 0 && !cfg->no_demux)
		fl->demuxes = cfg->demux_probes;
	if (fl->streams > LIMIT_PROBES || fl->pictures > LIMIT_PROBES ||
	    fl->demuxes > LIMIT_PROBES)
		return false;
	if (cfg->program_dir != NULL && cfg->program_dir[0] != '\0')
		fl->program_dir = strdup(cfg->program_dir);
	else if (child_own_folder(own, sizeof(own)) == 0)
		fl->program_dir = strdup(own);
	return fl->program_dir != NULL;
}

static const char *
set_up(struct fleet *fl, const struct fleet_config *cfg, names_fn *on_name)
{
	char program[PATH_MAX];
	const char *missing;

	if (!set_sizes(fl, cfg))
		return "the numbers of probes are out of range";
	missing = programs_missing(fl);
	if (missing != NULL)
		return missing;
	fl->feeds = calloc(LIMIT_FEEDS, sizeof(*fl->feeds));
	fl->line = calloc(LIMIT_FEEDS, sizeof(*fl->line));
	fl->probes = calloc(fleet_probe_count(fl), sizeof(*fl->probes));
	if (fl->feeds == NULL || fl->line == NULL || fl->probes == NULL)
		return "out of memory";
	if (!links_open(fl))
		return "can't open the picture links (file descriptors?)";
	snprintf(program, sizeof(program), "%s/camwarden", fl->program_dir);
	fl->names = names_new(fl->base, program, on_name, fl);
	if (fl->names == NULL)
		return "out of memory";
	probes_prepare(fl);
	return NULL;
}

static const char *
start_all(struct fleet *fl, const struct fleet_turns *turns)
{
	/* Impatient tests look more often. */
	fl->tick_us =
	    fl->patience_us < 2 * US_PER_S ? fl->patience_us / 2 : US_PER_S;
	fl->ticked_us = clock_mono_us();

	struct timeval second = { fl->tick_us / US_PER_S,
		fl->tick_us % US_PER_S };

	fl->second = event_new(fl->base, -1, EV_PERSIST, turns->second, fl);
	fl->pump = event_new(fl->base, -1, 0, turns->pump, fl);
	fl->stop = event_new(fl->base, -1, 0, turns->stop_deadline, fl);
	fl->child = evsignal_new(fl->base, SIGCHLD, turns->child, fl);
	if (fl->second == NULL || fl->pump == NULL || fl->stop == NULL ||
	    fl->child == NULL || event_add(fl->child, NULL) != 0 ||
	    event_add(fl->second, &second) != 0)
		return "can't set up the event loop";
	for (uint32_t i = 0; i < fleet_probe_count(fl); i++)
		if (!fleet_probe_start(&fl->probes[i]))
			return "can't start a probe";
	return NULL;
}

struct fleet *
fleet_build(struct event_base *base, const struct fleet_config *cfg,
    const struct fleet_calls *calls, const struct fleet_turns *turns,
    const char **error_out)
{
	struct fleet *fl = calloc(1, sizeof(*fl));

	if (fl == NULL) {
		*error_out = "out of memory";
		return NULL;
	}
	fl->base = base;
	fl->calls = *calls;
	fl->configure = cfg->probe;
	fl->patience_us =
	    (cfg->patience_ms ? cfg->patience_ms : PATIENCE_MS) * US_PER_MS;
	fl->configure.utc_anchor_us = clock_utc_us() - clock_mono_us();
	if (fl->configure.seed == 0)
		fl->configure.seed = fleet_random();
	*error_out = set_up(fl, cfg, turns->name);
	if (*error_out == NULL)
		*error_out = start_all(fl, turns);
	if (*error_out != NULL)
		fleet_free(&fl);
	return fl;
}

static void
feeds_free(struct fleet *fl)
{
	for (uint32_t i = 0; fl->feeds != NULL && i < LIMIT_FEEDS; i++) {
		if (fl->feeds[i].want == NULL)
			continue;
		if (fl->feeds[i].fd >= 0)
			close(fl->feeds[i].fd);
		explicit_bzero(fl->feeds[i].want, sizeof(*fl->feeds[i].want));
		free(fl->feeds[i].want);
	}
	free(fl->feeds);
}

static void
links_close(struct fleet *fl)
{
	size_t count = (size_t)(fl->streams + fl->demuxes) * fl->pictures;

	for (size_t i = 0; fl->links != NULL && i < count; i++)
		for (int end = 0; end < 2; end++)
			if (fl->links[i][end] >= 0)
				close(fl->links[i][end]);
	free(fl->links);
}

void
fleet_free(struct fleet **flp)
{
	struct fleet *fl = *flp;

	*flp = NULL;
	if (fl == NULL)
		return;
	fl->stopping = true;
	for (uint32_t i = 0; fl->probes != NULL && i < fleet_probe_count(fl);
	     i++)
		fleet_probe_close(&fl->probes[i]);
	names_free(&fl->names);
	struct event *events[] = { fl->second, fl->pump, fl->stop, fl->child };

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i] != NULL)
			event_free(events[i]);
	feeds_free(fl);
	links_close(fl);
	free(fl->probes);
	free(fl->line);
	free(fl->program_dir);
	free(fl);
}
