#!/usr/bin/python3
"""The counter's image: what deploy/image/build.sh makes and refuses, and the image in a container.

Run by root where namespaces are allowed, all of it happens in namespaces of its own. So it has no network but loopback,
the ports of the image are free, and no container outlives it.
"""

import contextlib
import ctypes
import fcntl
import gzip
import hashlib
import io
import itertools
import json
import os
import re
import shlex
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tarfile
import threading
import unittest

import processes
from counter_program import READY, ask, parse_metrics

SOURCE = os.environ.get("CAIRN_SOURCE_DIR", os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COUNTER = processes.binary("counter")
GIT = processes.require_program("git")
READELF = processes.require_program("readelf")
processes.require_program("buildah")

RUN_TIMEOUT_S = 60
COMMIT_TIME = 1_700_000_000
COMMIT_TIME_TEXT = "2023-11-14T22:13:20Z"
IMAGE_BYTES_MAX = 5_000_000
CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
NOBODY = 65534
LATE = "1m"  # a timeout that the test does not wait for
OWN_NAMESPACES = "CAIRN_IMAGE_TEST_NAMESPACES"  # set there

# What build.sh reads of a checkout, and a stand-in for the project: its counter is the one that is built already.
FILES = [".gitignore", "deploy/image/Dockerfile", "deploy/image/build.sh", "scripts/build.sh", "CMakePresets.json"]
PROJECT = """cmake_minimum_required(VERSION 3.25)
project(cairn VERSION 0.1.0 LANGUAGES NONE)
add_custom_command(OUTPUT bin/counter DEPENDS counter.sh COMMAND sh ${CMAKE_SOURCE_DIR}/counter.sh bin/counter)
add_custom_target(counter-program ALL DEPENDS bin/counter)
"""


def run(*command, **options):
    options = {"capture_output": True, "text": True, "timeout": RUN_TIMEOUT_S, "check": False, **options}
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, **options)


def files_below(directory):
    """Every file and folder but git's own, with its size."""
    found = {}
    for folder, folders, files in os.walk(directory):
        folders[:] = [f for f in folders if f != ".git"]
        for name in folders + files:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, directory)] = os.lstat(path).st_size if name in files else None
    return found


class Checkout:
    """A checkout with one commit, the same in every Checkout."""

    def __init__(self):
        self.root = processes.private_directory("an image")
        for file in FILES:
            os.makedirs(os.path.dirname(self.path(file)), exist_ok=True)
            shutil.copy(os.path.join(SOURCE, file), self.path(file))
        self.write("CMakeLists.txt", PROJECT)
        self.write("counter.sh", f"cp {shlex.quote(COUNTER)} $1\n")
        self.git("init", "--quiet")
        self.commit()

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def git(self, *arguments):
        done = run(GIT, "-C", self.root, "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments, env={
            **os.environ, "GIT_AUTHOR_DATE": f"{COMMIT_TIME} +0100", "GIT_COMMITTER_DATE": f"{COMMIT_TIME} +0100",
        })  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Begin")

    def build(self, *arguments, before=(), environment=None, **options):
        """Runs build.sh; `before` is what starts it."""
        clean = {k: v for k, v in os.environ.items() if k != "SOURCE_DATE_EPOCH"}
        command = [*before, self.path("deploy/image/build.sh"), *arguments]
        return run(*command, env={**clean, **(environment or {})}, **options)

    def digest(self, *arguments, **options):
        done = self.build("--binary", COUNTER, *arguments, **options)
        assert done.returncode == 0, done.stderr
        return done.stdout


class Image:
    """An OCI layout with one image, whose digests are true."""

    def __init__(self, directory):
        self.directory = directory
        with open(os.path.join(directory, "index.json"), encoding="utf-8") as file:
            (self.descriptor,) = json.load(file)["manifests"]
        self.manifest = json.loads(self.blob(self.descriptor))
        self.config = json.loads(self.blob(self.manifest["config"]))
        (self.layer,) = self.manifest["layers"]
        self.tar = gzip.decompress(self.blob(self.layer))

    def blob(self, descriptor):
        algorithm, value = descriptor["digest"].split(":")
        with open(os.path.join(self.directory, "blobs", algorithm, value), "rb") as file:
            content = file.read()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (value, descriptor["size"])
        return content

    def open_layer(self):
        return tarfile.open(fileobj=io.BytesIO(self.tar))


class ImageTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        headers = run(READELF, "--program-headers", COUNTER).stdout
        if "INTERP" in headers:
            raise unittest.SkipTest("this build links shared libraries")
        cls.checkout = Checkout()
        cls.digest = cls.checkout.digest().strip()
        cls.image = Image(cls.checkout.path("build/image/oci"))


class TheImage(ImageTest):
    def test_is_named_by_its_digest(self):
        self.assertEqual(self.image.descriptor["digest"], self.digest)
        self.assertEqual(self.image.descriptor["annotations"], {"org.opencontainers.image.ref.name": "latest"})
        self.assertEqual(self.image.descriptor["mediaType"], "application/vnd.oci.image.manifest.v1+json")

    def test_holds_counter_and_certificates_and_nothing_else(self):
        with self.image.open_layer() as layer:
            members = {m.name: m for m in layer.getmembers()}
            self.assertEqual(
                {name: (m.type, oct(m.mode & 0o7777)) for name, m in members.items()},
                {
                    "counter": (tarfile.REGTYPE, "0o755"),
                    "etc": (tarfile.DIRTYPE, "0o755"),
                    "etc/ssl": (tarfile.DIRTYPE, "0o755"),
                    "etc/ssl/certs": (tarfile.DIRTYPE, "0o755"),
                    CERTIFICATES: (tarfile.REGTYPE, "0o644"),
                },
            )
            self.assertEqual({(m.uid, m.gid, m.mtime) for m in members.values()}, {(0, 0, COMMIT_TIME)})
            with open(COUNTER, "rb") as file:
                self.assertTrue(layer.extractfile("counter").read() == file.read())
            bundle = layer.extractfile(CERTIFICATES).read().decode()
        trusted = ssl.create_default_context(cadata=bundle).cert_store_stats()["x509_ca"]
        package = run("dpkg", "--listfiles", "ca-certificates").stdout
        self.assertEqual(trusted, len(re.findall(r"(?m)^/usr/share/ca-certificates/.*\.crt$", package)))

    def test_is_small(self):
        sizes = [d["size"] for d in (self.image.descriptor, self.image.manifest["config"], self.image.layer)]
        self.assertLess(sum(sizes), IMAGE_BYTES_MAX)

    def test_says_how_it_runs_and_what_it_is(self):
        version = run(COUNTER, "--version").stdout.split()[1]
        self.assertEqual(self.image.config["created"], COMMIT_TIME_TEXT)
        self.assertEqual(self.image.config["os"], "linux")
        self.assertEqual(self.image.config["config"], {
            "User": "65532:65532",
            "ExposedPorts": {"8080/tcp": {}, "8081/tcp": {}},
            "Env": [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                f"SSL_CERT_FILE=/{CERTIFICATES}",
            ],
            "Entrypoint": ["/counter"],
            "StopSignal": "SIGTERM",
            "Labels": {
                "org.opencontainers.image.title": "counter",
                "org.opencontainers.image.description": "Gives a larger number to every GET /get-number",
                "org.opencontainers.image.licenses": "Apache-2.0",
                "org.opencontainers.image.version": version,
                "org.opencontainers.image.revision": self.checkout.git("rev-parse", "HEAD"),
                "org.opencontainers.image.created": COMMIT_TIME_TEXT,
            },
        })  # fmt: skip

    def test_is_the_same_at_another_time_and_place(self):
        other = Checkout()
        elsewhere = processes.private_directory("output")
        binary = os.path.join(elsewhere, "counter")
        shutil.copyfile(COUNTER, binary)  # with another time
        os.chmod(binary, 0o700)
        done = other.build(
            "--output", "deeper/oci", "--tag", "1.0", "--binary", "./counter", cwd=elsewhere, umask=0o077,
            environment={"TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8", "STORAGE_DRIVER": "none", "BUILDAH_FORMAT": "docker"},
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, self.digest + "\n", ""))
        image = Image(os.path.join(elsewhere, "deeper/oci"))
        self.assertEqual(image.descriptor["annotations"], {"org.opencontainers.image.ref.name": "1.0"})

    def test_is_the_same_without_root(self):
        drop = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        if os.geteuid() != 0 or run(*drop, "unshare", "--user", "true").returncode != 0:
            self.skipTest("only root becomes another user, who needs user namespaces")
        other = Checkout()
        os.mkdir(other.path("build"))
        binary = shutil.copy(COUNTER, other.path("build/counter"))
        for path in [other.root, *(other.path(f) for f in files_below(other.root)), other.path(".git/index")]:
            os.chown(path, NOBODY, NOBODY)
        done = other.build("--binary", binary, before=drop, environment={"HOME": other.root})
        self.assertEqual((done.returncode, done.stdout), (0, self.digest + "\n"), done.stderr)

    def test_has_the_time_that_is_asked_for(self):
        checkout = Checkout()
        by_option = checkout.digest("--source-date-epoch", "86400")
        image = Image(checkout.path("build/image/oci"))
        with image.open_layer() as layer:
            self.assertEqual({m.mtime for m in layer.getmembers()}, {86400})
        self.assertEqual(image.config["created"], "1970-01-02T00:00:00Z")
        self.assertEqual(image.config["config"]["Labels"]["org.opencontainers.image.created"], "1970-01-02T00:00:00Z")
        self.assertEqual(checkout.digest(environment={"SOURCE_DATE_EPOCH": "86400"}), by_option)
        self.assertEqual(checkout.digest(environment={"SOURCE_DATE_EPOCH": ""}), self.digest + "\n")
        self.assertEqual(len(os.listdir(checkout.path("build/image/oci/blobs/sha256"))), 3)  # of the last image only

    def test_is_built_from_the_sources_as_they_are(self):
        checkout = Checkout()
        done = checkout.build()
        self.assertEqual((done.returncode, done.stdout), (0, self.digest + "\n"), done.stderr)
        checkout.write("counter.sh", f"{{ cat {shlex.quote(COUNTER)}; echo; }} >$1; chmod 755 $1\n")
        checkout.commit()
        done = checkout.build()
        self.assertEqual(done.returncode, 0, done.stderr)
        with Image(checkout.path("build/image/oci")).open_layer() as layer:
            self.assertEqual(layer.getmember("counter").size, os.path.getsize(COUNTER) + 1)


class TheDockerfile(ImageTest):
    def test_copies_what_the_build_needs(self):
        """Its first stage without the commands, which need a base image; then the build is configured from that."""
        with open(os.path.join(SOURCE, "deploy/image/Dockerfile"), encoding="utf-8") as file:
            stage, last_stage, _ = file.read().partition("\nFROM scratch\n")
        self.assertTrue(last_stage)
        directory = processes.private_directory("stage")
        for line in re.findall(r"(?m)^COPY (.*)", stage):
            *names, target = line.split()
            for path in (os.path.join(SOURCE, name) for name in names):
                if os.path.isdir(path):
                    shutil.copytree(path, os.path.join(directory, target))
                else:
                    os.makedirs(os.path.join(directory, target), exist_ok=True)
                    shutil.copy(path, os.path.join(directory, target))
        configure = ["cmake", "--preset", "release", "-DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON"]
        done = run(*configure, cwd=directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run("ninja", "-C", "build", "-t", "query", "bin/counter", cwd=directory)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("src/cli/CMakeFiles/counter-program.dir/counter.cc.o", done.stdout)

    def test_gets_the_same_labels_from_the_command_in_the_readme(self):
        with open(os.path.join(SOURCE, "deploy/image/README.md"), encoding="utf-8") as file:
            command = re.search(r"(?m)^docker build (?:.*\\\n)*.*\n", file.read())[0]
        done = run("bash", "-euc", f"docker() {{ printf '%s\\n' \"$@\"; }}\n{command}", cwd=self.checkout.root)
        self.assertEqual(done.returncode, 0, done.stderr)
        labels = self.image.config["config"]["Labels"]
        self.assertEqual(
            dict(re.findall(r"--build-arg\n(\w+)=(.*)", done.stdout)),
            {name.upper(): labels[f"org.opencontainers.image.{name}"] for name in ("version", "revision", "created")},
        )
        with open(self.checkout.path("CMakePresets.json"), "a", encoding="utf-8") as file:
            file.write("\n")
        self.addCleanup(self.checkout.git, "checkout", "--", ".")
        done = run("bash", "-euc", f"docker() {{ printf '%s\\n' \"$@\"; }}\n{command}", cwd=self.checkout.root)
        self.assertIn("-dirty\n", done.stdout)


class BadInput(ImageTest):
    def setUp(self):
        self.directory = processes.private_directory("bad")
        self.fresh = Checkout()

    def expect_refusal(self, *arguments, why, status=2, **options):
        """One line that says why, and nothing was written anywhere."""
        before = files_below(self.fresh.root), files_below(self.directory)
        environment = {"TMPDIR": self.directory, "HOME": self.directory, **options.pop("environment", {})}
        done = self.fresh.build(*arguments, environment=environment, **options)
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        self.assertRegex(done.stderr, rf"\Abuild\.sh: .*{why}.*\n\Z")
        self.assertEqual((files_below(self.fresh.root), files_below(self.directory)), before)

    def file(self, name, text="", mode=0o755):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def test_of_arguments(self):
        for arguments, why in (
            (["--nonsense"], "--nonsense.*--help"),
            (["latest"], "latest.*--help"),
            (["--binary"], "--binary needs a value"),
            (["--tag", ""], "--tag needs a value"),
            (["--tag", "a/b"], "'a/b' is no tag"),
            (["--source-date-epoch", "today"], "'today' is no time"),
            (["--source-date-epoch", "-1"], "'-1' is no time"),
            (["--output", "a:b"], "a:b contains ':'"),
        ):
            with self.subTest(arguments=arguments):
                self.expect_refusal(*arguments, why=why)
        self.expect_refusal(why="'x' is no time.*SOURCE_DATE_EPOCH", environment={"SOURCE_DATE_EPOCH": "x"})

    def test_of_the_binary(self):
        for binary, why in (
            (os.path.join(self.directory, "missing"), "missing is no program; without --binary"),
            (self.directory, "is no program"),
            (self.file("text", mode=0o644), "is no program"),
            (self.file("script", "#!/bin/sh\necho counter 1.2.3\n"), "no ELF program"),
            (sys.executable, "shared libraries; .*CAIRN_STATIC"),
            (processes.binary("counter-check"), "is not counter: .*'counter-check "),
        ):
            with self.subTest(binary=binary):
                self.expect_refusal("--binary", binary, why=why)

    def test_of_the_output(self):
        occupied = self.file("occupied")
        binary = ["--binary", COUNTER]
        self.expect_refusal(*binary, "--output", occupied, why="occupied exists and is no OCI layout")
        self.expect_refusal(*binary, "--output", self.directory, why="exists and is no OCI layout")
        self.expect_refusal(*binary, "--output", f"{occupied}/a/b", why="cannot write to .*occupied/a; choose another")

    def test_of_a_tree_that_is_not_as_committed(self):
        arguments = ["--binary", COUNTER]
        for change, why in (
            (lambda: self.fresh.write("new", "text"), "new; commit or remove .*--allow-dirty"),
            (lambda: self.fresh.git("add", "new"), "new; commit"),
            (lambda: self.fresh.git("rm", "-q", "-f", "new", "CMakeLists.txt"), "CMakeLists.txt; commit"),
        ):
            change()
            with self.subTest(why=why):
                self.expect_refusal(*arguments, why=f"not as committed: {why}")
        self.fresh.digest("--allow-dirty")
        labels = Image(self.fresh.path("build/image/oci")).config["config"]["Labels"]
        revision = self.fresh.git("rev-parse", "HEAD") + "-dirty"
        self.assertEqual(labels["org.opencontainers.image.revision"], revision)

    def test_of_a_tree_without_a_commit(self):
        shutil.rmtree(self.fresh.path(".git"))
        self.expect_refusal("--binary", COUNTER, why="is no git checkout")
        environment = {"GIT_DIR": self.checkout.path(".git")}  # of somebody else
        self.expect_refusal("--binary", COUNTER, why="is no git checkout", environment=environment)

    def test_of_a_missing_tool(self):
        binaries = processes.private_directory("path")
        for name in itertools.chain(os.listdir("/usr/sbin"), os.listdir("/usr/bin")):
            with contextlib.suppress(FileExistsError):
                os.symlink(os.path.join("/usr/bin", name), os.path.join(binaries, name))
        given = ["--binary", COUNTER]
        for tool, package, arguments in (
            ("buildah", "buildah", given),
            ("git", "git", given),
            ("readelf", "binutils", given),
            ("ninja", "ninja-build", []),
        ):
            hidden = os.path.join(binaries, tool)
            os.rename(hidden, hidden + "-hidden")
            with self.subTest(tool=tool):
                why = f"{tool} is not installed; on Debian: apt-get install {package}"
                self.expect_refusal(*arguments, why=why, environment={"PATH": binaries})
            os.rename(hidden + "-hidden", hidden)
        self.assertEqual(self.fresh.digest(environment={"PATH": binaries}), self.digest + "\n")

    def test_of_the_world_leaves_the_image_that_was_there(self):
        self.fresh.digest()
        before = files_below(self.fresh.root)
        self.file("buildah", "#!/bin/sh\necho no space left >&2\nexit 125\n")
        environment = {"PATH": f"{self.directory}:{os.environ['PATH']}"}
        done = self.fresh.build("--binary", COUNTER, environment=environment)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "no space left\nbuild.sh: buildah failed; what it said is above\n")
        self.assertEqual(files_below(self.fresh.root), before)


class Container:
    """A process of the image as Kubernetes would run it: the image's user, no capabilities, a read-only root."""

    _ids = itertools.count()

    def __init__(self, config, rootfs, arguments=(), environment=(), mounts=()):
        self._id = f"cairn-image-test-{os.getpid()}-{next(self._ids)}"
        self._directory = processes.private_directory("container")
        uid, gid = map(int, config["User"].split(":"))
        bundle = {
            "ociVersion": "1.0.2",
            "root": {"path": rootfs, "readonly": True},
            "process": {
                "user": {"uid": uid, "gid": gid},
                "args": [*config["Entrypoint"], *arguments],
                "env": [*config["Env"], *environment],
                "cwd": "/",
                "noNewPrivileges": True,
                "capabilities": {},
            },
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
                *mounts,
            ],
            "linux": {"namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]},
        }
        with open(os.path.join(self._directory, "config.json"), "w", encoding="utf-8") as file:
            json.dump(bundle, file)
        self.program = processes.start_program(self._crun("run", "--bundle", self._directory, self._id))

    def _crun(self, command, *arguments):
        return ["crun", "--root", f"{self._directory}/state", "--cgroup-manager=disabled", command, *arguments]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        run(*self._crun("delete", "--force", self._id))
        self.program.close()

    def pid(self):
        return json.loads(run(*self._crun("state", self._id)).stdout)["pid"]

    def signal(self, name):
        done = run(*self._crun("kill", self._id, name))
        assert done.returncode == 0, done.stderr


def why_no_containers():
    """What keeps this machine from running containers, found with a container that is not of the image; or None."""
    if OWN_NAMESPACES not in os.environ:
        return "containers need root and namespaces of the test's own, which are not allowed here"
    if shutil.which("crun") is None:
        return "crun is not installed"
    rootfs = processes.private_directory("rootfs")
    shutil.copy(COUNTER, f"{rootfs}/counter")
    config = {"User": "0:0", "Entrypoint": ["/counter"], "Env": []}
    with Container(config, rootfs, ["--version"]) as container:
        if container.program.wait() == 0:
            return None
        return f"crun runs no containers here: {container.program.output().strip()}"


class InAContainer(ImageTest):
    ADDRESS, ADMIN = "127.0.0.1:8080", "127.0.0.1:8081"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if why := why_no_containers():
            raise unittest.SkipTest(why)
        cls.rootfs = processes.private_directory("rootfs")
        os.chmod(cls.rootfs, 0o755)
        with cls.image.open_layer() as layer:
            layer.extractall(cls.rootfs, numeric_owner=True)

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.start = stack.enter_context

    def container(self, *environment, mounts=()):
        container = self.start(Container(self.image.config["config"], self.rootfs, (), environment, mounts))
        container.program.wait_for(READY)
        return container

    def test_it_gives_numbers_and_answers_probes(self):
        container = self.container()
        self.assertEqual([ask(self.ADDRESS).body for _ in range(3)], [f"{{number: {i}}}" for i in (1, 2, 3)])
        self.assertEqual(ask(self.ADMIN, "/livez").body, "ok\n")
        self.assertEqual(ask(self.ADMIN, "/readyz").body, "ok\n")
        self.assertEqual(parse_metrics(ask(self.ADMIN, "/metrics").body)["counter_numbers_issued_total"], 3)
        container.signal(self.image.config["config"]["StopSignal"])
        self.assertEqual(container.program.wait(), 0, container.program.output())

    def test_it_has_no_rights(self):
        pid = self.container().pid()
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
        self.assertEqual([status["Uid"], status["Gid"]], ["\t".join(["65532"] * 4)] * 2)
        self.assertEqual({int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")}, {0})
        self.assertEqual(status["NoNewPrivs"], "1")
        with open(f"/proc/{pid}/mountinfo", encoding="utf-8") as file:
            (root,) = (fields for fields in map(str.split, file) if fields[4] == "/")
        self.assertIn("ro", root[5].split(","))

    def test_it_trusts_the_certificates_of_the_image(self):
        """With a test's own authority in their place."""
        directory = processes.private_directory("tls")
        key, certificate = f"{directory}/key", f"{directory}/certificate"
        make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=redis"]
        make += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
        self.assertEqual(run(*make).returncode, 0)
        os.chmod(directory, 0o755)
        port = str(processes.free_port())
        tls = ["--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"]
        self.start(processes.RedisServer(tls))
        url = f"COUNTER_REDIS_URL=rediss://127.0.0.1:{port}"
        replaced = {"destination": f"/{CERTIFICATES}", "source": certificate, "type": "bind", "options": ["bind", "ro"]}
        with Container(self.image.config["config"], self.rootfs, (), [url], [replaced]) as container:
            container.program.wait_for(READY)
            self.assertEqual(ask(self.ADDRESS).body, "{number: 1}")
        self.container(url)
        self.assertEqual(ask(self.ADDRESS).status, 503)

    def test_it_finishes_what_is_under_way_when_it_is_stopped(self):
        redis = self.start(processes.RedisServer())
        late = (f"COUNTER_{name}={LATE}" for name in ("REQUEST_TIMEOUT", "REDIS_TIMEOUT", "DRAIN_TIMEOUT"))
        container = self.container(f"COUNTER_REDIS_URL=redis://{redis.address}", *late)
        self.assertEqual(ask(self.ADDRESS).body, "{number: 1}")
        redis.stall()
        self.addCleanup(redis.resume)
        answers = []
        thread = threading.Thread(target=lambda: answers.append(ask(self.ADDRESS, timeout_s=RUN_TIMEOUT_S)))
        thread.start()
        self.addCleanup(thread.join)

        def under_way():
            return parse_metrics(ask(self.ADMIN, "/metrics").body)["http_server_active_requests"] == 1

        processes.wait_until(under_way, "a request that is under way")
        container.signal(self.image.config["config"]["StopSignal"])
        processes.wait_until(lambda: ask(self.ADMIN, "/readyz").status == 503, "/readyz that says no")
        self.assertEqual(answers, [])
        redis.resume()
        self.assertEqual(container.program.wait(), 0, container.program.output())
        thread.join()
        self.assertEqual((answers[0].status, answers[0].body), (200, "{number: 2}"))


def enter_namespaces():
    """Begins again in namespaces of its own, where root may have them."""
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() == 0 and run(*unshare, "true").returncode == 0:
        os.environ[OWN_NAMESPACES] = "yes"
        os.execvp(unshare[0], [*unshare, sys.executable, "-B", *sys.argv])


def prepare_namespaces():
    """Loopback is down at first; and crun refuses version 1 of cgroups with a little of version 2 beside it."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh22x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
    if os.path.ismount("/sys/fs/cgroup/unified"):
        ctypes.CDLL(None).umount2(b"/sys/fs/cgroup/unified", 2)  # MNT_DETACH


if __name__ == "__main__":
    if OWN_NAMESPACES in os.environ:
        prepare_namespaces()
    else:
        enter_namespaces()
    unittest.main(verbosity=2)
