/* SPDX-License-Identifier: EUPL-1.2 */
/* Only the gap of a b-tree page is zeroed; every other kind of page stays as it is. */
#include <string.h>

#include "store/store-clean-page.h"
#include "testlib.h"

#define PAGE_BYTES 512

/* Two cells at the end, rubbish everywhere else. */
static void
fill_leaf (guint8 *page, gsize header, guint8 kind)
{
  gsize pointers = header + (kind == 0x02 || kind == 0x05 ? 12 : 8);

  memset (page, 0x37, PAGE_BYTES);
  page[header] = kind;
  page[header + 3] = 0;
  page[header + 4] = 2;
  page[header + 5] = 480 >> 8;
  page[header + 6] = 480 & 0xff;
  page[pointers] = 480 >> 8;
  page[pointers + 1] = 480 & 0xff;
  page[pointers + 2] = 500 >> 8;
  page[pointers + 3] = 500 & 0xff;
}

static void
check_cleaned (guint8 kind, gsize header)
{
  gsize gap = header + (kind == 0x02 || kind == 0x05 ? 12 : 8) + 4;
  guint8 page[PAGE_BYTES];
  guint8 before[PAGE_BYTES];

  fill_leaf (page, header, kind);
  memcpy (before, page, PAGE_BYTES);
  store_clean_page (page, PAGE_BYTES, header);
  g_assert_cmpmem (page, gap, before, gap);
  g_assert_cmpmem (page + 480, 32, before + 480, 32);
  for (gsize i = gap; i < 480; i++)
    g_assert_cmpint (page[i], ==, 0);
}

static void
check_untouched (const guint8 *page)
{
  guint8 after[PAGE_BYTES];

  memcpy (after, page, PAGE_BYTES);
  store_clean_page (after, PAGE_BYTES, 0);
  g_assert_cmpmem (after, PAGE_BYTES, page, PAGE_BYTES);
}

static void
test_b_tree_pages (void)
{
  static const guint8 kinds[] = { 0x02, 0x05, 0x0a, 0x0d };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      check_cleaned (kinds[i], 0);
      check_cleaned (kinds[i], 100);
    }
}

static void
test_other_pages (void)
{
  guint8 page[PAGE_BYTES];

  fill_leaf (page, 0, 0x00);
  check_untouched (page);
  fill_leaf (page, 0, 0x0d);
  page[8] = 0; /* a cell in the gap */
  page[9] = 40;
  check_untouched (page);
  fill_leaf (page, 0, 0x0d);
  page[10] = 510 >> 8; /* a cell that does not fit */
  page[11] = 510 & 0xff;
  check_untouched (page);
  fill_leaf (page, 0, 0x0d);
  page[5] = 0xff; /* cells behind the end */
  check_untouched (page);
  fill_leaf (page, 0, 0x0d);
  page[3] = 0xff; /* more pointers than there is room for */
  check_untouched (page);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/store-clean-page/b-tree-pages", test_b_tree_pages);
  g_test_add_func ("/store-clean-page/other-pages", test_other_pages);
  return g_test_run ();
}
