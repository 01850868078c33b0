/* SPDX-License-Identifier: EUPL-1.2 */
/* The status page for people, in Danish and English: one HTML document without a script. */
#pragma once

#include <json-glib/json-glib.h>

typedef enum
{
  TRACK_STATUS_DA,
  TRACK_STATUS_EN,
  TRACK_STATUS_N_LANGUAGES,
} TrackStatusLanguage;

/**
 * TrackStatusView:
 * @search: (nullable): only units whose code, name or Planner holds this
 * @only_troubled: only units whose Planner is not well
 */
typedef struct
{
  TrackStatusLanguage language;
  const char *search;
  gboolean only_troubled;
} TrackStatusView;

char *track_status_page_dup (JsonObject *status, const TrackStatusView *view);
TrackStatusLanguage track_status_choose_language (const char *wanted, const char *accepted);
char *track_status_page_dup_policy (void);
