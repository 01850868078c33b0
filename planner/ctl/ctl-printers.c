/* SPDX-License-Identifier: EUPL-1.2 */
/* Which results are printed otherwise than by their members. */
#include "ctl/ctl.h"

/* clang-format off */
static const struct
{
  const char *command;
  CtlPrint print;
} printers[] = {
  { "dfdg-status", ctl_dfdg_status_print },
  { "doctor", ctl_doctor_print },
  { "explain", ctl_explain_print },
  { "import", ctl_import_print },
  { "list-advisors", ctl_list_print },
  { "list-bookings", ctl_list_print },
  { "list-equipment", ctl_list_print },
  { "list-offers", ctl_list_print },
  { "list-rooms", ctl_list_print },
  { "list-teams", ctl_list_print },
  { "list-units", ctl_list_print },
  { "message-list", ctl_message_list_print },
  { "message-show", ctl_message_show_print },
  { "report-missing-times", ctl_missing_print },
  { "search-bookings", ctl_list_print },
  { "show-week", ctl_week_print },
  { "sync-status", ctl_sync_status_print },
  { "verify", ctl_verify_print },
};
/* clang-format on */

/**
 * ctl_printers_find:
 *
 * Returns: the printer of the command; ctl_print_any() for most.
 */
CtlPrint
ctl_printers_find (const char *command)
{
  for (guint i = 0; i < G_N_ELEMENTS (printers); i++)
    if (g_str_equal (printers[i].command, command))
      return printers[i].print;
  return ctl_print_any;
}
