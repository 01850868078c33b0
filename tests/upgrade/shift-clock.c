/* SPDX-License-Identifier: EUPL-1.2 */
/* Preloaded into the programs: a wall clock moved by PLANNER_TEST_CLOCK_S seconds; the monotonic one is left alone. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t
offset_s (void)
{
  const char *text = getenv ("PLANNER_TEST_CLOCK_S");
  return text == NULL ? 0 : (time_t) strtoll (text, NULL, 10);
}

int
clock_gettime (clockid_t clock, struct timespec *out_time)
{
  int code = (int) syscall (SYS_clock_gettime, clock, out_time);

  if (code == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
    out_time->tv_sec += offset_s ();
  return code;
}

int
gettimeofday (struct timeval *restrict out_time, void *restrict zone)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  out_time->tv_sec = now.tv_sec;
  out_time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t
time (time_t *out_time)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  if (out_time != NULL)
    *out_time = now.tv_sec;
  return now.tv_sec;
}
