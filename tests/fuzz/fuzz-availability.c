/* SPDX-License-Identifier: EUPL-1.2 */
/* Working time: what the check accepts can be laid out, in order, within the window, without overlap. */
#include "calsync-availability.h"
#include "calsync-error.h"
#include "fuzz.h"

#define FROM_US (1795392000 * CALSYNC_US_PER_SECOND)

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  const CalsyncWindow window = { .zone = calsync_zone_lookup ("Europe/Copenhagen", NULL),
                                 .from_us = FROM_US,
                                 .to_us = FROM_US + 60 * G_TIME_SPAN_DAY,
                                 .max_instances = 500 };
  g_autofree char *text = fuzz_dup_text (data, n_bytes);
  g_autoptr (GArray) spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GError) error = NULL;
  gboolean is_accepted = calsync_availability_check (text, &window, &error);

  g_assert_cmpint (is_accepted, ==, error == NULL);
  g_clear_error (&error);
  if (!calsync_availability_expand (text, &window, spans, &error))
    {
      g_assert_false (is_accepted);
      g_assert_true (error->domain == CALSYNC_ERROR);
      g_assert_cmpuint (spans->len, ==, 0);
      return 0;
    }
  for (guint i = 0; i < spans->len; i++)
    {
      const CalsyncSpan *span = &g_array_index (spans, CalsyncSpan, i);

      g_assert_cmpint (span->start_us, <, span->end_us);
      g_assert_true (span->start_us < window.to_us && span->end_us > window.from_us);
      if (i > 0)
        g_assert_cmpint (g_array_index (spans, CalsyncSpan, i - 1).end_us, <=, span->start_us);
    }
  return 0;
}
