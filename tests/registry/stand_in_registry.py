#!/usr/bin/python3
"""A registry on loopback, over TLS: provider and module protocols and a network mirror. For registry_network_test.

stand_in_registry.py FOLDER: makes a certificate, a signing key and packages in FOLDER, prints the port, and serves until
its standard input ends. FOLDER/certificate.pem is what clients must trust.
"""

import hashlib
import http.server
import io
import json
import os
import ssl
import subprocess
import sys
import tarfile
import threading
import zipfile

PLATFORMS = ("linux_amd64", "darwin_arm64")
VERSIONS = ("1.0.0", "1.2.0", "2.0.0-beta1")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True).stdout


def make_certificate(folder):
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate)
    return certificate, key


class Signer:
    """A key of GnuPG in a home of its own."""

    def __init__(self, folder, name):
        self.home = os.path.join(folder, name)
        os.mkdir(self.home, 0o700)
        self._gpg("--quick-gen-key", f"{name} <{name}@example.com>", "rsa2048", "sign", "never")
        self.armor = self._gpg("--armor", "--export").decode()

    def _gpg(self, *arguments, text=None):
        command = ["gpg", "--homedir", self.home, "--batch", "--pinentry-mode", "loopback", "--passphrase", "", *arguments]
        return subprocess.run(command, check=True, capture_output=True, input=text).stdout

    def sign(self, text):
        return self._gpg("--detach-sign", "--output", "-", text=text)

    def close(self):
        subprocess.run(["gpgconf", "--homedir", self.home, "--kill", "all"], check=False)


def package(version, platform):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(f"terraform-provider-widget_v{version}")
        info.external_attr = 0o100755 << 16
        archive.writestr(info, f"#!/bin/sh\necho {version} {platform}\nexit 1\n")
    return out.getvalue()


def module_archive():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in {"main.tf": "# root\n", "sub/main.tf": 'output "x" {\n  value = 1\n}\n'}.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def module_zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("main.tf", "# root of a zip\n")
    return out.getvalue()


class Site:
    """What is served: path -> (status, headers, body)."""

    def __init__(self, folder):
        self.good, self.bad = Signer(folder, "good"), Signer(folder, "bad")
        self.pages = {}
        self.json("/.well-known/terraform.json", {"providers.v1": "/v1/providers/", "modules.v1": "/v1/modules/"})
        for name, signer in {"widget": self.good, "unsigned": self.bad}.items():
            self.provider(name, signer)
        self.mirror()
        self.json("/v1/modules/acme/net/aws/versions",
                  {"modules": [{"versions": [{"version": v} for v in ("1.0.0", "1.3.0", "2.0.0-rc1")]}]})
        for version in ("1.0.0", "1.3.0"):
            self.pages[f"/v1/modules/acme/net/aws/{version}/download"] = 204, {"X-Terraform-Get": "/net.tar.gz//sub"}, b""
        self.pages["/net.tar.gz"] = 200, {}, module_archive()
        self.pages["/net.zip"] = 200, {}, module_zip()
        self.pages["/moved.bin"] = 302, {"Location": "/net.tar.gz"}, b""
        self.pages["/big"] = 200, {}, b"x" * 1_000_000
        self.pages["/moved"] = 302, {"Location": "/big"}, b""
        self.pages["/down"] = 302, {"Location": "http://localhost:1/"}, b""

    def json(self, path, value):
        self.pages[path] = 200, {"Content-Type": "application/json"}, json.dumps(value).encode()

    def provider(self, name, signer):
        base = f"/v1/providers/acme/{name}"
        self.json(f"{base}/versions", {"versions": [{"version": v} for v in VERSIONS]})
        for version in VERSIONS:
            zips = {f"terraform-provider-{name}_{version}_{p}.zip": package(version, p) for p in PLATFORMS}
            sums = "".join(f"{hashlib.sha256(z).hexdigest()}  {n}\n" for n, z in zips.items()).encode()
            files = f"/files/{name}/{version}"
            self.pages[f"{files}/SHA256SUMS"] = 200, {}, sums
            self.pages[f"{files}/SHA256SUMS.sig"] = 200, {}, signer.sign(sums)
            for platform, (file, content) in zip(PLATFORMS, zips.items()):
                self.pages[f"{files}/{file}"] = 200, {}, content
                self.json(f"{base}/{version}/download/{platform.replace('_', '/')}", {
                    "protocols": ["5.0"], "os": platform.split("_")[0], "arch": platform.split("_")[1],
                    "filename": file, "download_url": f"{files}/{file}", "shasum": hashlib.sha256(content).hexdigest(),
                    "shasums_url": f"{files}/SHA256SUMS", "shasums_signature_url": f"{files}/SHA256SUMS.sig",
                    "signing_keys": {"gpg_public_keys": [{"key_id": "x", "ascii_armor": self.good.armor}]},
                })

    def mirror(self):
        """By the port, which clients know, the mirror has the provider of a host that is not there."""
        base = "/mirror/mirrored.example.com/acme/widget"
        self.json(f"{base}/index.json", {"versions": {"1.2.0": {}}})
        file = "terraform-provider-widget_1.2.0_linux_amd64.zip"
        self.json(f"{base}/1.2.0.json", {"archives": {"linux_amd64": {"url": f"/files/widget/1.2.0/{file}"}}})


def main():
    folder = sys.argv[1]
    certificate, key = make_certificate(folder)
    site = Site(folder)
    attempts = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):  # pylint: disable=invalid-name
            path = self.path.split("?")[0]
            if "/locked/" in path and self.headers.get("Authorization") == "Bearer helped":
                path = path.replace("/locked/", "/acme/")
            status, headers, body = site.pages.get(path, (404, {}, b"nothing"))
            if path == "/flaky":  # answers at the third attempt
                attempts[path] = attempts.get(path, 0) + 1
                status, headers, body = (200, {}, b"at last") if attempts[path] >= 3 else (503, {}, b"busy")
            if "/locked/" in path:
                status, headers, body = 401, {}, b"who are you"
            if path == "/secret":
                body = (self.headers.get("Authorization") or "nobody").encode()
                status = 200
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if path != "/big":
                self.send_header("Content-Length", str(len(body)))
            else:
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    site.good.close()
    site.bad.close()


if __name__ == "__main__":
    main()
