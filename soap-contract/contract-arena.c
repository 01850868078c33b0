/* SPDX-License-Identifier: EUPL-1.2 */
/* A bump allocator: everything of one call lies in one arena and is freed whole. */

#include "contract-arena.h"

#include <stdarg.h>
#include <string.h>

#define FIRST_BLOCK_BYTES   4000
#define BIGGEST_BLOCK_BYTES (256 * 1024)
#define ALIGNMENT_BYTES     16

typedef struct _Block Block;
struct _Block
{
  Block *next;
  gsize size_bytes; /* of what follows the head */
  gsize used_bytes;
  gsize unused; /* keeps what follows aligned */
};

struct _ContractArena
{
  Block *current; /* the newest block; older ones behind it are full */
  Block *first;   /* kept over a reset */
};

static Block *
block_new (gsize size_bytes, Block *next)
{
  Block *block = g_malloc (sizeof (Block) + size_bytes);
  block->next = next;
  block->size_bytes = size_bytes;
  block->used_bytes = 0;
  return block;
}

/**
 * contract_arena_new:
 *
 * Makes an empty arena.
 *
 * Thread: any; the arena belongs to one thread at a time.
 *
 * Returns: (transfer full): the arena
 */
ContractArena *
contract_arena_new (void)
{
  ContractArena *arena = g_new (ContractArena, 1);
  arena->current = arena->first = block_new (FIRST_BLOCK_BYTES, NULL);
  return arena;
}

/**
 * contract_arena_reset:
 * @arena: an arena
 *
 * Forgets everything allocated; the first block is kept for the next call.
 *
 * Thread: the owner's.
 */
void
contract_arena_reset (ContractArena *arena)
{
  while (arena->current != arena->first)
    {
      Block *block = arena->current;
      arena->current = block->next;
      g_free (block);
    }
  arena->first->used_bytes = 0;
}

/**
 * contract_arena_free:
 * @arena: (nullable) (transfer full): an arena
 *
 * Frees the arena with everything allocated from it.
 *
 * Thread: the owner's.
 */
void
contract_arena_free (ContractArena *arena)
{
  if (arena == NULL)
    return;
  contract_arena_reset (arena);
  g_free (arena->first);
  g_free (arena);
}

static gpointer
alloc_slow (ContractArena *arena, gsize size_bytes)
{
  gsize next_bytes = MIN (arena->current->size_bytes * 2, BIGGEST_BLOCK_BYTES);
  arena->current = block_new (MAX (size_bytes, next_bytes), arena->current);
  arena->current->used_bytes = size_bytes;
  return arena->current + 1;
}

/* Rounds up so that every allocation is aligned for any member; aborts where the sum would wrap. */
static gpointer
alloc (ContractArena *arena, gsize size_bytes)
{
  g_assert (size_bytes < G_MAXSIZE / 2);
  size_bytes = (size_bytes + ALIGNMENT_BYTES - 1) & ~(gsize) (ALIGNMENT_BYTES - 1);
  Block *block = arena->current;
  if (size_bytes > block->size_bytes - block->used_bytes)
    return alloc_slow (arena, size_bytes);
  gpointer memory = (char *) (block + 1) + block->used_bytes;
  block->used_bytes += size_bytes;
  return memory;
}

/**
 * contract_arena_alloc0:
 * @arena: an arena
 * @size_bytes: how much, in bytes
 *
 * Allocates zeroed memory that lives as long as the arena. Aborts when memory is out, as GLib does.
 *
 * Thread: the owner's.
 *
 * Returns: (transfer none): the memory, aligned for any type
 */
gpointer
contract_arena_alloc0 (ContractArena *arena, gsize size_bytes)
{
  return memset (alloc (arena, size_bytes), 0, size_bytes);
}

/**
 * contract_arena_alloc0_n:
 * @arena: an arena
 * @n_items: how many, may be 0
 * @item_bytes: size of one in bytes
 *
 * Allocates zeroed items in a row; aborts where the product would wrap.
 *
 * Thread: the owner's.
 *
 * Returns: (transfer none): the first item
 */
gpointer
contract_arena_alloc0_n (ContractArena *arena, gsize n_items, gsize item_bytes)
{
  g_assert (item_bytes == 0 || n_items < G_MAXSIZE / 2 / item_bytes);
  return contract_arena_alloc0 (arena, n_items * item_bytes);
}

/**
 * contract_arena_strndup:
 * @arena: an arena
 * @text: (array length=length_bytes): bytes, need not end in NUL
 * @length_bytes: how many
 *
 * Copies text into the arena and ends it with NUL.
 *
 * Thread: the owner's.
 *
 * Returns: (transfer none): the copy
 */
char *
contract_arena_strndup (ContractArena *arena, const char *text, gsize length_bytes)
{
  char *copy = alloc (arena, length_bytes + 1);
  if (length_bytes > 0)
    memcpy (copy, text, length_bytes);
  copy[length_bytes] = '\0';
  return copy;
}

/**
 * contract_arena_strdup:
 * @arena: an arena
 * @text: (nullable): a text
 *
 * Copies text into the arena.
 *
 * Thread: the owner's.
 *
 * Returns: (transfer none) (nullable): the copy; %NULL for %NULL
 */
char *
contract_arena_strdup (ContractArena *arena, const char *text)
{
  return text == NULL ? NULL : contract_arena_strndup (arena, text, strlen (text));
}

/**
 * contract_arena_printf:
 * @arena: an arena
 * @format: a format as of printf
 * @...: its values
 *
 * Formats text into the arena.
 *
 * Thread: the owner's.
 *
 * Returns: (transfer none): the text
 */
char *
contract_arena_printf (ContractArena *arena, const char *format, ...)
{
  va_list values;
  va_start (values, format);
  g_autofree char *text = g_strdup_vprintf (format, values);
  va_end (values);
  return contract_arena_strdup (arena, text);
}
