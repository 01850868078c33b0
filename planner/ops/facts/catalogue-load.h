/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the whole catalogue from the database and compiles offers to what the rules read. */
#pragma once

#include "index/catalogue.h"
#include "store/store.h"

Catalogue *
catalogue_load (StoreSession *session, const char *data_dir, gint64 now_us, GError **error);
/* From yesterday to the longest horizon and a week, at most 190 days; whole UTC days. */
Period catalogue_window (const Catalogue *catalogue, gint64 now_us);
