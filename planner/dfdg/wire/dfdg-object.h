/* SPDX-License-Identifier: EUPL-1.2 */
/* Bodies that are one JSON object, and paths with an id in them: what every service of DFDG sends and reads. */
#pragma once

#include <json-glib/json-glib.h>

JsonParser *dfdg_object_parse (const GString *body);
JsonParser *dfdg_object_parse_whole (const GString *body,
                                     const char *what,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *dfdg_object_print (JsonObject *object);
char *dfdg_dup_path (const char *folder, const char *id, const char *behind);
