/* SPDX-License-Identifier: EUPL-1.2 */
/* offers.json as rows of the same shape as offers.csv and offer-windows.csv. */
#pragma once

#include <json-glib/json-glib.h>

#include "ops/text/import-row.h"

/* @node: text, whole number, boolean or a list of them; null sets nothing. Refuses the row otherwise. */
void import_row_set_json (ImportRow *row, const char *column, JsonNode *node);
/* @offers and @windows get (transfer full) ImportRow; neither may own its elements yet. */
void import_json_read_offers (ImportProblems *problems,
                              const char *file,
                              const char *text,
                              GPtrArray *offers,
                              GPtrArray *windows);
