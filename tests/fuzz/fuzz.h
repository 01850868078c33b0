/* SPDX-License-Identifier: EUPL-1.2 */
/* What a fuzz target is: one function over bytes, run by libFuzzer or by the small driver beside it. */
#pragma once

#include <glib.h>
#include <string.h>

/* A target ends the program when a property does not hold; it answers 0 otherwise. */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes);

/* The bytes as a text of exactly their size, up to the first NUL: reading beyond it is seen. */
static inline char *
fuzz_dup_text (const guint8 *data, gsize n_bytes)
{
  const guint8 *nul = n_bytes == 0 ? NULL : memchr (data, '\0', n_bytes);
  gsize n_text = nul == NULL ? n_bytes : (gsize) (nul - data);
  char *text = g_malloc (n_text + 1);

  if (n_text > 0)
    memcpy (text, data, n_text);
  text[n_text] = '\0';
  return text;
}
