/* SPDX-License-Identifier: EUPL-1.2 */
/* The code lists as CodeListService tells them, once a day, into the dated files. */
#pragma once

#include <json-glib/json-glib.h>

#include "dfdg/pump/dfdg-pump.h"

#define CODE_REFRESH_TASK "code-lists"

gboolean code_refresh_is_due (StoreSession *session,
                              gint64 tenant_id,
                              gint64 now_us,
                              gboolean *out_is_due,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * CodeRefresh:
 * @data_dir: folder with codes/
 * @accepted: (nullable): a list that may lose codes, by a person's word
 * @today: local day
 * @n_changed: set: files that were replaced
 * @problem: (nullable): set: what waits for a person, or is wrong; owned
 */
typedef struct
{
  const DfdgSettings *settings;
  const char *data_dir;
  const char *accepted;
  gint64 today;
  guint n_changed;
  char *problem;
} CodeRefresh;

/* Whether it is the name of one of our lists that are read. */
gboolean code_refresh_is_list (const char *list);
/* Of one list as it was told. */
GArray *code_refresh_read_rows (JsonObject *object,
                                const char *name,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waiting thread; blocks. FALSE: nothing was told, and nothing is replaced. */
gboolean code_refresh_read (CodeRefresh *refresh,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void code_refresh_clear (CodeRefresh *refresh);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CodeRefresh, code_refresh_clear)

/* Reads and notes how it went; for the pump. */
gboolean code_refresh_run (const DfdgPumpWork *work,
                           DfdgPumpResult *out_result,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writer. */
gboolean code_refresh_note (StoreSession *session,
                            gint64 tenant_id,
                            const CodeRefresh *refresh,
                            gint64 now_us,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
