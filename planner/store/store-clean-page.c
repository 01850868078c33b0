/* SPDX-License-Identifier: EUPL-1.2 */
/* Zeroes the unused middle of a b-tree page (SQLite file format, 1.6): moved rows leave copies there. */
#include "store/store-clean-page.h"

#include <string.h>

#define INTERIOR_INDEX 0x02
#define INTERIOR_TABLE 0x05
#define LEAF_INDEX     0x0a
#define LEAF_TABLE     0x0d

static gsize
read_16 (const guint8 *at)
{
  return (gsize) at[0] << 8 | at[1];
}

/* Every cell must lie behind the gap: whatever is no b-tree page fails this, and stays as it is. */
static gboolean
cells_lie_behind (const guint8 *page,
                  gsize n_bytes,
                  const guint8 *pointers,
                  gsize n_cells,
                  gsize gap_end)
{
  for (gsize i = 0; i < n_cells; i++)
    {
      gsize cell = read_16 (pointers + 2 * i);
      if (cell < gap_end || cell + 4 > n_bytes)
        return FALSE;
    }
  return TRUE;
}

/**
 * store_clean_page:
 * @page: a whole page, changed in place
 * @header_offset: 100 for a file's first page, else 0
 *
 * SQLite's secure_delete zeroes removed cells and freed pages, but when rows move between pages the
 * old copies stay in the gap between a page's cell pointers and its cells, where nothing reads them.
 * The same bytes of any other kind of page are left alone: an overflow or free-list page begins
 * with a page number, whose first byte is one of the four kinds only beyond 33 million pages.
 */
void
store_clean_page (guint8 *page, gsize n_bytes, gsize header_offset)
{
  const guint8 *header = page + header_offset;
  gsize header_bytes = *header == INTERIOR_INDEX || *header == INTERIOR_TABLE ? 12 : 8;
  gsize n_cells = read_16 (header + 3);
  gsize gap_start = header_offset + header_bytes + 2 * n_cells;
  gsize gap_end = read_16 (header + 5);

  if (*header != INTERIOR_INDEX && *header != INTERIOR_TABLE && *header != LEAF_INDEX &&
      *header != LEAF_TABLE)
    return;
  if (gap_end == 0)
    gap_end = 65536;
  if (gap_end > n_bytes || gap_start >= gap_end ||
      !cells_lie_behind (page, n_bytes, header + header_bytes, n_cells, gap_end))
    return;
  memset (page + gap_start, 0, gap_end - gap_start);
}
