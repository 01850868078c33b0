/* SPDX-License-Identifier: EUPL-1.2 */
/* Takes what no longer counts out of a page of an SQLite file before it is written. */
#pragma once

#include <glib.h>

/* Any thread. */
void store_clean_page (guint8 *page, gsize n_bytes, gsize header_offset);
