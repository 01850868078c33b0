/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages of DFDG's queue (WSRM) as text: what is asked, and the flat records of an answer. */
#pragma once

#include <glib.h>

/* Five hundred messages with their metadata; bookings of the older form are the largest. */
#define WSRM_MAX_BYTES   (16 * 1024 * 1024)
#define WSRM_MAX_RECORDS 2000

/**
 * WsrmAnswer:
 * @name: of the body's element, such as "CreateSequenceResponse"
 * @fields: (element-type utf8 utf8): texts outside of records, by local name
 * @records: (element-type GHashTable): likewise, of each record; a text stands under its element's name, and under that
 *   of the element around it and its own: "RegisteringAuthority/OrganisationCode". The first of a name counts.
 */
typedef struct
{
  char *name;
  GHashTable *fields;
  GPtrArray *records;
} WsrmAnswer;

WsrmAnswer *wsrm_answer_read (const char *bytes,
                              gsize n_bytes,
                              const char *record_name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void wsrm_answer_free (WsrmAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WsrmAnswer, wsrm_answer_free)

/**
 * WsrmHead:
 * @namespace: of the queue's messages
 *
 * What stands in the header of every call.
 */
typedef struct
{
  const char *namespace;
  gint64 organisation_type;
  const char *organisation_code;
  const char *user_name;
  gint64 user_type;
  const char *user_identifier;
} WsrmHead;

char *wsrm_write_sequence (const WsrmHead *head, const char *call, const char *sequence);
char *wsrm_write_fetch (const WsrmHead *head, const char *service, const char *sequence);
gboolean wsrm_is_service_name (const char *name);
