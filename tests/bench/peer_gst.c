/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What GStreamer costs for the same: one process, one pipeline for each URL of
 * standard input, RTSP over TCP, every picture decoded (by the decoder that
 * ffmpeg has, one thread each) and compared with the one before as ffmpeg's
 * freezedetect does: the mean absolute difference of all samples, frozen when
 * it stays below 0.001 for 2 s. Nothing is shown or kept.
 *
 * Each second it prints "frames N playing N frozen N", all since the start;
 * it ends on SIGTERM.
 */
#include <glib-unix.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gst/gst.h>

#define STILL (0.001 * 255)
#define STILL_NS (2 * GST_SECOND)

struct feed {
	GstElement *pipeline;
	GstBuffer *before; /* owned */
	GstClockTime still_since;
	atomic_bool playing, frozen;
};

static struct feed *feeds;
static unsigned feed_count;
static atomic_ullong frames;
static GMainLoop *loop;

static double
difference(GstBuffer *a, GstBuffer *b)
{
	GstMapInfo x, y;
	unsigned long long sum = 0;
	gsize i, n;

	if (!gst_buffer_map(a, &x, GST_MAP_READ))
		return 255;
	if (!gst_buffer_map(b, &y, GST_MAP_READ)) {
		gst_buffer_unmap(a, &x);
		return 255;
	}
	n = MIN(x.size, y.size);
	for (i = 0; i < n;) {
		gsize end = MIN(n, i + 65536);
		unsigned part = 0;

		for (; i < end; i++)
			part += (unsigned)abs(x.data[i] - y.data[i]);
		sum += part;
	}
	gst_buffer_unmap(a, &x);
	gst_buffer_unmap(b, &y);
	return n > 0 ? (double)sum / (double)n : 255;
}

static GstPadProbeReturn
on_picture(GstPad *pad, GstPadProbeInfo *info, gpointer arg)
{
	struct feed *f = arg;
	GstBuffer *now = GST_PAD_PROBE_INFO_BUFFER(info);
	GstClockTime pts = GST_BUFFER_PTS(now);

	(void)pad;
	if (!f->before || difference(f->before, now) >= STILL)
		f->still_since = pts;
	f->frozen = pts >= f->still_since + STILL_NS;
	f->playing = true;
	gst_buffer_replace(&f->before, now);
	atomic_fetch_add(&frames, 1);
	return GST_PAD_PROBE_OK;
}

static bool
feed_start(struct feed *f, const char *url)
{
	GError *error = NULL;
	GstElement *decoder;
	GstPad *pad;
	char *text = g_strdup_printf("rtspsrc location=%s protocols=tcp "
				     "latency=0 ! rtph264depay ! h264parse ! "
				     "avdec_h264 max-threads=1 name=d ! "
				     "fakesink sync=false",
	    url);

	f->pipeline = gst_parse_launch(text, &error);
	g_free(text);
	if (!f->pipeline) {
		fprintf(stderr, "peer_gst: %s\n", error->message);
		return false;
	}
	decoder = gst_bin_get_by_name(GST_BIN(f->pipeline), "d");
	pad = gst_element_get_static_pad(decoder, "src");
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, f, NULL);
	gst_object_unref(pad);
	gst_object_unref(decoder);
	gst_element_set_state(f->pipeline, GST_STATE_PLAYING);
	return true;
}

static gboolean
on_second(gpointer arg)
{
	unsigned playing = 0, frozen = 0, i;

	(void)arg;
	for (i = 0; i < feed_count; i++) {
		playing += feeds[i].playing;
		frozen += feeds[i].frozen;
	}
	printf("frames %llu playing %u frozen %u\n", atomic_load(&frames),
	    playing, frozen);
	fflush(stdout);
	return G_SOURCE_CONTINUE;
}

static gboolean
on_end(gpointer arg)
{
	(void)arg;
	g_main_loop_quit(loop);
	return G_SOURCE_REMOVE;
}

int
main(int argc, char **argv)
{
	char *text = NULL, **urls;
	size_t size = 0;
	unsigned i;

	gst_init(&argc, &argv);
	if (getdelim(&text, &size, '\0', stdin) < 0)
		return 1;
	urls = g_strsplit(g_strchomp(text), "\n", 0);
	feed_count = g_strv_length(urls);
	feeds = g_new0(struct feed, feed_count);
	for (i = 0; i < feed_count; i++)
		if (!feed_start(&feeds[i], urls[i]))
			return 1;
	loop = g_main_loop_new(NULL, FALSE);
	g_timeout_add(1000, on_second, NULL);
	g_unix_signal_add(SIGTERM, on_end, NULL);
	g_main_loop_run(loop);
	return 0; /* what is left ends with the process */
}
