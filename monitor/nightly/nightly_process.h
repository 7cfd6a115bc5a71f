/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nightly_process.h: the folder of the reports, touched by a process of its own
 * (`camwarden _nightly`), since a folder may lie on a disk that is full or a
 * server that hangs. A report is made beside, in a hidden folder that is
 * thrown away when it wasn't finished, and moved into place whole. What is
 * printed is read by nightly_said.h; what is wrong goes to standard error, for
 * people. Arguments are the monitor's.
 *
 *   _nightly make FOLDER DATE OUTBOX [options of `camwarden report`]
 *			OUTBOX: a copy of the mailed page goes there; "" none
 *   _nightly old FOLDER DATE	    reports of days before that date
 *   _nightly delete FOLDER NAME..  with NAME.sha256 go the pictures it lists
 *
 * Exit: 0 done, 2 not.
 */
#ifndef MONITOR_NIGHTLY_NIGHTLY_PROCESS_H
#define MONITOR_NIGHTLY_NIGHTLY_PROCESS_H

int nightly_process_main(int argc, char **argv);

#endif
