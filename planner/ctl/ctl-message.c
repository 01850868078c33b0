/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages for people: who, what and its state in a table, one with its thread; documents into files of their own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "ctl/ctl.h"

#define FILE_MODE 0600

static const CtlColumn kept[] = {
  { "message", "MESSAGE" }, { "state", "STATE" }, { "case", "CASE" },     { "channel", "CHANNEL" },
  { "added", "ADDED" },     { "title", "TITLE" }, { "reason", "REASON" }, { NULL },
};

static const CtlColumn shown[] = {
  { "dfdg_id", "DFDG ID" }, { "channel", "CHANNEL" }, { "type", "TYPE" },
  { "from", "FROM" },       { "status", "STATUS" },   { "created", "CREATED" },
  { "title", "TITLE" },     { "meaning", "MEANING" }, { NULL },
};

static const CtlColumn lines[] = {
  { "message", "Message" },
  { "dfdg_id", "DFDG id" },
  { "state", "State" },
  { "case", "Case" },
  { "channel", "Channel" },
  { "type", "Type" },
  { "meaning", "Meaning" },
  { "from", "From" },
  { "to", "To" },
  { "answers", "Answers" },
  { "booking", "Booking" },
  { "status", "Status" },
  { "created", "Created" },
  { "added", "Added" },
  { "not_before", "Not before" },
  { "attempts", "Attempts" },
  { "reason", "Reason" },
  { "shown", "Shown" },
  { "read", "Read" },
  { "attachments", "Attachments" },
  { "title", "Title" },
  { NULL },
};

static const CtlColumn replies[] = {
  { "dfdg_id", "REPLY" }, { "at", "AT" },     { "from", "FROM" },
  { "status", "STATUS" }, { "text", "TEXT" }, { NULL },
};

static const CtlColumn documents[] = {
  { "dfdg_id", "DOCUMENT" },
  { "name", "NAME" },
  { "media_type", "MEDIA TYPE" },
  { NULL },
};

static void
print_list (JsonObject *object, const char *member, const char *title, const CtlColumn *columns)
{
  JsonArray *rows =
    json_object_has_member (object, member) ? json_object_get_array_member (object, member) : NULL;

  if (rows == NULL || json_array_get_length (rows) == 0)
    return;
  if (title != NULL)
    printf ("%s\n", title);
  ctl_print_table (rows, columns);
}

/**
 * ctl_message_list_print:
 */
void
ctl_message_list_print (JsonObject *result)
{
  print_list (result, "at_dfdg", "at DFDG", shown);
  print_list (result, "messages", json_object_has_member (result, "at_dfdg") ? "\nhere" : NULL,
              kept);
}

static void
print_one (JsonObject *result, const char *member)
{
  JsonObject *one =
    json_object_has_member (result, member) ? json_object_get_object_member (result, member) : NULL;
  g_autofree char *text = one == NULL ? NULL : ctl_dup_text (one, "text");

  if (one == NULL)
    return;
  ctl_print_record (one, lines);
  if (*text != '\0')
    printf ("\n%s\n", text);
  print_list (one, "documents", "", documents);
  print_list (one, "replies", "", replies);
}

/**
 * ctl_message_show_print:
 *
 * As DFDG has it; what is kept here where DFDG was not asked, or has none.
 */
void
ctl_message_show_print (JsonObject *result)
{
  print_one (result, json_object_has_member (result, "at_dfdg") ? "at_dfdg" : "stored");
}

static gboolean
fail (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%s: %s", path, g_strerror (code));
  return FALSE;
}

static gboolean
write_bytes (int descriptor, const guchar *bytes, gsize n_bytes)
{
  while (n_bytes > 0)
    {
      ssize_t n_written = write (descriptor, bytes, n_bytes);

      if (n_written < 0 && errno != EINTR)
        return FALSE;
      bytes += MAX (n_written, 0);
      n_bytes -= (gsize) MAX (n_written, 0);
    }
  return TRUE;
}

/**
 * ctl_document_write:
 * @result: its content is taken out
 *
 * Nobody else may read the file. Errors: PLANNER_ERROR_NOT_VALID when it is there, or cannot be written.
 */
gboolean
ctl_document_write (JsonObject *arguments, JsonObject *result, GError **error)
{
  const char *path = json_object_get_string_member (arguments, "file");
  gsize n_bytes = 0;
  g_autofree guchar *bytes =
    g_base64_decode (json_object_get_string_member (result, "content"), &n_bytes);
  int descriptor = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
  gboolean ok;

  json_object_remove_member (result, "content");
  if (descriptor < 0)
    return fail (path, error);
  ok = write_bytes (descriptor, bytes, n_bytes) || fail (path, error);
  if (close (descriptor) != 0 && ok)
    return fail (path, error);
  return ok;
}
