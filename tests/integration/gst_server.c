/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gst_server: GStreamer's RTSP server (a peer that nobody here wrote) with
 * /h264 /h264udp /h264http /h265 /mjpeg on loopback, all behind Digest when a
 * user is given. Reads commands from standard input: "freeze" repeats the last
 * raw picture before the encoder, "live" goes on, end of file ends it. For
 * tests/integration.
 *
 * usage: gst_server PORT [USER PASSWORD]
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

#define WIDTH 640
#define HEIGHT 360

static volatile gint frozen;

struct tap {		 /* of one medium */
	GstBuffer *kept; /* the last picture */
	unsigned frame;
};

#define SOURCE                                                                 \
	"videotestsrc is-live=true pattern=black "                             \
	"! video/x-raw,format=I420,width=640,height=360,framerate=15/1 "       \
	"! identity name=tap ! "

#define H264                                                                   \
	SOURCE "x264enc tune=zerolatency speed-preset=ultrafast "              \
	       "pass=quant quantizer=26 key-int-max=15 "                       \
	       "! rtph264pay name=pay0 pt=96 config-interval=1"

/* One for each client: two that ask for the same one while it is being
 * prepared may be told 503 by this server. */
static const struct {
	const char *path;
	const char *launch;
} mounts[] = {
	{ "/h264", H264 },
	{ "/h264udp", H264 },
	{ "/h264http", H264 },
	{
	    "/h265",
	    SOURCE "x265enc tune=zerolatency speed-preset=ultrafast "
		   "key-int-max=15 option-string=\"qp=28\" "
		   "! h265parse ! rtph265pay name=pay0 pt=96",
	},
	{
	    "/mjpeg",
	    SOURCE "jpegenc quality=70 ! rtpjpegpay name=pay0 pt=26",
	},
};

/* A scene of its own, as a camera sees one: a textured background, somebody
 * who walks through it, and sensor noise of each picture's own. */
static void
paint(GstBuffer *picture, unsigned frame)
{
	static guint32 noise = 1;
	GstMapInfo map;
	int left = (int)(frame * 3 % 700) - 40;

	if (!gst_buffer_map(picture, &map, GST_MAP_WRITE))
		return;
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			int level = 90 + (x * 7 ^ y * 5) % 40 + y / 8 +
				    (x / 40 + y / 30) % 3 * 12;
			bool person =
			    x > left && x < left + 40 && y > 120 && y < 300;

			noise = noise * 1664525u + 1013904223u;
			if (person)
				level = 40 + (x - left + y) % 23;
			map.data[y * WIDTH + x] =
			    (guint8)(level + (int)(noise >> 29) - 4);
		}
	gst_buffer_unmap(picture, &map);
}

/* Behind the source: a painted picture, or while frozen the one kept, under
 * the new one's time. */
static GstPadProbeReturn
on_picture(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	struct tap *tap = user;
	GstBuffer *now = GST_PAD_PROBE_INFO_BUFFER(info);
	bool hold = g_atomic_int_get(&frozen) && tap->kept != NULL;
	GstBuffer *out = gst_buffer_copy_deep(hold ? tap->kept : now);

	(void)pad;
	GST_BUFFER_PTS(out) = GST_BUFFER_PTS(now);
	GST_BUFFER_DTS(out) = GST_BUFFER_DTS(now);
	GST_BUFFER_DURATION(out) = GST_BUFFER_DURATION(now);
	if (!hold) {
		paint(out, tap->frame++);
		gst_buffer_replace(&tap->kept, out);
	}
	gst_buffer_unref(now);
	GST_PAD_PROBE_INFO_DATA(info) = out;
	return GST_PAD_PROBE_OK;
}

static void
tap_free(gpointer user)
{
	gst_buffer_replace(&((struct tap *)user)->kept, NULL);
	g_free(user);
}

static void
on_media(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer user)
{
	GstElement *bin = gst_rtsp_media_get_element(media);
	GstElement *tap = gst_bin_get_by_name(GST_BIN(bin), "tap");
	GstPad *pad = gst_element_get_static_pad(tap, "src");

	(void)factory;
	(void)user;
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture,
	    g_new0(struct tap, 1), tap_free);
	gst_object_unref(pad);
	gst_object_unref(tap);
	gst_object_unref(bin);
}

static gboolean
on_command(GIOChannel *in, GIOCondition what, gpointer loop)
{
	gchar *line = NULL;

	(void)what;
	if (g_io_channel_read_line(in, &line, NULL, NULL, NULL) !=
	    G_IO_STATUS_NORMAL) {
		g_main_loop_quit(loop);
		return FALSE;
	}
	g_atomic_int_set(&frozen, strncmp(line, "freeze", 6) == 0);
	g_free(line);
	return TRUE;
}

static GstRTSPAuth *
make_auth(const char *user, const char *password)
{
	GstRTSPAuth *auth = gst_rtsp_auth_new();
	GstRTSPToken *token =
	    gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING,
		"watcher", NULL);

	gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
	gst_rtsp_auth_add_digest(auth, user, password, token);
	gst_rtsp_token_unref(token);
	return auth;
}

static void
add_mount(GstRTSPMountPoints *points, size_t i, bool with_auth)
{
	GstRTSPMediaFactory *f = gst_rtsp_media_factory_new();
	gchar *launch = g_strdup_printf("( %s )", mounts[i].launch);

	gst_rtsp_media_factory_set_launch(f, launch);
	gst_rtsp_media_factory_set_shared(f, TRUE);
	g_signal_connect(f, "media-configure", G_CALLBACK(on_media), NULL);
	if (with_auth)
		gst_rtsp_media_factory_add_role(f, "watcher",
		    GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
		    GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE,
		    NULL);
	gst_rtsp_mount_points_add_factory(points, mounts[i].path, f);
	g_free(launch);
}

int
main(int argc, char **argv)
{
	if (argc != 2 && argc != 4) {
		fprintf(stderr, "usage: gst_server PORT [USER PASSWORD]\n");
		return 2;
	}
	gst_init(NULL, NULL);

	GMainLoop *loop = g_main_loop_new(NULL, FALSE);
	GstRTSPServer *server = gst_rtsp_server_new();
	GstRTSPMountPoints *points = gst_rtsp_server_get_mount_points(server);
	GIOChannel *in = g_io_channel_unix_new(0);

	gst_rtsp_server_set_address(server, "127.0.0.1");
	gst_rtsp_server_set_service(server, argv[1]);
	for (size_t i = 0; i < G_N_ELEMENTS(mounts); i++)
		add_mount(points, i, argc == 4);
	g_object_unref(points);
	if (argc == 4) {
		GstRTSPAuth *auth = make_auth(argv[2], argv[3]);

		gst_rtsp_server_set_auth(server, auth);
		g_object_unref(auth);
	}
	if (gst_rtsp_server_attach(server, NULL) == 0) {
		fprintf(stderr, "gst_server: port %s is taken\n", argv[1]);
		return 1;
	}
	g_io_add_watch(in, G_IO_IN | G_IO_HUP, on_command, loop);
	printf("gst_server: ready\n");
	fflush(stdout);
	g_main_loop_run(loop);
	return 0;
}
