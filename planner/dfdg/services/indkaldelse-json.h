/* SPDX-License-Identifier: EUPL-1.2 */
/* Summonses as the JSON of IndkaldelseService. */
#pragma once

#include <json-glib/json-glib.h>

#include "dfdg/services/indkaldelse-record.h"

JsonObject *indkaldelse_to_json (const DfdgIndkaldelse *record, const CalsyncZone *zone);
DfdgIndkaldelse *indkaldelse_from_json (JsonObject *object,
                                        const CalsyncZone *zone,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *indkaldelse_deltager_to_json (const IndkaldelseDeltager *participant);
gboolean indkaldelse_parse_instant (const char *text,
                                    const CalsyncZone *zone,
                                    gint64 *out_us) G_GNUC_WARN_UNUSED_RESULT;
