/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers in decimal, where a printf would be a good part of the work. */
#pragma once

#include <glib.h>

/* Room for any number and its NUL. */
#define DECIMAL_BYTES 24

const char *decimal_write (char buffer[DECIMAL_BYTES], gint64 number);
void decimal_append (GString *text, gint64 number);
void decimal_append_padded (GString *text, guint number, guint n_digits);
