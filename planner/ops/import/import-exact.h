/* SPDX-License-Identifier: EUPL-1.2 */
/* What only an export writes: kept as it says, to the last byte. */
#pragma once

#include "ops/import/import-run.h"

/* reduced/RESOURCE/HASH.ics: appointments without their owners' own words. */
gboolean
import_reduced_apply (ImportRun *run, ImportCount *count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
