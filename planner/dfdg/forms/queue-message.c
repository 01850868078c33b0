/* SPDX-License-Identifier: EUPL-1.2 */
/* Which service of the queue tells of what; what is not told there is left open. */
#include "dfdg/forms/queue-message.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "dfdg/forms/wsb-message.h"
#include "planner-log.h"
#include "store/citizen-store.h"

#define MAX_ID_BYTES     64
#define MAX_DETAIL_BYTES 16384
#define CPR              "PersonCivilRegistrationIdentifier"
#define LEGACY           "GetBookingVersion1"
/* docs/dfdg-wire.md 3 [N]: the only kind of message that tells an end. */
#define HINT_CANCELLED 4

/**
 * Service:
 * @id: element with the thing's id; NULL: it has none
 * @keeps_rest: what else it says is kept for who applies it
 */
typedef struct
{
  const char *name;
  DfdgEntity entity;
  const char *id;
  gboolean keeps_rest;
} Service;

/* clang-format off */
static const Service services[] = {
  { "GetIndkaldelseVersion1",          DFDG_ENTITY_INDKALDELSE,     "IndkaldelseIdentifier", FALSE },
  { "GetIndkaldelseshaendelseVersion1", DFDG_ENTITY_INDKALDELSE,    "IndkaldelseIdentifier", FALSE },
  { "GetAkasseIndkaldelseVersion1",    DFDG_ENTITY_INDKALDELSE,     "IndkaldelseIdentifier", FALSE },
  { LEGACY,                            DFDG_ENTITY_INDKALDELSE,     "BookingIdentifier",     FALSE },
  { "GetContactGroupVersion5",         DFDG_ENTITY_CONTACT_GROUP,   NULL,                    TRUE },
  { "GetPersonCategoryVersion1",       DFDG_ENTITY_PERSON_CATEGORY, NULL,                    TRUE },
  { "GetUnemploymentFundMembershipVersion1", DFDG_ENTITY_FUND_MEMBERSHIP, NULL,           TRUE }, /* [N] */
  { "GetCprChanged",                   DFDG_ENTITY_CPR_CHANGE,      NULL,                    FALSE },
  { "GetInterviewDeadlineVersion1",    DFDG_ENTITY_FRIST,           "FristIdentifier",       TRUE },
  { "GetInterviewDeadlineVersion2",    DFDG_ENTITY_FRIST,           "FristIdentifier",       TRUE },
};
/* clang-format on */

static const Service *
find_service (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (services); i++)
    if (strcmp (services[i].name, name) == 0)
      return &services[i];
  return NULL;
}

static const char *
get (GHashTable *fields, const char *name)
{
  const char *text = g_hash_table_lookup (fields, name);

  return text == NULL || *text == '\0' ? NULL : text;
}

static gint64
get_int (GHashTable *fields, const char *name, gint64 otherwise)
{
  const char *text = get (fields, name);
  gint64 value = otherwise;

  if (text != NULL)
    (void) g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL);
  return value;
}

static char *
dup_id (GHashTable *fields, const char *name)
{
  const char *text = name == NULL ? NULL : get (fields, name);
  g_autofree char *masked = NULL;

  if (text == NULL || strlen (text) > MAX_ID_BYTES)
    return NULL;
  masked = citizen_dup_masked (text);
  return dfdg_fold_id (masked);
}

static char *
dup_cpr (GHashTable *fields, const char *name)
{
  const char *text = get (fields, name);

  return dfdg_is_cpr (text) ? g_strdup (text) : NULL;
}

static GList *
sorted_names (GHashTable *fields)
{
  return g_list_sort (g_hash_table_get_keys (fields), (GCompareFunc) strcmp);
}

/* One without an id is told from others by what it says, and so is one whose id had to be starred. */
static char *
dup_message_id (const char *service, GHashTable *fields)
{
  g_autofree char *id = dup_id (fields, "MessageIdentifier");
  g_autoptr (GList) names = NULL;
  g_autoptr (GChecksum) sum = NULL;

  if (id != NULL && strchr (id, '*') == NULL)
    return g_steal_pointer (&id);
  names = sorted_names (fields);
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *) service, -1);
  for (GList *at = names; at != NULL; at = at->next)
    {
      const char *value = g_hash_table_lookup (fields, at->data);
      g_checksum_update (sum, (const guchar *) at->data, (gssize) strlen (at->data) + 1);
      g_checksum_update (sum, (const guchar *) value, (gssize) strlen (value) + 1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* Neither who it was, nor of whom it tells: these have places of their own, or none. */
static gboolean
is_kept (const char *name)
{
  static const char *const left_out[] = { "MessageIdentifier",
                                          "ClientSystemTypeIdentifier",
                                          "OrganisationTypeIdentifier",
                                          "OrganisationCode",
                                          "UserFullName",
                                          "RequestUserTypeIdentifier",
                                          "UserIdentifier",
                                          "UserEmail",
                                          NULL };

  return strchr (name, '/') == NULL && strstr (name, "CivilRegistration") == NULL &&
         !g_strv_contains (left_out, name);
}

static char *
dup_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  return strlen (text) > MAX_DETAIL_BYTES ? NULL : g_steal_pointer (&text);
}

static char *
dup_rest (GHashTable *fields)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (GList) names = sorted_names (fields);

  for (GList *at = names; at != NULL; at = at->next)
    if (is_kept (at->data))
      {
        g_autofree char *masked = citizen_dup_masked (g_hash_table_lookup (fields, at->data));
        json_object_set_string_member (object, at->data, masked);
      }
  return dup_object (object);
}

static void
read_change (DfdgEvent *event, const char *service, GHashTable *fields)
{
  gint64 change = get_int (fields, "BookingChangeType", 0);

  event->hint = get_int (fields, "Haendelsestype", -1);
  event->change_type = DFDG_CHANGE_UPDATE;
  if (change >= DFDG_CHANGE_CREATE && change <= DFDG_CHANGE_DELETE)
    event->change_type = (int) change;
  else if (event->hint == HINT_CANCELLED)
    event->change_type = DFDG_CHANGE_DELETE;
  event->event_us = dfdg_parse_time (get (fields, "EventTime"));
}

static void
read_origin (DfdgEvent *event, GHashTable *fields)
{
  const char *code = get (fields, "RegisteringAuthority/OrganisationCode");

  event->system_id = get_int (fields, "ClientSystemTypeIdentifier", -1);
  event->organisation_type =
    get_int (fields, "RegisteringAuthority/OrganisationTypeIdentifier", -1);
  event->organisation_code =
    code == NULL || strlen (code) > MAX_ID_BYTES ? NULL : citizen_dup_masked (code);
}

static void
read_citizen (DfdgEvent *event, GHashTable *fields)
{
  event->cpr = dup_cpr (fields, CPR);
  if (event->cpr == NULL)
    event->cpr = dup_cpr (fields, "NewPersonCivilRegistrationIdentifier");
  event->old_cpr = dup_cpr (fields, "OldPersonCivilRegistrationIdentifier");
}

/* Names alone: what they held is nobody's to keep. */
static void
note_gone (GHashTable *fields)
{
  g_autofree char *names = queue_legacy_dup_gone (fields);

  if (names != NULL)
    planner_log_event (PLANNER_LOG_INFO, "wsrm-dropped", "fields", names, NULL);
}

static void
read_kind (const QueueReading *reading, DfdgEvent *event, const char *name, GHashTable *fields)
{
  const Service *service = find_service (name);
  gboolean is_legacy = strcmp (name, LEGACY) == 0;

  event->entity_type = -1;
  event->state = DFDG_EVENT_UNKNOWN;
  if (service == NULL || (is_legacy && !reading->takes_legacy))
    {
      event->detail = dup_rest (fields);
      return;
    }
  event->entity_type = reading->ids->ids[service->entity];
  event->external_id = dup_id (fields, service->id);
  event->state = DFDG_EVENT_NEW;
  if (is_legacy)
    {
      event->carrier = DFDG_CARRIER_LEGACY;
      event->detail = queue_legacy_dup_json (fields);
      note_gone (fields);
    }
  else if (service->keeps_rest)
    event->detail = dup_rest (fields);
}

/**
 * queue_message_read:
 * @service: that it was fetched from
 *
 * One of a service that we do not know is of state %DFDG_EVENT_UNKNOWN, with all that it says but citizens' numbers.
 * Whether anybody takes its type is not judged. Any thread. Source: docs/dfdg-wire.md 5.
 *
 * Returns: (transfer full)
 */
DfdgEvent *
queue_message_read (const QueueReading *reading, const char *service, GHashTable *fields)
{
  DfdgEvent *event = g_new0 (DfdgEvent, 1);

  event->carrier = DFDG_CARRIER_WSRM;
  event->message_id = dup_message_id (service, fields);
  event->entity_name = g_strndup (service, MAX_ID_BYTES);
  read_change (event, service, fields);
  read_origin (event, fields);
  read_citizen (event, fields);
  read_kind (reading, event, service, fields);
  return event;
}
