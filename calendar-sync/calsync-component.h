/* SPDX-License-Identifier: EUPL-1.2 */
/* Components: the BEGIN/END nesting of content lines, repaired where that is safe. */
#pragma once

#include "calsync-lines.h"

G_BEGIN_DECLS

/**
 * CalsyncComponent:
 * @name: what stands behind BEGIN, as written; empty for the root that holds a whole file
 * @lines: (element-type CalsyncLine): its own lines, in order
 * @children: (element-type CalsyncComponent): components inside it, in order
 */
typedef struct
{
  const char *name;
  GArray *lines;
  GPtrArray *children;
} CalsyncComponent;

CalsyncComponent *calsync_component_parse (const CalsyncLines *lines,
                                           guint max_components,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_component_free (CalsyncComponent *component);
gboolean calsync_component_is (const CalsyncComponent *component, const char *name);
const CalsyncLine *calsync_component_find (const CalsyncComponent *component, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncComponent, calsync_component_free)

G_END_DECLS
