/* SPDX-License-Identifier: EUPL-1.2 */
/* Progress on standard error: one line that is written over on a terminal, else a line now and then. */
#pragma once

#include <glib.h>

void ctl_progress_show (gpointer data, const char *what, guint64 n_done, guint64 n_all);
void ctl_progress_end (void);
