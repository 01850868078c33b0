/* SPDX-License-Identifier: EUPL-1.2 */
/* An immutable table from id to shared block, of which a changed copy costs little; private to index/. */
#pragma once

#include <glib.h>

/* How blocks of one kind are held. */
typedef struct
{
  gpointer (*ref) (gpointer block);
  void (*unref) (gpointer block);
} IndexTableKind;

typedef struct _IndexTable IndexTable;

IndexTable *index_table_new (const IndexTableKind *kind);
IndexTable *index_table_ref (IndexTable *table);
void index_table_unref (IndexTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IndexTable, index_table_unref)

IndexTable *
index_table_replace (IndexTable *old, const gint64 *ids, const gpointer *blocks, guint n_changes);
gpointer index_table_find (const IndexTable *table, gint64 id);
guint index_table_count (const IndexTable *table);
