/* SPDX-License-Identifier: EUPL-1.2 */
/* Instants as people in Denmark read them. */
#pragma once

#include <glib.h>

typedef enum
{
  TRACK_CIVIL_DA,
  TRACK_CIVIL_EN,
  TRACK_N_CIVIL,
} TrackCivilLanguage;

char *track_civil_dup (gint64 at_us, TrackCivilLanguage language, gboolean has_seconds);
