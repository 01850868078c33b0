/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads calendar files into reduced objects that hold times and busy classes and nothing else. */
#pragma once

#include "calsync-event.h"
#include "calsync-timezone.h"

G_BEGIN_DECLS

/**
 * CalsyncObject:
 * @uid_hash: keyed hash of the UID, 64 hexadecimal digits; of the content when there is no UID
 * @text: the reduced iCalendar text, which is stored and which calsync_expand() reads
 * @reference: (nullable): our own marker (X-PLANNER-REF), when the object is one of our bookings
 * @flags: #CalsyncFlags known without a window
 *
 * All components of one UID: a series and its exceptions, a free/busy list or an availability.
 */
typedef struct
{
  char *uid_hash;
  char *text;
  char *reference;
  guint flags;
} CalsyncObject;

/**
 * CalsyncNote:
 * @code: why
 * @uid_hash: the object it is about; %NULL when about the file
 * @text: one sentence for a person, free of the file's own words
 * @is_refused: whether the component was left out, so that its time is not known
 *
 * One thing that a person should know about an import.
 */
typedef struct
{
  gint code;
  char *uid_hash;
  char *text;
  gboolean is_refused;
} CalsyncNote;

/**
 * CalsyncImport:
 * @objects: (element-type CalsyncObject): in the order of the file
 * @notes: (element-type CalsyncNote): in the order of the file
 * @n_refused: notes that refused a component
 * @n_ignored: components that block nothing (to-dos, journals)
 */
typedef struct
{
  GPtrArray *objects;
  GPtrArray *notes;
  guint n_refused;
  guint n_ignored;
} CalsyncImport;

/**
 * CalsyncImportOptions:
 * @uid_key: (nullable) (array length=n_uid_key): secret that keys the hash of UIDs; %NULL: plain SHA-256
 * @n_uid_key: its length
 * @owner_addresses: (nullable) (array zero-terminated=1): the owner's e-mail addresses, to find the
 *   owner among attendees
 * @zone: (nullable): the calendar's own zone
 * @region: (nullable): two-letter country for Windows zone names; %NULL: DK
 * @from_us: window over which a zone that the file brings along is compared with tzdata's
 * @to_us: its end; 0 with @from_us 0 for no comparison
 * @max_bytes: larger files are refused; 0: 16 MB
 * @max_components: files with more are refused; 0: 50,000
 */
typedef struct
{
  const guint8 *uid_key;
  gsize n_uid_key;
  const char *const *owner_addresses;
  const CalsyncZone *zone;
  const char *region;
  gint64 from_us;
  gint64 to_us;
  gsize max_bytes;
  guint max_components;
} CalsyncImportOptions;

CalsyncImport *calsync_ical_import (const char *bytes,
                                    gsize n_bytes,
                                    const CalsyncImportOptions *options,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
char *calsync_uid_hash (const char *uid, const CalsyncImportOptions *options);
void calsync_import_free (CalsyncImport *import);
void calsync_object_free (CalsyncObject *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncImport, calsync_import_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncObject, calsync_object_free)

G_END_DECLS
