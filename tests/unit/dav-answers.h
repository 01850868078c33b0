/* SPDX-License-Identifier: EUPL-1.2 */
/* Pieces of WebDAV answers for tests, as literals. */
#pragma once

/* clang-format off */
#define MULTI(inner)      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<D:multistatus xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:S=\"http://calendarserver.org/ns/\">" inner "</D:multistatus>"
#define HREF(path)        "<D:href>" path "</D:href>"
#define STATUS(text)      "<D:status>HTTP/1.1 " text "</D:status>"
#define STAT(props, text) "<D:propstat><D:prop>" props "</D:prop>" STATUS (text) "</D:propstat>"
#define ETAG(text)        "<D:getetag>" text "</D:getetag>"
#define RESPONSE(inner)   "<D:response>" inner "</D:response>"
#define PLAIN(path, etag) RESPONSE (HREF (path) STAT (ETAG (etag), "200 OK"))
#define GONE(path)        RESPONSE (HREF (path) STATUS ("404 Not Found"))
#define TOKEN(text)       "<D:sync-token>" text "</D:sync-token>"
#define CALENDAR_DATA(ics) "<C:calendar-data>" ics "</C:calendar-data>"
#define ERROR_BODY(prefix, name) "<?xml version=\"1.0\"?><D:error xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><" prefix ":" name "/></D:error>"
/* clang-format on */
