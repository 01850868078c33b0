/* SPDX-License-Identifier: EUPL-1.2 */
/* Works lanes on the calling thread, over a DFDG of a hash table. */
#include "inbox-world.h"

#include "base/error.h"
#include "store/citizen-store.h"

void
inbox_world_init (InboxWorld *inbox, World *world)
{
  *inbox = (InboxWorld){ .world = world };
  inbox->truths =
    g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) indkaldelse_free);
  dfdg_entity_ids_init (&inbox->entities);
}

void
inbox_world_clear (InboxWorld *inbox)
{
  g_clear_pointer (&inbox->truths, g_hash_table_unref);
  g_clear_pointer (&inbox->world, world_free);
}

void
inbox_world_set_truth (InboxWorld *inbox, const char *id, DfdgIndkaldelse *record)
{
  if (record == NULL)
    g_hash_table_remove (inbox->truths, id);
  else
    g_hash_table_insert (inbox->truths, g_strdup (id), record);
}

DfdgIndkaldelse *
inbox_world_get_truth (InboxWorld *inbox, const char *id)
{
  return g_hash_table_lookup (inbox->truths, id);
}

static DfdgIndkaldelse *
copy_record (const DfdgIndkaldelse *from)
{
  DfdgIndkaldelse *to = indkaldelse_new ();
  GPtrArray *participants = to->participants;

  *to = *from;
  to->participants = participants;
  to->identifier = g_strdup (from->identifier);
  to->version = g_strdup (from->version);
  to->cpr = g_strdup (from->cpr);
  to->unit_code = g_strdup (from->unit_code);
  to->group_identifier = g_strdup (from->group_identifier);
  to->meeting_link = g_strdup (from->meeting_link);
  to->title = g_strdup (from->title);
  to->description = g_strdup (from->description);
  to->location = g_strdup (from->location);
  to->address = g_strdup (from->address);
  to->telephone = g_strdup (from->telephone);
  to->contact_options = g_strdup (from->contact_options);
  to->advisor_key = g_strdup (from->advisor_key);
  to->advisor_name = g_strdup (from->advisor_name);
  to->advisor_email = g_strdup (from->advisor_email);
  to->advisor_telephone = g_strdup (from->advisor_telephone);
  to->maker_code = g_strdup (from->maker_code);
  for (guint i = 0; i < from->participants->len; i++)
    {
      const IndkaldelseDeltager *one = from->participants->pdata[i];
      IndkaldelseDeltager *copy = g_new0 (IndkaldelseDeltager, 1);

      *copy = (IndkaldelseDeltager){ .identifier = g_strdup (one->identifier),
                                     .name = g_strdup (one->name),
                                     .organisation_type = one->organisation_type };
      g_ptr_array_add (participants, copy);
    }
  return to;
}

static gboolean
get_truth (gpointer data,
           const char *id,
           DfdgIndkaldelse **out_record,
           GCancellable *cancellable,
           GError **error)
{
  InboxWorld *inbox = data;
  const DfdgIndkaldelse *record = g_hash_table_lookup (inbox->truths, id);

  inbox->n_asked++;
  if (inbox->is_closed)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_ACCESS_DENIED, "forbidden: 403");
      return FALSE;
    }
  if (inbox->is_down || inbox->is_broken)
    {
      g_set_error_literal (error, PLANNER_ERROR,
                           inbox->is_down ? PLANNER_ERROR_UNAVAILABLE : PLANNER_ERROR_MALFORMED,
                           inbox->is_down ? "unavailable: no answer" : "broken: no JSON");
      return FALSE;
    }
  *out_record = record == NULL ? NULL : copy_record (record);
  return TRUE;
}

static gboolean
has_answered (gpointer data, DfdgService service, gint64 since_us)
{
  const InboxWorld *inbox = data;

  g_assert_cmpint (service, ==, DFDG_SERVICE_INDKALDELSE);
  return inbox->answered_us > since_us;
}

static const DfdgTruth truth = { get_truth, has_answered };

static gboolean
add_step (OpCall *call, gpointer data, GError **error)
{
  gboolean is_new = FALSE;

  return inbox_store_add (call->session, data, &is_new, error);
}

gint64
inbox_world_tell (InboxWorld *inbox, guint citizen, const char *id, DfdgChange change)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *message_id = g_strdup_printf ("m-%u", ++inbox->n_messages);
  DfdgEvent event = { .tenant_id = 1,
                      .carrier = inbox->service == NULL ? DFDG_CARRIER_WSB : DFDG_CARRIER_WSRM,
                      .entity_name = (char *) inbox->service,
                      .message_id = message_id,
                      .entity_type = 90000,
                      .change_type = (int) change,
                      .external_id = (char *) id,
                      .cpr = citizen == 0 ? NULL : (char *) testlib_cpr (citizen),
                      .version_id = (char *) inbox->version,
                      .event_us = inbox->world->now_us,
                      .received_us = inbox->world->now_us + !inbox->is_undated,
                      .system_id = inbox->is_own ? 77 : 1,
                      .organisation_type = 8,
                      .hint = -1 };

  g_assert_true (world_step (inbox->world, add_step, &event, &error));
  g_assert_no_error (error);
  return inbox->n_messages;
}

static void
work_lane (InboxWorld *inbox, gint64 citizen_id, DfdgLaneReport *total)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events =
    inbox_store_list_lane (inbox->world->reader, 1, citizen_id, inbox->world->now_us, 100, &error);
  DfdgLane lane = { .session = inbox->world->reader,
                    .run_step = world_step,
                    .runner = inbox->world,
                    .tenant_key = "demo",
                    .tenant_id = 1,
                    .entities = &inbox->entities,
                    .own_system = 77,
                    .fund_type = 5,
                    .truth = &truth,
                    .truth_data = inbox,
                    .call_id = "00000000-0000-4000-8000-0000000000dd",
                    .events = events };
  DfdgLaneReport report;

  g_assert_no_error (error);
  g_assert_true (dfdg_lane_run (&lane, &report, &error));
  g_assert_no_error (error);
  total->n_done += report.n_done;
  total->n_parked += report.n_parked;
  total->is_later |= report.is_later;
  total->is_down |= report.is_down;
}

DfdgLaneReport
inbox_world_work (InboxWorld *inbox)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) lanes =
    inbox_store_list_lanes (inbox->world->reader, 1, inbox->world->now_us, 100, &error);
  DfdgLaneReport total = { 0 };

  g_assert_no_error (error);
  for (guint i = 0; i < lanes->len; i++)
    work_lane (inbox, g_array_index (lanes, gint64, i), &total);
  return total;
}

char *
inbox_world_dup_fate (InboxWorld *inbox, gint64 event_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DfdgEvent) event = inbox_store_find (inbox->world->reader, 1, event_id, &error);
  g_auto (GStrv) words = NULL;

  g_assert_no_error (error);
  words = g_strsplit_set (event->reason == NULL ? "" : event->reason, ": ", 2);
  return g_strdup_printf ("%s %s", dfdg_event_state_to_text (event->state),
                          words[0] == NULL ? "" : words[0]);
}
