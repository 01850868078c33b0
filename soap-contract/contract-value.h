/* SPDX-License-Identifier: EUPL-1.2 */
/* Simple values: text to value and the facets that a value must meet. */

#pragma once

#include "contract-table.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractValue:
 * @is_missing: the text was empty and the type takes that for "not said"
 * @text: (array length=length_bytes): a string's text, within what was parsed; not ended by NUL
 * @length_bytes: its length
 * @number: an integer or a boolean
 * @time: a time
 *
 * A simple value; the type says which member holds.
 */
typedef struct
{
  gboolean is_missing;
  const char *text;
  gsize length_bytes;
  gint64 number;
  ContractTime time;
} ContractValue;

const char *contract_value_parse (const ContractSimple *simple,
                                  char *text,
                                  gsize length_bytes,
                                  ContractValue *out_value) G_GNUC_WARN_UNUSED_RESULT;
const char *contract_value_check_string (const ContractSimple *simple,
                                         const char *text,
                                         gsize length_bytes) G_GNUC_WARN_UNUSED_RESULT;
const char *contract_value_check (const ContractSimple *simple, const char *value);
const char *
contract_value_check_plain (const ContractSimple *simple, const char *text, gsize length_bytes);
const char *contract_value_check_int (const ContractSimple *simple,
                                      gint64 number) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_text_is_plain (const char *text, gsize length_bytes);
gboolean contract_text_is_sendable (const char *text, gsize length_bytes);
gboolean contract_text_is_blank (const char *text, gsize length_bytes);
gsize contract_text_collapse (char *text, gsize length_bytes);
gboolean contract_text_is_collapsed (const char *text, gsize length_bytes);
void contract_text_trim (const char **text, gsize *length_bytes);
gboolean contract_text_parse_boolean (const char *text, gsize length_bytes, gboolean *out_value);

G_END_DECLS
