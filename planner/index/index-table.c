/* SPDX-License-Identifier: EUPL-1.2 */
/* A persistent table of blocks by id. */
/*
 * Two levels: a hash of ids to slot numbers, shared by all versions until an id is added, and pages of
 * 64 slots, shared until a slot of theirs changes. A change of one block among 10,000 copies 160
 * pointers to pages and one page; copying all 10,000 pointers would take 80 KB and as many references.
 */
#include "index/index-table.h"

#define PAGE_SLOTS 64
#define NO_SLOT    G_MAXUINT32

typedef struct
{
  const IndexTableKind *kind;
  gpointer blocks[PAGE_SLOTS];
} IndexPage;

/* Open addressing; a power of two, at most half full. */
typedef struct
{
  guint n_places;
  guint n_slots;
  gint64 *ids;    /* per place */
  guint32 *slots; /* per place; NO_SLOT for a free one */
} IndexSlots;

struct _IndexTable
{
  const IndexTableKind *kind;
  IndexSlots *slots;
  guint n_pages;
  guint n_blocks;
  IndexPage **pages;
};

static void
clear_slots (gpointer data)
{
  IndexSlots *slots = data;

  g_free (slots->ids);
  g_free (slots->slots);
}

static void
clear_page (gpointer data)
{
  IndexPage *page = data;

  for (guint i = 0; i < PAGE_SLOTS; i++)
    if (page->blocks[i] != NULL)
      page->kind->unref (page->blocks[i]);
}

static void
clear_table (gpointer data)
{
  IndexTable *table = data;

  for (guint i = 0; i < table->n_pages; i++)
    g_atomic_rc_box_release_full (table->pages[i], clear_page);
  g_free (table->pages);
  g_atomic_rc_box_release_full (table->slots, clear_slots);
}

/* The place where @id stands or would stand. */
static guint
place_of (const IndexSlots *slots, gint64 id)
{
  guint64 hash = (guint64) id * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  guint place = (guint) (hash >> 32) & (slots->n_places - 1);

  while (slots->slots[place] != NO_SLOT && slots->ids[place] != id)
    place = (place + 1) & (slots->n_places - 1);
  return place;
}

static void
add_slot (IndexSlots *slots, gint64 id, guint32 slot)
{
  guint place = place_of (slots, id);

  slots->ids[place] = id;
  slots->slots[place] = slot;
}

/* A copy with room for @n_more ids. */
static IndexSlots *
grow_slots (const IndexSlots *old, guint n_more)
{
  IndexSlots *slots = g_atomic_rc_box_new0 (IndexSlots);

  slots->n_places = 16;
  while (slots->n_places < 2 * (old->n_slots + n_more))
    slots->n_places *= 2;
  slots->n_slots = old->n_slots;
  slots->ids = g_new0 (gint64, slots->n_places);
  slots->slots = g_new (guint32, slots->n_places);
  for (guint i = 0; i < slots->n_places; i++)
    slots->slots[i] = NO_SLOT;
  for (guint i = 0; i < old->n_places; i++)
    if (old->slots[i] != NO_SLOT)
      add_slot (slots, old->ids[i], old->slots[i]);
  return slots;
}

/* The slots of @old, with a slot for each new id: the same when there is none. */
static IndexSlots *
slots_for (IndexSlots *old, const gint64 *ids, const gpointer *blocks, guint n_changes)
{
  IndexSlots *slots = NULL;

  for (guint i = 0; i < n_changes; i++)
    {
      const IndexSlots *known = slots != NULL ? slots : old;

      if (blocks[i] == NULL || known->slots[place_of (known, ids[i])] != NO_SLOT)
        continue;
      if (slots == NULL)
        slots = grow_slots (old, n_changes - i);
      add_slot (slots, ids[i], slots->n_slots++);
    }
  return slots != NULL ? slots : g_atomic_rc_box_acquire (old);
}

static IndexPage *
copy_page (const IndexTableKind *kind, const IndexPage *old)
{
  IndexPage *page = g_atomic_rc_box_new0 (IndexPage);

  page->kind = kind;
  for (guint i = 0; old != NULL && i < PAGE_SLOTS; i++)
    if (old->blocks[i] != NULL)
      page->blocks[i] = kind->ref (old->blocks[i]);
  return page;
}

/* The page of @table that may be written to: copied from @old's at the first write. */
static IndexPage *
own_page (IndexTable *table, const IndexTable *old, guint number)
{
  IndexPage *page = table->pages[number];

  if (number >= old->n_pages || page != old->pages[number])
    return page;
  table->pages[number] = copy_page (table->kind, page);
  g_atomic_rc_box_release_full (page, clear_page);
  return table->pages[number];
}

static void
put_block (IndexTable *table, const IndexTable *old, guint32 slot, gpointer block)
{
  IndexPage *page = own_page (table, old, slot / PAGE_SLOTS);
  gpointer *held = &page->blocks[slot % PAGE_SLOTS];

  table->n_blocks += (block != NULL) - (*held != NULL);
  if (block != NULL)
    block = table->kind->ref (block);
  if (*held != NULL)
    table->kind->unref (*held);
  *held = block;
}

/**
 * index_table_new:
 * @kind: static: how blocks are held
 *
 * Returns: (transfer full): an empty table. Any thread.
 */
IndexTable *
index_table_new (const IndexTableKind *kind)
{
  IndexTable *table = g_atomic_rc_box_new0 (IndexTable);
  IndexSlots none = { 0 };

  table->kind = kind;
  table->slots = grow_slots (&none, 0);
  return table;
}

/**
 * index_table_ref:
 *
 * Returns: (transfer full): @table with one reference more. Any thread.
 */
IndexTable *
index_table_ref (IndexTable *table)
{
  return g_atomic_rc_box_acquire (table);
}

/**
 * index_table_unref:
 *
 * Drops a reference; the last one frees the table and its references to blocks. Any thread.
 */
void
index_table_unref (IndexTable *table)
{
  g_atomic_rc_box_release_full (table, clear_table);
}

/**
 * index_table_replace:
 * @old: left as it is
 * @ids: @n_changes ids; of equal ones the last counts
 * @blocks: @n_changes blocks to hold; NULL takes the id out
 *
 * Returns: (transfer full): the table after the changes. Any thread; a few microseconds for one
 *   change, a pass over all ids when one is new.
 */
IndexTable *
index_table_replace (IndexTable *old, const gint64 *ids, const gpointer *blocks, guint n_changes)
{
  IndexTable *table = g_atomic_rc_box_new0 (IndexTable);

  table->kind = old->kind;
  table->slots = slots_for (old->slots, ids, blocks, n_changes);
  table->n_blocks = old->n_blocks;
  table->n_pages = (table->slots->n_slots + PAGE_SLOTS - 1) / PAGE_SLOTS;
  table->pages = g_new (IndexPage *, table->n_pages);
  for (guint i = 0; i < table->n_pages; i++)
    table->pages[i] =
      i < old->n_pages ? g_atomic_rc_box_acquire (old->pages[i]) : copy_page (old->kind, NULL);
  for (guint i = 0; i < n_changes; i++)
    {
      guint32 slot = table->slots->slots[place_of (table->slots, ids[i])];

      if (slot != NO_SLOT)
        put_block (table, old, slot, blocks[i]);
    }
  return table;
}

/**
 * index_table_find:
 *
 * Returns: (nullable) (transfer none): the block of @id. Any thread; tens of nanoseconds.
 */
gpointer
index_table_find (const IndexTable *table, gint64 id)
{
  guint32 slot = table->slots->slots[place_of (table->slots, id)];
  return slot == NO_SLOT ? NULL : table->pages[slot / PAGE_SLOTS]->blocks[slot % PAGE_SLOTS];
}

/**
 * index_table_count:
 *
 * Returns: how many ids have a block. Any thread.
 */
guint
index_table_count (const IndexTable *table)
{
  return table->n_blocks;
}
