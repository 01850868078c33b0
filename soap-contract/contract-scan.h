/* SPDX-License-Identifier: EUPL-1.2 */
/* A first look at bytes that call themselves XML: limits, encoding and DTDs, before any parser. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractLimits:
 * @max_bytes: longest message in bytes
 * @max_depth: deepest element; the root is 1
 * @max_attributes: most attributes of one element, namespace declarations included
 * @max_name_bytes: longest name of an element with its prefix, in bytes
 *
 * What is looked at at all.
 */
typedef struct
{
  gsize max_bytes;
  guint max_depth;
  guint max_attributes;
  guint max_name_bytes;
} ContractLimits;

gboolean contract_scan (const ContractLimits *limits,
                        const char *bytes,
                        gsize length_bytes,
                        char **out_converted,
                        gsize *out_converted_bytes,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
