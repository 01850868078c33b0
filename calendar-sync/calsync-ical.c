/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads calendar files into reduced objects that hold times and busy classes and nothing else. */
#include "calsync-ical.h"

#include "calsync-component.h"
#include "calsync-error.h"
#include "calsync-reduce.h"

#include <string.h>

#define DEFAULT_MAX_BYTES      (16 * 1024 * 1024)
#define DEFAULT_MAX_COMPONENTS 50000

/**
 * calsync_object_free:
 * @object: (transfer full): the object
 */
void
calsync_object_free (CalsyncObject *object)
{
  g_free (object->uid_hash);
  g_free (object->text);
  g_free (object->reference);
  g_free (object);
}

static void
note_free (gpointer data)
{
  CalsyncNote *note = data;

  g_free (note->uid_hash);
  g_free (note->text);
  g_free (note);
}

/**
 * calsync_import_free:
 * @import: (transfer full): the import
 */
void
calsync_import_free (CalsyncImport *import)
{
  g_ptr_array_unref (import->objects);
  g_ptr_array_unref (import->notes);
  g_free (import);
}

static void
add_note (CalsyncImport *import, gint code, const char *uid_hash, const char *text)
{
  CalsyncNote *note = g_new0 (CalsyncNote, 1);

  note->code = code;
  note->uid_hash = g_strdup (uid_hash);
  note->text = g_strdup (text);
  g_ptr_array_add (import->notes, note);
}

static void
import_component (CalsyncImport *import, CalsyncReducer *reducer, const CalsyncComponent *component)
{
  g_autofree char *uid_hash = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  switch (calsync_reduce_component (reducer, component, &uid_hash, &error))
    {
    case CALSYNC_REDUCTION_FAILED:
      text = g_strdup_printf ("an entry was left out: %s", error->message);
      add_note (import, error->code, NULL, text);
      ((CalsyncNote *) g_ptr_array_index (import->notes, import->notes->len - 1))->is_refused =
        TRUE;
      import->n_refused++;
      break;
    case CALSYNC_REDUCED_TWICE:
      add_note (import, CALSYNC_ERROR_UNSUPPORTED, uid_hash,
                "two versions of one entry, neither newer than the other: both block");
      break;
    case CALSYNC_REDUCED:
    case CALSYNC_REDUCED_KNOWN:
    default:
      break;
    }
}

static gboolean
blocks_time (const CalsyncComponent *component)
{
  return calsync_component_is (component, "VEVENT") ||
         calsync_component_is (component, "VFREEBUSY") ||
         calsync_component_is (component, "VAVAILABILITY");
}

static gboolean
blocks_nothing (const CalsyncComponent *component)
{
  return calsync_component_is (component, "VTODO") || calsync_component_is (component, "VJOURNAL");
}

/* Events may stand inside components that nobody has heard of. */
static void
import_children (CalsyncImport *import, CalsyncReducer *reducer, const CalsyncComponent *parent)
{
  for (guint i = 0; i < parent->children->len; i++)
    {
      const CalsyncComponent *child = g_ptr_array_index (parent->children, i);

      if (blocks_time (child))
        import_component (import, reducer, child);
      else if (blocks_nothing (child))
        import->n_ignored++;
      else if (!calsync_component_is (child, "VTIMEZONE") &&
               !calsync_component_is (child, "VCALENDAR"))
        import_children (import, reducer, child);
    }
}

static void
import_calendar (CalsyncImport *import, CalsyncReducer *reducer, const CalsyncComponent *calendar)
{
  const CalsyncImportOptions *options = reducer->options;
  const CalsyncZoneContext context = { options->zone, options->region, options->from_us,
                                       options->to_us };
  g_autoptr (CalsyncZoneScope) scope = calsync_zone_scope_new (calendar, &context);
  const CalsyncLine *method = calsync_component_find (calendar, "METHOD");

  reducer->scope = scope;
  reducer->is_cancelled = method != NULL && g_ascii_strcasecmp (method->value, "CANCEL") == 0;
  import_children (import, reducer, calendar);
  reducer->scope = NULL;
}

/* Whole calendars, and entries that stand in a file without one. */
static guint
import_all (CalsyncImport *import, CalsyncReducer *reducer, const CalsyncComponent *root)
{
  guint n_known = 0;

  for (guint i = 0; i < root->children->len; i++)
    {
      const CalsyncComponent *child = g_ptr_array_index (root->children, i);

      if (calsync_component_is (child, "VCALENDAR"))
        import_calendar (import, reducer, child);
      n_known += calsync_component_is (child, "VCALENDAR") || blocks_time (child) ||
                 blocks_nothing (child) || calsync_component_is (child, "VTIMEZONE");
    }
  import_calendar (import, reducer, root);
  return n_known;
}

static CalsyncComponent *
read_root (const CalsyncLines *lines, const CalsyncImportOptions *options, GError **error)
{
  guint max = options->max_components == 0 ? DEFAULT_MAX_COMPONENTS : options->max_components;

  return calsync_component_parse (lines, max, error);
}

static CalsyncImport *
import_new (void)
{
  CalsyncImport *import = g_new0 (CalsyncImport, 1);

  import->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_object_free);
  import->notes = g_ptr_array_new_with_free_func (note_free);
  return import;
}

static void
note_skipped (CalsyncImport *import, const CalsyncLines *lines)
{
  g_autofree char *text = NULL;

  if (lines->n_skipped == 0)
    return;
  text = g_strdup_printf ("%u lines are not iCalendar and were skipped", lines->n_skipped);
  add_note (import, CALSYNC_ERROR_MALFORMED, NULL, text);
}

/**
 * calsync_ical_import:
 * @bytes: (array length=n_bytes): a calendar file, in whatever state
 * @n_bytes: its length
 * @options: how to read it
 * @error: %CALSYNC_ERROR_TOO_LARGE beyond the limits; %CALSYNC_ERROR_MALFORMED when it is no
 *   iCalendar, or ends before it is complete: nothing is taken, because the missing part would look
 *   free
 *
 * Reads all calendars of a file (and entries without one), groups their components by UID and
 * reduces them: of an event only its times, rules, exceptions, sequence number and busy class stay;
 * subject, text, place, people and the UID itself are dropped here. An entry whose time cannot be
 * read is left out with a note that says so (`is_refused`): who calls must not take that calendar for
 * complete. Any thread; does not block but for the first use of a zone. Source: RFC 5545; the
 * allow-list is that of data protection by not asking.
 *
 * Returns: (transfer full): the objects and the notes
 */
CalsyncImport *
calsync_ical_import (const char *bytes,
                     gsize n_bytes,
                     const CalsyncImportOptions *options,
                     GError **error)
{
  static const CalsyncImportOptions no_options;
  g_autoptr (CalsyncLines) lines = NULL;
  g_autoptr (CalsyncComponent) root = NULL;
  g_autoptr (CalsyncImport) import = import_new ();
  CalsyncReducer reducer;
  gsize max_bytes;
  guint n_known;

  options = options == NULL ? &no_options : options;
  max_bytes = options->max_bytes == 0 ? DEFAULT_MAX_BYTES : options->max_bytes;
  if (n_bytes > max_bytes)
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_TOO_LARGE,
                   "the file is larger than %" G_GSIZE_FORMAT " bytes", max_bytes);
      return NULL;
    }
  lines = calsync_lines_split (bytes, n_bytes);
  root = read_root (lines, options, error);
  if (root == NULL)
    return NULL;
  note_skipped (import, lines);
  calsync_reducer_init (&reducer, options);
  n_known = import_all (import, &reducer, root);
  for (guint i = 0; i < reducer.drafts->len; i++)
    {
      CalsyncObject *object = calsync_draft_finish (g_ptr_array_index (reducer.drafts, i));

      if (object != NULL)
        g_ptr_array_add (import->objects, object);
    }
  calsync_reducer_clear (&reducer);
  if (n_known > 0 || import->objects->len > 0 || import->n_refused > 0 || import->n_ignored > 0)
    return g_steal_pointer (&import);
  g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "the file is not iCalendar");
  return NULL;
}
