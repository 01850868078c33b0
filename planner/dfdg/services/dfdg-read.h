/* SPDX-License-Identifier: EUPL-1.2 */
/* A question to a service of DFDG whose answer is a list of objects, and what stands in them. */
#pragma once

#include <json-glib/json-glib.h>

#include "calsync-timezone.h"
#include "dfdg/wire/dfdg-http.h"

/**
 * DfdgQuestion:
 * @path: below the service's base address
 * @cpr: (nullable): the citizen that it is about
 * @member: of the answer: the list
 * @what: name of the method, for errors
 */
typedef struct
{
  DfdgService service;
  const char *path;
  const char *cpr;
  const char *member;
  const char *what;
} DfdgQuestion;

JsonParser *dfdg_read_list (DfdgClient *client,
                            const DfdgQuestion *question,
                            JsonArray **out_list,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Members of an object; FALSE: it has none such, or it is of another kind. A number may be written as text. */
gboolean dfdg_json_get_int (JsonObject *object, const char *member, gint64 *out_value);
gboolean dfdg_json_get_text (JsonObject *object, const char *member, const char **out_text);
gboolean dfdg_json_get_flag (JsonObject *object, const char *member, gboolean *out_value);
/* Days since 1970-01-01: of a date, or of the local day of an instant. */
gboolean dfdg_json_get_date (JsonObject *object,
                             const char *member,
                             const CalsyncZone *zone,
                             gint64 *out_date);
gboolean dfdg_json_is_absent (JsonObject *object, const char *member);
