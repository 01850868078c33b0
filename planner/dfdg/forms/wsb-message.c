/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the header's members by the names that are printed; whatever else is there is passed over. */
#include "dfdg/forms/wsb-message.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "contract-time.h"
#include "dfdg/forms/wsb-framing.h"
#include "store/citizen-store.h"

#define MAX_ID_BYTES     64
#define MAX_WORD_BYTES   64
#define MAX_DETAIL_BYTES 8192
#define CPR_BYTES        10
#define ZERO_GUID        "00000000-0000-0000-0000-000000000000"
#define CPR_TYPE         1

/**
 * dfdg_fold_id:
 * @id: (nullable)
 *
 * Returns: (transfer full) (nullable): a GUID in lower case, anything else as it is; NULL for none and for the GUID of
 *   zeros, which stands for none. Any thread.
 */
char *
dfdg_fold_id (const char *id)
{
  if (id == NULL || *id == '\0' || strcmp (id, ZERO_GUID) == 0)
    return NULL;
  return ids_is_guid (id) ? ids_fold_guid (id) : g_strdup (id);
}

/**
 * dfdg_parse_time:
 * @text: (nullable): ISO 8601; without an offset it is Danish time
 *
 * Returns: microseconds since 1970; 0 when it is none. Any thread.
 */
gint64
dfdg_parse_time (const char *text)
{
  const CalsyncZone *zone;
  ContractTime time;
  CalsyncLocalTime local;

  if (text == NULL || !contract_time_parse (text, strlen (text), &time))
    return 0;
  if (time.has_offset)
    return time.unix_us;
  zone = calsync_zone_lookup ("Europe/Copenhagen", NULL);
  if (zone == NULL)
    return 0;
  calsync_zone_to_local (calsync_zone_utc (), time.unix_us, &local, NULL);
  return calsync_zone_to_instant (zone, &local, NULL);
}

/**
 * dfdg_is_cpr:
 * @text: (nullable)
 *
 * Returns: TRUE for ten digits that are not all zeros, which stand for nobody. Any thread.
 */
gboolean
dfdg_is_cpr (const char *text)
{
  return text != NULL && strlen (text) == CPR_BYTES && strspn (text, "0123456789") == CPR_BYTES &&
         strspn (text, "0") < CPR_BYTES;
}

static char *
dup_text (const WsbParts *parts, const char *name, gsize max_bytes)
{
  return wsb_node_dup_text (wsb_parts_get (parts, name), max_bytes);
}

static char *
dup_id (const WsbParts *parts, const char *name)
{
  g_autofree char *text = dup_text (parts, name, MAX_ID_BYTES);

  return dfdg_fold_id (text);
}

static gint64
get_int (JsonObject *object, const char *name, gint64 otherwise)
{
  gint64 value = otherwise;

  if (object != NULL)
    (void) wsb_node_to_int (wsb_object_get (object, name), &value);
  return value;
}

static char *
dup_cpr (const WsbParts *parts, const char *name)
{
  g_autofree char *text = dup_text (parts, name, CPR_BYTES);

  if (text != NULL)
    g_strstrip (text);
  return dfdg_is_cpr (text) ? g_steal_pointer (&text) : NULL;
}

static void
read_origin (DfdgEvent *event, const WsbParts *parts)
{
  JsonObject *origin = wsb_object_get_object (parts->header, "Oprindelse");
  JsonObject *authority = wsb_object_get_object (origin, "RegistrerendeMyndighed");

  event->system_id = get_int (origin, "SystemId", -1);
  event->organisation_type = get_int (authority, "OrganisationType", -1);
  if (authority != NULL)
    event->organisation_code =
      wsb_node_dup_text (wsb_object_get (authority, "OrganisationKode"), MAX_WORD_BYTES);
}

/* Two names are printed for it; which numbers it may have is not (dossier 4.2). */
static gint64
read_hint (const WsbParts *parts)
{
  static const char *const names[] = { "Indkaldelsehaendelsestype", "Indkaldelseshaendelse",
                                       "Indkaldelseshaendelsestype" };
  gint64 hint = -1;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (wsb_node_to_int (wsb_parts_get (parts, names[i]), &hint))
      return hint;
  return -1;
}

/* What the header does not say, for who takes such messages later; numbers of citizens are starred. */
static char *
dup_detail (const WsbParts *parts)
{
  JsonObject *body = parts->bodies->len == 0 ? NULL : parts->bodies->pdata[parts->bodies->len - 1];
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_autofree char *masked = NULL;
  g_autoptr (JsonNode) check = NULL;

  /* One that wraps the header tells of caseworkers. */
  if (body == NULL || wsb_object_get_object (body, "Header") != NULL ||
      wsb_object_get_object (body, "Hoved") != NULL)
    return NULL;
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (node, body);
  text = json_to_string (node, FALSE);
  if (strlen (text) > MAX_DETAIL_BYTES)
    return NULL;
  masked = citizen_dup_masked (text);
  check = json_from_string (masked, NULL);
  return check == NULL ? NULL : g_steal_pointer (&masked);
}

/* A body whose members stand beside the header's: those that somebody takes. */
static char *
dup_beside (const WsbParts *parts)
{
  static const char *const names[] = { "AkasseKode" };
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = wsb_node_dup_text (wsb_parts_get (parts, names[i]), MAX_WORD_BYTES);

      if (value != NULL)
        json_object_set_string_member (object, names[i], value);
    }
  if (json_object_get_size (object) == 0)
    return NULL;
  json_node_set_object (node, object);
  text = json_to_string (node, FALSE);
  return citizen_dup_masked (text);
}

static void
read_subject (DfdgEvent *event, const WsbParts *parts)
{
  gint64 change_type = get_int (parts->header, "AendringstypeId", 0);

  event->entity_type = get_int (parts->header, "EntitetstypeId", -1);
  event->entity_name = dup_text (parts, "EntitetstypeNavn", MAX_WORD_BYTES);
  event->change_type = change_type >= DFDG_CHANGE_CREATE && change_type <= DFDG_CHANGE_DELETE
                         ? (int) change_type
                         : DFDG_CHANGE_UNKNOWN;
  event->external_id = dup_id (parts, "EksternIdentifier");
  event->version_id = dup_id (parts, "VersionIdentifier");
  if (get_int (parts->header, "IdentifikationstypeId", CPR_TYPE) == CPR_TYPE)
    event->cpr = dup_cpr (parts, "Identifikation");
  event->old_cpr = dup_cpr (parts, "TidligereIdentifikation");
}

static void
mask (char **text)
{
  g_autofree char *plain = g_steal_pointer (text);

  if (plain != NULL)
    *text = citizen_dup_masked (plain);
}

/* Two that had to be starred may look the same: such a message is told from others by all that it says. */
static char *
dup_message_id (const WsbParts *parts, const char *bytes, gsize n_bytes)
{
  g_autofree char *id = dup_id (parts, "BeskedIdentifier");

  mask (&id);
  if (id == NULL || strchr (id, '*') == NULL)
    return g_steal_pointer (&id);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, n_bytes);
}

/* No citizen's number stands where we keep ids and names in the clear. */
static void
mask_words (DfdgEvent *event)
{
  mask (&event->entity_name);
  mask (&event->external_id);
  mask (&event->version_id);
  mask (&event->correlation_id);
  mask (&event->organisation_code);
}

/**
 * wsb_message_read:
 * @bytes: (array length=n_bytes): the body of the request
 *
 * Reads a message of any framing. What is missing or not understood is left open: only a message without an id is none.
 * Its environment is not judged, nor whether anybody takes its type. Any thread. Source: dossier 4.2.
 *
 * Errors: PLANNER_ERROR_MALFORMED; no text quotes the message.
 *
 * Returns: (transfer full)
 */
DfdgEvent *
wsb_message_read (const char *bytes, gsize n_bytes, GError **error)
{
  g_autoptr (WsbParts) parts = wsb_parts_read (bytes, n_bytes, error);
  g_autoptr (DfdgEvent) event = NULL;
  g_autofree char *time = NULL;

  if (parts == NULL)
    return NULL;
  event = g_new0 (DfdgEvent, 1);
  event->carrier = DFDG_CARRIER_WSB;
  event->message_id = dup_message_id (parts, bytes, n_bytes);
  if (event->message_id == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                           "the message is refused: its BeskedIdentifier is no id");
      return NULL;
    }
  time = dup_text (parts, "HaendelsesTid", MAX_WORD_BYTES);
  event->event_us = dfdg_parse_time (time);
  event->environment = dup_text (parts, "Miljoe", MAX_WORD_BYTES);
  event->correlation_id = dup_id (parts, "KorrelationsIdentifier");
  event->hint = read_hint (parts);
  read_origin (event, parts);
  read_subject (event, parts);
  mask_words (event);
  event->detail = dup_detail (parts);
  if (event->detail == NULL)
    event->detail = dup_beside (parts);
  return g_steal_pointer (&event);
}
