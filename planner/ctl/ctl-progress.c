/* SPDX-License-Identifier: EUPL-1.2 */
/* Progress on standard error: one line that is written over on a terminal, else a line now and then. */
#include "ctl/ctl-progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#define TERMINAL_US (G_USEC_PER_SEC / 5)
#define LINES_US    (G_USEC_PER_SEC * 2)

static gint64 shown_us;
static gboolean has_line;

/**
 * ctl_progress_show:
 *
 * AdminProgress. Shows the first and from then on a few a second at most.
 */
void
ctl_progress_show (gpointer data, const char *what, guint64 n_done, guint64 n_all)
{
  gboolean is_terminal = isatty (STDERR_FILENO);
  gint64 now_us = clock_monotonic_us ();

  if (shown_us != 0 && now_us - shown_us < (is_terminal ? TERMINAL_US : LINES_US))
    return;
  shown_us = now_us;
  has_line = is_terminal;
  if (n_all > 0)
    fprintf (stderr, "%s%s: %u %%", is_terminal ? "\r\033[K" : "", what,
             (guint) (MIN (n_done, n_all) * 100 / n_all));
  else
    fprintf (stderr, "%s%s: %" G_GUINT64_FORMAT, is_terminal ? "\r\033[K" : "", what, n_done);
  fputs (is_terminal ? "" : "\n", stderr);
  fflush (stderr);
}

/**
 * ctl_progress_end:
 *
 * Takes the line away.
 */
void
ctl_progress_end (void)
{
  if (has_line)
    fputs ("\r\033[K", stderr);
  has_line = FALSE;
}
