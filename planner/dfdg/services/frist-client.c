/* SPDX-License-Identifier: EUPL-1.2 */
/* GetFristhistorik as docs/dfdg-wire.md 6 has it. */
#include "dfdg/services/frist-client.h"

#include <string.h>

#include "base/error.h"
#include "dfdg/forms/wsb-message.h"
#include "dfdg/services/indkaldelse-json.h"

#define ZONE         "Europe/Copenhagen"
#define WHAT         "GetFristhistorik"
#define MAX_ID_BYTES 64

static const FristMembers members_of_service = {
  "fristIdentifier",         "samtaleType", "fristDato", "sidsteAfholdelsesdato", "friststatusType",
  "straksbookingPaakraevet", "tidspunkt",
};

const FristMembers frist_members_of_queue = {
  "FristIdentifier",         "SamtaleType", "FristDato", "SidsteAfholdelsesdato", "FriststatusType",
  "StraksbookingPaakraevet", "Tidspunkt",
};

static void
read_rest (JsonObject *object,
           const FristMembers *members,
           const CalsyncZone *zone,
           Deadline *deadline)
{
  const char *said = NULL;

  if (!dfdg_json_get_date (object, members->last_date, zone, &deadline->last_date))
    deadline->last_date = deadline->deadline_date;
  if (!dfdg_json_get_flag (object, members->is_immediate, &deadline->is_immediate))
    deadline->is_immediate = FALSE;
  if (!dfdg_json_get_text (object, members->said, &said) ||
      !indkaldelse_parse_instant (said, zone, &deadline->said_us))
    deadline->said_us = 0;
}

/**
 * frist_read:
 *
 * Any thread.
 */
Deadline *
frist_read (JsonObject *object, const FristMembers *members, const CalsyncZone *zone)
{
  g_autoptr (Deadline) deadline = g_new0 (Deadline, 1);
  const char *identifier = NULL;

  if (!dfdg_json_get_text (object, members->identifier, &identifier) ||
      strlen (identifier) > MAX_ID_BYTES ||
      !dfdg_json_get_int (object, members->interview_type, &deadline->interview_type) ||
      !dfdg_json_get_date (object, members->deadline_date, zone, &deadline->deadline_date) ||
      !dfdg_json_get_int (object, members->status, &deadline->status))
    return NULL;
  deadline->identifier = dfdg_fold_id (identifier);
  read_rest (object, members, zone, deadline);
  return deadline->identifier == NULL ? NULL : g_steal_pointer (&deadline);
}

/**
 * frist_list_history:
 *
 * All deadlines of the citizen, those that are over too. Errors: those of dfdg_read_list().
 *
 * Returns: (transfer full) (element-type Deadline)
 */
GPtrArray *
frist_list_history (DfdgClient *client, const char *cpr, GCancellable *cancellable, GError **error)
{
  DfdgQuestion question = { DFDG_SERVICE_FRIST, "v1/Frist/historik", cpr, "frister", WHAT };
  g_autoptr (GPtrArray) deadlines = g_ptr_array_new_with_free_func ((GDestroyNotify) deadline_free);
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, error);
  g_autoptr (JsonParser) parser = NULL;
  JsonArray *list = NULL;

  parser = zone == NULL ? NULL : dfdg_read_list (client, &question, &list, cancellable, error);
  for (guint i = 0; parser != NULL && i < json_array_get_length (list); i++)
    {
      Deadline *deadline =
        frist_read (json_array_get_object_element (list, i), &members_of_service, zone);

      if (deadline == NULL)
        {
          g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED,
                               WHAT ": one of the list is no deadline");
          return NULL;
        }
      g_ptr_array_add (deadlines, deadline);
    }
  return parser == NULL ? NULL : g_steal_pointer (&deadlines);
}
