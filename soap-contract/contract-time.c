/* SPDX-License-Identifier: EUPL-1.2 */
/* Instants of the contract: xs:dateTime text to a number and back, without any zone rules. */

#include "contract-time.h"

#include <string.h>

#define US_PER_S      G_GINT64_CONSTANT (1000000)
#define S_PER_DAY     86400
#define US_PER_DAY    G_GUINT64_CONSTANT (86400000000)
#define MAX_OFFSET_S  (14 * 3600)
#define DAYS_TO_1970  719468 /* from 0000-03-01, where the count below starts */
#define FIRST_UNIX_US (G_GINT64_CONSTANT (-62135596800) * US_PER_S) /* 0001-01-01T00:00:00 */
#define LAST_UNIX_US  (G_GINT64_CONSTANT (253402300800) * US_PER_S) /* 10000-01-01T00:00:00 */

#define FIRST_UNIX_DAY (-719162) /* 0001-01-01 */

/* Days since 1970-01-01 in the Gregorian calendar; the year starts in March so that leap days end it. */
static gint64
days_from_civil (int year, int month, int day)
{
  int shifted_year = month > 2 ? year : year - 1;
  int era = shifted_year / 400;
  int year_of_era = shifted_year - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (gint64) era * 146097 + day_of_era - DAYS_TO_1970;
}

/* The same backwards, for days from 0000-03-01 on. */
static void
civil_from_days (gint64 days, int *out_year, int *out_month, int *out_day)
{
  guint32 shifted = (guint32) (days + DAYS_TO_1970);
  guint32 era = shifted / 146097;
  guint32 day_of_era = shifted - era * 146097;
  guint32 year_of_era =
    (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint32 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint32 month_index = (5 * day_of_year + 2) / 153;
  *out_day = (int) (day_of_year - (153 * month_index + 2) / 5 + 1);
  *out_month = (int) (month_index < 10 ? month_index + 3 : month_index - 9);
  *out_year = (int) (year_of_era + era * 400) + (*out_month <= 2 ? 1 : 0);
}

static int
days_in_month (int year, int month)
{
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  gboolean is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && is_leap ? 29 : days[month - 1];
}

/* Reads exactly @n_digits digits; -1 when there are fewer. */
static int
read_digits (const char *text, int n_digits)
{
  int value = 0;
  for (int i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return -1;
      value = value * 10 + (text[i] - '0');
    }
  return value;
}

/* Reads "Z", "+hh:mm" or nothing, up to the end. */
static gboolean
read_offset (const char *text, const char *end, ContractTime *out_time)
{
  out_time->offset_s = 0;
  out_time->has_offset = text != end;
  if (text == end || (end - text == 1 && *text == 'Z'))
    return TRUE;
  if (end - text != 6 || (*text != '+' && *text != '-') || text[3] != ':')
    return FALSE;
  int hours = read_digits (text + 1, 2);
  int minutes = read_digits (text + 4, 2);
  if (hours < 0 || minutes < 0 || minutes > 59)
    return FALSE;
  int offset_s = (hours * 60 + minutes) * 60;
  if (offset_s > MAX_OFFSET_S)
    return FALSE;
  out_time->offset_s = *text == '-' ? -offset_s : offset_s;
  return TRUE;
}

/* Reads ".digits" if it stands at *@text and moves past it; digits beyond the microsecond are dropped. */
static gboolean
read_fraction (const char **text, const char *end, int *out_us)
{
  const char *at = *text;
  *out_us = 0;
  if (at == end || *at != '.')
    return TRUE;
  at++;
  const char *first = at;
  int scale = (int) US_PER_S / 10;
  for (; at < end && g_ascii_isdigit (*at); at++, scale /= 10)
    *out_us += (*at - '0') * scale;
  *text = at;
  return at > first;
}

/**
 * contract_time_parse:
 * @text: (array length=length_bytes): an xs:dateTime without blanks around it; need not end in NUL
 * @length_bytes: its length
 * @out_time: (out): the instant, or the wall-clock reading when there is no offset
 *
 * Reads a dateTime of the years 1 to 9999. Refuses what XML Schema allows but we do not: hour 24,
 * years outside that range, and instants that leave it through their offset. Digits past the
 * microsecond are dropped. A leap second (`:60`) is refused, as XML Schema does.
 *
 * Thread: any. Source: XML Schema part 2, §3.2.7; style.md §6 row 4.
 *
 * Returns: %FALSE when the text is not such a time; @out_time is then untouched
 */
gboolean
contract_time_parse (const char *text, gsize length_bytes, ContractTime *out_time)
{
  if (length_bytes < strlen ("0001-01-01T00:00:00"))
    return FALSE;
  const char *end = text + length_bytes;
  int year = read_digits (text, 4), month = read_digits (text + 5, 2);
  int day = read_digits (text + 8, 2), hour = read_digits (text + 11, 2);
  int minute = read_digits (text + 14, 2), second = read_digits (text + 17, 2);
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return FALSE;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month (year, month))
    return FALSE;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
    return FALSE;

  ContractTime time;
  int fraction_us = 0;
  text += strlen ("0001-01-01T00:00:00");
  if (!read_fraction (&text, end, &fraction_us) || !read_offset (text, end, &time))
    return FALSE;
  gint64 local_s =
    days_from_civil (year, month, day) * S_PER_DAY + hour * 3600 + minute * 60 + second;
  time.unix_us = (local_s - time.offset_s) * US_PER_S + fraction_us;
  if (time.unix_us < FIRST_UNIX_US || time.unix_us >= LAST_UNIX_US)
    return FALSE;
  *out_time = time;
  return TRUE;
}

/* Two digits at a time, from a table: an answer holds a hundred times and more. */
static char *
put_pair (char *at, guint32 value)
{
  static const char pairs[] = "0001020304050607080910111213141516171819"
                              "2021222324252627282930313233343536373839"
                              "4041424344454647484950515253545556575859"
                              "6061626364656667686970717273747576777879"
                              "8081828384858687888990919293949596979899";
  memcpy (at, pairs + 2 * value, 2);
  return at + 2;
}

static char *
put_offset (char *at, const ContractTime *time)
{
  if (time->offset_s == 0)
    {
      *at++ = 'Z';
      return at;
    }
  /* Beyond ±99 hours there is no text; contract_time_is_sendable() draws the line far before. */
  guint32 minutes = MIN ((guint32) ABS ((gint64) time->offset_s) / 60, 99 * 60 + 59);
  *at++ = time->offset_s < 0 ? '-' : '+';
  at = put_pair (at, minutes / 60);
  *at++ = ':';
  return put_pair (at, minutes % 60);
}

static void
put_date (char *at, gint64 unix_day)
{
  int year, month, day;
  civil_from_days (unix_day, &year, &month, &day);
  at = put_pair (at, (guint32) year / 100);
  at = put_pair (at, (guint32) year % 100);
  *at++ = '-';
  at = put_pair (at, (guint32) month);
  *at++ = '-';
  at = put_pair (at, (guint32) day);
  *at = 'T';
}

static char *
put_clock (char *at, guint32 second_of_day)
{
  guint32 minute_of_day = second_of_day / 60;
  at = put_pair (at, minute_of_day / 60);
  *at++ = ':';
  at = put_pair (at, minute_of_day % 60);
  *at++ = ':';
  return put_pair (at, second_of_day % 60);
}

static char *
put_fraction (char *at, guint32 fraction_us)
{
  *at++ = '.';
  at = put_pair (at, fraction_us / 10000);
  at = put_pair (at, fraction_us / 100 % 100);
  at = put_pair (at, fraction_us % 100);
  while (at[-1] == '0')
    at--;
  return at;
}

/**
 * contract_time_is_sendable:
 * @time: an instant
 *
 * Whether the instant may leave: it has an offset of whole minutes within ±14 hours, and its local
 * reading lies in the years 1 to 9999.
 *
 * Thread: any.
 *
 * Returns: %TRUE when contract_time_write() writes it truly
 */
gboolean
contract_time_is_sendable (const ContractTime *time)
{
  if (time->offset_s % 60 != 0 || ABS (time->offset_s) > MAX_OFFSET_S || !time->has_offset)
    return FALSE;
  if (time->unix_us < FIRST_UNIX_US || time->unix_us >= LAST_UNIX_US)
    return FALSE;
  gint64 local_us = time->unix_us + time->offset_s * US_PER_S;
  return local_us >= FIRST_UNIX_US && local_us < LAST_UNIX_US;
}

/**
 * contract_time_write:
 * @time: an instant whose local reading lies in the years 1 to 9999
 * @buffer: (out): room for %CONTRACT_TIME_TEXT_BYTES bytes
 *
 * Writes the local reading with its offset: `2026-03-29T10:00:00+02:00`, `Z` for offset 0, and a
 * fraction only when there is one, without trailing zeros. Ends in NUL.
 *
 * Thread: any. Source: XML Schema part 2, §3.2.7.
 *
 * Returns: the length in bytes without the NUL; 0 (and an empty text) when the local reading lies
 *   outside those years
 */
gsize
contract_time_write (const ContractTime *time, char *buffer)
{
  ContractTimeDay day = CONTRACT_TIME_DAY_INIT;
  return contract_time_day_write (&day, time, buffer);
}

/* The local day of @local_us, its date as text. */
static void
begin_day (ContractTimeDay *day, gint64 local_us)
{
  guint64 day_count = (guint64) (local_us - FIRST_UNIX_US) / US_PER_DAY;
  day->start_us = (gint64) (day_count * US_PER_DAY) + FIRST_UNIX_US;
  put_date (day->date, (gint64) day_count + FIRST_UNIX_DAY);
}

/* The offset's text from the last time when it is the same: it changes twice a year. */
static char *
put_known_offset (char *at, ContractTimeDay *day, const ContractTime *time)
{
  if (day->n_offset == 0 || day->offset_s != time->offset_s)
    {
      day->n_offset = (guint8) (put_offset (day->offset, time) - day->offset);
      day->offset_s = time->offset_s;
    }
  memcpy (at, day->offset, CONTRACT_TIME_OFFSET_BYTES); /* there is room for the rest */
  return at + day->n_offset;
}

/**
 * contract_time_day_write:
 * @day: (inout): %CONTRACT_TIME_DAY_INIT before the first
 * @time: as of contract_time_write()
 * @buffer: (out): as of contract_time_write()
 *
 * The same for many times, of which neighbours often lie in one day.
 *
 * Thread: any one.
 *
 * Returns: as contract_time_write()
 */
gsize
contract_time_day_write (ContractTimeDay *day, const ContractTime *time, char *buffer)
{
  gint64 local_us = time->unix_us + (time->has_offset ? time->offset_s * US_PER_S : 0);
  if (local_us < FIRST_UNIX_US || local_us >= LAST_UNIX_US)
    {
      buffer[0] = '\0';
      return 0;
    }
  if ((guint64) local_us - (guint64) day->start_us >= US_PER_DAY)
    begin_day (day, local_us);
  guint64 since_midnight_us = (guint64) local_us - (guint64) day->start_us;
  guint32 second = (guint32) (since_midnight_us / (guint64) US_PER_S);
  guint32 fraction_us = (guint32) (since_midnight_us - second * (guint64) US_PER_S);
  memcpy (buffer, day->date, CONTRACT_TIME_DATE_BYTES);
  char *at = put_clock (buffer + CONTRACT_TIME_DATE_BYTES, second);
  if (fraction_us > 0)
    at = put_fraction (at, fraction_us);
  if (time->has_offset)
    at = put_known_offset (at, day, time);
  *at = '\0';
  return (gsize) (at - buffer);
}
