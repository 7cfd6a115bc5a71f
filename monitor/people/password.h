/* SPDX-License-Identifier: GPL-3.0-or-later */
/* password.h: a new password, a name -> the first thing that is wrong with it.
 * PURE; both are hostile. Called by the monitor and by the command line.
 */
#ifndef MONITOR_PEOPLE_PASSWORD_H
#define MONITOR_PEOPLE_PASSWORD_H

#define PASSWORD_LETTERS 8 /* at least */
#define PASSWORD_BYTES 256 /* at most */

/* A sentence, or NULL: it is good. Its kinds of letters do not matter; that it
 * is long, and that nobody would try it first, does (NIST SP 800-63B 5.1.1.2).
 */
const char *password_fault(const char *password, const char *user);
/* What a user or token may be called: letters, digits and . _ - @ +, the first
 * a letter or digit, at most 64. It stands in URLs and on the record. */
const char *people_name_fault(const char *name);

#endif
