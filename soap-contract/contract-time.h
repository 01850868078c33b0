/* SPDX-License-Identifier: EUPL-1.2 */
/* Instants of the contract: xs:dateTime text to a number and back, without any zone rules. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractTime:
 * @unix_us: microseconds since 1970-01-01 UTC; without an offset: the wall-clock reading, taken as
 *   if it were UTC
 * @offset_s: seconds east of UTC that stood, or shall stand, in the text; whole minutes, within
 *   ±14 hours
 * @has_offset: whether the text had an offset (`Z` counts); must be %TRUE in what we send
 *
 * An instant with the offset it is written with. When @has_offset is %FALSE the caller turns the
 * wall-clock reading into an instant with its own zone rules (Europe/Copenhagen) and sets
 * @unix_us, @offset_s and @has_offset; [callback@ContractTimeResolver] does so while reading.
 *
 * Source: XML Schema part 2, dateTime; design.md §5.
 */
typedef struct
{
  gint64 unix_us;
  gint32 offset_s;
  gboolean has_offset;
} ContractTime;

/**
 * CONTRACT_TIME_TEXT_BYTES:
 *
 * Room for any text that contract_time_write() makes, with its final NUL.
 */
#define CONTRACT_TIME_TEXT_BYTES 36

/**
 * CONTRACT_TIME_DATE_BYTES:
 *
 * Length of `2026-03-29T`.
 */
#define CONTRACT_TIME_DATE_BYTES 11

/**
 * CONTRACT_TIME_OFFSET_BYTES:
 *
 * Length of `+02:00`.
 */
#define CONTRACT_TIME_OFFSET_BYTES 6

/**
 * ContractTimeDay:
 *
 * The day and the offset that were written last, for contract_time_day_write().
 */
typedef struct
{
  gint64 start_us; /* its local midnight, as if it were UTC */
  gint32 offset_s;
  guint8 n_offset; /* 0: no offset was written yet */
  char date[CONTRACT_TIME_DATE_BYTES];
  char offset[CONTRACT_TIME_OFFSET_BYTES];
} ContractTimeDay;

/**
 * CONTRACT_TIME_DAY_INIT:
 *
 * No day yet: one that no time lies in.
 */
#define CONTRACT_TIME_DAY_INIT \
  {                            \
    .start_us = G_MAXINT64     \
  }

gboolean contract_time_parse (const char *text,
                              gsize length_bytes,
                              ContractTime *out_time) G_GNUC_WARN_UNUSED_RESULT;
gsize contract_time_write (const ContractTime *time, char *buffer) G_GNUC_WARN_UNUSED_RESULT;
gsize contract_time_day_write (ContractTimeDay *day,
                               const ContractTime *time,
                               char *buffer) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_time_is_sendable (const ContractTime *time);

G_END_DECLS
