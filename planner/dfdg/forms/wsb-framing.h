/* SPDX-License-Identifier: EUPL-1.2 */
/* The header and the body of a pushed message, however they are put together. */
#pragma once

#include <json-glib/json-glib.h>

/* A thin message has some thousand bytes. */
#define WSB_MAX_BYTES (256 * 1024)

/**
 * WsbParts:
 * @header: (nullable): the object that holds the message's id
 * @bodies: (element-type JsonObject): what else was there, in order
 *
 * The documentation prints header and body as two documents, names a body "ingen", and says nothing of the wire: one
 * object, two after each other, a list of two, and one inside the other are all taken. Source: dossier 4.2.
 */
typedef struct
{
  JsonObject *header;
  GPtrArray *bodies;
  gboolean has_other;
} WsbParts;

WsbParts *
wsb_parts_read (const char *bytes, gsize n_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void wsb_parts_free (WsbParts *parts);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsbParts, wsb_parts_free)

JsonNode *wsb_object_get (JsonObject *object, const char *name);
JsonObject *wsb_object_get_object (JsonObject *object, const char *name);
JsonNode *wsb_parts_get (const WsbParts *parts, const char *name);
gboolean wsb_node_to_int (JsonNode *node, gint64 *out_value);
char *wsb_node_dup_text (JsonNode *node, gsize max_bytes);
