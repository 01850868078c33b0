/* SPDX-License-Identifier: EUPL-1.2 */
/* 60, 30, 14, 7, 3, 1 days: each step is told once. */
#include "health/track-certificate.h"

#define DAY_US (86400 * G_GINT64_CONSTANT (1000000))

static const guint ladder[] = { 1, 3, 7, 14, 30, 60 };

/**
 * track_certificate_step:
 * @until_us: the certificate's last instant, Unix time
 *
 * Returns: the lowest step of the ladder that has been reached: 60, 30, 14, 7, 3 or 1 (also when it has expired); 0: none
 */
guint
track_certificate_step (gint64 until_us, gint64 now_us)
{
  for (guint i = 0; i < G_N_ELEMENTS (ladder); i++)
    if (until_us - now_us <= ladder[i] * DAY_US)
      return ladder[i];
  return 0;
}

/**
 * track_certificate_days_left:
 *
 * Returns: whole days; negative when it has expired
 */
gint64
track_certificate_days_left (gint64 until_us, gint64 now_us)
{
  gint64 left_us = until_us - now_us;

  return left_us >= 0 ? left_us / DAY_US : -((-left_us + DAY_US - 1) / DAY_US);
}
