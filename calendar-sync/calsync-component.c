/* SPDX-License-Identifier: EUPL-1.2 */
/* Components: the BEGIN/END nesting of content lines, repaired where that is safe. */
#include "calsync-component.h"

#include "calsync-error.h"

#include <string.h>

#define MAX_DEPTH 16

static CalsyncComponent *
component_new (const char *name)
{
  CalsyncComponent *component = g_new0 (CalsyncComponent, 1);

  component->name = name;
  component->lines = g_array_new (FALSE, FALSE, sizeof (CalsyncLine));
  component->children = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_component_free);
  return component;
}

/**
 * calsync_component_free:
 * @component: (transfer full): the component
 */
void
calsync_component_free (CalsyncComponent *component)
{
  g_array_unref (component->lines);
  g_ptr_array_unref (component->children);
  g_free (component);
}

static gboolean
same_name (const char *name, const char *value)
{
  gsize length;

  while (g_ascii_isspace (*value))
    value++;
  length = strlen (value);
  while (length > 0 && g_ascii_isspace (value[length - 1]))
    length--;
  return strlen (name) == length && g_ascii_strncasecmp (name, value, length) == 0;
}

/* END closes the innermost component of that name, and what was left open inside it. */
static void
close_component (GPtrArray *open, const char *value)
{
  for (guint i = open->len; i > 1; i--)
    {
      const CalsyncComponent *component = g_ptr_array_index (open, i - 1);

      if (same_name (component->name, value))
        {
          g_ptr_array_set_size (open, (gint) i - 1);
          return;
        }
    }
}

static gboolean
check_limits (guint n_components, guint max_components, guint depth, GError **error)
{
  if (depth > MAX_DEPTH)
    g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED, "components are nested too deep");
  else if (n_components > max_components)
    g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_TOO_LARGE, "more than %u components",
                 max_components);
  else
    return TRUE;
  return FALSE;
}

/**
 * calsync_component_parse:
 * @lines: content lines; must outlive the result
 * @max_components: how many components the text may hold
 * @error: %CALSYNC_ERROR_MALFORMED when the text ends inside a component (half a file hides
 *   appointments, so nothing of it is taken) or nests too deep; %CALSYNC_ERROR_TOO_LARGE beyond
 *   @max_components
 *
 * A missing END inside another component that is closed is supplied, a stray END is ignored, letter
 * case does not matter. Any thread, does not block. Source: RFC 5545 section 3.6.
 *
 * Returns: (transfer full): a root without a name that holds the top-level components
 */
CalsyncComponent *
calsync_component_parse (const CalsyncLines *lines, guint max_components, GError **error)
{
  g_autoptr (CalsyncComponent) root = component_new ("");
  g_autoptr (GPtrArray) open = g_ptr_array_new ();
  guint n_components = 0;

  g_ptr_array_add (open, root);
  for (guint i = 0; i < lines->lines->len; i++)
    {
      const CalsyncLine *line = &g_array_index (lines->lines, CalsyncLine, i);
      CalsyncComponent *innermost = g_ptr_array_index (open, open->len - 1);

      if (calsync_line_is (line, "END"))
        close_component (open, line->value);
      else if (!calsync_line_is (line, "BEGIN"))
        g_array_append_val (innermost->lines, *line);
      else if (!check_limits (++n_components, max_components, open->len, error))
        return NULL;
      else
        {
          CalsyncComponent *child = component_new (line->value);

          g_ptr_array_add (innermost->children, child);
          g_ptr_array_add (open, child);
        }
    }
  if (open->len > 1)
    {
      g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_MALFORMED,
                   "the text ends inside a component: it was cut off, or an END is missing");
      return NULL;
    }
  return g_steal_pointer (&root);
}

/**
 * calsync_component_is:
 * @component: a component
 * @name: a name in upper case, e.g. `VEVENT`
 *
 * Returns: whether it is of that kind
 */
gboolean
calsync_component_is (const CalsyncComponent *component, const char *name)
{
  return same_name (name, component->name);
}

/**
 * calsync_component_find:
 * @component: a component
 * @name: a property name in upper case
 *
 * Returns: (transfer none) (nullable): its first line of that name
 */
const CalsyncLine *
calsync_component_find (const CalsyncComponent *component, const char *name)
{
  for (guint i = 0; i < component->lines->len; i++)
    {
      const CalsyncLine *line = &g_array_index (component->lines, CalsyncLine, i);

      if (calsync_line_is (line, name))
        return line;
    }
  return NULL;
}
