/* SPDX-License-Identifier: EUPL-1.2 */
/* Preloaded into plannerd: a disk whose flushes last, or fail, as the file named by PLANNER_TEST_DISK says. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/syscall.h>

int fdatasync (int descriptor);
int fsync (int descriptor);

/* `delay N` (milliseconds), `fail`, or nothing. */
static int
obey (void)
{
  const char *path = getenv ("PLANNER_TEST_DISK");
  char text[32] = "";
  int file = path == NULL ? -1 : open (path, O_RDONLY | O_CLOEXEC);

  if (file < 0)
    return 0;
  if (read (file, text, sizeof text - 1) < 0)
    text[0] = '\0';
  close (file);
  if (strncmp (text, "delay ", 6) == 0)
    usleep ((useconds_t) strtoul (text + 6, NULL, 10) * 1000);
  if (strncmp (text, "fail", 4) != 0)
    return 0;
  errno = EIO;
  return -1;
}

int
fdatasync (int descriptor)
{
  return obey () != 0 ? -1 : (int) syscall (SYS_fdatasync, descriptor);
}

int
fsync (int descriptor)
{
  return obey () != 0 ? -1 : (int) syscall (SYS_fsync, descriptor);
}
