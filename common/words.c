/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "camwarden/words.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Everything that is fixed about a cause, in one row. Rank: the liveness
 * causes mask the picture ones (no picture can be judged without a stream),
 * a false picture masks a poor one, a poor picture masks a poor stream. */
static const struct {
	const char *name;
	enum state state;
	unsigned char rank;
	const char *help;
} causes[CAUSE_COUNT] = {
	[CAUSE_NONE] = { "none", STATE_UP, 200, "The feed is good." },
	[CAUSE_UNREACHABLE] = { "unreachable", STATE_DOWN, 21,
	    "Nothing answers at this address. Check power, cable and switch; "
	    "neighbours down too means the site's link." },
	[CAUSE_REFUSED] = { "refused", STATE_DOWN, 22,
	    "The host answers but the port is closed. The camera may be "
	    "starting, or its RTSP service is switched off." },
	[CAUSE_NAME_FAILED] = { "name-failed", STATE_DOWN, 20,
	    "The host name does not resolve. Check its spelling and the name "
	    "server." },
	[CAUSE_TLS_FAILED] = { "tls-failed", STATE_DOWN, 23,
	    "The encrypted connection failed, or the device shows another key "
	    "than before. Replaced device, or somebody in between?" },
	[CAUSE_AUTH_FAILED] = { "auth-failed", STATE_DOWN, 24,
	    "The device rejects the user name or password. No more tries for "
	    "a while, so that it does not lock us out." },
	[CAUSE_NOT_FOUND] = { "not-found", STATE_DOWN, 25,
	    "The device has no such stream. Check the path and the recorder's "
	    "channel." },
	[CAUSE_BUSY] = { "busy", STATE_DOWN, 26,
	    "The device serves no more viewers. Close other clients; if it "
	    "stays, restart the device." },
	[CAUSE_PROTOCOL_ERROR] = { "protocol-error", STATE_DOWN, 27,
	    "The device answers, but not as this protocol asks. Is it the "
	    "right port?" },
	[CAUSE_NO_VIDEO] = { "no-video", STATE_DOWN, 28,
	    "The stream has no video that can be judged. Check the camera's "
	    "encoder settings." },
	[CAUSE_STALLED] = { "stalled", STATE_DOWN, 29,
	    "No pictures arrive: the device is silent, or ends the "
	    "connection." },
	[CAUSE_UNDECODABLE] = { "undecodable", STATE_DOWN, 30,
	    "Data arrives, but no picture can be decoded from it." },
	[CAUSE_NO_SIGNAL] = { "no-signal", STATE_DOWN, 31,
	    "A recorder or relay shows a card in place of the camera: the "
	    "camera behind it is gone." },
	[CAUSE_LOOPED] = { "looped", STATE_DOWN, 32,
	    "A recording is played in place of the live picture." },
	[CAUSE_FROZEN] = { "frozen", STATE_DOWN, 33,
	    "The same picture again and again: the camera or recorder hangs. "
	    "Restart it." },
	[CAUSE_BLACK] = { "black", STATE_DOWN, 34,
	    "The picture is black: lens cap, no light, or a dead sensor." },
	[CAUSE_COVERED] = { "covered", STATE_DOWN, 35,
	    "Something covers the lens." },
	[CAUSE_WHITE] = { "white", STATE_DEGRADED, 40, "Glare." },
	[CAUSE_CORRUPT] = { "corrupt", STATE_DEGRADED, 41,
	    "Parts of the picture are damaged on the way." },
	[CAUSE_MOVED] = { "moved", STATE_DEGRADED, 42,
	    "The camera looks somewhere else than its reference picture." },
	[CAUSE_BLURRED] = { "blurred", STATE_DEGRADED, 43,
	    "The picture is out of focus or the glass is dirty." },
	[CAUSE_NOISY] = { "noisy", STATE_DEGRADED, 44,
	    "Strong noise covers the picture." },
	[CAUSE_COLOUR_CAST] = { "colour-cast", STATE_DEGRADED, 45,
	    "The colours are wrong: the infrared filter may be stuck." },
	[CAUSE_DUPLICATE] = { "duplicate", STATE_DEGRADED, 46,
	    "Another feed shows the very same pictures." },
	[CAUSE_FLAPPING] = { "flapping", STATE_DEGRADED, 50,
	    "The connection keeps breaking and coming back." },
	[CAUSE_PACKET_LOSS] = { "packet-loss", STATE_DEGRADED, 51,
	    "Packets are lost on the way." },
	[CAUSE_LOW_FPS] = { "low-fps", STATE_DEGRADED, 52,
	    "Far fewer pictures a second than this feed usually sends." },
	[CAUSE_LOW_BITRATE] = { "low-bitrate", STATE_DEGRADED, 53,
	    "Far fewer bits a second than this feed usually sends." },
	[CAUSE_CLOCK_DRIFT] = { "clock-drift", STATE_DEGRADED, 54,
	    "The camera's clock is wrong or jumps." },
	[CAUSE_CHANGED] = { "changed", STATE_DEGRADED, 55,
	    "The stream's format changed." },
	[CAUSE_OVER_CAPACITY] = { "over-capacity", STATE_UNKNOWN, 10,
	    "camwarden has no room for this feed, or could not keep up." },
	[CAUSE_MONITOR_OFF] = { "monitor-off", STATE_UNKNOWN, 1,
	    "camwarden itself was not running." },
	[CAUSE_PROBE_LOST] = { "probe-lost", STATE_UNKNOWN, 2,
	    "camwarden's own probe was lost and is being replaced." },
	[CAUSE_NETWORK_LOST] = { "network-lost", STATE_UNKNOWN, 3,
	    "camwarden's own network is gone: nothing can be said." },
	[CAUSE_RELAY_LOST] = { "relay-lost", STATE_UNKNOWN, 4,
	    "The relay that the feed is fetched from does not serve it: of "
	    "the camera itself nothing can be said." },
	[CAUSE_LEARNING] = { "learning", STATE_UNKNOWN, 60,
	    "Not yet judged: the feed has not shown life yet." },
	[CAUSE_NOT_SAMPLED] = { "not-sampled", STATE_UNKNOWN, 61,
	    "No picture was judged lately, so nothing is claimed." },
};

static const struct {
	const char *name;
	enum cause cause;
} reasons[REASON_COUNT] = {
	[REASON_NONE] = { "none", CAUSE_NONE },
	[REASON_DNS_FAIL] = { "dns_fail", CAUSE_NAME_FAILED },
	[REASON_REFUSED] = { "refused", CAUSE_REFUSED },
	[REASON_UNREACHABLE] = { "unreachable", CAUSE_UNREACHABLE },
	[REASON_CONNECT_TIMEOUT] = { "connect_timeout", CAUSE_UNREACHABLE },
	[REASON_TLS_FAIL] = { "tls_fail", CAUSE_TLS_FAILED },
	[REASON_TLS_PIN_CHANGED] = { "tls_pin_changed", CAUSE_TLS_FAILED },
	[REASON_AUTH_MISSING] = { "auth_missing", CAUSE_AUTH_FAILED },
	[REASON_AUTH_WRONG] = { "auth_wrong", CAUSE_AUTH_FAILED },
	[REASON_AUTH_LOCKED_SUSPECT] = { "auth_locked_suspect",
	    CAUSE_AUTH_FAILED },
	[REASON_NOT_FOUND_404] = { "not_found_404", CAUSE_NOT_FOUND },
	[REASON_BUSY_453] = { "busy_453", CAUSE_BUSY },
	[REASON_BUSY_503] = { "busy_503", CAUSE_BUSY },
	[REASON_UNSUPPORTED_461] = { "unsupported_461", CAUSE_PROTOCOL_ERROR },
	[REASON_SDP_NO_VIDEO] = { "sdp_no_video", CAUSE_NO_VIDEO },
	[REASON_CODEC_UNSUPPORTED] = { "codec_unsupported", CAUSE_NO_VIDEO },
	[REASON_PLAY_NO_MEDIA] = { "play_no_media", CAUSE_STALLED },
	[REASON_STALL_SERVER_ALIVE] = { "stall_server_alive", CAUSE_STALLED },
	[REASON_STALL_DEAD] = { "stall_dead", CAUSE_STALLED },
	[REASON_RTP_GARBAGE] = { "rtp_garbage", CAUSE_PROTOCOL_ERROR },
	[REASON_PEER_CLOSED] = { "peer_closed", CAUSE_STALLED },
	[REASON_BYE] = { "bye", CAUSE_STALLED },
	[REASON_REDIRECT_REFUSED] = { "redirect_refused",
	    CAUSE_PROTOCOL_ERROR },
	[REASON_DECODER_CRASH] = { "decoder_crash", CAUSE_UNDECODABLE },
	[REASON_CONFIG_ERROR] = { "config_error", CAUSE_NOT_FOUND },
	[REASON_REPLY_TIMEOUT] = { "reply_timeout", CAUSE_PROTOCOL_ERROR },
	[REASON_PROTOCOL] = { "protocol", CAUSE_PROTOCOL_ERROR },
	[REASON_STATUS_OTHER] = { "status_other", CAUSE_PROTOCOL_ERROR },
	[REASON_SESSION_LOST_454] = { "session_lost_454", CAUSE_STALLED },
	[REASON_OPEN_FAILED] = { "open_failed", CAUSE_PROTOCOL_ERROR },
	[REASON_END_OF_STREAM] = { "end_of_stream", CAUSE_STALLED },
	[REASON_OVER_CAPACITY] = { "over_capacity", CAUSE_OVER_CAPACITY },
	[REASON_SHUTDOWN] = { "shutdown", CAUSE_NOT_SAMPLED },
	[REASON_SESSION_LIMIT] = { "session_limit", CAUSE_NOT_SAMPLED },
	[REASON_NAMES_SILENT] = { "names_silent", CAUSE_NETWORK_LOST },
	[REASON_YIELDED] = { "yielded", CAUSE_NOT_SAMPLED },
};

static const char *const states[STATE_COUNT] = { "unknown", "up", "degraded",
	"down" };
static const char *const phases[PHASE_COUNT] = { "idle", "waiting", "resolving",
	"connecting", "negotiating", "playing", "flowing", "stalled",
	"backoff" };
static const char *const codecs[CODEC_COUNT] = { "none", "h264", "h265",
	"mjpeg", "mpeg4", "other" };
static const char *const results[SAMPLE_RESULT_COUNT] = { "ok", "damaged",
	"undecodable", "too-large", "no-keyframe", "busy", "quarantined",
	"lost" };

const char *
state_name(unsigned state)
{
	return state < COUNT(states) ? states[state] : "?";
}

const char *
cause_name(unsigned cause)
{
	return cause < COUNT(causes) ? causes[cause].name : "?";
}

const char *
reason_name(unsigned reason)
{
	return reason < COUNT(reasons) ? reasons[reason].name : "?";
}

const char *
phase_name(unsigned phase)
{
	return phase < COUNT(phases) ? phases[phase] : "?";
}

const char *
codec_name(unsigned codec)
{
	return codec < COUNT(codecs) ? codecs[codec] : "?";
}

const char *
sample_result_name(unsigned result)
{
	return result < COUNT(results) ? results[result] : "?";
}

bool
state_find(const char *word, enum state *state_out)
{
	for (unsigned i = 0; i < COUNT(states); i++)
		if (strcmp(states[i], word) == 0) {
			*state_out = (enum state)i;
			return true;
		}
	return false;
}

bool
cause_find(const char *word, enum cause *cause_out)
{
	for (unsigned i = 0; i < COUNT(causes); i++)
		if (strcmp(causes[i].name, word) == 0) {
			*cause_out = (enum cause)i;
			return true;
		}
	return false;
}

enum state
cause_state(enum cause cause)
{
	return causes[cause].state;
}

int
cause_rank(enum cause cause)
{
	return causes[cause].rank;
}

bool
cause_is_stream(enum cause cause)
{
	return cause >= CAUSE_FLAPPING && cause <= CAUSE_CHANGED;
}

enum cause
reason_cause(enum reason reason)
{
	return reasons[reason].cause;
}

const char *
cause_help(enum cause cause)
{
	return causes[cause].help;
}
