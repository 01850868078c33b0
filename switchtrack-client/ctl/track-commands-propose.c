/* SPDX-License-Identifier: EUPL-1.2 */
/* Commands that propose: each makes another registry of the one in force, and leaves the rest to the approval. */
#include <string.h>

#include "base/error.h"
#include "ctl/track-commands.h"
#include "ctl/track-csv.h"
#include "ctl/track-desk.h"
#include "registry/track-edit.h"
#include "registry/track-registry-index.h"

/* clang-format off */
#define REASON { "reason", ADMIN_TEXT, ADMIN_NEEDED_OPTION, "TEXT", "why; kept in the history" }

const AdminArgument track_propose_arguments[] = {
  { "document", ADMIN_CONTENT, ADMIN_WORD, "FILE", "the registry as it is to be, JSON" },
  REASON,
  { NULL },
};
const AdminArgument track_import_arguments[] = {
  { "what", ADMIN_CHOICE, ADMIN_WORD, "units|endpoints", "what the file lists; the list in force is replaced by it" },
  { "content", ADMIN_CONTENT, ADMIN_WORD, "FILE", "CSV as switchtrackctl export writes it" },
  REASON,
  { NULL },
};
const AdminArgument track_propose_unit_arguments[] = {
  { "code", ADMIN_TEXT, ADMIN_WORD, "CODE", "jobcenter code, five digits, or default" },
  { "endpoint", ADMIN_TEXT, ADMIN_OPTION, "NAME", "the Planner it goes to" },
  { "alias_of", ADMIN_TEXT, ADMIN_OPTION, "CODE", "it shares the jobcenter of this code" },
  { "remove", ADMIN_FLAG, ADMIN_OPTION, NULL, "its rows go" },
  { "name", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "what people call it" },
  { "from", ADMIN_TIME, ADMIN_OPTION, "TIME", "from then on (now; since ever for a code that nobody serves yet)" },
  { "until", ADMIN_TIME, ADMIN_OPTION, "TIME", "up to then (for ever)" },
  { "move_bookings", ADMIN_FLAG, ADMIN_OPTION, NULL, "its bookings are migrated to the new Planner at --from, which is still to come" },
  REASON,
  { NULL },
};
const AdminArgument track_propose_endpoint_arguments[] = {
  { "name", ADMIN_TEXT, ADMIN_WORD, "NAME", "small letters, digits, hyphens" },
  { "urls", ADMIN_TEXTS, ADMIN_OPTION, "URL", "address; several: the same Planner", "url" },
  { "pins", ADMIN_TEXTS, ADMIN_OPTION, "PIN", "sha256//BASE64 of its public key; two for a roll-over", "pin" },
  { "contract", ADMIN_TEXT, ADMIN_OPTION, "VERSION", "of the contract (3)" },
  { "owner", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "who answers for it" },
  { "contacts", ADMIN_TEXTS, ADMIN_OPTION, "ADDRESS", "mail address of a role, in the order of the ladder", "contact" },
  { "webhooks", ADMIN_TEXTS, ADMIN_OPTION, "URL", "told beside the contacts", "webhook" },
  { "repeats_are_safe", ADMIN_CHOICE, ADMIN_OPTION, "yes|no", "a write that got no byte of answer may be sent again (no)" },
  { "max_parallel", ADMIN_INTEGER, ADMIN_OPTION, "N", "calls at once (200)", .min = 1, .max = 10000 },
  { "timeout_ms", ADMIN_INTEGER, ADMIN_OPTION, "MS", "for a whole answer (6000)", .min = 100, .max = 60000 },
  { "connect_ms", ADMIN_INTEGER, ADMIN_OPTION, "MS", "for a connection (2000)", .min = 100, .max = 30000 },
  { "probe_unit", ADMIN_TEXT, ADMIN_OPTION, "CODE", "that probes ask for" },
  { "remove", ADMIN_FLAG, ADMIN_OPTION, NULL, "it goes" },
  REASON,
  { NULL },
};
const AdminArgument track_propose_candidate_arguments[] = {
  { "code", ADMIN_TEXT, ADMIN_WORD, "CODE", "jobcenter code, five digits" },
  { "kind", ADMIN_CHOICE, ADMIN_WORD, "canary|shadow", "canary: citizens go there; shadow: reading calls are copied" },
  { "endpoint", ADMIN_TEXT, ADMIN_WORD, "NAME", "the other Planner" },
  { "permille", ADMIN_INTEGER, ADMIN_WORD, "N", "share in thousandths; 0: it goes", .min = 0, .max = TRACK_PERMILLE_ALL },
  { "disjoint", ADMIN_FLAG, ADMIN_OPTION, NULL, "no advisor is in both Planners; needed for a canary" },
  REASON,
  { NULL },
};
const AdminArgument track_state_arguments[] = {
  { "name", ADMIN_TEXT, ADMIN_WORD, "NAME", "of the Planner" },
  { "state", ADMIN_CHOICE, ADMIN_WORD, "active|drain|maintenance", "drain: nobody is switched to it; maintenance: calls are answered 990034" },
  REASON,
  { NULL },
};
const AdminArgument track_window_arguments[] = {
  { "endpoint", ADMIN_TEXT, ADMIN_WORD, "NAME", "of the Planner" },
  { "from", ADMIN_TIME, ADMIN_WORD, "FROM", "its beginning" },
  { "until", ADMIN_TIME, ADMIN_WORD, "UNTIL", "its end" },
  { "text_da", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "what is announced, in Danish" },
  { "text_en", ADMIN_TEXT, ADMIN_OPTION, "TEXT", "what is announced, in English" },
  { "closed", ADMIN_FLAG, ADMIN_OPTION, NULL, "calls are answered 990034 while it lasts" },
  { "remove", ADMIN_FLAG, ADMIN_OPTION, NULL, "it goes" },
  REASON,
  { NULL },
};
const AdminArgument track_freeze_arguments[] = {
  { "from", ADMIN_TIME, ADMIN_WORD, "FROM", "its beginning" },
  { "until", ADMIN_TIME, ADMIN_WORD, "UNTIL", "its end" },
  { "remove", ADMIN_FLAG, ADMIN_OPTION, NULL, "it goes" },
  REASON,
  { NULL },
};
/* clang-format on */

typedef gboolean (*Edit) (AdminCall *call, TrackRegistry *wanted, GError **error);

typedef struct
{
  AdminCall *call;
  Edit edit;
  TrackRegistry *before;
  TrackRegistry *wanted;
  gint64 proposal_id;
} Proposing;

static void
proposing_clear (Proposing *proposing)
{
  g_clear_pointer (&proposing->before, track_registry_unref);
  g_clear_pointer (&proposing->wanted, track_registry_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Proposing, proposing_clear)

static gboolean
write_proposal (StoreSession *session, gpointer data, GError **error)
{
  Proposing *proposing = data;
  const TrackApproval approval = track_desk_approval (proposing->call, session);
  const char *reason = NULL;

  /* A write may be run twice. */
  proposing_clear (proposing);
  proposing->before = track_approval_load_current (session, error);
  if (proposing->before == NULL)
    return FALSE;
  proposing->wanted = track_registry_copy (proposing->before);
  return proposing->edit (proposing->call, proposing->wanted, error) &&
         admin_need_text (proposing->call, "reason", &reason, error) &&
         track_approval_propose (&approval, proposing->wanted, reason, &proposing->proposal_id,
                                 error);
}

static gboolean
propose (AdminCall *call, Edit edit, GError **error)
{
  g_auto (Proposing) proposing = { .call = call, .edit = edit };

  if (!call->runner.run_write (call->runner.runner, write_proposal, &proposing, error))
    return FALSE;
  json_object_set_int_member (call->result, "proposal", proposing.proposal_id);
  track_command_describe_step (call, proposing.before, proposing.wanted);
  return TRUE;
}

/* The lists of @from instead of those of @to. */
static void
replace_lists (TrackRegistry *to, TrackRegistry *from)
{
  for (guint i = 0; i < TRACK_N_SHAPES; i++)
    {
      const TrackShape *shape = track_shape_get (i);
      GPtrArray **mine = &G_STRUCT_MEMBER (GPtrArray *, to, shape->array_offset);
      GPtrArray **its = &G_STRUCT_MEMBER (GPtrArray *, from, shape->array_offset);
      GPtrArray *swapped = *mine;

      *mine = *its;
      *its = swapped;
    }
}

static gboolean
edit_document (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  g_autoptr (TrackRegistry) parsed = NULL;
  const char *document = NULL;

  if (!admin_need_text (call, "document", &document, error))
    return FALSE;
  parsed = track_registry_parse (document, strlen (document), error);
  if (parsed == NULL)
    return FALSE;
  replace_lists (wanted, parsed);
  return TRUE;
}

/**
 * track_command_propose:
 */
gboolean
track_command_propose (AdminCall *call, GError **error)
{
  return propose (call, edit_document, error);
}

static gboolean
edit_import (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  const char *what = NULL, *content = NULL;

  if (!admin_need_text (call, "what", &what, error) ||
      !admin_need_text (call, "content", &content, error))
    return FALSE;
  return track_csv_read (
    track_shape_get (g_str_equal (what, "units") ? TRACK_SHAPE_UNIT : TRACK_SHAPE_ENDPOINT),
    content, wanted, error);
}

/**
 * track_command_import:
 */
gboolean
track_command_import (AdminCall *call, GError **error)
{
  return propose (call, edit_import, error);
}

/* A row since ever would have it that the code was always served by it, also when its bookings were issued elsewhere. */
static gboolean
has_past (const TrackRegistry *registry, const char *code, gint64 now_us)
{
  g_autoptr (TrackRegistryIndex) index = track_registry_index_new (registry);
  guint n_rows = 0;

  track_registry_index_get_rows (index, code, &n_rows);
  return n_rows > 0 || track_registry_index_find_server (index, code, now_us) != NULL;
}

static gboolean
edit_unit (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  TrackUnitEdit edit = { .moves_bookings = admin_get_flag (call, "move_bookings") };
  gint64 now_us = call->now_us / G_USEC_PER_SEC * G_USEC_PER_SEC;

  if (!admin_need_text (call, "code", &edit.code, error) ||
      !admin_get_text (call, "endpoint", &edit.endpoint, error) ||
      !admin_get_text (call, "alias_of", &edit.alias_of, error) ||
      !admin_get_text (call, "name", &edit.name, error))
    return FALSE;
  if ((edit.endpoint != NULL) + (edit.alias_of != NULL) + admin_get_flag (call, "remove") != 1)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "one of --endpoint, --alias-of and --remove is needed");
      return FALSE;
    }
  if (!track_command_get_instant (call, "from",
                                  has_past (wanted, edit.code, call->now_us) ? now_us : G_MININT64,
                                  &edit.from_us, error) ||
      !track_command_get_instant (call, "until", G_MAXINT64, &edit.until_us, error))
    return FALSE;
  if (edit.moves_bookings && !json_object_has_member (call->arguments, "from"))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "with --move-bookings say by --from when they are migrated: an instant "
                           "that is still to come when the change is applied");
      return FALSE;
    }
  return track_edit_unit (wanted, &edit, error);
}

/**
 * track_command_propose_unit:
 */
gboolean
track_command_propose_unit (AdminCall *call, GError **error)
{
  return propose (call, edit_unit, error);
}

/* The arguments that are members of the record, as its document has them. */
static JsonObject *
dup_members (AdminCall *call, const TrackShape *shape)
{
  JsonObject *members = json_object_new ();

  for (guint i = 0; i < shape->n_fields; i++)
    {
      const TrackField *field = &shape->fields[i];
      JsonNode *node = json_object_get_member (call->arguments, field->name);

      if (node == NULL)
        continue;
      if (field->kind == TRACK_FIELD_FLAG)
        json_object_set_boolean_member (members, field->name,
                                        g_str_equal (json_node_get_string (node), "yes"));
      else
        json_object_set_member (members, field->name, json_node_copy (node));
    }
  return members;
}

static gboolean
edit_endpoint (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  g_autoptr (JsonObject) members = dup_members (call, track_shape_get (TRACK_SHAPE_ENDPOINT));
  const char *name = NULL;

  if (!admin_need_text (call, "name", &name, error))
    return FALSE;
  if (admin_get_flag (call, "remove"))
    return track_edit_remove (wanted, TRACK_SHAPE_ENDPOINT, name, error);
  if (track_registry_find_endpoint (wanted, name) == NULL &&
      !json_object_has_member (members, "contract"))
    json_object_set_string_member (members, "contract", "3");
  return track_edit_record (wanted, TRACK_SHAPE_ENDPOINT, members, error);
}

/**
 * track_command_propose_endpoint:
 */
gboolean
track_command_propose_endpoint (AdminCall *call, GError **error)
{
  return propose (call, edit_endpoint, error);
}

static void
set_canary (TrackUnit *unit, const char *endpoint, guint permille, gboolean is_disjoint)
{
  if (unit->canary != NULL)
    g_free (unit->canary->endpoint);
  g_clear_pointer (&unit->canary, g_free);
  if (permille == 0)
    return;
  unit->canary = g_new0 (TrackCanary, 1);
  unit->canary->endpoint = g_strdup (endpoint);
  unit->canary->permille = permille;
  unit->canary->is_disjoint = is_disjoint;
}

static void
set_shadow (TrackUnit *unit, const char *endpoint, guint permille)
{
  if (unit->shadow != NULL)
    g_free (unit->shadow->endpoint);
  g_clear_pointer (&unit->shadow, g_free);
  if (permille == 0)
    return;
  unit->shadow = g_new0 (TrackShadow, 1);
  unit->shadow->endpoint = g_strdup (endpoint);
  unit->shadow->permille = permille;
}

/* The row in force; the registry is one that is being made. */
static gboolean
edit_candidate (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  guint permille = admin_get_integer (call, "permille", 0);
  const char *code = NULL, *kind = NULL, *endpoint = NULL;
  TrackUnit *unit;

  if (!admin_need_text (call, "code", &code, error) ||
      !admin_need_text (call, "kind", &kind, error) ||
      !admin_need_text (call, "endpoint", &endpoint, error))
    return FALSE;
  unit = (TrackUnit *) track_registry_find_unit (wanted, code, call->now_us);
  if (unit == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "unit %s has no row of its own",
                   code);
      return FALSE;
    }
  if (g_str_equal (kind, "canary"))
    set_canary (unit, endpoint, permille, admin_get_flag (call, "disjoint"));
  else
    set_shadow (unit, endpoint, permille);
  return TRUE;
}

/**
 * track_command_propose_candidate:
 */
gboolean
track_command_propose_candidate (AdminCall *call, GError **error)
{
  return propose (call, edit_candidate, error);
}

static gboolean
edit_state (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  g_autoptr (JsonObject) members = dup_members (call, track_shape_get (TRACK_SHAPE_ENDPOINT));
  const char *name = NULL;

  if (!admin_need_text (call, "name", &name, error))
    return FALSE;
  if (track_registry_find_endpoint (wanted, name) != NULL)
    return track_edit_record (wanted, TRACK_SHAPE_ENDPOINT, members, error);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no endpoint %s", name);
  return FALSE;
}

/**
 * track_command_state:
 */
gboolean
track_command_state (AdminCall *call, GError **error)
{
  return propose (call, edit_state, error);
}

/* Instants as the document has them, whatever zone they were given in. */
static gboolean
put_interval (AdminCall *call, JsonObject *members, GError **error)
{
  gint64 from_us = 0, until_us = 0;

  if (!track_command_get_instant (call, "from", 0, &from_us, error) ||
      !track_command_get_instant (call, "until", 0, &until_us, error))
    return FALSE;
  track_command_put_instant (members, "from", from_us);
  track_command_put_instant (members, "until", until_us);
  return TRUE;
}

/* By the key that the members make. */
static gboolean
remove_dated (TrackRegistry *wanted, TrackShapeKind kind, JsonObject *members, GError **error)
{
  const char *endpoint = json_object_get_string_member_with_default (members, "endpoint", NULL);
  g_autofree char *key =
    g_strdup_printf ("%s%sfrom %s", endpoint == NULL ? "" : endpoint, endpoint == NULL ? "" : " ",
                     json_object_get_string_member (members, "from"));

  return track_edit_remove (wanted, kind, key, error);
}

static gboolean
edit_window (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  g_autoptr (JsonObject) members = dup_members (call, track_shape_get (TRACK_SHAPE_WINDOW));

  if (!put_interval (call, members, error))
    return FALSE;
  if (admin_get_flag (call, "remove"))
    return remove_dated (wanted, TRACK_SHAPE_WINDOW, members, error);
  json_object_set_boolean_member (members, "is_closed", admin_get_flag (call, "closed"));
  return track_edit_record (wanted, TRACK_SHAPE_WINDOW, members, error);
}

/**
 * track_command_window:
 */
gboolean
track_command_window (AdminCall *call, GError **error)
{
  return propose (call, edit_window, error);
}

static gboolean
edit_freeze (AdminCall *call, TrackRegistry *wanted, GError **error)
{
  g_autoptr (JsonObject) members = dup_members (call, track_shape_get (TRACK_SHAPE_FREEZE));

  if (!put_interval (call, members, error))
    return FALSE;
  if (admin_get_flag (call, "remove"))
    return remove_dated (wanted, TRACK_SHAPE_FREEZE, members, error);
  return track_edit_record (wanted, TRACK_SHAPE_FREEZE, members, error);
}

/**
 * track_command_freeze:
 */
gboolean
track_command_freeze (AdminCall *call, GError **error)
{
  return propose (call, edit_freeze, error);
}
