/* SPDX-License-Identifier: EUPL-1.2 */
/* Names the classes of the spans that block a wanted time; never what an appointment is about. */
#include "ops/commands/bookings/explain-busy.h"

#include "ops/facts/block-rules.h"

static const char *const class_names[CALSYNC_N_CLASSES] = {
  [CALSYNC_CLASS_FREE] = "marked as free",
  [CALSYNC_CLASS_BUSY] = "busy",
  [CALSYNC_CLASS_TENTATIVE] = "tentative",
  [CALSYNC_CLASS_AWAY] = "out of office",
  [CALSYNC_CLASS_ELSEWHERE] = "working elsewhere",
  [CALSYNC_CLASS_UNKNOWN] = "an entry that is not understood",
};

/* Two for each class: with whole days. */
static void
append_names (GString *text, const gboolean *is_found)
{
  const char *separator = " (calendar: ";

  for (guint i = 0; i < 2 * CALSYNC_N_CLASSES; i++)
    if (is_found[i])
      {
        g_string_append_printf (text, "%s%s%s", separator, class_names[i / 2],
                                i % 2 == 1 ? ", all day" : "");
        separator = "; ";
      }
  if (*separator == ';')
    g_string_append_c (text, ')');
}

/**
 * explain_busy_dup_text:
 * @wanted: the meeting with its buffers
 *
 * Returns: (transfer full): one sentence with every class that stands in the way; NULL with @error set.
 */
char *
explain_busy_dup_text (StoreSession *session,
                       const CatalogueResource *resource,
                       Period wanted,
                       CalsyncMeeting meeting,
                       GError **error)
{
  g_autoptr (GArray) spans = busy_span_list (session, resource->resource_id, wanted, error);
  g_autoptr (GString) text = g_string_new ("an appointment of their own");
  gboolean is_found[2 * CALSYNC_N_CLASSES] = { FALSE };

  if (spans == NULL)
    return NULL;
  for (guint i = 0; i < spans->len; i++)
    {
      const BusySpan *span = &g_array_index (spans, BusySpan, i);
      CalsyncClass busy_class;

      if (!calsync_class_parse (span->class_name, &busy_class))
        busy_class = CALSYNC_CLASS_UNKNOWN;
      if (block_rules_let_block (&resource->blocks, span, meeting))
        is_found[2 * busy_class + (span->is_all_day != 0)] = TRUE;
    }
  append_names (text, is_found);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
