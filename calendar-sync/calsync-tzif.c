/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a compiled time zone (TZif, RFC 8536) from bytes. */
#include "calsync-error.h"
#include "calsync-zone-data.h"

#include <string.h>

#define HEADER_BYTES 44
#define TYPE_BYTES   6

typedef struct
{
  guint32 n_ut;
  guint32 n_std;
  guint32 n_leap;
  guint32 n_times;
  guint32 n_types;
  guint32 n_chars;
} TzifCounts;

static guint32
read_u32 (const guint8 *at)
{
  return ((guint32) at[0] << 24) | ((guint32) at[1] << 16) | ((guint32) at[2] << 8) | at[3];
}

static gint64
read_i64 (const guint8 *at)
{
  return (gint64) (((guint64) read_u32 (at) << 32) | read_u32 (at + 4));
}

static gboolean
read_counts (const guint8 *at, gsize n_left, TzifCounts *out_counts)
{
  if (n_left < HEADER_BYTES || memcmp (at, "TZif", 4) != 0)
    return FALSE;
  out_counts->n_ut = read_u32 (at + 20);
  out_counts->n_std = read_u32 (at + 24);
  out_counts->n_leap = read_u32 (at + 28);
  out_counts->n_times = read_u32 (at + 32);
  out_counts->n_types = read_u32 (at + 36);
  out_counts->n_chars = read_u32 (at + 40);
  return out_counts->n_times <= 100000 && out_counts->n_types >= 1 && out_counts->n_types <= 256 &&
         out_counts->n_chars <= 10000 && out_counts->n_leap <= 10000;
}

static gsize
block_bytes (const TzifCounts *counts, gsize time_bytes)
{
  return counts->n_times * (time_bytes + 1) + counts->n_types * TYPE_BYTES + counts->n_chars +
         counts->n_leap * (time_bytes + 4) + counts->n_std + counts->n_ut;
}

/* The second block, with 64-bit times; FALSE when an index points outside. */
static gboolean
read_changes (const guint8 *block, const TzifCounts *counts, GArray *changes)
{
  const guint8 *indexes = block + counts->n_times * 8;
  const guint8 *types = indexes + counts->n_times;

  for (guint32 i = 0; i < counts->n_times; i++)
    {
      CalsyncZoneChange change = { read_i64 (block + i * 8), 0 };

      if (indexes[i] >= counts->n_types)
        return FALSE;
      change.offset_s = (gint32) read_u32 (types + indexes[i] * TYPE_BYTES);
      if (change.offset_s < -2 * CALSYNC_SECONDS_PER_DAY ||
          change.offset_s > 2 * CALSYNC_SECONDS_PER_DAY)
        return FALSE;
      g_array_append_val (changes, change);
    }
  return TRUE;
}

/* Newline, rule, newline at the file's end. */
static char *
read_footer (const guint8 *at, gsize n_left)
{
  const guint8 *end;

  if (n_left < 2 || at[0] != '\n')
    return NULL;
  end = memchr (at + 1, '\n', n_left - 1);
  return end == NULL ? NULL : g_strndup ((const char *) at + 1, (gsize) (end - at - 1));
}

/**
 * calsync_tzif_parse:
 * @name: the zone's name
 * @bytes: (array length=n_bytes): a TZif file of version 2 or later, without leap seconds
 * @n_bytes: its length
 * @error: %CALSYNC_ERROR_INTERNAL when the file is damaged or too old
 *
 * Any thread, does not block. Source: RFC 8536.
 *
 * Returns: (transfer full): the zone
 */
CalsyncZone *
calsync_tzif_parse (const char *name, const guint8 *bytes, gsize n_bytes, GError **error)
{
  TzifCounts counts;
  const guint8 *at = bytes;
  gsize n_left = n_bytes;
  g_autoptr (GArray) changes = g_array_new (FALSE, FALSE, sizeof (CalsyncZoneChange));
  g_autofree char *footer = NULL;
  gint64 cycle_end_s = 0, last_s = G_MININT64 / 2;
  gint32 first_offset_s;
  gboolean is_good = read_counts (at, n_left, &counts) && at[4] >= '2';

  if (is_good)
    {
      gsize skip = HEADER_BYTES + block_bytes (&counts, 4);

      is_good = n_left > skip && read_counts (at + skip, n_left - skip, &counts);
      at += skip + HEADER_BYTES;
      n_left = is_good ? n_left - skip - HEADER_BYTES : 0;
    }
  is_good = is_good && counts.n_leap == 0 && n_left >= block_bytes (&counts, 8) &&
            read_changes (at, &counts, changes);
  if (is_good)
    {
      gsize n_block = block_bytes (&counts, 8);

      first_offset_s = (gint32) read_u32 (at + counts.n_times * 9);
      if (changes->len > 0)
        last_s = g_array_index (changes, CalsyncZoneChange, changes->len - 1).at_s;
      footer = read_footer (at + n_block, n_left - n_block);
      is_good = footer != NULL && (*footer == '\0' ||
                                   calsync_posix_tz_extend (footer, last_s, changes, &cycle_end_s));
    }
  if (is_good)
    return calsync_zone_new (name, first_offset_s, changes, cycle_end_s);

  g_set_error (error, CALSYNC_ERROR, CALSYNC_ERROR_INTERNAL,
               "the system's time zone file of \"%s\" cannot be read", name);
  return NULL;
}
