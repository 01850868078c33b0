/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2 as a source of three events; one parser per thread, used again. */

#pragma once

#include "contract-scan.h"

#include <glib.h>

G_BEGIN_DECLS

#define CONTRACT_XSI "http://www.w3.org/2001/XMLSchema-instance"

/* An attribute of an element; its value is not ended by NUL. */
typedef struct
{
  const char *name;
  const char *namespace_uri; /* or NULL */
  const char *value;
  gsize value_bytes;
} ContractAttribute;

/* A start tag. Names live as long as the parse; the rest until the handler returns. */
typedef struct
{
  const char *name;
  const char *namespace_uri; /* or NULL */
  guint n_attributes;
  gconstpointer attributes; /* libxml2's own: see contract_element_get_attribute() */
  gpointer parser;          /* for contract_element_find_namespace() */
} ContractElement;

/* How a piece of text was written. */
typedef enum
{
  CONTRACT_TEXT_PLAIN,
  CONTRACT_TEXT_CDATA,
} ContractTextKind;

/* Handlers; FALSE with an error stops the parse. */
typedef struct
{
  gboolean (*start) (gpointer state, const ContractElement *element, GError **error);
  gboolean (*end) (gpointer state, GError **error);
  gboolean (*text) (gpointer state,
                    const char *text,
                    gsize length_bytes,
                    ContractTextKind kind,
                    GError **error);
} ContractEvents;

gboolean contract_parser_run (const ContractLimits *limits,
                              const char *bytes,
                              gsize length_bytes,
                              const ContractEvents *events,
                              gpointer state,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
ContractAttribute contract_element_get_attribute (const ContractElement *element, guint index);
const char *contract_element_find_namespace (const ContractElement *element,
                                             const char *prefix,
                                             gsize prefix_bytes);

G_END_DECLS
