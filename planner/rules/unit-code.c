/* SPDX-License-Identifier: EUPL-1.2 */
/* Jobcenter codes: the municipality in three digits, the centre in two; 00 is the main centre. */
#include "rules/unit-code.h"

#include <string.h>

#define MUNICIPALITY_DIGITS 3
#define PLACEHOLDER         "99999"

/**
 * unit_code_is_well_formed:
 * @code: (nullable): text
 *
 * Returns: TRUE for five digits, the placeholder included. Any thread. Source: JobCenterCodeType.
 */
gboolean
unit_code_is_well_formed (const char *code)
{
  return code != NULL && strlen (code) == UNIT_CODE_LENGTH &&
         strspn (code, "0123456789") == UNIT_CODE_LENGTH;
}

/**
 * unit_code_is_placeholder:
 * @code: (nullable): text
 *
 * Returns: TRUE for 99999, which stands for "the citizen's own" in DFDG: never a unit, never routed.
 *   Any thread.
 */
gboolean
unit_code_is_placeholder (const char *code)
{
  return g_strcmp0 (code, PLACEHOLDER) == 0;
}

/**
 * unit_code_is_main:
 * @code: (nullable): text
 *
 * Returns: TRUE for a main centre, whose code ends in 00. Any thread. Source: dossier 3.5.
 */
gboolean
unit_code_is_main (const char *code)
{
  return unit_code_is_well_formed (code) && g_str_equal (code + MUNICIPALITY_DIGITS, "00");
}

/**
 * unit_code_find_main:
 * @code: (nullable): a unit's code
 * @out_main: (out caller-allocates): its main centre's code: the first three digits and 00
 *
 * Returns: FALSE when @code is not well formed or the placeholder. Any thread.
 */
gboolean
unit_code_find_main (const char *code, char out_main[UNIT_CODE_LENGTH + 1])
{
  if (!unit_code_is_well_formed (code) || unit_code_is_placeholder (code))
    return FALSE;
  memcpy (out_main, code, MUNICIPALITY_DIGITS);
  memcpy (out_main + MUNICIPALITY_DIGITS, "00", sizeof "00");
  return TRUE;
}
