/* SPDX-License-Identifier: EUPL-1.2 */
/* offers.json as rows of the same shape as offers.csv and offer-windows.csv. */
#pragma once

#include "ops/import-row.h"

/* @offers and @windows get (transfer full) ImportRow; neither may own its elements yet. */
void import_json_read_offers (ImportProblems *problems,
                              const char *file,
                              const char *text,
                              GPtrArray *offers,
                              GPtrArray *windows);
