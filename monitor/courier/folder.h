/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folder.h: what leaves the house by a folder, which may lie on a server that
 * hangs: so a small command that the monitor runs beside itself (errand.h)
 * writes it. Arguments are the monitor's; what lies in the folder is anybody's.
 */
#ifndef MONITOR_COURIER_FOLDER_H
#define MONITOR_COURIER_FOLDER_H

/* `_append FOLDER STATE_DIR`: standard input behind the day's file of
 * checkpoints, on the disk when it ends with 0. Prints "outside", or "same"
 * when the folder is of the file system of STATE_DIR. */
int folder_append_main(int argc, char **argv);
#endif
