/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "camwarden/presence.h"

#include <stddef.h>

static const char *
pick(const char *const *names, unsigned count, unsigned n)
{
	return n < count ? names[n] : "?";
}
#define PICK(names, n) pick(names, sizeof(names) / sizeof((names)[0]), n)

const char *
presence_name(unsigned presence)
{
	static const char *const names[PRESENCE_COUNT] = { "unknown",
		"attended", "idle", "away", "suspect" };

	return PICK(names, presence);
}

static const struct {
	const char *name, *help;
} whys[PRESENCE_WHY_COUNT] = {
	[PRESENCE_WHY_NONE] = { "none", "" },
	[PRESENCE_WHY_NEVER_HEARD] = { "never-heard",
	    "Its agent has not reported since the monitor began: is it "
	    "installed, and is its token right?" },
	[PRESENCE_WHY_LATE] = { "late",
	    "Its agent fell silent: ended, or cut off from the network." },
	[PRESENCE_WHY_CONFLICT] = { "conflict",
	    "Two agents report with its token: revoke it and give each its "
	    "own." },
	[PRESENCE_WHY_BLIND] = { "blind",
	    "Its agent can't see any input, or the camera on its desk can't "
	    "see: look at what its sources say." },
	[PRESENCE_WHY_MONITOR_OFF] = { "monitor-off",
	    "The monitor was off or could not write." },
	[PRESENCE_WHY_INPUT] = { "input",
	    "A person used it a short time ago." },
	[PRESENCE_WHY_PROMPT] = { "prompt",
	    "A person answered a question that needs eyes on the wall." },
	[PRESENCE_WHY_QUIET] = { "quiet",
	    "No person's input for longer than allowed." },
	[PRESENCE_WHY_PROMPT_MISSED] = { "prompt-missed",
	    "A question was left without a right answer." },
	[PRESENCE_WHY_DESK_STILL] = { "desk-still",
	    "The camera at the desk has seen nobody move for long." },
	[PRESENCE_WHY_LOCKED] = { "locked", "Its session is locked." },
	[PRESENCE_WHY_DARK] = { "dark", "All its screens are off." },
	[PRESENCE_WHY_NO_SESSION] = { "no-session", "Nobody is logged in." },
	[PRESENCE_WHY_GOODBYE] = { "goodbye",
	    "It was shut down in good order." },
	[PRESENCE_WHY_INJECTED] = { "injected",
	    "Input comes from a program or a device without hardware, none by "
	    "hand." },
	[PRESENCE_WHY_RHYTHM] = { "rhythm",
	    "Input more regular than a person's: look who sits there." },
	[PRESENCE_WHY_ONE_KIND] = { "one-kind",
	    "One kind of input alone, without variety: look who sits there." },
	[PRESENCE_WHY_REPEATED] = { "repeated",
	    "The same input again and again, like a recording." },
	[PRESENCE_WHY_BREAK] = { "break", "A break that was announced." },
};

const char *
presence_why_name(unsigned why)
{
	return why < PRESENCE_WHY_COUNT ? whys[why].name : "?";
}

const char *
presence_why_help(unsigned why)
{
	return why < PRESENCE_WHY_COUNT ? whys[why].help : "?";
}

const char *
screen_power_name(unsigned power)
{
	static const char *const names[SCREEN_POWER_COUNT] = { "unknown", "on",
		"dimmed", "off" };

	return PICK(names, power);
}

const char *
view_worth_name(unsigned worth)
{
	static const char *const names[VIEW_WORTH_COUNT] = { "counts", "maybe",
		"small", "hidden", "crowded", "unconfirmed", "dark", "still" };

	return PICK(names, worth);
}

const char *
view_source_name(unsigned source)
{
	static const char *const names[VIEW_SOURCE_COUNT] = { "none", "agent",
		"layout", "vms", "relay" };

	return PICK(names, source);
}

const char *
watched_name(unsigned watched)
{
	static const char *const names[WATCHED_COUNT] = { "unknown", "watched",
		"on-screen-unattended", "on-screen-bad-picture",
		"not-on-screen" };

	return PICK(names, watched);
}
