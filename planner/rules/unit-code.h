/* SPDX-License-Identifier: EUPL-1.2 */
/* What the five digits of a jobcenter code say: main centre, sub-centre, placeholder. */
#pragma once

#include <glib.h>

#define UNIT_CODE_LENGTH 5

gboolean unit_code_is_well_formed (const char *code);
/* 99999 stands for "the citizen's own" in DFDG: never a unit, never routed. */
gboolean unit_code_is_placeholder (const char *code);
gboolean unit_code_is_main (const char *code);
/* Writes the main centre's code (first three digits and 00); FALSE when @code is not a unit's. */
gboolean unit_code_find_main (const char *code, char out_main[UNIT_CODE_LENGTH + 1]);
