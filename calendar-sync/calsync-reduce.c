/* SPDX-License-Identifier: EUPL-1.2 */
/* Gathers the components of one UID into a reduced object. */
#include "calsync-reduce.h"

#include "calsync-busy.h"
#include "calsync-error.h"
#include "calsync-series.h"

#include <string.h>

#define MAX_REFERENCE  128
#define MAX_PARTS      5000
#define AVAILABILITIES "availabilities" /* all of a file make one object: they rank one another */

/* One reduced component. What it alone brings goes with it when a newer version takes its place. */
typedef struct
{
  const char *kind;
  GString *key; /* the instance that it stands for; empty for a series itself */
  GString *body;
  gint sequence;
  guint flags;
  char *reference;
  GPtrArray *zone_texts; /* VTIMEZONEs that it names */
} Part;

struct _CalsyncDraft
{
  char *uid_hash;
  GPtrArray *parts;
};

static void
part_free (Part *part)
{
  g_string_free (part->key, TRUE);
  g_string_free (part->body, TRUE);
  g_free (part->reference);
  g_ptr_array_unref (part->zone_texts);
  g_free (part);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Part, part_free)

static Part *
part_new (const char *kind)
{
  Part *part = g_new0 (Part, 1);

  part->kind = kind;
  part->key = g_string_new (NULL);
  part->body = g_string_new (NULL);
  part->zone_texts = g_ptr_array_new_with_free_func (g_free);
  return part;
}

static void
draft_free (gpointer data)
{
  CalsyncDraft *draft = data;

  g_free (draft->uid_hash);
  g_ptr_array_unref (draft->parts);
  g_free (draft);
}

/**
 * calsync_reducer_init:
 * @reducer: (out): made ready; its scope is set by who calls, one calendar at a time
 * @options: how to read; must outlive the reducer
 */
void
calsync_reducer_init (CalsyncReducer *reducer, const CalsyncImportOptions *options)
{
  *reducer = (CalsyncReducer){ .options = options };
  reducer->drafts = g_ptr_array_new_with_free_func (draft_free);
  reducer->by_hash = g_hash_table_new (g_str_hash, g_str_equal);
}

/**
 * calsync_reducer_clear:
 * @reducer: a reducer; what it holds is freed
 */
void
calsync_reducer_clear (CalsyncReducer *reducer)
{
  g_clear_pointer (&reducer->by_hash, g_hash_table_unref);
  g_clear_pointer (&reducer->drafts, g_ptr_array_unref);
}

/**
 * calsync_uid_hash:
 * @uid: a UID; blanks around it are ignored
 * @options: for the key
 *
 * Any thread.
 *
 * Returns: (transfer full): HMAC-SHA-256 of the UID under the options' key, SHA-256 without one, as 64
 *   hexadecimal digits
 */
char *
calsync_uid_hash (const char *uid, const CalsyncImportOptions *options)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (uid));

  if (options->uid_key == NULL)
    return g_compute_checksum_for_string (G_CHECKSUM_SHA256, trimmed, -1);
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, options->uid_key, options->n_uid_key,
                                    trimmed, -1);
}

static CalsyncDraft *
find_draft (CalsyncReducer *reducer, const char *uid_hash)
{
  CalsyncDraft *draft = g_hash_table_lookup (reducer->by_hash, uid_hash);

  if (draft != NULL)
    return draft;
  draft = g_new0 (CalsyncDraft, 1);
  draft->uid_hash = g_strdup (uid_hash);
  draft->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) part_free);
  g_ptr_array_add (reducer->drafts, draft);
  g_hash_table_insert (reducer->by_hash, draft->uid_hash, draft);
  return draft;
}

static void
add_text (GPtrArray *texts, const char *text)
{
  if (!g_ptr_array_find_with_equal_func (texts, text, g_str_equal, NULL))
    g_ptr_array_add (texts, g_strdup (text));
}

static void
add_zone (CalsyncReducer *reducer, Part *part, const CalsyncMoment *moment)
{
  const char *text =
    moment->zone == NULL ? NULL : calsync_zone_scope_get_text (reducer->scope, moment->zone);

  if (text != NULL)
    add_text (part->zone_texts, text);
}

static void
add_zones (CalsyncReducer *reducer, Part *part, const CalsyncSeries *series)
{
  add_zone (reducer, part, &series->start);
  if (series->extent.kind == CALSYNC_EXTENT_END)
    add_zone (reducer, part, &series->extent.end);
  if (series->is_override)
    add_zone (reducer, part, &series->recurrence_id);
  for (guint i = 0; i < series->dates->len; i++)
    add_zone (reducer, part, &g_array_index (series->dates, CalsyncPeriod, i).start);
  for (guint i = 0; i < series->excluded->len; i++)
    add_zone (reducer, part, &g_array_index (series->excluded, CalsyncMoment, i));
}

/* Our own marker on a booking that was written out: letters, digits and -_.: only. */
static char *
read_reference (const CalsyncComponent *component)
{
  const CalsyncLine *line = calsync_component_find (component, "X-PLANNER-REF");
  gsize length = line == NULL ? 0 : strlen (line->value);

  if (length == 0 || length > MAX_REFERENCE)
    return NULL;
  for (const char *at = line->value; *at != '\0'; at++)
    {
      if (!g_ascii_isalnum (*at) && strchr ("-_.:", *at) == NULL)
        return NULL;
    }
  return g_strdup (line->value);
}

/* Takes @part. Versions of one component: the higher SEQUENCE stands; equals that differ both stand. */
static CalsyncReduction
add_part (CalsyncDraft *draft, Part *part)
{
  CalsyncReduction result = CALSYNC_REDUCED;

  for (guint i = draft->parts->len; i > 0; i--)
    {
      const Part *known = g_ptr_array_index (draft->parts, i - 1);

      if (strcmp (known->kind, part->kind) != 0 || !g_string_equal (known->key, part->key))
        continue;
      if (known->sequence > part->sequence || g_string_equal (known->body, part->body))
        {
          part_free (part);
          return CALSYNC_REDUCED_KNOWN;
        }
      if (known->sequence < part->sequence)
        g_ptr_array_remove_index (draft->parts, i - 1);
      else
        result = CALSYNC_REDUCED_TWICE;
    }
  g_ptr_array_add (draft->parts, part);
  return result;
}

static CalsyncDraft *
draft_for (CalsyncReducer *reducer, const CalsyncComponent *component, const char *body)
{
  const CalsyncLine *uid = calsync_component_find (component, "UID");
  g_autofree char *name = uid != NULL && *uid->value != '\0' ? g_strdup (uid->value)
                                                             : g_strconcat ("content:", body, NULL);
  g_autofree char *hash = calsync_uid_hash (name, reducer->options);

  return find_draft (reducer, hash);
}

static CalsyncReduction
reduce_event (CalsyncReducer *reducer,
              const CalsyncComponent *component,
              CalsyncDraft **out_draft,
              GError **error)
{
  g_autoptr (CalsyncSeries) series =
    calsync_series_read (component, reducer->scope, reducer->options->owner_addresses, error);
  g_autoptr (Part) part = part_new ("VEVENT");
  CalsyncDraft *draft;

  if (series == NULL)
    return CALSYNC_REDUCTION_FAILED;
  if (reducer->is_cancelled)
    {
      series->busy_class = CALSYNC_CLASS_FREE;
      series->flags |= CALSYNC_FLAG_NOT_HELD;
    }
  part->reference = read_reference (component);
  part->sequence = series->sequence;
  part->flags = series->flags;
  calsync_series_write (series, part->body);
  if (part->reference != NULL)
    g_string_append_printf (part->body, "X-PLANNER-REF:%s\r\n", part->reference);
  if (series->is_override)
    calsync_moment_write (part->key, "RECURRENCE-ID", &series->recurrence_id, NULL);
  *out_draft = draft = draft_for (reducer, component, part->body->str);
  if (draft->parts->len >= MAX_PARTS)
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_TOO_LARGE,
                   "more than %d events share one UID", MAX_PARTS);
      return CALSYNC_REDUCTION_FAILED;
    }
  add_zones (reducer, part, series);
  return add_part (draft, g_steal_pointer (&part));
}

static CalsyncReduction
reduce_free_busy (CalsyncReducer *reducer,
                  const CalsyncComponent *component,
                  CalsyncDraft **out_draft,
                  GError **error)
{
  g_autoptr (Part) part = part_new ("VFREEBUSY");

  if (!calsync_free_busy_reduce (component, reducer->scope, part->body, error))
    return CALSYNC_REDUCTION_FAILED;
  *out_draft = draft_for (reducer, component, part->body->str);
  return add_part (*out_draft, g_steal_pointer (&part));
}

static gboolean
write_availability_header (CalsyncReducer *reducer,
                           const CalsyncComponent *component,
                           Part *part,
                           GError **error)
{
  static const char *const names[] = { "DTSTART", "DTEND" };
  const CalsyncLine *priority = calsync_component_find (component, "PRIORITY");
  const CalsyncLine *type = calsync_component_find (component, "BUSYTYPE");
  const CalsyncLine *duration = calsync_component_find (component, "DURATION");
  CalsyncDuration length;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const CalsyncLine *line = calsync_component_find (component, names[i]);
      CalsyncMoment moment;

      if (line == NULL)
        continue;
      if (!calsync_moment_read (line, reducer->scope, &moment))
        {
          g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "%s cannot be read",
                       names[i]);
          return FALSE;
        }
      add_zone (reducer, part, &moment);
      calsync_moment_write (part->body, names[i], &moment, NULL);
    }
  if (duration != NULL &&
      !calsync_parse_duration (duration->value, strlen (duration->value), &length))
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "DURATION cannot be read");
      return FALSE;
    }
  if (duration != NULL)
    g_string_append_printf (
      part->body, "DURATION:%sP%" G_GINT64_FORMAT "DT%" G_GINT64_FORMAT "S\r\n",
      length.days < 0 || length.seconds < 0 ? "-" : "", ABS (length.days), ABS (length.seconds));
  if (priority != NULL)
    g_string_append_printf (part->body, "PRIORITY:%d\r\n",
                            (gint) CLAMP (g_ascii_strtoll (priority->value, NULL, 10), 0, 9));
  if (type != NULL)
    {
      static const char *const types[] = { "BUSY", "BUSY-UNAVAILABLE", "BUSY-TENTATIVE", NULL };
      g_autofree char *word = g_ascii_strup (type->value, -1);

      g_string_append_printf (part->body, "BUSYTYPE:%s\r\n",
                              g_strv_contains (types, word) ? word : "X-UNKNOWN");
    }
  return TRUE;
}

static gboolean
write_available (CalsyncReducer *reducer,
                 const CalsyncComponent *component,
                 Part *part,
                 GError **error)
{
  g_autoptr (CalsyncSeries) series = calsync_series_read (component, reducer->scope, NULL, error);
  const CalsyncLine *uid = calsync_component_find (component, "UID");

  if (series == NULL)
    return FALSE;
  add_zones (reducer, part, series);
  part->flags |= series->flags;
  g_string_append (part->body, "BEGIN:AVAILABLE\r\n");
  if (uid != NULL)
    {
      g_autofree char *hash = calsync_uid_hash (uid->value, reducer->options);

      g_string_append_printf (part->body, "UID:%s\r\n", hash);
    }
  calsync_series_write (series, part->body);
  g_string_append (part->body, "END:AVAILABLE\r\n");
  return TRUE;
}

static CalsyncReduction
reduce_availability (CalsyncReducer *reducer,
                     const CalsyncComponent *component,
                     CalsyncDraft **out_draft,
                     GError **error)
{
  g_autofree char *hash = calsync_uid_hash (AVAILABILITIES, reducer->options);
  g_autoptr (Part) part = part_new ("VAVAILABILITY");

  if (!write_availability_header (reducer, component, part, error))
    return CALSYNC_REDUCTION_FAILED;
  for (guint i = 0; i < component->children->len; i++)
    {
      const CalsyncComponent *child = g_ptr_array_index (component->children, i);

      if (calsync_component_is (child, "AVAILABLE") &&
          !write_available (reducer, child, part, error))
        return CALSYNC_REDUCTION_FAILED;
    }
  *out_draft = find_draft (reducer, hash);
  (void) add_part (*out_draft, g_steal_pointer (&part));
  return CALSYNC_REDUCED;
}

/**
 * calsync_reduce_component:
 * @reducer: the reducer, with the component's calendar set
 * @component: a VEVENT, VFREEBUSY or VAVAILABILITY
 * @out_uid_hash: (out): the object that it went into; untouched on failure
 * @error: why it was left out
 *
 * Returns: what became of it
 */
CalsyncReduction
calsync_reduce_component (CalsyncReducer *reducer,
                          const CalsyncComponent *component,
                          char **out_uid_hash,
                          GError **error)
{
  CalsyncDraft *draft = NULL;
  CalsyncReduction result;

  if (calsync_component_is (component, "VEVENT"))
    result = reduce_event (reducer, component, &draft, error);
  else if (calsync_component_is (component, "VFREEBUSY"))
    result = reduce_free_busy (reducer, component, &draft, error);
  else
    result = reduce_availability (reducer, component, &draft, error);
  if (result != CALSYNC_REDUCTION_FAILED)
    *out_uid_hash = g_strdup (draft->uid_hash);
  return result;
}

/* (transfer full) (nullable): the marker of all parts that have one; none when they contradict each other. */
static char *
dup_reference (const CalsyncDraft *draft)
{
  const char *reference = NULL;

  for (guint i = 0; i < draft->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (draft->parts, i);

      if (part->reference == NULL)
        continue;
      if (reference != NULL && strcmp (reference, part->reference) != 0)
        return NULL;
      reference = part->reference;
    }
  return g_strdup (reference);
}

static void
append_zones (const CalsyncDraft *draft, GString *text)
{
  g_autoptr (GPtrArray) zone_texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < draft->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (draft->parts, i);

      for (guint k = 0; k < part->zone_texts->len; k++)
        add_text (zone_texts, g_ptr_array_index (part->zone_texts, k));
    }
  for (guint i = 0; i < zone_texts->len; i++)
    g_string_append (text, g_ptr_array_index (zone_texts, i));
}

/**
 * calsync_draft_finish:
 * @draft: a draft
 *
 * Returns: (transfer full) (nullable): its object; %NULL when nothing was added to it
 */
CalsyncObject *
calsync_draft_finish (const CalsyncDraft *draft)
{
  g_autoptr (GString) text = g_string_new ("BEGIN:VCALENDAR\r\n"
                                           "VERSION:2.0\r\n"
                                           "PRODID:-//Kommunal Planner//NONSGML v1//DA\r\n");
  CalsyncObject *object;

  if (draft->parts->len == 0)
    return NULL;
  object = g_new0 (CalsyncObject, 1);
  append_zones (draft, text);
  for (guint i = 0; i < draft->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (draft->parts, i);

      g_string_append_printf (text, "BEGIN:%s\r\nUID:%s\r\n%sEND:%s\r\n", part->kind,
                              draft->uid_hash, part->body->str, part->kind);
      object->flags |= part->flags;
    }
  g_string_append (text, "END:VCALENDAR\r\n");
  object->uid_hash = g_strdup (draft->uid_hash);
  object->reference = dup_reference (draft);
  object->text = g_string_free (g_steal_pointer (&text), FALSE);
  return object;
}
