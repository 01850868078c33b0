/* SPDX-License-Identifier: EUPL-1.2 */
/* Appends numbers to texts digit by digit. */
#include "base/decimal.h"

/**
 * decimal_write:
 * @buffer: what is returned lies in it
 *
 * As printf's %d would. Any thread.
 *
 * Returns: (transfer none): the number's text
 */
const char *
decimal_write (char buffer[DECIMAL_BYTES], gint64 number)
{
  char *at = buffer + DECIMAL_BYTES - 1;
  guint64 rest = number < 0 ? -(guint64) number : (guint64) number;

  *at = '\0';
  do
    *--at = (char) ('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0)
    *--at = '-';
  return at;
}

/**
 * decimal_append:
 *
 * Appends as printf's %d would. Any thread.
 */
void
decimal_append (GString *text, gint64 number)
{
  char digits[DECIMAL_BYTES];
  const char *at = decimal_write (digits, number);

  g_string_append_len (text, at, digits + sizeof digits - 1 - at);
}

/**
 * decimal_append_padded:
 * @n_digits: so many of the last digits, at most 10, zeros in front
 *
 * Appends as printf's %0Nu would, and leaves out what does not fit. Any thread.
 */
void
decimal_append_padded (GString *text, guint number, guint n_digits)
{
  char digits[10];

  g_return_if_fail (n_digits <= sizeof digits);
  for (guint i = n_digits; i > 0; i--, number /= 10)
    digits[i - 1] = (char) ('0' + number % 10);
  g_string_append_len (text, digits, n_digits);
}
