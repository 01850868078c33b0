# SPDX-License-Identifier: EUPL-1.2
# Real CalDAV servers of other makes for a test, and a client of a few lines that looks into them behind our back.
"""Every server has the same face, so that a test runs over all of them in a loop:

    for kind in caldav_servers.INSTALLED:
        with kind() as server:
            calendar = server.make_calendar("u1", "work")
            calendar.put("a", event_text)
            ...calendar.url, calendar.user, calendar.password...
            server.forget_tokens(calendar)

They come from Debian's packages, keep everything in a temporary folder, listen on free ports of 127.0.0.1, and are ended by
their pid. Nothing of the system's own servers is read or written. Root and ordinary users can run them.
"""

import atexit
import base64
import http.client
import imaplib
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

import testlib

DAV = "{DAV:}"
CALDAV = "{urn:ietf:params:xml:ns:caldav}"
PASSWORD = "en-lang-proeve-9"  # ASCII: vdirsyncer sends Latin-1, servers want UTF-8
ADMIN = "forvalter"

LISTING = '<propfind xmlns="DAV:"><prop><getetag/><resourcetype/></prop></propfind>'
QUERY = (
    '<c:calendar-query xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><prop><getetag/><c:calendar-data/></prop>'
    '<c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>'
)
CALENDAR = (
    '<c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop><displayname>{}</displayname>'
    '<c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set></prop></set></c:mkcalendar>'
)


# The other side's eyes and hands ----------------------------------------------------------------------


class Answer:
    """Status, headers (by lower-case name) and text of one answer."""

    def __init__(self, status, headers, body):
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def text(self):
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Client:
    """HTTP with Basic authentication over one connection, as long as the server keeps it."""

    def __init__(self, port, user, password, timeout_s=120):
        self.port, self.timeout_s = port, timeout_s
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.connection = None

    def ask(self, method, path, body=None, headers=None):
        """One request; a connection that the server closed meanwhile is opened again."""
        content = body.encode() if isinstance(body, str) else body
        every = {"Authorization": self.authorization, "Connection": "keep-alive", **(headers or {})}
        if content is not None and "Content-Type" not in every:
            every["Content-Type"] = "application/xml; charset=utf-8"
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
            try:
                self.connection.request(method, path, content, every)
                reply = self.connection.getresponse()
                answer = Answer(reply.status, reply.getheaders(), reply.read())
                if reply.will_close:
                    self.close()
                return answer
            except (http.client.HTTPException, OSError):
                self.close()
                if attempt == 2:
                    raise
        raise AssertionError("no answer")

    def close(self):
        """Ends the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Calendar:
    """One calendar of one user. Items go by the names of their resources, without folder and .ics."""

    def __init__(self, server, user, name, path):
        self.server, self.user, self.name, self.path = server, user, name, path
        self.password = server.password(user)
        self._client = None

    @property
    def url(self):
        """Where our own programs find it."""
        return f"http://127.0.0.1:{self.server.port}{self.path}"

    def ask(self, method, path=None, body=None, headers=None):
        """Any request, on the calendar itself unless PATH is given."""
        if self._client is None or self._client.port != self.server.port:
            self._client = Client(self.server.port, self.user, self.password)
        return self._client.ask(method, self.path if path is None else path, body, headers)

    def _item(self, name):
        return self.path + urllib.parse.quote(name) + ".ics"

    def _expect(self, answer, statuses, what):
        if answer.status not in statuses:
            raise AssertionError(f"{self.server.name}: {what}: {answer.status}\n{answer.text[:800]}")
        return answer

    def make(self):
        """MKCALENDAR."""
        answer = self.ask("MKCALENDAR", body=CALENDAR.format(self.name))
        self._expect(answer, (201,), "MKCALENDAR " + self.path)
        return self

    def remove(self):
        """Removes the whole calendar."""
        self.server.remove(self)

    def put(self, name, text, etag=None, is_new=False):
        """Stores an item, on condition of ETAG or of IS_NEW if given; answers its status."""
        headers = {"Content-Type": "text/calendar; charset=utf-8"}
        if etag:
            headers["If-Match"] = etag
        if is_new:
            headers["If-None-Match"] = "*"
        answer = self.ask("PUT", self._item(name), text, headers)
        if etag or is_new:
            return answer.status
        return self._expect(answer, (200, 201, 204), "PUT " + name).status

    def get(self, name):
        """Text of an item, None when it is not there."""
        answer = self.ask("GET", self._item(name))
        return None if answer.status == 404 else self._expect(answer, (200,), "GET " + name).text

    def delete(self, name):
        """Removes an item that is there."""
        self._expect(self.ask("DELETE", self._item(name)), (200, 204), "DELETE " + name)

    def _members(self, answer):
        # What an event holds, a server may put into XML as it is.
        body = re.sub(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", b"", answer.body)
        for response in ElementTree.fromstring(body).iter(DAV + "response"):
            path = urllib.parse.unquote(urllib.parse.urlsplit(response.findtext(DAV + "href").strip()).path)
            if path.endswith(".ics"):
                yield path.rsplit("/", 1)[1][:-4], response

    def list(self):
        """{name: ETag} of every item."""
        answer = self._expect(self.ask("PROPFIND", body=LISTING, headers={"Depth": "1"}), (207,), "PROPFIND")
        return {name: response.findtext(f".//{DAV}getetag") for name, response in self._members(answer)}

    def texts(self):
        """{name: iCalendar text} of every item."""
        answer = self._expect(self.ask("REPORT", body=QUERY, headers={"Depth": "1"}), (207,), "calendar-query")
        return {name: response.findtext(f".//{CALDAV}calendar-data") for name, response in self._members(answer)}

    def fill(self, texts):
        """Stores many items, {name: text}, by the quickest way that the server has."""
        self.server.fill(self, texts)

    def clear(self):
        """Removes every item."""
        for name in self.list():
            self.delete(name)


def make_quick_folder():
    """A folder for a server's files, in memory where there is room: these servers flush several files for every event.

    It stands where everybody may walk through: when root runs the test, Cyrus runs as its own user.
    """
    memory = pathlib.Path("/dev/shm")
    is_roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 512 << 20
    folder = pathlib.Path(tempfile.mkdtemp(prefix="planner-test-", dir=memory if is_roomy else "/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


# What all servers have in common ----------------------------------------------------------------------


class CaldavServer(testlib.Server):
    """One server. Users are made when they are first asked for; their passwords are all the same."""

    name = ""
    programs = ()  # what must be installed
    asks_password = True
    knows_rights = True
    # Whether an unknown token is refused. If not, everything that is there is told, and nothing of what is gone.
    refuses_forgotten_tokens = True

    @classmethod
    def missing(cls):
        """The first program that is not installed, None when the server can run here."""
        return next((program for program in cls.programs if not shutil.which(program)), None)

    def __init__(self, arguments, folder, timeout_s=60):
        self.folder = folder
        self.port_number = testlib.free_port()
        # Whoever runs servers by the dozen needs no bytecode and no alarm of GLib's.
        environment = {"PYTHONDONTWRITEBYTECODE": "1", "G_DEBUG": "", "LC_ALL": "C.UTF-8"}
        super().__init__(arguments, self.port_number, folder / "server.log", environment, timeout_s)
        self.users = set()

    def password(self, user):
        """The password of USER, who is made if there is none."""
        self.add_user(user)
        return PASSWORD

    def add_user(self, user):
        """Makes a user who can log in."""
        self.users.add(user)

    def home(self, user):
        """Path of the folder of USER's calendars."""
        raise NotImplementedError

    def calendar(self, user, name):
        """A calendar, whether it is there or not."""
        return Calendar(self, user, name, f"{self.home(user)}{name}/")

    def make_calendar(self, user, name):
        """A new calendar."""
        return self.calendar(user, name).make()

    def fill(self, calendar, texts):
        """Stores {name: text}."""
        for name, text in texts.items():
            calendar.put(name, text)

    def remove(self, calendar):
        """Removes the whole calendar."""
        testlib.equal(calendar.ask("DELETE").status in (200, 204), True, "DELETE " + calendar.path)

    def forget_tokens(self, calendar):
        """Makes the server unable to say what changed since any earlier moment; the items stay as they are."""
        raise NotImplementedError

    def deny(self, calendar, rights):
        """Leaves the user only RIGHTS ('rw', 'r' or '') in the calendar; where knows_rights."""
        raise NotImplementedError

    def restart(self):
        """A clean stop and a new start on the same port."""
        self.stop()
        self.start()

    def stop(self, timeout_s=30):
        """Ends it cleanly."""
        super().stop(timeout_s)
        return 0


# Radicale ---------------------------------------------------------------------------------------------


class Radicale(CaldavServer):
    """Files in folders; speaks HTTP/1.0; asks Basic."""

    name = "Radicale"
    programs = ("radicale",)

    def __init__(self):
        folder = make_quick_folder()
        self.passwords, self.rights_file = folder / "users", folder / "rights"
        self.denied = {}
        self.passwords.touch()
        super().__init__(["radicale", "--config", folder / "config"], folder)
        (folder / "config").write_text(
            f"[server]\nhosts = 127.0.0.1:{self.port}\nmax_connections = 100\n"
            f"[auth]\ntype = htpasswd\nhtpasswd_filename = {self.passwords}\nhtpasswd_encryption = plain\ndelay = 0\n"
            f"[rights]\ntype = from_file\nfile = {self.rights_file}\n"
            f"[storage]\nfilesystem_folder = {folder / 'store'}\n[logging]\nlevel = warning\n",
            encoding="utf-8",
        )
        self._write_rights()

    def _write_rights(self):
        sections = [("denied-" + str(i), ".+", re.escape(path), word) for i, (path, word) in enumerate(self.denied.items())]
        sections += [("root", ".+", "", "R"), ("own", ".+", "{user}", "RW"), ("calendars", ".+", "{user}/[^/]+", "rw")]
        lines = [f"[{name}]\nuser: {user}\ncollection: {path}\npermissions: {word}\n" for name, user, path, word in sections]
        self.rights_file.write_text("\n".join(lines), encoding="utf-8")

    def add_user(self, user):
        if user not in self.users:
            super().add_user(user)
            with self.passwords.open("a", encoding="utf-8") as output:
                output.write(f"{user}:{PASSWORD}\n")

    def home(self, user):
        return f"/{user}/"

    def _store(self, calendar):
        return self.folder / "store" / "collection-root" / calendar.path.strip("/")

    def fill(self, calendar, texts):
        for name, text in texts.items():
            (self._store(calendar) / f"{name}.ics").write_text(text, encoding="utf-8", newline="")

    def forget_tokens(self, calendar):
        shutil.rmtree(self._store(calendar) / ".Radicale.cache", ignore_errors=True)

    def deny(self, calendar, rights):
        self.denied[calendar.path.strip("/")] = rights
        self._write_rights()


# Xandikos ---------------------------------------------------------------------------------------------


class Xandikos(CaldavServer):
    """One git repository a calendar; no authentication of its own, whatever name and password come are let in."""

    name = "Xandikos"
    programs = ("xandikos",)
    asks_password = False
    knows_rights = False

    def __init__(self):
        folder = make_quick_folder()
        super().__init__([], folder)
        self.store = folder / "store"
        self.store.mkdir()
        self.arguments = ["xandikos", "--defaults", "-d", str(self.store), "-l", "127.0.0.1", "-p", str(self.port)]
        self.arguments += ["--current-user-principal", "/u1/"]

    def add_user(self, user):
        super().add_user(user)
        (self.store / user / "calendars").mkdir(parents=True, exist_ok=True)

    def home(self, user):
        return f"/{user}/calendars/"

    def _run(self, calendar, program, *arguments):
        # A program of its own: dulwich is Debian's, whatever Python runs the test.
        command = ["/usr/bin/python3", "-c", program, str(self.store / calendar.path.strip("/")), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""})
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: {done.stderr}")

    def fill(self, calendar, texts):
        folder = self.store / calendar.path.strip("/")
        for name, text in texts.items():
            (folder / f"{name}.ics").write_text(text, encoding="utf-8", newline="")
        self._run(
            calendar,
            "import os, sys, dulwich.repo\n"
            "repo = dulwich.repo.Repo(sys.argv[1])\n"
            "repo.stage([name for name in os.listdir(sys.argv[1]) if name.endswith('.ics')])\n"
            "repo.do_commit(b'fill', committer=b'fill <fill@test.invalid>')\n",
        )

    def forget_tokens(self, calendar):
        # Tokens are names of trees; a repository begun anew does not hold the old ones.
        self._run(
            calendar,
            "import os, shutil, sys, dulwich.repo\n"
            "folder = sys.argv[1]\n"
            "old = dulwich.repo.Repo(folder).get_config()\n"
            "shutil.move(folder + '/.git', folder + '/.git-old')\n"
            "repo = dulwich.repo.Repo.init(folder)\n"
            "shutil.copy(folder + '/.git-old/config', folder + '/.git/config')\n"
            "if os.path.exists(folder + '/.git-old/description'):\n"
            "    shutil.copy(folder + '/.git-old/description', folder + '/.git/description')\n"
            "shutil.rmtree(folder + '/.git-old')\n"
            "repo = dulwich.repo.Repo(folder)\n"
            "repo.stage([name for name in os.listdir(folder) if name != '.git'])\n"
            "repo.do_commit(b'anew', committer=b'fill <fill@test.invalid>')\n",
        )
        self.restart()


# Cyrus ------------------------------------------------------------------------------------------------

IMAPD_CONF = """configdirectory: {folder}/conf
defaultpartition: default
partition-default: {folder}/spool
proc_path: {folder}/proc
mboxname_lockpath: {folder}/lock
servername: localhost
cyrus_user: {owner}
admins: {admin}
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: {mechanisms}
httpmodules: caldav
autocreate_users: anyone
autocreate_quota: 0
caldav_create_attach: no
caldav_create_sched: no
caldav_allowscheduling: off
syslog_prefix: planner-test
"""
CYRUS_CONF = """START {{
  recover cmd="{bin}/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{imap}" prefork=0 maxchild=20
  http cmd="{bin}/httpd -C {folder}/imapd.conf -U 100" listen="127.0.0.1:{http}" prefork=0 maxchild=50
}}
EVENTS {{
}}
"""


class Cyrus(CaldavServer):
    """The mail server's httpd with its CalDAV module, under a master of its own."""

    name = "Cyrus"
    bin = "/usr/lib/cyrus/bin"
    programs = ("cyrmaster", "saslpasswd2", bin + "/httpd", bin + "/imapd")

    @classmethod
    def missing(cls):
        paths = os.environ.get("PATH", "") + ":/usr/sbin"
        return next((program for program in cls.programs if not shutil.which(program, path=paths)), None)

    def __init__(self, mechanisms="PLAIN"):
        folder = make_quick_folder()
        self.owner = pwd.getpwnam("cyrus") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.imap_port = testlib.free_port()
        self.full_rights = {}
        command = ["/usr/sbin/cyrmaster", "-C", folder / "imapd.conf", "-M", folder / "cyrus.conf", "-p", folder / "pid", "-D"]
        super().__init__(command, folder)
        for name in ("conf/socket", "spool", "proc", "lock"):
            (folder / name).mkdir(parents=True)
        words = {"folder": folder, "owner": self.owner.pw_name, "admin": ADMIN, "mechanisms": mechanisms}
        (folder / "imapd.conf").write_text(IMAPD_CONF.format(**words), encoding="utf-8")
        ports = {"imap": self.imap_port, "http": self.port, "bin": self.bin}
        (folder / "cyrus.conf").write_text(CYRUS_CONF.format(folder=folder, **ports), encoding="utf-8")
        self._store_password(ADMIN)
        if os.getuid() == 0:
            for path in [folder, *folder.rglob("*")]:
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def start(self):
        # A group of its own: the services that master starts can be ended with it.
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                self.arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        atexit.register(self.kill)
        testlib.wait_for(self._is_up, self.timeout_s, "Cyrus answers")
        return self

    def _is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"cyrmaster ended with {self.process.returncode}:\n{self.tail()}")
        return testlib.port_answers(self.port) and testlib.port_answers(self.imap_port)

    def kill(self):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()
        ports = (self.port, self.imap_port)
        testlib.wait_for(lambda: not any(testlib.port_answers(port) for port in ports), 30, "the ports of Cyrus are free")

    def stop(self, timeout_s=30):
        super().stop(timeout_s)
        self.kill()
        return 0

    def _store_password(self, user):
        command = ["/usr/sbin/saslpasswd2", "-f", str(self.folder / "sasldb2"), "-c", "-p", "-u", "localhost", user]
        subprocess.run(command, input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL)

    def add_user(self, user):
        """A password, and one login by IMAP, at which the user's mailboxes are made."""
        if user in self.users:
            return
        super().add_user(user)
        self._store_password(user)
        self._imap(user).logout()

    def _imap(self, user):
        session = imaplib.IMAP4("127.0.0.1", self.imap_port, timeout=60)
        session.authenticate("PLAIN", lambda _: f"\0{user}\0{PASSWORD}".encode())
        return session

    def home(self, user):
        return f"/dav/calendars/user/{user}/"

    def _mailbox(self, calendar):
        return f"user/{calendar.user}/#calendars/{calendar.name}"

    def remove(self, calendar):
        # Its DELETE of a calendar answers 404 and does half of it.
        session = self._imap(ADMIN)
        mailbox = self._mailbox(calendar)
        session.setacl(mailbox, ADMIN, "lrswipkxtecdan")
        # What is deleted gets a name of its second: a mailbox of the same name can go once a second.
        testlib.wait_for(lambda: session.delete(mailbox)[0] == "OK", 10, f"DELETE of {mailbox}")
        session.logout()

    def forget_tokens(self, calendar):
        # Tokens are older than what has been swept away.
        calendar.put("to-be-swept", event("to-be-swept", "20300101T090000Z", "20300101T100000Z"))
        calendar.delete("to-be-swept")
        time.sleep(1.1)
        self._as_owner(f"{self.bin}/cyr_expire", "-C", str(self.folder / "imapd.conf"), "-X", "0", "-u", calendar.user)

    def _as_owner(self, *command):
        as_whom = {"user": self.owner.pw_uid, "group": self.owner.pw_gid} if os.getuid() == 0 else {}
        done = subprocess.run(command, capture_output=True, text=True, check=False, **as_whom)
        if done.returncode != 0:
            raise AssertionError(f"{command[0]}: {done.returncode} {done.stderr}")

    def deny(self, calendar, rights):
        mailbox = self._mailbox(calendar)
        session = self._imap(ADMIN)
        if mailbox not in self.full_rights:
            words = session.getacl(mailbox)[1][0].decode().split()
            self.full_rights[mailbox] = words[words.index(calendar.user) + 1]
        word = {"rw": self.full_rights[mailbox], "r": "lr9", "": '""'}[rights]
        status, reply = session.setacl(mailbox, calendar.user, word)
        session.logout()
        testlib.equal(status, "OK", f"SETACL: {reply}")


# DAViCal ----------------------------------------------------------------------------------------------

DAVICAL_ROUTER = """<?php
$path = parse_url ($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$rest = preg_replace ('#^/caldav\\.php#', '', $path);
$_SERVER['SCRIPT_NAME'] = '/caldav.php';
$_SERVER['PHP_SELF'] = '/caldav.php' . $rest;
$_SERVER['PATH_INFO'] = rawurldecode ($rest);
chdir ('/usr/share/davical/htdocs');
require '/usr/share/davical/htdocs/caldav.php';
"""


class DAViCal(CaldavServer):
    """PHP's own server in front of a PostgreSQL of its own, which nobody reaches but by a socket in its folder."""

    name = "DAViCal"
    refuses_forgotten_tokens = False
    knows_rights = False
    postgres = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    home_folder = "/usr/share/davical"
    programs = ("php", "psql", "perl", f"{home_folder}/dba/create-database.sh") + tuple(
        str(folder / program) for folder in postgres for program in ("initdb", "postgres")
    )

    @classmethod
    def missing(cls):
        if not cls.postgres:
            return "postgres"
        if not pathlib.Path("/etc/davical/config.php").exists():
            return "/etc/davical/config.php"
        return super().missing()

    def __init__(self):
        folder = make_quick_folder()
        command = [
            "php",
            "-d",
            "opcache.enable_cli=1",
            "-d",
            "include_path=/usr/share/awl/inc:/usr/share/davical/inc:.",
            "-S",
            "127.0.0.1:{port}",
        ]
        super().__init__([*command, "-t", f"{self.home_folder}/htdocs", folder / "router.php"], folder)
        self.arguments[6] = f"127.0.0.1:{self.port}"
        # The packaged configuration names database and user; where the database is, libpq takes from here.
        self.environment |= {"PGHOST": str(folder), "PGUSER": "postgres", "PHP_CLI_SERVER_WORKERS": "4"}
        (folder / "router.php").write_text(DAVICAL_ROUTER, encoding="utf-8")
        self.database = None
        self.as_whom = {}
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            self.as_whom = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        folder.chmod(0o755)
        self._run(
            self.postgres[0] / "initdb", "-D", folder / "data", *"-U postgres --auth=trust --no-sync -E UTF8 --no-locale".split()
        )

    def _run(self, *command, text=None):
        whom = self.as_whom if "initdb" in str(command[0]) else {}
        command = [str(word) for word in command]
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False, env=self.environment, cwd=self.folder, **whom
        )
        if done.returncode != 0:
            raise AssertionError(f"{command[0]}: {done.returncode} {done.stdout} {done.stderr}")
        return done.stdout

    def _sql(self, statement):
        return self._run(*"psql -qXAt -v ON_ERROR_STOP=1 davical".split(), text=statement)

    def start(self):
        settings = ["listen_addresses=", "fsync=off", "port=5432", f"unix_socket_directories={self.folder}"]
        command = [str(self.postgres[0] / "postgres"), "-D", str(self.folder / "data")]
        command += [word for setting in settings for word in ("-c", setting)]
        with self.log.open("ab") as output:
            self.database = subprocess.Popen(  # pylint: disable=consider-using-with
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **self.as_whom
            )
        atexit.register(self._kill_database)
        ready = [str(self.postgres[0] / "pg_isready"), "-q", "-h", str(self.folder)]
        testlib.wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, self.timeout_s, "PostgreSQL answers")
        if "davical" not in self._run(*"psql -qXAt -c".split(), "SELECT datname FROM pg_database", "template1").split():
            self._run(f"{self.home_folder}/dba/create-database.sh", "davical", PASSWORD)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # pylint: disable=consider-using-with
                self.arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment,
                start_new_session=True,
            )
        atexit.register(self.kill)
        testlib.wait_for(lambda: testlib.port_answers(self.port), self.timeout_s, "DAViCal answers")
        return self

    def _kill_database(self):
        # Immediate shutdown: PostgreSQL ends its own children, without a checkpoint, and recovers at the next start.
        if self.database is not None and self.database.poll() is None:
            self.database.send_signal(signal.SIGQUIT)
            self.database.wait(30)

    def kill(self):
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        testlib.wait_for(lambda: not testlib.port_answers(self.port), 30, "the port of DAViCal is free")
        self._kill_database()

    def stop(self, timeout_s=30):
        self.kill()
        return 0

    def add_user(self, user):
        if user not in self.users:
            super().add_user(user)
            self._sql(
                f"INSERT INTO usr (username, password, fullname, active) VALUES ('{user}', '**{PASSWORD}', '{user}', true);"
                "INSERT INTO principal (type_id, user_no, displayname)"
                f" SELECT 1, user_no, fullname FROM usr WHERE username = '{user}';"
            )

    def home(self, user):
        return f"/caldav.php/{user}/"

    def forget_tokens(self, calendar):
        self._sql(
            "DELETE FROM sync_tokens WHERE collection_id ="
            f" (SELECT collection_id FROM collection WHERE dav_name = '/{calendar.user}/{calendar.name}/');"
        )


SERVERS = (Radicale, Xandikos, Cyrus, DAViCal)
INSTALLED = tuple(kind for kind in SERVERS if kind.missing() is None)


def each():
    """Every installed server, running, one after the other; the missing ones are named."""
    for kind in SERVERS:
        if kind.missing():
            testlib.note(f"{kind.name} is not installed: no {kind.missing()}")
            continue
        with kind() as server:
            yield server


# Events -----------------------------------------------------------------------------------------------


def event(uid, start, end, *lines):
    """One VEVENT from START to END (as iCalendar writes them, or with parameters: ';TZID=Europe/Copenhagen:...')."""
    stamp = lambda value: value if value.startswith((";", ":")) else ":" + value
    every = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//events//DA", "BEGIN:VEVENT", f"UID:{uid}"]
    every += ["DTSTAMP:20260101T000000Z", "DTSTART" + stamp(start), "DTEND" + stamp(end), *lines, "END:VEVENT", "END:VCALENDAR"]
    return "\r\n".join(every) + "\r\n"
