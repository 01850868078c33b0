/* SPDX-License-Identifier: EUPL-1.2 */
/* Every statement by name. A row of the sql-*.h lists is X (NAME, "text"); $1, $2 … are its parameters. */
#pragma once

#include "store/sql-backup.h"
#include "store/sql-calendar.h"
#include "store/sql-catalogue.h"
#include "store/sql-errand.h"
#include "store/sql-export.h"
#include "store/sql-inbox.h"
#include "store/sql-ledger.h"
#include "store/sql-message.h"
#include "store/sql-outbox.h"
#include "store/sql-privacy.h"
#include "store/sql-reading.h"
#include "store/sql-record.h"
#include "store/sql-retention.h"
#include "store/sql-search.h"
#include "store/sql-service.h"
#include "store/sql-snapshot.h"
#include "store/sql-sync-conflict.h"
#include "store/sql-sync-due.h"
#include "store/sql-sync.h"
#include "store/sql-track-canary.h"
#include "store/sql-track-learned.h"
#include "store/sql-track-log.h"
#include "store/sql-track-watch.h"
#include "store/sql-track.h"
#include "store/sql-verify.h"

/* clang-format off */
#define STORE_SQL_ALL(X) \
  STORE_SQL_CATALOGUE (X) \
  STORE_SQL_CALENDAR (X) \
  STORE_SQL_LEDGER (X) \
  STORE_SQL_RECORD (X) \
  STORE_SQL_OUTBOX (X) \
  STORE_SQL_MESSAGE (X) \
  STORE_SQL_RETENTION (X) \
  STORE_SQL_SEARCH (X) \
  STORE_SQL_PRIVACY (X) \
  STORE_SQL_EXPORT (X) \
  STORE_SQL_VERIFY (X) \
  STORE_SQL_SNAPSHOT (X) \
  STORE_SQL_SERVICE (X) \
  STORE_SQL_SYNC (X) \
  STORE_SQL_SYNC_CONFLICT (X) \
  STORE_SQL_SYNC_DUE (X) \
  STORE_SQL_INBOX (X) \
  STORE_SQL_READING (X) \
  STORE_SQL_ERRAND (X) \
  STORE_SQL_BACKUP (X) \
  STORE_SQL_TRACK (X) \
  STORE_SQL_TRACK_CANARY (X) \
  STORE_SQL_TRACK_LEARNED (X) \
  STORE_SQL_TRACK_LOG (X) \
  STORE_SQL_TRACK_WATCH (X)
/* clang-format on */

typedef enum
{
#define STORE_SQL_ENUM(name, text) SQL_##name,
  STORE_SQL_ALL (STORE_SQL_ENUM)
#undef STORE_SQL_ENUM
    SQL_N_STATEMENTS
} StoreStatement;

const char *store_sql_name (StoreStatement statement);
const char *store_sql_text (StoreStatement statement);
