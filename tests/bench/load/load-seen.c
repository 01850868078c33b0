/* SPDX-License-Identifier: EUPL-1.2 */
/* What one window showed: latencies, and whose CPU time it took. */
#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define US_PER_S      1e6
#define NS_PER_US     1e3
#define N_CALIBRATION 3000000
#define FIELD_IDLE    3
#define FIELD_IOWAIT  4
#define N_FIELDS      8
#define TENTHS        10.0
#define N_EXPECTED    65536

static double
clock_us (clockid_t clock)
{
  struct timespec time = { 0 };

  clock_gettime (clock, &time);
  return (double) time.tv_sec * US_PER_S + (double) time.tv_nsec / NS_PER_US;
}

double
load_now_us (void)
{
  return clock_us (CLOCK_MONOTONIC);
}

/* A fixed piece of work: how fast the machine is just now. */
static double
calibrate (void)
{
  double start_us = load_now_us ();
  volatile guint32 state = 1;

  for (guint i = 0; i < N_CALIBRATION; i++)
    state = state * 1664525u + 1013904223u;
  return load_now_us () - start_us;
}

static double
servers_us (char **pids)
{
  double sum_us = 0;

  for (char **pid = pids; pid != NULL && *pid != NULL; pid++)
    {
      clockid_t clock;
      if (clock_getcpuclockid ((pid_t) g_ascii_strtoll (*pid, NULL, 10), &clock) == 0)
        sum_us += clock_us (clock);
    }
  return sum_us;
}

/* Time that any core was not idle, stolen time included. */
static double
busy_us (void)
{
  g_autofree char *text = NULL;
  double ticks = 0;
  char *at;

  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL))
    return 0;
  at = text + strlen ("cpu");
  for (int field = 0; field < N_FIELDS; field++)
    {
      double value = (double) g_ascii_strtoull (at, &at, 10);
      if (field != FIELD_IDLE && field != FIELD_IOWAIT)
        ticks += value;
    }
  return ticks * US_PER_S / (double) sysconf (_SC_CLK_TCK);
}

void
load_seen_init (LoadSeen *seen)
{
  for (guint i = 0; i < G_N_ELEMENTS (seen->latencies); i++)
    seen->latencies[i] = g_array_sized_new (FALSE, FALSE, sizeof (guint32), N_EXPECTED);
  seen->calibration_us = calibrate ();
}

void
load_seen_begin (LoadSeen *seen, char **pids)
{
  seen->server_us = servers_us (pids);
  seen->generator_us = clock_us (CLOCK_PROCESS_CPUTIME_ID);
  seen->busy_us = busy_us ();
  seen->began_us = load_now_us ();
}

/* The window is over; answers to what was asked in it may still come. */
void
load_seen_stop (LoadSeen *seen)
{
  seen->us = load_now_us () - seen->began_us;
}

/* Everything is answered: what all of it took, so that no call is counted without its cost. */
void
load_seen_end (LoadSeen *seen, char **pids)
{
  seen->all_us = load_now_us () - seen->began_us;
  seen->server_us = servers_us (pids) - seen->server_us;
  seen->generator_us = clock_us (CLOCK_PROCESS_CPUTIME_ID) - seen->generator_us;
  seen->busy_us = busy_us () - seen->busy_us;
}

static int
compare_latencies (gconstpointer a, gconstpointer b)
{
  guint32 left = *(const guint32 *) a, right = *(const guint32 *) b;
  return (left > right) - (left < right);
}

static double
percentile (GArray *sorted, double part)
{
  guint at = (guint) (part * sorted->len);

  if (sorted->len == 0)
    return 0;
  return g_array_index (sorted, guint32, MIN (at, sorted->len - 1)) / TENTHS;
}

static void
print_kind (GArray *latencies, const char *name)
{
  g_array_sort (latencies, compare_latencies);
  g_print ("\"%s\":{\"calls\":%u,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f},", name,
           latencies->len, percentile (latencies, 0.5), percentile (latencies, 0.99),
           percentile (latencies, 0.999), percentile (latencies, 1));
}

/* One line of JSON. */
void
load_seen_print (LoadSeen *seen, const LoadTarget *target)
{
  g_autofree char *bad =
    g_uri_escape_string (seen->first_bad == NULL ? "" : seen->first_bad, " <>:/=", FALSE);

  g_print ("{");
  print_kind (seen->latencies[0], "reads");
  print_kind (seen->latencies[1], "writes");
  g_print ("\"calls\":%u,\"in_window\":%u,\"bad\":%u,\"errors\":%u,\"unanswered\":%u,",
           seen->latencies[0]->len + seen->latencies[1]->len, seen->n_in_window, seen->n_bad,
           seen->n_errors, seen->n_unanswered);
  g_print ("\"bytes\":%" G_GUINT64_FORMAT ",\"resumed\":%u,\"exhausted\":%s,\"first_bad\":\"%s\",",
           seen->n_bytes, target->n_resumed, seen->is_exhausted ? "true" : "false", bad);
  g_print ("\"us\":%.0f,\"all_us\":%.0f,\"server_us\":%.0f,\"generator_us\":%.0f,\"busy_us\":%.0f,"
           "\"calibration_us\":%.0f}\n",
           seen->us, seen->all_us, seen->server_us, seen->generator_us, seen->busy_us,
           seen->calibration_us);
}

void
load_seen_clear (LoadSeen *seen)
{
  for (guint i = 0; i < G_N_ELEMENTS (seen->latencies); i++)
    g_array_unref (seen->latencies[i]);
  g_free (seen->first_bad);
}
