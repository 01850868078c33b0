/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about the journal, stored answers, outbox, inbox and evidence. */
#pragma once

/* clang-format off */
#define STORE_SQL_RECORD(X) \
  X (JOURNAL_LAST_SEAL, "SELECT last_sequence, seal FROM journal_seal ORDER BY last_sequence DESC LIMIT 1")
/* clang-format on */
