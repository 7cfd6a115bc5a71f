/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A module for the X server under test: gives Debian's dummy driver the DPMS
 * that drivers of real hardware have. All else (the extension, its states) is
 * the server's own.
 */
#include <xorg-server.h>

#include <string.h>

#include <xf86.h>
#include <xf86Crtc.h>
#include <xf86Module.h>
#include <xf86Priv.h>

static Bool (*real_probe)(DriverPtr driver, int flags);
static xf86ScreenInitProc *real_init;

static Bool
screen_init(ScreenPtr screen, int argc, char **argv)
{
	return real_init(screen, argc, argv) &&
	       xf86DPMSInit(screen, xf86DPMSSet, 0);
}

static Bool
probe(DriverPtr driver, int flags)
{
	Bool found = real_probe(driver, flags);

	for (int i = 0; i < xf86NumScreens; i++) {
		if (xf86Screens[i]->ScreenInit == screen_init)
			continue;
		real_init = xf86Screens[i]->ScreenInit;
		xf86Screens[i]->ScreenInit = screen_init;
	}
	return found;
}

static void *
setup(void *module, void *options, int *major_out, int *minor_out)
{
	(void)module;
	(void)options;
	(void)major_out;
	(void)minor_out;
	xf86LoadOneModule((char *)"dummy", NULL);
	for (int i = 0; i < xf86NumDrivers; i++) {
		DriverPtr d = xf86DriverList[i];

		if (d == NULL || strcmp(d->driverName, "dummy") != 0 ||
		    d->Probe == probe)
			continue;
		real_probe = d->Probe;
		d->Probe = probe;
	}
	return (void *)1;
}

static XF86ModuleVersionInfo version = { "xorgdpms", "camwarden",
	MODINFOSTRING1, MODINFOSTRING2, XORG_VERSION_CURRENT, 1, 0, 0,
	ABI_CLASS_EXTENSION, ABI_EXTENSION_VERSION, NULL, { 0 } };

_X_EXPORT XF86ModuleData xorgdpmsModuleData = { &version, setup, NULL };
