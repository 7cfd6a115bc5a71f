/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "probes/console/drm.h"
#include "probes/console/options.h"

static char folder[] = "/tmp/camwarden-console-XXXXXX";

static const char *
path_of(const char *name)
{
	static char path[2][512];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(path_of(name), "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path_of(name), mode), 0);
}

static bool
read_args(struct options *o, char *sentence, const char *const *args)
{
	char *argv[12] = { (char *)"camwarden-console" };
	int n = 1;

	while (*args != NULL)
		argv[n++] = (char *)*args++;
	return options_read(n, argv, o, sentence);
}

#define READ(o, s, ...)                                                        \
	read_args(o, s, (const char *const[]){ __VA_ARGS__, NULL })

static void
command_line(void **state)
{
	struct options o;
	char s[OPTIONS_SENTENCE];

	(void)state;
	assert_true(READ(&o, s, "--server", "https://cw.example:8444/",
	    "--token-file=/x", "--display=:1", "--sources", "x11,logind"));
	assert_string_equal(o.server, "https://cw.example:8444");
	assert_string_equal(o.token_file, "/x");
	assert_string_equal(o.display, ":1");
	assert_int_equal(o.sources, OPTIONS_X11 | OPTIONS_LOGIND);
	assert_true(o.connections.count > 0);
	assert_true(READ(&o, s, "--once", "--print", "--connections", "none"));
	assert_int_equal(o.connections.count, 0);
	assert_true(READ(&o, s, "--help"));
}

static void
mistakes_get_a_sentence(void **state)
{
	static const char *const table[][4] = {
		{ "--server" },
		{ "--server", "https://x:1" },
		{ "--token-file=/x", "--server", "http://x:1" },
		{ "--token-file=/x", "--server", "https://" },
		{ "--token-file=/x", "--server", "https://u@x:1" },
		{ "--token-file=/x", "--server", "https://x:1/path" },
		{ "--once" },
		{ "--sources", "x11,mind-reading" },
		{ "--connections", "everything" },
		{ "--token", "0123456789abcdef" },
		{ "--config", "/nowhere/at/all" },
		{ "--what" },
		{ "what" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct options o;
		char s[OPTIONS_SENTENCE] = "";

		assert_false(read_args(&o, s, table[i]));
		assert_true(strlen(s) > 20);
	}
}

static void
a_file_holds_the_same(void **state)
{
	struct options o;
	char s[OPTIONS_SENTENCE];

	(void)state;
	write_file("c",
	    "# ours\n\n server = https://cw:1 \ntoken-file=/t\n"
	    "connections = 10.9.0.0/16\n",
	    0644);
	assert_true(READ(&o, s, "--config", path_of("c")));
	assert_string_equal(o.server, "https://cw:1");
	assert_string_equal(o.token_file, "/t");
	assert_int_equal(o.connections.count, 1);
	write_file("c", "server = https://cw:1\ntoken = 0123456789\n", 0644);
	assert_false(READ(&o, s, "--config", path_of("c")));
	assert_non_null(strstr(s, ":2:"));
	write_file("c", "server\n", 0644);
	assert_false(READ(&o, s, "--config", path_of("c")));
}

static void
a_token_is_nobody_elses(void **state)
{
	static const struct {
		mode_t mode;
		const char *text;
		bool ok;
	} table[] = {
		{ 0600, "0123456789abcdef0123456789abcdef\n", true },
		{ 0400, " 0123456789abcdef0123456789abcdef \r\nx\n", true },
		{ 0640, "0123456789abcdef0123456789abcdef", true },
		{ 0644, "0123456789abcdef0123456789abcdef\n", false },
		{ 0604, "0123456789abcdef0123456789abcdef\n", false },
		{ 0660, "0123456789abcdef0123456789abcdef\n", false },
		{ 0600, "", false },
		{ 0600, "\n0123456789abcdef0123456789abcdef\n", false },
		{ 0600, "short\n", false },
		{ 0600, "0123456789abcdef 0123456789abcdef\n", false },
		{ 0600, "0123456789abcdef\x01 0123456789abcdef\n", false },
	};
	char token[OPTIONS_TOKEN_BYTES], s[OPTIONS_SENTENCE];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		write_file("t", table[i].text, table[i].mode);
		assert_int_equal(options_token(path_of("t"), token, s),
		    table[i].ok);
		if (table[i].ok)
			assert_string_equal(token,
			    "0123456789abcdef0123456789abcdef");
		unlink(path_of("t"));
	}
	assert_false(options_token(folder, token, s));
	assert_false(options_token(path_of("none"), token, s));
}

static void
connector(const char *name, const char *status, const char *enabled,
    const char *dpms, const char *modes)
{
	static const char *const files[] = { "status", "enabled", "dpms",
		"modes" };
	const char *const texts[] = { status, enabled, dpms, modes };
	char file[128];

	mkdir(path_of(name), 0755);
	for (int i = 0; i < 4; i++) {
		snprintf(file, sizeof(file), "%s/%s", name, files[i]);
		write_file(file, texts[i], 0644);
	}
}

static void
screens_of_the_kernel(void **state)
{
	struct heartbeat hb = { .version = 1 };

	(void)state;
	connector("card0-DP-1", "connected\n", "enabled\n", "On\n",
	    "2560x1440\n1920x1080\n");
	connector("card0-DP-2", "disconnected\n", "disabled\n", "Off\n", "");
	connector("card0-HDMI-A-1", "connected\n", "enabled\n", "Off\n",
	    "1920x1080\n");
	connector("card1-VGA-1", "connected\n", "disabled\n", "On\n", "x\n");
	drm_fill(folder, &hb);
	assert_int_equal(hb.sees_screens, HEARTBEAT_KERNEL);
	assert_int_equal(hb.screen_count, 3);
	assert_string_equal(hb.screens[0].name, "DP-1");
	assert_int_equal(hb.screens[0].power, SCREEN_ON);
	assert_int_equal(hb.screens[0].width, 2560);
	assert_int_equal(hb.screens[1].power, SCREEN_OFF);
	assert_string_equal(hb.screens[2].name, "VGA-1");
	assert_int_equal(hb.screens[2].power, SCREEN_OFF);
	assert_int_equal(hb.screens[2].width, 0);
	/* X11 knew better. */
	hb.sees_screens = HEARTBEAT_X11;
	hb.screen_count = 1;
	drm_fill(folder, &hb);
	assert_int_equal(hb.screen_count, 1);
}

static void
light_is(const char *device, const char *now, const char *power)
{
	char file[128];

	mkdir(path_of(device), 0755);
	snprintf(file, sizeof(file), "%s/max_brightness", device);
	write_file(file, "19200\n", 0644);
	snprintf(file, sizeof(file), "%s/brightness", device);
	write_file(file, now, 0644);
	snprintf(file, sizeof(file), "%s/bl_power", device);
	write_file(file, power, 0644);
}

static void
light_of_panels(void **state)
{
	static const struct {
		const char *now, *power;
		enum screen_power is;
	} rows[] = {
		{ "19200\n", "0\n", SCREEN_ON }, { "1921\n", "0\n", SCREEN_ON },
		{ "1920\n", "0\n", SCREEN_DIMMED },
		{ "0\n", "0\n", SCREEN_DIMMED },
		{ "19200\n", "4\n", SCREEN_OFF },
		{ "", "0\n", SCREEN_ON }, /* it can't be read */
	};
	struct heartbeat hb = { .version = 1, .screen_count = 3 };

	(void)state;
	snprintf(hb.screens[0].name, sizeof(hb.screens[0].name), "eDP-1");
	snprintf(hb.screens[1].name, sizeof(hb.screens[1].name), "HDMI-1");
	snprintf(hb.screens[2].name, sizeof(hb.screens[2].name), "LVDS-1");
	hb.screens[2].power = SCREEN_OFF;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hb.screens[0].power = hb.screens[1].power = SCREEN_ON;
		light_is("intel_backlight", rows[i].now, rows[i].power);
		drm_light(folder, &hb);
		assert_int_equal(hb.screens[0].power, rows[i].is);
		assert_int_equal(hb.screens[1].power, SCREEN_ON);
		assert_int_equal(hb.screens[2].power, SCREEN_OFF);
	}
	/* Of two drivers the brighter counts. */
	light_is("intel_backlight", "0\n", "0\n");
	light_is("acpi_video0", "19200\n", "0\n");
	drm_light(folder, &hb);
	assert_int_equal(hb.screens[0].power, SCREEN_ON);
	/* No such folder: nothing is known of its light. */
	drm_light("/nonexistent", &hb);
	assert_int_equal(hb.screens[0].power, SCREEN_ON);
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	static const char *const all[] = { "c", "card0-DP-1", "card0-DP-2",
		"card0-HDMI-A-1", "card1-VGA-1", "intel_backlight",
		"acpi_video0" };
	static const char *const files[] = { "status", "enabled", "dpms",
		"modes", "max_brightness", "brightness", "bl_power" };
	char file[128];

	(void)state;
	for (int i = 0; i < 7; i++) {
		for (int f = 0; f < 7 && i > 0; f++) {
			snprintf(file, sizeof(file), "%s/%s", all[i], files[f]);
			unlink(path_of(file));
		}
		remove(path_of(all[i]));
	}
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_line),
		cmocka_unit_test(mistakes_get_a_sentence),
		cmocka_unit_test(a_file_holds_the_same),
		cmocka_unit_test(a_token_is_nobody_elses),
		cmocka_unit_test(screens_of_the_kernel),
		cmocka_unit_test(light_of_panels),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
