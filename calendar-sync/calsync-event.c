/* SPDX-License-Identifier: EUPL-1.2 */
/* What a calendar says about an advisor's time: spans and classes. */
#include "calsync-event.h"

static const char *const class_words[CALSYNC_N_CLASSES] = { "free", "busy",      "tentative",
                                                            "away", "elsewhere", "unknown" };

/**
 * calsync_class_format:
 * @busy_class: a class
 *
 * Returns: (transfer none): its word: free, busy, tentative, away, elsewhere or unknown
 */
const char *
calsync_class_format (CalsyncClass busy_class)
{
  return (guint) busy_class < CALSYNC_N_CLASSES ? class_words[busy_class] : "unknown";
}

/**
 * calsync_class_parse:
 * @word: a word of calsync_class_format()
 * @out_class: (out): the class
 *
 * Returns: whether it is such a word
 */
gboolean
calsync_class_parse (const char *word, CalsyncClass *out_class)
{
  for (guint i = 0; i < CALSYNC_N_CLASSES; i++)
    {
      if (g_strcmp0 (word, class_words[i]) == 0)
        {
          *out_class = (CalsyncClass) i;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
is_word (const char *value, const char *word)
{
  return value != NULL && g_ascii_strcasecmp (value, word) == 0;
}

static CalsyncClass
class_of_busy_status (const char *busy_status)
{
  if (is_word (busy_status, "FREE"))
    return CALSYNC_CLASS_FREE;
  if (is_word (busy_status, "BUSY"))
    return CALSYNC_CLASS_BUSY;
  if (is_word (busy_status, "TENTATIVE"))
    return CALSYNC_CLASS_TENTATIVE;
  if (is_word (busy_status, "OOF"))
    return CALSYNC_CLASS_AWAY;
  if (is_word (busy_status, "WORKINGELSEWHERE"))
    return CALSYNC_CLASS_ELSEWHERE;
  return CALSYNC_CLASS_UNKNOWN;
}

static CalsyncClass
class_of_transparency (const char *transparency)
{
  if (transparency == NULL || is_word (transparency, "OPAQUE"))
    return CALSYNC_CLASS_BUSY;
  return is_word (transparency, "TRANSPARENT") ? CALSYNC_CLASS_FREE : CALSYNC_CLASS_UNKNOWN;
}

/**
 * calsync_is_not_held:
 * @status: (nullable): STATUS
 * @participation: (nullable): PARTSTAT of the calendar's owner
 *
 * Any thread.
 *
 * Returns: whether the event does not take place, or not for the calendar's owner
 */
gboolean
calsync_is_not_held (const char *status, const char *participation)
{
  return is_word (status, "CANCELLED") || is_word (participation, "DECLINED");
}

/**
 * calsync_class_of_event:
 * @status: (nullable): STATUS
 * @transparency: (nullable): TRANSP
 * @busy_status: (nullable): X-MICROSOFT-CDO-BUSYSTATUS, which is finer than TRANSP and beats it
 * @participation: (nullable): PARTSTAT of the calendar's owner
 *
 * Each argument is the property's value, %NULL when the event does not have it. Any thread.
 *
 * Returns: what the event's time is to be taken as
 */
CalsyncClass
calsync_class_of_event (const char *status,
                        const char *transparency,
                        const char *busy_status,
                        const char *participation)
{
  CalsyncClass base;

  if (calsync_is_not_held (status, participation))
    return CALSYNC_CLASS_FREE;
  base =
    busy_status != NULL ? class_of_busy_status (busy_status) : class_of_transparency (transparency);
  if (base != CALSYNC_CLASS_BUSY)
    return base;
  if (status != NULL && !is_word (status, "CONFIRMED") && !is_word (status, "TENTATIVE"))
    return CALSYNC_CLASS_UNKNOWN;
  if (is_word (status, "TENTATIVE") || is_word (participation, "TENTATIVE") ||
      is_word (participation, "NEEDS-ACTION"))
    return CALSYNC_CLASS_TENTATIVE;
  return CALSYNC_CLASS_BUSY;
}

/**
 * calsync_class_of_free_busy:
 * @type: (nullable): FBTYPE of a free/busy period, or BUSYTYPE of an availability
 *
 * Any thread. Source: RFC 5545 section 3.2.9: an unknown type is busy; we also mark it as unknown.
 *
 * Returns: what the period is to be taken as
 */
CalsyncClass
calsync_class_of_free_busy (const char *type)
{
  if (type == NULL || is_word (type, "BUSY"))
    return CALSYNC_CLASS_BUSY;
  if (is_word (type, "FREE"))
    return CALSYNC_CLASS_FREE;
  if (is_word (type, "BUSY-TENTATIVE"))
    return CALSYNC_CLASS_TENTATIVE;
  return is_word (type, "BUSY-UNAVAILABLE") ? CALSYNC_CLASS_AWAY : CALSYNC_CLASS_UNKNOWN;
}

static gint
compare_spans (gconstpointer one, gconstpointer other)
{
  const CalsyncSpan *a = one, *b = other;

  if (a->start_us != b->start_us)
    return a->start_us < b->start_us ? -1 : 1;
  if (a->end_us != b->end_us)
    return a->end_us < b->end_us ? -1 : 1;
  return (gint) a->busy_class - (gint) b->busy_class;
}

/**
 * calsync_spans_sort:
 * @spans: (element-type CalsyncSpan): spans, sorted in place by start, end and class
 *
 * Any thread.
 */
void
calsync_spans_sort (GArray *spans)
{
  g_array_sort (spans, compare_spans);
}
