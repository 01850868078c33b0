# SPDX-License-Identifier: EUPL-1.2
# Who gets in: a table of decisions by openssl's and Python's TLS, with certificates of OCES2's and OCES3's shape; lists, renewal.
"""Also tests: listener-trust, planner-metrics-crl."""

import http.client
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request

import testlib
from planner_process import PATH, Caller, Municipality, PlannerProcess

CVR = "00000000"
FID = "12345678"
UUID = "5d6a3c1e-0b5f-4a7e-9a43-89000000aa01"
DAY_S = 24 * 3600
# Where the parts of a list are said to be; nobody asks there.
PARTS = {"part-1": "http://lister.example/1.crl", "part-2": "http://lister.example/2.crl"}

# Numbers of TLS alerts, RFC 8446 section 6.
ALERTS = {
    "handshake_failure": 40, "bad_certificate": 42, "certificate_revoked": 44, "certificate_expired": 45,
    "certificate_unknown": 46, "unknown_ca": 48, "protocol_version": 70, "certificate_required": 116,
}


def openssl(*words):
    """Runs openssl; answers what it printed."""
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {words[0]}: {done.stderr}")
    return done.stdout


def stamp(offset_s):
    """An instant as openssl wants it."""
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + offset_s))


class Authority:
    """An authority with RSA keys as the Danish ones have; it issues and revokes."""

    def __init__(self, folder, name, subject, issuer=None):
        self.folder, self.name = pathlib.Path(folder) / name, name
        self.folder.mkdir(parents=True)
        self.certificate, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        (self.folder / "index.txt").write_text("", encoding="ascii")
        (self.folder / "serial").write_text("1000\n", encoding="ascii")
        (self.folder / "ca.cnf").write_text(
            f"[ca]\ndefault_ca=c\n[c]\ndatabase={self.folder}/index.txt\nserial={self.folder}/serial\n"
            f"new_certs_dir={self.folder}\ndefault_md=sha256\npolicy=p\nunique_subject=no\npreserve=yes\n"
            "[p]\ncountryName=optional\norganizationName=optional\norganizationIdentifier=optional\n"
            "serialNumber=optional\ncommonName=supplied\n"
            "[authority]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n"
            "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
            "[client]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
            "extendedKeyUsage=clientAuth,emailProtection\nauthorityKeyIdentifier=keyid\n"
            "[server]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
            "extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1,DNS:localhost\nauthorityKeyIdentifier=keyid\n"
            + "".join(
                # Of a certificate whose list is that part; of the list that is; where it is.
                f"[client-{name}]\nbasicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
                f"extendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\ncrlDistributionPoints=URI:{url}\n"
                f"[{name}]\nauthorityKeyIdentifier=keyid\nissuingDistributionPoint=critical,@at-{name}\n"
                f"[at-{name}]\nfullname=URI:{url}\nonlyuser=TRUE\n"
                f"[{name}-indirect]\nissuingDistributionPoint=critical,@at-{name}-indirect\n"
                f"[at-{name}-indirect]\nfullname=URI:{url}\nindirectCRL=TRUE\n"
                for name, url in PARTS.items()
            ),
            encoding="ascii",
        )
        request = self._request(self.key, subject)
        signer = issuer or self
        own = ["-selfsign", "-keyfile", self.key] if issuer is None else signer.signing()
        openssl("ca", "-batch", "-notext", "-config", signer.folder / "ca.cnf", *own, "-extensions", "authority",
                "-in", request, "-out", self.certificate, "-startdate", stamp(-30 * DAY_S), "-enddate", stamp(3650 * DAY_S))
        self.issuer_text = openssl("x509", "-in", self.certificate, "-noout", "-subject", "-nameopt", "RFC2253")
        self.issuer_text = self.issuer_text.strip().removeprefix("subject=")
        self.issuer_label = self.issuer_text.replace("\\C3\\B8", "ø")

    def signing(self):
        """Options by which this authority signs."""
        return ["-cert", self.certificate, "-keyfile", self.key]

    def _request(self, key, subject, kind=("rsa:2048",)):
        request = key.with_suffix(".csr")
        openssl("req", "-new", "-newkey", *kind, "-nodes", "-keyout", key, "-subj", subject, "-out", request,
                "-utf8", "-multivalue-rdn")
        key.chmod(0o600)
        return request

    def issue(self, name, subject, use="client", begins_s=-DAY_S, ends_s=700 * DAY_S):
        """Certificate and key of a leaf."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request = self._request(key, subject, ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"))
        openssl("ca", "-batch", "-notext", "-config", self.folder / "ca.cnf", *self.signing(), "-extensions", use,
                "-in", request, "-out", certificate, "-startdate", stamp(begins_s), "-enddate", stamp(ends_s))
        return certificate, key

    def revoke(self, certificate):
        """Puts CERTIFICATE on the next list."""
        openssl("ca", "-config", self.folder / "ca.cnf", *self.signing(), "-revoke", certificate)

    def write_list(self, path, made_s=0, ends_s=DAY_S, form="PEM", signer=None, part=None):
        """The list as it stands, in one step; SIGNER: another authority's key under our name; PART: of which it says it is."""
        fresh = self.folder / "fresh.crl"
        words = ["ca", "-config", self.folder / "ca.cnf", "-gencrl", "-cert", self.certificate, "-keyfile", (signer or self).key]
        if signer is not None:
            # openssl refuses a key that is not the certificate's, so the list bears the name of one that is.
            words[words.index("-cert") + 1] = signer.certificate
        words += ["-crlexts", part] if part else []
        openssl(*words, "-crl_lastupdate", stamp(made_s), "-crl_nextupdate", stamp(ends_s), "-out", fresh)
        if form == "DER":
            openssl("crl", "-in", fresh, "-outform", "DER", "-out", fresh)
        fresh.replace(path)


def oces2(cvr=CVR, fid=FID):
    """The subject of an OCES2 function certificate: name and number in one RDN."""
    return f"/C=DK/O=Styrelsen Prøve \\/\\/ CVR:{cvr}/CN=Prøve (funktionscertifikat)+serialNumber=CVR:{cvr}-FID:{fid}"


def oces3(cvr=CVR, uuid=UUID):
    """The subject of an OCES3 system certificate."""
    return f"/C=DK/organizationIdentifier=NTRDK-{cvr}/O=Styrelsen Prøve/serialNumber=UI:DK-O:G:{uuid}/CN=Prøve system"


class Material:
    """Authorities and certificates, made once."""

    def __init__(self):
        folder = testlib.make_folder()
        self.folder = folder
        self.root = Authority(folder, "root", "/C=DK/O=Den Prøvede Stat/CN=Prøve OCES rod-CA")
        self.issuing = Authority(folder, "issuing", "/C=DK/O=Den Prøvede Stat/CN=Prøve OCES udstedende-CA 1", self.root)
        self.fallen = Authority(folder, "fallen", "/C=DK/O=Den Prøvede Stat/CN=Prøve OCES udstedende-CA 2", self.root)
        self.twin_root = Authority(folder, "twin-root", "/C=DK/O=Den Prøvede Stat/CN=Prøve OCES rod-CA")
        self.twin = Authority(folder, "twin", "/C=DK/O=Den Prøvede Stat/CN=Prøve OCES udstedende-CA 1", self.twin_root)
        self.leaves = {}
        for name, authority, subject, options in [
            ("oces2", self.issuing, oces2(), {}),
            ("oces3", self.issuing, oces3(), {}),
            ("oces2-renewed", self.issuing, oces2(), {}),
            ("wrong-cvr-2", self.issuing, oces2(cvr="00000001"), {}),
            ("wrong-cvr-3", self.issuing, oces3(cvr="00000001"), {}),
            ("wrong-fid", self.issuing, oces2(fid="12345679"), {}),
            ("wrong-uuid", self.issuing, oces3(uuid=UUID[:-1] + "2"), {}),
            ("by-name-only", self.issuing, "/C=DK/O=Styrelsen Prøve/CN=CVR:00000000-FID:12345678", {}),
            ("wrong-chain", self.twin, oces2(), {}),
            ("expired", self.issuing, oces2(), {"begins_s": -10 * DAY_S, "ends_s": -60}),
            ("not-yet", self.issuing, oces2(), {"begins_s": 3600}),
            ("revoked", self.issuing, oces2(), {}),
            ("of-fallen", self.fallen, oces2(), {}),
            ("server-as-client", self.issuing, oces2(), {"use": "server"}),
            ("of-part-1", self.issuing, oces2(), {"use": "client-part-1"}),
            ("of-part-2", self.issuing, oces3(), {"use": "client-part-2"}),
            ("of-part-2-revoked", self.issuing, oces3(), {"use": "client-part-2"}),
        ]:
            self.leaves[name] = (authority, *authority.issue(name, subject, **options))
        self.server = self.issuing.issue("server", "/CN=localhost", use="server")
        self.server_renewed = self.issuing.issue("server-renewed", "/CN=localhost", use="server")
        self.issuing.revoke(self.leaves["revoked"][1])
        self.issuing.revoke(self.leaves["of-part-2-revoked"][1])
        self.root.revoke(self.fallen.certificate)
        self.lists = self.make_lists("lists")

    def make_lists(self, name, without=(), **issuing_options):
        """A folder of lists, PEM and DER."""
        lists = self.folder / name
        lists.mkdir()
        for authority, form in ((self.root, "PEM"), (self.issuing, "DER"), (self.fallen, "PEM")):
            if authority not in without:
                options = issuing_options if authority is self.issuing else {}
                authority.write_list(lists / f"{authority.name}.crl", **{"form": form, **options})
        return lists


_material = None


def material():
    """The Material, made at the first call."""
    global _material  # pylint: disable=global-statement
    _material = _material or Material()
    return _material


class OcesPlanner(PlannerProcess):
    """plannerd with an allow-list of OCES certificates; LISTS is a folder of lists."""

    def __init__(self, lists, **settings):
        what = material()
        issuer = {"issuer": what.issuing.issuer_text, "tenant": "demo", "roles": "dfdg"}
        groups = {"oces2": {**issuer, "cvr": CVR, "fid": FID}, "oces3": {**issuer, "cvr": CVR, "uuid": UUID.upper()}}
        self.server_files = [testlib.make_folder() / name for name in ("server.pem", "server.key")]
        self.write_server(what.server)
        all_settings = {
            "dfdg/trust": what.root.certificate,
            "dfdg/certificate": self.server_files[0],
            "dfdg/key": self.server_files[1],
            "dfdg/crl": lists,
            "dfdg/crl-check-s": 1,
        }
        all_settings |= {f"caller {name}/{key}": value for name, group in groups.items() for key, value in group.items()}
        all_settings |= {key.replace("__", "/").replace("_", "-"): value for key, value in settings.items()}
        super().__init__(Municipality().jobcenter("89000"), [Caller("plain", plain=True)], settings=all_settings)

    def write_server(self, pair):
        """The server's certificate with its intermediate, and its key; each in one step, the key last."""
        chain = pair[0].read_text(encoding="ascii") + material().issuing.certificate.read_text(encoding="ascii")
        for path, text in zip(self.server_files, (chain, pair[1].read_text(encoding="ascii"))):
            fresh = path.with_suffix(".new")
            fresh.write_text(text, encoding="ascii")
            fresh.chmod(0o600)
            fresh.replace(path)

    def metric(self, name):
        """The value of a metric."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
        if found is None:
            raise AssertionError(f"no {name} in\n" + "\n".join(line for line in text.splitlines() if name.split("{")[0] in line))
        return float(found.group(1))


# Clients --------------------------------------------------------------------------------------------


def chain_file(leaf):
    """The leaf and its issuer in one file, as clients send them."""
    authority, certificate, key = material().leaves[leaf]
    both = certificate.with_suffix(".chain.pem")
    if not both.exists():
        both.write_text(certificate.read_text("ascii") + authority.certificate.read_text("ascii"), encoding="ascii")
    return both, key


def by_openssl(planner, leaf, *options):
    """What openssl s_client gets: an HTTP status, or the name of an alert."""
    words = ["openssl", "s_client", "-connect", f"127.0.0.1:{planner.tls_port}", "-servername", "localhost", "-quiet"]
    words += ["-CAfile", str(material().root.certificate), "-verify_return_error", *options]
    if leaf:
        certificate, key = chain_file(leaf)
        words += ["-cert", str(certificate), "-cert_chain", str(certificate), "-key", str(key)]
    request = f"GET {PATH}?wsdl HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
        output = client.communicate(request.encode(), timeout=60)[0].decode(errors="replace")
    found = re.search(r"HTTP/1\.1 (\d{3})", output)
    if found:
        return int(found.group(1))
    found = re.search(r"SSL alert number (\d+)", output)
    if found:
        return next((name for name, number in ALERTS.items() if number == int(found.group(1))), f"alert {found.group(1)}")
    return "closed" if "unexpected eof" in output or "errno=104" in output or not output else output[-300:]


def context_of(leaf, version=None):
    """A Python client with the certificate of LEAF."""
    context = ssl.create_default_context(cafile=material().root.certificate)
    if leaf:
        context.load_cert_chain(*chain_file(leaf))
    if version:
        context.minimum_version = context.maximum_version = version
    return context


def by_python(planner, leaf, version=None):
    """What Python's ssl gets: an HTTP status, or the name of an alert."""
    connection = http.client.HTTPSConnection("127.0.0.1", planner.tls_port, timeout=60, context=context_of(leaf, version))
    try:
        connection.request("GET", PATH + "?wsdl")
        return connection.getresponse().status
    except ssl.SSLError as error:
        words = str(error).lower()
        return "closed" if "eof occurred" in words else next((name for name in ALERTS if name.replace("_", " ") in words), words)
    except ConnectionError:
        return "closed"
    finally:
        connection.close()


# Tests ----------------------------------------------------------------------------------------------


def test_decisions():
    """Each kind of certificate, by two foreign clients and both versions of TLS."""
    rows = [
        ("oces2", 200, None),
        ("oces3", 200, None),
        ("oces2-renewed", 200, None),
        ("wrong-cvr-2", 403, None),
        ("wrong-cvr-3", 403, None),
        ("wrong-fid", 403, None),
        ("wrong-uuid", 403, None),
        ("by-name-only", 403, None),
        ("wrong-chain", "unknown_ca", "unknown-issuer"),
        ("expired", "certificate_expired", "expired"),
        ("not-yet", "bad_certificate", "not-yet-valid"),
        ("revoked", "certificate_revoked", "revoked"),
        ("of-fallen", "certificate_revoked", "revoked"),
        ("server-as-client", "bad_certificate", "purpose"),
        (None, "certificate_required", "no-certificate"),
    ]
    wrong = []
    with OcesPlanner(material().lists) as planner:
        for leaf, expected, reason in rows:
            before = planner.metric(f'planner_certificates_refused_total{{reason="{reason}"}}') if reason else 0
            # The alert that asks for a certificate is TLS 1.3's; a client of 1.2 does not know it.
            old = "alert 116" if leaf is None else expected
            got = [by_openssl(planner, leaf, "-tls1_3"), by_python(planner, leaf), by_openssl(planner, leaf, "-tls1_2")]
            testlib.note(f"{leaf}: {got}")
            # With TLS 1.3 a client has sent its request when the refusal comes, and the reset may overtake the alert.
            allowed = {expected, old} | ({"closed"} if reason else set())
            if not set(got) <= allowed or set(got) == {"closed"}:
                wrong.append(f"{leaf}: {got} instead of {expected}")
            if reason and planner.metric(f'planner_certificates_refused_total{{reason="{reason}"}}') != before + 3:
                wrong.append(f"{leaf}: not counted as {reason}")
        testlib.equal(planner.metric('planner_crl_revoked{issuer="%s"}' % material().issuing.issuer_label), 2, "revoked by issuer")
        testlib.equal(planner.metric("planner_crl_ignored"), 0, "lists not used")
        log = planner.log.read_text(encoding="utf-8")
        assert re.search(r"event=access-denied .*subject-serial=CVR:00000001-FID:12345678", log), "the log names whom to allow"
        assert re.search(r"event=access-denied .*organisation=NTRDK-00000001", log), "and the organisation"
    assert not wrong, wrong


def test_states_of_lists():
    """A list that is missing, stale, of somebody else or wrongly signed: refused or accepted as the settings say."""
    what = material()
    late = {"made_s": -10 * DAY_S, "ends_s": -DAY_S}
    rows = [
        ("missing", {"without": (what.issuing,)}, {}, "certificate_unknown", "no-revocation-list"),
        ("missing-accepted", {"without": (what.issuing,)}, {"dfdg__crl_missing": "accept"}, 200, "no-revocation-list"),
        ("in-its-grace", late, {}, 200, "stale-revocation-list"),
        ("stale", late, {"dfdg__crl_grace_h": 2}, "certificate_unknown", "stale-revocation-list"),
        ("stale-missing-accepted", late, {"dfdg__crl_grace_h": 2, "dfdg__crl_missing": "accept"}, "certificate_unknown",
         "stale-revocation-list"),
        ("of-another-issuer", {"signer": what.twin_root}, {}, "certificate_unknown", "no-revocation-list"),
        ("bad-signature", {"signer": what.twin}, {}, "certificate_unknown", "no-revocation-list"),
    ]
    for name, made, settings, expected, reason in rows:
        with OcesPlanner(what.make_lists(name, **made), **settings) as planner:
            got = {by_openssl(planner, "oces2"), by_python(planner, "oces3")}
            assert expected in got and got <= {expected, "closed"}, f"{name}: {got} instead of {expected}"
            testlib.equal(by_openssl(planner, "of-fallen"), "certificate_revoked", f"{name}: of a revoked intermediate")
            kind = "uncertain" if expected == 200 else "refused"
            assert planner.metric(f'planner_certificates_{kind}_total{{reason="{reason}"}}') >= 2, name
            if name == "in-its-grace":
                expiry = planner.metric('planner_crl_expiry_seconds{issuer="%s"}' % what.issuing.issuer_label)
                assert -DAY_S - 600 < expiry < -DAY_S + 600, expiry
                testlib.equal(by_openssl(planner, "revoked"), "certificate_revoked", "revoked on a stale list")


def test_lists_in_parts():
    """An authority that issues its list in parts: each certificate needs the part that it names, and no other one does."""
    what = material()
    lists = what.make_lists("parts", without=(what.issuing,))
    leaves = ("of-part-1", "of-part-2", "of-part-2-revoked", "oces2")
    missing, revoked = "certificate_unknown", "certificate_revoked"
    label = 'planner_crl_revoked{issuer="%s",part="%s (users)"}'

    def found(planner):
        return [by_openssl(planner, leaf) for leaf in leaves]

    what.issuing.write_list(lists / "part-1.crl", made_s=-60, part="part-1")
    with OcesPlanner(lists) as planner:
        testlib.equal(found(planner), [200, missing, missing, missing], "the first part alone")
        testlib.equal(planner.metric(label % (what.issuing.issuer_label, PARTS["part-1"])), 2, "the part has its own lines")
        what.issuing.write_list(lists / "part-2.crl", form="DER", part="part-2")
        testlib.wait_for(lambda: by_openssl(planner, "of-part-2") == 200, 20, "the second part is in force")
        testlib.equal(found(planner), [200, 200, revoked, missing], "both parts")
        testlib.equal(planner.metric(label % (what.issuing.issuer_label, PARTS["part-2"])), 2, "of the second")
        testlib.equal(planner.metric("planner_crl_ignored"), 0, "lists not used")
        what.issuing.write_list(lists / "part-3.crl", part="part-1-indirect")
        testlib.wait_for(lambda: planner.metric("planner_crl_ignored") == 1, 20, "an indirect list is not used")
        for words in ("part-3.crl.*other issuers", "lister.example/2.crl"):
            pattern = f"event=revocation-list .*{words}"
            testlib.wait_for(lambda p=pattern: re.search(p, planner.log.read_text("utf-8")), 20, f"the log tells of {words}")
        what.issuing.write_list(lists / "whole.crl")
        testlib.wait_for(lambda: by_openssl(planner, "oces2") == 200, 20, "a whole list beside them")
        testlib.equal(found(planner), [200, 200, revoked, 200], "all")


def test_old_versions_and_renegotiation():
    """TLS 1.1 and 1.0 are refused in the handshake; who asks for a new handshake in TLS 1.2 is not served."""
    with OcesPlanner(material().lists) as planner:
        for option in ("-tls1_1", "-tls1"):
            got = by_openssl(planner, "oces2", option, "-cipher", "ALL:@SECLEVEL=0")
            assert got in ("protocol_version", "closed"), f"{option}: {got}"
        certificate, key = chain_file("oces2")
        words = ["openssl", "s_client", "-connect", f"127.0.0.1:{planner.tls_port}", "-tls1_2", "-CAfile"]
        words += [str(material().root.certificate), "-cert", str(certificate), "-cert_chain", str(certificate), "-key", str(key)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as client:
            os.set_blocking(client.stdout.fileno(), False)
            output = b""

            def read():
                nonlocal output
                output += client.stdout.read() or b""
                return output

            testlib.wait_for(lambda: b"Secure Renegotiation" in read(), 30, "the handshake")
            client.stdin.write(b"R\n")
            client.stdin.flush()
            testlib.wait_for(lambda: b"RENEGOTIATING" in read(), 30, "openssl asks")
            time.sleep(1)
            try:
                client.stdin.write(f"GET {PATH}?wsdl HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                client.stdin.close()
            except BrokenPipeError:
                pass
            client.wait(60)
            read()
            # What could not be written any more would be tried again on leaving.
            client.stdin = None
        assert b"HTTP/1.1 200" not in output, output[-500:]
        testlib.equal(by_openssl(planner, "oces2"), 200, "others are served")


def resume(planner, leaf, version):
    """Two connections, the second resuming the first; the status that each got and whether it was resumed."""
    context, session, seen = context_of(leaf, version), None, []
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", planner.tls_port), timeout=60) as raw:
            with context.wrap_socket(raw, server_hostname="localhost", session=session) as client:
                client.sendall(f"GET {PATH}?wsdl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
                status = int(client.recv(65536).split()[1])
                seen.append((status, client.session_reused))
                session = client.session
        yield seen[-1]


def test_resumption_and_a_new_list():
    """A resumed session carries the certificate: same caller, and a list that comes meanwhile ends it all the same."""
    what = material()
    lists = what.make_lists("changing")
    with OcesPlanner(lists) as planner:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            testlib.equal(list(resume(planner, "oces3", version)), [(200, False), (200, True)], version.name)
        testlib.equal(planner.metric('planner_tls_resumed_total{face="dfdg"}'), 2, "counted")
        testlib.equal([status for status, _ in resume(planner, "wrong-uuid", None)], [403, 403], "the allow-list is asked again")
        kept = http.client.HTTPSConnection("127.0.0.1", planner.tls_port, timeout=60, context=context_of("oces2-renewed"))

        def ask():
            kept.request("GET", PATH + "?wsdl")
            reply = kept.getresponse()
            reply.read()
            return reply.status

        testlib.equal(ask(), 200, "kept connection, before")
        running = resume(planner, "oces2-renewed", ssl.TLSVersion.TLSv1_3)
        testlib.equal(next(running), (200, False), "first connection")
        what.issuing.revoke(what.leaves["oces2-renewed"][1])
        time.sleep(1.1)
        what.issuing.write_list(lists / "issuing.crl", form="DER")
        testlib.wait_for(lambda: by_openssl(planner, "oces2-renewed") == "certificate_revoked", 20, "the list is in force")
        testlib.equal(next(running), (403, True), "resumed")
        testlib.equal(ask(), 403, "kept connection")
        kept.close()
        testlib.equal(by_openssl(planner, "oces2"), 200, "the others")


def test_reload_under_load():
    """The server's certificate is renewed again and again while clients call: no call fails, and new ones see the new one."""
    what = material()
    n_reloads = testlib.budget("certificate-reloads")
    with OcesPlanner(what.lists) as planner:
        stopping, failures, served = threading.Event(), [], []

        def run(kept):
            connection = None
            while not stopping.is_set():
                try:
                    connection = connection or http.client.HTTPSConnection(
                        "127.0.0.1", planner.tls_port, timeout=60, context=context_of("oces2"))
                    connection.request("GET", PATH + "?wsdl")
                    reply = connection.getresponse()
                    reply.read()
                    testlib.equal(reply.status, 200, "status")
                    served.append(kept)
                except Exception as error:  # pylint: disable=broad-except
                    failures.append(repr(error))
                    kept_now = False
                else:
                    kept_now = kept
                if not kept_now:
                    connection.close()
                    connection = None
                time.sleep(0.005)

        clients = [threading.Thread(target=run, args=(i % 2 == 0,), daemon=True) for i in range(4)]
        for client in clients:
            client.start()
        for i in range(n_reloads):
            wanted = what.server_renewed if i % 2 == 0 else what.server
            planner.write_server(wanted)
            planner.process.send_signal(signal.SIGHUP)
            expected = ssl.PEM_cert_to_DER_cert(wanted[0].read_text(encoding="ascii"))

            def shown():
                with socket.create_connection(("127.0.0.1", planner.tls_port), timeout=60) as raw:
                    with context_of("oces2").wrap_socket(raw, server_hostname="localhost") as client:
                        return client.getpeercert(True)

            testlib.wait_for(lambda expected=expected: shown() == expected, 30, "the new certificate is shown")
        stopping.set()
        for client in clients:
            client.join(120)
        testlib.note(f"{len(served)} calls over {n_reloads} reloads")
        assert not failures, f"{len(failures)} failed: {failures[:3]}"
        assert {True, False} <= set(served), "both kinds of clients were served"


def test_reload_of_half_a_renewal():
    """A certificate without its key yet: the reload is refused, the log says so, everybody is served as before."""
    what = material()
    planner = OcesPlanner(what.lists)
    planner.expected_alarms = ["event=reload certificates="]
    with planner:
        planner.server_files[0].write_text(what.server_renewed[0].read_text(encoding="ascii"), encoding="ascii")
        planner.process.send_signal(signal.SIGHUP)
        testlib.wait_for(lambda: "event=reload certificates=" in planner.log.read_text(encoding="utf-8"), 20, "refusal")
        testlib.equal(by_openssl(planner, "oces2"), 200, "still served")


def fetch(what, into, *urls, **options):
    """Runs fetch-crl.sh; its status and what it said."""
    trust = into.parent / "trust.pem"
    trust.write_text("".join(one.certificate.read_text("ascii") for one in (what.root, what.issuing)), encoding="ascii")
    words = [testlib.SOURCE / "deploy" / "fetch-crl.sh", "--trust", trust, "--into", into]
    for name, value in options.items():
        words += [f"--{name}", value]
    done = subprocess.run([str(word) for word in [*words, *urls]], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_fetch_lists():
    """deploy/fetch-crl.sh: fetched, checked, put in place; what is wrong leaves the last good list alone."""
    what = material()
    folder = testlib.make_folder()
    source, into, bundle = folder / "issuing.crl", folder / "into", folder / "all.pem"
    url, root_url = f"file://{source}", f"file://{what.lists}/root.crl"
    what.issuing.write_list(source, made_s=-3600, form="DER")
    testlib.equal(fetch(what, into, url, root_url, bundle=bundle)[0], 0, "fetched")
    files = sorted(into.glob("*.pem"))
    testlib.equal(len(files), 2, "files")
    testlib.equal(bundle.read_text(encoding="ascii").count("BEGIN X509 CRL"), 2, "bundle")
    with OcesPlanner(into, dfdg__trust=folder / "trust.pem") as planner:
        testlib.equal([by_openssl(planner, "oces2"), by_openssl(planner, "revoked")], [200, "certificate_revoked"], "in use")
    kept = [(file.read_bytes(), file.stat().st_mtime_ns) for file in files]
    testlib.equal(fetch(what, into, url, root_url, bundle=bundle)[0], 0, "the same again")
    testlib.equal([(file.read_bytes(), file.stat().st_mtime_ns) for file in files], kept, "files left alone")
    wrong = [
        ("cannot be fetched", source.unlink),
        ("is no revocation list", lambda: source.write_bytes(b"<html>login first</html>")),
        ("is not signed", lambda: what.issuing.write_list(source, signer=what.twin)),
        ("is out of date", lambda: what.issuing.write_list(source, made_s=-60, ends_s=-1)),
        ("is older than", lambda: what.issuing.write_list(source, made_s=-2 * 3600)),
    ]
    for words, spoil in wrong:
        spoil()
        status, said = fetch(what, into, url, root_url, bundle=bundle)
        assert status == 1 and words in said, f"{words}: {status} {said}"
        testlib.equal([file.read_bytes() for file in files], [content for content, _ in kept], words)
    what.issuing.write_list(source)
    status, said = fetch(what, into, url, root_url, bundle=bundle)
    assert status == 0 and "next update" in said, said
    assert [file.read_bytes() for file in files] != [content for content, _ in kept], "the newer list is in place"
    testlib.equal([path.name for path in into.iterdir() if path.name.startswith(".fetch")], [], "left over")


def test_fetch_parts():
    """deploy/fetch-crl.sh: the parts that certificates name, side by side; none takes another's place, nor another issuer's."""
    what = material()
    folder = testlib.make_folder()
    source, into = folder / "part.crl", folder / "into"
    addresses = [f"file://{folder}/{name}.crl" for name in ("own-1", "own-2")]
    for name, part in (("own-1", "part-1"), ("own-2", "part-2")):
        what.issuing.write_list(folder / f"{name}.crl", part=part)
    # Two certificates in one file, which name a list each; the second a second one, of the root.
    certificates = folder / "clients.pem"
    key = what.leaves["oces2"][2]
    texts = []
    for points in (addresses[:1], [addresses[1], f"file://{what.lists}/root.crl"]):
        words = ["req", "-new", "-x509", "-key", key, "-subj", "/CN=x", "-days", "3", "-addext"]
        texts.append(openssl(*words, "crlDistributionPoints=" + ",".join(f"URI:{point}" for point in points)))
    certificates.write_text("".join(texts), encoding="ascii")
    status, said = fetch(what, into, of=certificates)
    assert status == 0, said
    testlib.equal(len(list(into.glob("*.pem"))), 3, "each part, and the root's")
    with OcesPlanner(into, dfdg__trust=folder / "trust.pem") as planner:
        got = [by_openssl(planner, leaf) for leaf in ("of-part-1", "of-part-2", "of-part-2-revoked", "oces2")]
        testlib.equal(got, [200, 200, "certificate_revoked", "certificate_unknown"], "in use")
    status, said = fetch(what, into, of=what.leaves["oces2"][1])
    assert status == 1 and "names no list" in said, said
    what.issuing.write_list(source, part="part-1", made_s=-60)
    testlib.equal(fetch(what, into, f"file://{source}")[0], 0, "part 1 under another address")
    kept = {file: file.read_bytes() for file in into.glob("*.pem")}
    for spoil in (lambda: what.issuing.write_list(source, part="part-2"), lambda: what.root.write_list(source)):
        spoil()
        status, said = fetch(what, into, f"file://{source}")
        assert status == 1 and "another issuer or part" in said, said
        testlib.equal({file: file.read_bytes() for file in into.glob("*.pem")}, kept, "nothing changed")
    for part in ("part-1", None):
        time.sleep(1.1)
        what.issuing.write_list(source, part=part)
        status, said = fetch(what, into, f"file://{source}")
        assert status == 0 and "next update" in said, said


if __name__ == "__main__":
    testlib.run(globals())
