/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens' numbers in what commands answer: people write them where they do not belong. */
#pragma once

#include <json-glib/json-glib.h>

void admin_mask (JsonObject *result);
void admin_mask_error (GError *error);
