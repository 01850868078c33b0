/* SPDX-License-Identifier: EUPL-1.2 */
/* A look at JSON before it is parsed: what the parser would die of or take for something else. */
#pragma once

#include <glib.h>

const char *json_text_find_fault (const char *bytes, gsize n_bytes, guint *out_line);
