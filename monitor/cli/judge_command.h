/* SPDX-License-Identifier: GPL-3.0-or-later */
/* judge_command.h: `camwarden judge FILE`: judges a record made by `camwarden
 * probe --record` again, on its own time line. The file is anybody's.
 */
#ifndef MONITOR_CLI_JUDGE_COMMAND_H
#define MONITOR_CLI_JUDGE_COMMAND_H

/* As command_probe, and the same exit status. */
int command_judge(int argc, char **argv);

#endif
