/* SPDX-License-Identifier: EUPL-1.2 */
/* The lines of a file in rotation, or once: bodies of calls. */
#include "load.h"

#include <string.h>

gboolean
load_bodies_open (LoadBodies *bodies, const char *path, int first, gboolean once)
{
  g_autoptr (GError) error = NULL;
  const char *text;
  gsize length, at = 0;

  bodies->file = g_mapped_file_new (path, FALSE, &error);
  if (bodies->file == NULL)
    {
      g_printerr ("%s\n", error->message);
      return FALSE;
    }
  text = g_mapped_file_get_contents (bodies->file);
  length = g_mapped_file_get_length (bodies->file);
  bodies->starts = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_array_append_val (bodies->starts, at);
  while (at < length)
    {
      const char *end = memchr (text + at, '\n', length - at);
      at = end == NULL ? length : (gsize) (end - text) + 1;
      g_array_append_val (bodies->starts, at);
    }
  bodies->at = (guint) first;
  bodies->once = once;
  return bodies->starts->len > 1;
}

/* FALSE when the lines are used up. */
gboolean
load_bodies_next (LoadBodies *bodies, const char **out_body, gsize *out_length)
{
  guint n_lines = bodies->starts->len - 1;
  guint line = bodies->at % n_lines;
  const gsize *starts = (const gsize *) (gconstpointer) bodies->starts->data;

  if (bodies->once && bodies->at >= n_lines)
    return FALSE;
  bodies->at++;
  *out_body = g_mapped_file_get_contents (bodies->file) + starts[line];
  *out_length = starts[line + 1] - starts[line] - 1;
  return TRUE;
}

void
load_bodies_close (LoadBodies *bodies)
{
  g_clear_pointer (&bodies->file, g_mapped_file_unref);
  g_clear_pointer (&bodies->starts, g_array_unref);
}
