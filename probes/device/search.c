/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/device/search.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/address.h"
#include "common/clock.h"
#include "probes/device/xml.h"

#define GROUP "239.255.255.250"
#define ROUNDS 2 /* of all questions: datagrams get lost */
#define ROUND_US (1 * US_PER_S)
#define PACE_MS 10  /* between two addresses */
#define LAST_MS 300 /* for a second answer, when each address gave one */
#define REPLIES_MOST 20000
#define PER_TURN 32
#define BUFFER_BYTES (8 << 20)
#define SOCKETS_MOST (DEVICE_INTERFACES + 2)

struct outlet { /* a socket of ours */
	struct search *search;
	struct event *readable;
	int fd, family;
	bool group; /* asks the network, not addresses */
};

struct named {
	struct wire_address address;
	bool answered, tell;
};

struct search {
	struct event_base *base;
	const struct device_begin *begin;
	struct search_calls calls;
	struct outlet outlets[SOCKETS_MOST];
	unsigned outlet_count;
	struct named *named; /* owned */
	uint32_t named_count, next, answered;
	bool networks; /* are asked, too: nobody knows how many answer */
	unsigned round;
	int64_t round_us; /* when it began */
	struct event *pace;
	uint8_t uuids[DISCOVERY_QUESTIONS][16];
	struct search_counts counts;
	uint8_t datagram[DEVICE_DATAGRAM_BYTES];
};

/* --- in */

static bool
address_take(struct wire_address *a, const struct sockaddr_storage *s)
{
	memset(a, 0, sizeof(*a));
	if (s->ss_family == AF_INET) {
		a->family = 4;
		memcpy(a->bytes, &((const struct sockaddr_in *)s)->sin_addr, 4);
	} else if (s->ss_family == AF_INET6) {
		a->family = 6;
		memcpy(a->bytes, &((const struct sockaddr_in6 *)s)->sin6_addr,
		    16);
	}
	return a->family != 0;
}

static struct named *
named_of(struct search *s, const struct wire_address *a)
{
	for (uint32_t i = 0; i < s->named_count; i++)
		if (address_same(&s->named[i].address, a))
			return &s->named[i];
	return NULL;
}

static void
pace(struct search *s, int64_t us)
{
	struct timeval tv = { us / US_PER_S, us % US_PER_S };

	event_add(s->pace, &tv);
}

static void
hear_match(struct search *s, const struct wire_address *from,
    const struct discovery_match *m)
{
	struct named *n = named_of(s, from);

	if (n == NULL && !discovery_nearby(from, s->begin->interfaces,
			     s->begin->interface_count)) {
		s->calls.on_word(s->calls.arg, from,
		    "it answers the search from outside of our networks: "
		    "name it, and it is asked");
		return;
	}
	s->calls.on_match(s->calls.arg, from, m);
	if (n == NULL || n->answered)
		return;
	n->answered = true;
	s->answered++;
	if (s->networks || s->answered < s->named_count)
		return;
	s->round = ROUNDS;
	s->next = UINT32_MAX;
	pace(s, (LAST_MS < s->begin->wait_ms ? LAST_MS : s->begin->wait_ms) *
		    US_PER_MS);
}

static void
hear(struct search *s, const struct wire_address *from, size_t length)
{
	char why[XML_WHY_BYTES];
	struct discovery_match m;
	struct tree *t;

	s->counts.replies++;
	t = xml_read(s->datagram, length, why);
	if (t == NULL) {
		s->counts.strays++;
		s->calls.on_word(s->calls.arg, from, why);
		return;
	}
	switch (discovery_answer(t, from, (const uint8_t(*)[16])s->uuids,
	    DISCOVERY_QUESTIONS, &m)) {
	case DISCOVERY_MATCH:
		hear_match(s, from, &m);
		break;
	case DISCOVERY_STRAY:
		s->counts.strays++;
		break;
	case DISCOVERY_OTHER:
		s->counts.others++;
		break;
	}
	tree_free(&t);
}

static void
stop_listening(struct search *s)
{
	static const struct wire_address nobody;

	for (unsigned i = 0; i < s->outlet_count; i++)
		event_del(s->outlets[i].readable);
	s->calls.on_word(s->calls.arg, &nobody,
	    "more than 20000 answers to the search: the rest is not read");
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct outlet *o = arg;
	struct search *s = o->search;

	(void)what;
	for (int i = 0; i < PER_TURN; i++) {
		struct sockaddr_storage from;
		socklen_t size = sizeof(from);
		struct wire_address a;
		ssize_t n = recvfrom(fd, s->datagram, sizeof(s->datagram),
		    MSG_DONTWAIT, (struct sockaddr *)&from, &size);

		if (n < 0)
			return; /* also: nobody is there (ICMP) */
		if (s->counts.replies == REPLIES_MOST) {
			stop_listening(s);
			return;
		}
		if (address_take(&a, &from))
			hear(s, &a, (size_t)n);
	}
}

/* --- out */

static bool
outlet_open(struct search *s, int family, const struct wire_address *own)
{
	struct outlet *o = &s->outlets[s->outlet_count];
	const int buffer = BUFFER_BYTES;
	struct sockaddr_storage at;
	socklen_t size;

	*o = (struct outlet){ .search = s, .family = family };
	o->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (o->fd < 0)
		return false;
	/* Thousands may answer at once; as much as the kernel lends. */
	setsockopt(o->fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	if (own != NULL) {
		struct in_addr via;

		o->group = true;
		memcpy(&via, own->bytes, sizeof(via));
		size = address_to_socket(own, 0, 0, &at);
		if (bind(o->fd, (struct sockaddr *)&at, size) != 0 ||
		    setsockopt(o->fd, IPPROTO_IP, IP_MULTICAST_IF, &via,
			sizeof(via)) != 0)
			goto bad;
	}
	o->readable =
	    event_new(s->base, o->fd, EV_READ | EV_PERSIST, on_readable, o);
	if (o->readable == NULL || event_add(o->readable, NULL) != 0)
		goto bad;
	s->outlet_count++;
	return true;
bad:
	if (o->readable != NULL)
		event_free(o->readable);
	close(o->fd);
	return false;
}

static bool
send_to(struct search *s, const struct outlet *o, const struct wire_address *a)
{
	char text[2048];
	struct sockaddr_storage to;
	socklen_t size = address_to_socket(a, DISCOVERY_PORT, 0, &to);
	bool good = true;

	for (unsigned i = 0; i < DISCOVERY_QUESTIONS; i++) {
		size_t n =
		    discovery_question(i, s->uuids[i], text, sizeof(text));

		good = sendto(o->fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL,
			   (struct sockaddr *)&to, size) == (ssize_t)n &&
		       good;
	}
	return good;
}

static bool
ask_networks(struct search *s)
{
	struct wire_address group;
	bool any = false;

	address_parse(GROUP, &group);
	for (unsigned i = 0; i < s->outlet_count; i++)
		if (s->outlets[i].group)
			any = send_to(s, &s->outlets[i], &group) || any;
	return any;
}

static void
ask_named(struct search *s, const struct wire_address *a)
{
	int family = a->family == 4 ? AF_INET : AF_INET6;

	for (unsigned i = 0; i < s->outlet_count; i++)
		if (!s->outlets[i].group && s->outlets[i].family == family)
			send_to(s, &s->outlets[i], a);
}

/* --- the pace: a round of all questions, another one of those that nobody
 * answered, then there is time for answers */

static void
begin_round(struct search *s)
{
	s->round_us = clock_mono_us();
	s->next = 0;
	ask_networks(s);
	pace(s, 0);
}

static void
end_round(struct search *s)
{
	int64_t left = s->round_us + ROUND_US - clock_mono_us();

	s->round++;
	if (s->round < ROUNDS)
		pace(s, left > 0 ? left : 0);
	else
		pace(s, s->begin->wait_ms * US_PER_MS);
	s->next = UINT32_MAX;
}

static void
over(struct search *s)
{
	for (uint32_t i = 0; i < s->named_count; i++)
		if (s->named[i].tell && !s->named[i].answered)
			s->calls.on_silent(s->calls.arg, &s->named[i].address);
	s->calls.on_over(s->calls.arg);
}

static void
on_pace(evutil_socket_t fd, short what, void *arg)
{
	struct search *s = arg;

	(void)fd;
	(void)what;
	if (s->next == UINT32_MAX) {
		if (s->round < ROUNDS)
			begin_round(s);
		else
			over(s);
		return;
	}
	while (s->next < s->named_count && s->named[s->next].answered)
		s->next++;
	if (s->next == s->named_count) {
		end_round(s);
		return;
	}
	ask_named(s, &s->named[s->next++].address);
	pace(s, PACE_MS * US_PER_MS);
}

/* --- its life */

struct search *
search_new(struct event_base *base, const struct device_begin *begin,
    const struct search_calls *calls)
{
	struct search *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->base = base;
	s->begin = begin;
	s->calls = *calls;
	s->pace = evtimer_new(base, on_pace, s);
	if (s->pace == NULL ||
	    getrandom(s->uuids, sizeof(s->uuids), 0) != sizeof(s->uuids))
		search_free(&s);
	for (unsigned i = 0; s != NULL && i < DISCOVERY_QUESTIONS; i++) {
		s->uuids[i][6] = (s->uuids[i][6] & 0x0f) | 0x40;
		s->uuids[i][8] = (s->uuids[i][8] & 0x3f) | 0x80;
	}
	return s;
}

void
search_free(struct search **sp)
{
	struct search *s = *sp;

	if (s == NULL)
		return;
	*sp = NULL;
	for (unsigned i = 0; i < s->outlet_count; i++) {
		event_free(s->outlets[i].readable);
		close(s->outlets[i].fd);
	}
	if (s->pace != NULL)
		event_free(s->pace);
	free(s->named);
	free(s);
}

bool
search_add(struct search *s, const struct wire_address *a, bool tell)
{
	struct named *n;

	if (s->named_count == DEVICE_MOST)
		return false;
	if (s->named == NULL)
		s->named = calloc(DEVICE_MOST, sizeof(*s->named));
	if (s->named == NULL)
		return false;
	n = named_of(s, a);
	if (n == NULL) {
		n = &s->named[s->named_count++];
		n->address = *a;
	}
	n->tell = n->tell || tell;
	return true;
}

bool
search_start(struct search *s)
{
	bool six = false, four = false;

	for (uint32_t i = 0; i < s->named_count; i++) {
		four = four || s->named[i].address.family == 4;
		six = six || s->named[i].address.family == 6;
	}
	s->networks = s->begin->interface_count > 0;
	for (uint32_t i = 0; i < s->begin->interface_count; i++)
		outlet_open(s, AF_INET, &s->begin->interfaces[i].address);
	if (four)
		outlet_open(s, AF_INET, NULL);
	if (six)
		outlet_open(s, AF_INET6, NULL);
	if (s->outlet_count == 0)
		return false;
	begin_round(s);
	return true;
}

struct search_counts
search_counts(const struct search *s)
{
	struct search_counts c = s->counts;

	c.to_send = s->round == 0 && s->next < s->named_count
			? s->named_count - s->next
			: 0;
	return c;
}
