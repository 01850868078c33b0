/* SPDX-License-Identifier: EUPL-1.2 */
/* The VFS of every database that we open: SQLite's own with one method changed. */
#pragma once

const char *store_vfs_ensure (void);
