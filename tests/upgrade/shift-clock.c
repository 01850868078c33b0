/* SPDX-License-Identifier: EUPL-1.2 */
/* Preloaded into the programs: a wall clock moved by PLANNER_TEST_CLOCK_S seconds, or by what the file PLANNER_TEST_CLOCK_FILE
 * says at the moment; the monotonic one is left alone. Both go on by the seconds that the file PLANNER_TEST_PASSED_FILE says. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t
read_offset_s (const char *path)
{
  char text[32] = "";
  int file = open (path, O_RDONLY | O_CLOEXEC);

  if (file < 0 || read (file, text, sizeof text - 1) < 0)
    text[0] = '\0';
  if (file >= 0)
    close (file);
  return (time_t) strtoll (text, NULL, 10);
}

static time_t
offset_s (void)
{
  const char *path = getenv ("PLANNER_TEST_CLOCK_FILE");
  const char *text = getenv ("PLANNER_TEST_CLOCK_S");

  if (path != NULL)
    return read_offset_s (path);
  return text == NULL ? 0 : (time_t) strtoll (text, NULL, 10);
}

static time_t
passed_s (void)
{
  const char *path = getenv ("PLANNER_TEST_PASSED_FILE");

  return path == NULL ? 0 : read_offset_s (path);
}

int
clock_gettime (clockid_t clock, struct timespec *out_time)
{
  int code = (int) syscall (SYS_clock_gettime, clock, out_time);
  int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;

  if (code == 0 && is_wall)
    out_time->tv_sec += offset_s ();
  if (code == 0 && (is_wall || clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_COARSE))
    out_time->tv_sec += passed_s ();
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
