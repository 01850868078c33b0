# SPDX-License-Identifier: EUPL-1.2
# A WSRM queue that costs little: every answer is made before anybody asks.
"""Arguments: PORT CERTIFICATE KEY AUTHORITY FOLDER N. FOLDER holds the answers 0.xml to N-1.xml of GetIndkaldelseVersion1; a sequence
is one of them, and terminating it goes on to the next."""

import http.server
import pathlib
import re
import ssl
import sys

PORT, CERTIFICATE, KEY, AUTHORITY, FOLDER, N = sys.argv[1:]
PAGES = [(pathlib.Path(FOLDER) / f"{number}.xml").read_bytes() for number in range(int(N))]
PER_PAGE = 500
ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:wsrm="http://docs.oasis-open.org/ws-rx/wsrm/200602">'
    "<s:Body>{}</s:Body></s:Envelope>"
)
ITEM = (
    "<wsrm:ServiceItem><wsrm:ServiceName>GetIndkaldelseVersion1</wsrm:ServiceName><wsrm:ServiceEndpoint>https://127.0.0.1:{}/wsrm"
    "</wsrm:ServiceEndpoint><wsrm:MessageCount>{}</wsrm:MessageCount></wsrm:ServiceItem>"
)


class Queue(http.server.BaseHTTPRequestHandler):
    """Sequences are the numbers of pages."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    at = 0

    def log_message(self, *_):
        pass

    def do_POST(self):
        """One call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if b"GetIndkaldelseVersion1Request" in body:
            answer = PAGES[Queue.at]
        else:
            method = re.search(rb"(Create|Close|Terminate)Sequence", body).group(1).decode()
            key = f"<wsrm:Identifier>sequence-{Queue.at}</wsrm:Identifier>"
            is_left = Queue.at < len(PAGES)
            items = ITEM.format(PORT, PER_PAGE) if method == "Create" and is_left else ""
            inner = f"<wsrm:ServiceInventoryCollection>{items}</wsrm:ServiceInventoryCollection>" if method == "Create" else ""
            answer = ENVELOPE.format(f"<wsrm:{method}SequenceResponse>{key}{inner}</wsrm:{method}SequenceResponse>").encode()
            Queue.at += method == "Terminate" and is_left
        self.send_response(200)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(PORT)), Queue)
server.daemon_threads = True
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
context.load_verify_locations(AUTHORITY)
context.verify_mode = ssl.CERT_REQUIRED
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
