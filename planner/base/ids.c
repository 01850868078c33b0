/* SPDX-License-Identifier: EUPL-1.2 */
/* Randomness from the kernel, shaped into identifiers. */
#include "base/ids.h"

#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* The kernel is asked for so much at once: a call of it costs as much as all else of an id. */
#define POOL_BYTES 512

static GRand *seeded;

/* A thread's own; nothing of it is used twice, and what was used is wiped. No thread forks. */
typedef struct
{
  guint8 bytes[POOL_BYTES];
  gsize n_left; /* at the end */
} Pool;

static _Thread_local Pool pool;

/* Aborts when the kernel has none to give. */
static void
ask_kernel (guint8 *out_bytes, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      ssize_t n_got = getrandom (out_bytes, n_bytes, 0);

      if (n_got < 0 && errno == EINTR)
        continue;
      g_assert (n_got > 0);
      out_bytes += n_got;
      n_bytes -= n_got;
    }
}

static void
take_from_pool (guint8 *out_bytes, gsize n_bytes)
{
  guint8 *at;

  if (pool.n_left < n_bytes)
    {
      ask_kernel (pool.bytes, POOL_BYTES);
      pool.n_left = POOL_BYTES;
    }
  at = pool.bytes + POOL_BYTES - pool.n_left;
  memcpy (out_bytes, at, n_bytes);
  explicit_bzero (at, n_bytes);
  pool.n_left -= n_bytes;
}

/**
 * ids_random_bytes:
 * @out_bytes: (array length=n_bytes): filled from the kernel's generator
 *
 * Aborts when the kernel has none to give: nothing that needs an unguessable id may go on.
 * Any thread.
 */
void
ids_random_bytes (guint8 *out_bytes, gsize n_bytes)
{
  for (gsize i = 0; seeded != NULL && i < n_bytes; i++)
    out_bytes[i] = (guint8) g_rand_int (seeded);
  if (seeded != NULL)
    return;
  if (n_bytes <= POOL_BYTES / 8)
    take_from_pool (out_bytes, n_bytes);
  else
    ask_kernel (out_bytes, n_bytes);
}

/**
 * ids_new_guid:
 * @out_guid: a GUID in lower case, NUL-terminated
 *
 * Version 7 of RFC 9562: the wall clock's milliseconds, then 74 random bits, which nobody guesses. Those
 * that are made together stand together in every index of the database. Any thread.
 */
void
ids_new_guid (char out_guid[IDS_GUID_LENGTH + 1])
{
  static const char digits[] = "0123456789abcdef";
  guint8 bytes[16];
  char *at = out_guid;

  guint64 milliseconds = (guint64) (clock_now_us () / 1000);

  ids_random_bytes (bytes, sizeof bytes);
  for (guint i = 0; seeded == NULL && i < 6; i++)
    bytes[i] = (guint8) (milliseconds >> (8 * (5 - i)));
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  for (guint i = 0; i < sizeof bytes; i++)
    {
      if (i == 4 || i == 6 || i == 8 || i == 10)
        *at++ = '-';
      *at++ = digits[bytes[i] >> 4];
      *at++ = digits[bytes[i] & 15];
    }
  *at = '\0';
}

/**
 * ids_seed_for_test:
 * @seed: 0 goes back to the kernel's generator
 *
 * Makes every later id follow from @seed. For single-threaded tests and the seeded simulator only.
 */
void
ids_seed_for_test (guint32 seed)
{
  g_clear_pointer (&seeded, g_rand_free);
  if (seed != 0)
    seeded = g_rand_new_with_seed (seed);
}

/**
 * ids_fold_guid:
 * @guid: (nullable): a GUID in either case
 *
 * GUIDs are compared and stored in lower case.
 *
 * Returns: (transfer full) (nullable): the lower-case copy. Any thread.
 */
char *
ids_fold_guid (const char *guid)
{
  return guid == NULL ? NULL : g_ascii_strdown (guid, -1);
}

/**
 * ids_is_guid:
 * @text: any text
 *
 * Returns: TRUE for thirty-two hexadecimal digits of either case in the five groups of a GUID. Any thread.
 */
gboolean
ids_is_guid (const char *text)
{
  static const char pattern[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

  if (strlen (text) != IDS_GUID_LENGTH)
    return FALSE;
  for (guint i = 0; i < IDS_GUID_LENGTH; i++)
    if (pattern[i] == '-' ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}
