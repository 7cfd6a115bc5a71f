/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/people/password.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#define NAME_LETTERS 64
#define BESIDE_NAME 6 /* letters that are to stand beside the user's name */

/* What is tried first everywhere, and here. Lower case; at least 8 letters, the
 * shorter ones are refused for that. */
static const char *const common[] = { "00000000", "11111111", "12341234",
	"12344321", "12345678", "123456789", "1234567890", "123123123",
	"1q2w3e4r", "1q2w3e4r5t", "1qaz2wsx", "1qazxsw2", "87654321",
	"88888888", "987654321", "a1b2c3d4", "aa123456", "abc12345", "abcd1234",
	"abcdefgh", "administrador", "administrator", "admin123", "admin1234",
	"admin12345", "asdfghjk", "asdfghjkl", "asdf1234", "baseball",
	"basketball", "bienvenido", "camaras1", "cameras1", "camwarden",
	"camwarden1", "camwarden123", "changeme", "changeme1", "computer",
	"contrasena", "contraseña", "corvette", "default1", "dragon12",
	"football", "football1", "guardian", "iloveyou", "iloveyou1",
	"internet", "jennifer", "letmein1", "liverpool", "michelle", "monitor1",
	"monitoreo", "monkey123", "operador", "operator", "operator1",
	"p@ssw0rd", "p@ssword", "pass1234", "passw0rd", "password", "password1",
	"password12", "password123", "password1234", "princess", "q1w2e3r4",
	"qazwsxedc", "qwer1234", "qwerty12", "qwerty123", "qwertyui",
	"qwertyuiop", "seguridad", "security", "security1", "superman",
	"supervisor", "sunshine", "surveillance", "trustno1", "videovigilancia",
	"vigilancia", "welcome1", "welcome123", "whatever", "zaq12wsx" };

static size_t
letters(const char *utf8)
{
	size_t n = 0;

	for (; *utf8 != '\0'; utf8++)
		n += ((unsigned char)*utf8 & 0xc0) != 0x80;
	return n;
}

static bool
is_one_letter(const char *password)
{
	return password[strspn(password, (char[2]){ password[0], '\0' })] ==
	       '\0';
}

static bool
is_common(const char *password)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (strcasecmp(common[i], password) == 0)
			return true;
	return false;
}

/* The name, with so little beside it that it is as good as the name. */
static bool
is_name(const char *password, const char *user)
{
	size_t n = strlen(user);

	if (n == 0 || strlen(password) >= n + BESIDE_NAME)
		return false;
	for (const char *p = password; *p != '\0'; p++)
		if (strncasecmp(p, user, n) == 0)
			return true;
	return false;
}

const char *
password_fault(const char *password, const char *user)
{
	if (letters(password) < PASSWORD_LETTERS)
		return "the password is too short, expected at least 8 letters";
	if (strlen(password) > PASSWORD_BYTES)
		return "the password is too long, expected at most 256 bytes";
	if (is_common(password) || is_one_letter(password))
		return "that password is one of those that are tried first; "
		       "a few words of your own are good";
	if (is_name(password, user))
		return "the password is little more than the user's name";
	return NULL;
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

const char *
people_name_fault(const char *name)
{
	if (name[0] == '\0' || strlen(name) > NAME_LETTERS)
		return "a name has 1 to 64 letters";
	if (!is_plain(name[0]))
		return "a name begins with a letter or digit";
	for (const char *p = name; *p != '\0'; p++)
		if (!is_plain(*p) && strchr("._-@+", *p) == NULL)
			return "a name has letters, digits and . _ - @ +";
	return NULL;
}
