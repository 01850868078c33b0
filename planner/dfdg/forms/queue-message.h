/* SPDX-License-Identifier: EUPL-1.2 */
/* A message fetched from the queue as a record of the inbox. */
#pragma once

#include "dfdg/forms/dfdg-event.h"

/**
 * QueueReading:
 * @ids: which EntitetstypeId each kind has
 * @takes_legacy: bookings of the older form, whole in the message
 */
typedef struct
{
  const DfdgEntityIds *ids;
  gboolean takes_legacy;
} QueueReading;

/* @fields: (element-type utf8 utf8): of one Entity, see WsrmAnswer. Returns: (transfer full) */
DfdgEvent *
queue_message_read (const QueueReading *reading, const char *service, GHashTable *fields);
/* The older form's booking as the JSON of IndkaldelseService, without its citizen. */
char *queue_legacy_dup_json (GHashTable *fields);
char *queue_legacy_dup_gone (GHashTable *fields);
