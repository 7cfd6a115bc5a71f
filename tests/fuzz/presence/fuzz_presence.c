/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a console's reporters say over time, as a lying operator may have them
 * say it: heartbeats of any content within the bounds that their reader keeps,
 * late, twice, of two agents, with a clock set about; prompts and breaks. The
 * verdicts hold together, and nobody attends who was never heard. Each
 * operation is a byte, its pause, its arguments. */
#include "monitor/presence/console.h"
#include "tests/fuzz/fuzz.h"

#define S INT64_C(1000000)

struct play {
	struct console console;
	struct reader script;
	int64_t now_us;
	uint64_t seq[2];
	int64_t said_us[2]; /* when that reporter last spoke */
	bool heard;	    /* somebody was, and not refused */
	bool resumed;	    /* or was before a restart */
};

static void
check(struct play *p, const struct console_verdict *v)
{
	assert(v->state < PRESENCE_COUNT && v->why < PRESENCE_WHY_COUNT);
	assert(v->since_us <= v->at_us && v->at_us <= p->now_us);
	assert(v->rhythm_pct <= 100 && v->repeat_pct <= 100);
	if (v->state == PRESENCE_ATTENDED)
		assert((p->heard || p->resumed) && v->since_us == v->at_us);
}

static void
weigh(struct play *p)
{
	struct console_verdict v;
	unsigned said = 0;

	while (console_weigh(&p->console, p->now_us, &v)) {
		check(p, &v);
		assert(++said < 64);
	}
	assert(console_next_us(&p->console) > p->now_us);
	if (console_prompt_due(&p->console, p->now_us) &&
	    reader_u8(&p->script) & 1)
		console_prompt_asked(&p->console, p->now_us);
}

static void
counts(struct reader *r, struct heartbeat_input *in, uint8_t how)
{
	unsigned sum = 0;

	for (unsigned k = 0; k < INPUT_KINDS; k++) {
		in->count[k] = how & 1 ? reader_u8(r) : 0;
		in->injected[k] = how & 2 ? reader_u8(r) : 0;
		in->virtual_[k] = how & 4 ? reader_le16(r) : 0;
		sum += in->count[k];
	}
	in->gaps[reader_u8(r) % HEARTBEAT_GAP_BINS] = (uint16_t)sum;
	in->seconds = 5;
	in->per_second[reader_u8(r) % 5] = (uint16_t)sum;
	in->path_px = reader_u8(r);
	in->span_px = reader_u8(r);
}

static void
beat(struct play *p, uint8_t how)
{
	static struct heartbeat hb;
	struct reader *r = &p->script;
	unsigned who = how >> 7;
	int64_t silent = (p->now_us - p->said_us[who]) / 1000;

	memset(&hb, 0, sizeof(hb));
	hb.version = HEARTBEAT_VERSION;
	strcpy(hb.agent, "a/1");
	strcpy(hb.boot, "boot");
	strcpy(hb.session, how & 8 ? "" : "1");
	strcpy(hb.life, "life-0");
	hb.life[5] = (char)('0' + (how & 16 ? reader_u8(r) % 5 : 0));
	hb.seq = p->seq[who] += how & 32 ? reader_u8(r) : 1;
	hb.utc_ms = p->now_us / 1000 +
		    (how & 64 ? (int64_t)(int32_t)reader_le32(r) : 0);
	hb.span_ms = silent < UINT32_MAX ? (uint32_t)silent : UINT32_MAX;
	hb.idle_ms = HEARTBEAT_NOT_SAID;
	counts(r, &hb.input, how);
	uint8_t more = reader_u8(r);

	hb.sees_input = more & 1 ? HEARTBEAT_BLIND : HEARTBEAT_X11;
	hb.sees_lock = more & 2 ? HEARTBEAT_BLIND : HEARTBEAT_LOGIND;
	hb.sees_screens = HEARTBEAT_X11;
	hb.sees_idle = more & 4 ? HEARTBEAT_WAYLAND : HEARTBEAT_BLIND;
	hb.idle_ms = more & 4 ? reader_le32(r) : HEARTBEAT_NOT_SAID;
	hb.locked = more & 8 ? SAID_YES : SAID_NO;
	hb.goodbye = more & 16;
	hb.screen_count = 1;
	strcpy(hb.screens[0].name, "HDMI-1");
	hb.screens[0].power =
	    more & 32 ? more >> 6 : SCREEN_ON; /* 0..3: all of them */
	if (more == 0x40)
		hb.span_ms = reader_le32(r);
	p->said_us[who] = p->now_us;
	if (console_take(&p->console,
		who ? CONSOLE_TOKEN_BROWSER : CONSOLE_TOKEN_AGENT, &hb,
		p->now_us, p->now_us) == HEARTBEAT_FINE)
		p->heard = true;
}

/* A shift: a heartbeat each five seconds, some with a little input. */
static void
shift(struct play *p)
{
	uint8_t count = reader_u8(&p->script), how = reader_u8(&p->script);

	for (unsigned i = 0; i < count && !p->script.bad; i++) {
		p->now_us += 5 * S;
		beat(p, how & 0x87);
		weigh(p);
	}
}

static void
act(struct play *p, uint8_t op)
{
	struct reader *r = &p->script;

	switch (op & 7) {
	case 0:
	case 1:
	case 2:
		beat(p, reader_u8(r));
		break;
	case 3:
		shift(p);
		break;
	case 4:
		console_prompt_answered(&p->console, op & 8, reader_le16(r),
		    p->now_us);
		/* A page's answer is somebody's. */
		p->heard = true;
		break;
	case 5:
		console_desk(&p->console, op & 8, p->now_us);
		break;
	case 6:
		if (op & 8)
			console_break(&p->console,
			    p->now_us + reader_le16(r) * S);
		else
			console_forget(&p->console,
			    op & 16 ? CONSOLE_TOKEN_AGENT
				    : CONSOLE_TOKEN_BROWSER,
			    p->now_us);
		break;
	case 7: {
		struct console_config c = p->console.config;

		c.idle_after_s = 1u + reader_le16(r);
		c.prompt_after_s = op & 8 ? 1u + reader_u8(r) : 0;
		c.remote_input = op & 16;
		c.desk_still_s = op & 32 ? 60 : 0;
		console_configure(&p->console, &c, p->now_us);
		break;
	}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct console_config c = console_config_default();
	static struct play p;
	uint8_t how;

	memset(&p, 0, sizeof(p));
	p.script = reader_of(data, size);
	p.now_us = INT64_C(1790000000) * S;
	how = reader_u8(&p.script);
	c.has_agent = how & 1;
	c.prompt_after_s = how & 2 ? 120 : 0;
	c.seed = 1;
	console_init(&p.console, &c, p.now_us);
	p.said_us[0] = p.said_us[1] = p.now_us;
	if (how & 4) {
		p.resumed = true;
		console_resume(&p.console,
		    (enum presence)(how >> 3) % PRESENCE_COUNT,
		    (enum presence_why)reader_u8(&p.script) %
			PRESENCE_WHY_COUNT,
		    p.now_us - 3 * S, p.now_us);
	}
	while (!p.script.bad && reader_left(&p.script) > 0) {
		uint8_t op = reader_u8(&p.script);

		p.now_us += (int64_t)reader_u8(&p.script) *
			    (op & 0x80 ? 10 * S : S / 10);
		act(&p, op);
		weigh(&p);
	}
	return 0;
}
