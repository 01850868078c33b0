/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a code list's file is: what was read from DFDG, else what came with the program. */
#pragma once

#include <glib.h>

/* At the start, before other threads: where lists that are read are kept; NULL: nowhere. */
void code_files_set_folder (const char *folder);
const char *code_files_get_folder (void);
char *code_files_dup_text (const char *data_dir,
                           const char *list,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean
code_files_write (const char *list, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
