/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gst_server: GStreamer's RTSP server (a peer that nobody here wrote) with
 * /h264 /h264cbr /h265 /mjpeg on loopback, all behind Digest when a user is
 * given. Reads commands from standard input: "freeze" repeats the last raw
 * picture before the encoder, "live" goes on, end of file ends it. For
 * tests/integration.
 *
 * usage: gst_server PORT [USER PASSWORD]
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>

static volatile gint frozen;

#define SOURCE                                                                 \
	"videotestsrc is-live=true pattern=zone-plate kx2=12 ky2=9 kt=3 "      \
	"! video/x-raw,format=I420,width=640,height=360,framerate=15/1 "       \
	"! identity name=tap ! "

static const struct {
	const char *path;
	const char *launch;
} mounts[] = {
	{
	    "/h264",
	    SOURCE "x264enc tune=zerolatency speed-preset=ultrafast "
		   "pass=quant quantizer=26 key-int-max=15 "
		   "! rtph264pay name=pay0 pt=96 config-interval=1",
	},
	{
	    "/h264cbr",
	    SOURCE "x264enc tune=zerolatency speed-preset=ultrafast "
		   "bitrate=400 key-int-max=15 ! rtph264pay name=pay0 pt=96",
	},
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

/* Behind the source: while frozen, the kept picture goes out in place of the
 * new one, under the new one's time. */
static GstPadProbeReturn
on_picture(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	GstBuffer **kept = user;
	GstBuffer *now = GST_PAD_PROBE_INFO_BUFFER(info);

	(void)pad;
	if (!g_atomic_int_get(&frozen) || *kept == NULL) {
		gst_buffer_replace(kept, now);
		return GST_PAD_PROBE_OK;
	}

	GstBuffer *again = gst_buffer_copy(*kept);

	GST_BUFFER_PTS(again) = GST_BUFFER_PTS(now);
	GST_BUFFER_DTS(again) = GST_BUFFER_DTS(now);
	GST_BUFFER_DURATION(again) = GST_BUFFER_DURATION(now);
	gst_buffer_unref(now);
	GST_PAD_PROBE_INFO_DATA(info) = again;
	return GST_PAD_PROBE_OK;
}

static void
free_kept(gpointer user)
{
	gst_buffer_replace(user, NULL);
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
	    g_new0(GstBuffer *, 1), free_kept);
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
