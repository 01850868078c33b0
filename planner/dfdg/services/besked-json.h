/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages as the JSON of BorgerBeskedService. */
#pragma once

#include <json-glib/json-glib.h>

#include "calsync-timezone.h"
#include "dfdg/services/besked-message.h"

JsonObject *besked_draft_to_json (const BeskedDraft *draft);
Besked *besked_from_json (JsonObject *object,
                          const CalsyncZone *zone,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
