/* SPDX-License-Identifier: EUPL-1.2 */
/* A bump allocator: everything of one call lies in one arena and is freed whole. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractArena:
 *
 * Memory of one call: the message read, the answer built, and their texts. One thread at a time.
 */
typedef struct _ContractArena ContractArena;

ContractArena *contract_arena_new (void);
void contract_arena_free (ContractArena *arena);
void contract_arena_reset (ContractArena *arena);
gpointer contract_arena_alloc0 (ContractArena *arena, gsize size_bytes);
gpointer contract_arena_alloc0_n (ContractArena *arena, gsize n_items, gsize item_bytes);
char *contract_arena_strdup (ContractArena *arena, const char *text);
char *contract_arena_strndup (ContractArena *arena, const char *text, gsize length_bytes);
char *contract_arena_printf (ContractArena *arena, const char *format, ...) G_GNUC_PRINTF (2, 3);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContractArena, contract_arena_free)

/**
 * contract_arena_new0:
 *
 * A zeroed struct of the type, living as long as the arena.
 */
#define contract_arena_new0(arena, type) ((type *) contract_arena_alloc0 ((arena), sizeof (type)))

/**
 * contract_arena_new0_n:
 *
 * Zeroed structs of the type in a row; never %NULL, even for 0.
 */
#define contract_arena_new0_n(arena, type, n_items) \
  ((type *) contract_arena_alloc0_n ((arena), (n_items), sizeof (type)))

G_END_DECLS
