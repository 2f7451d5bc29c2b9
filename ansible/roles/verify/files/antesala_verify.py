"""Looks at an installed server: what must work works, and what must not does not. One line a check, 1 when one fails.

antesala_verify.py EXPECTED.json [REPORT.json]. Run by root, by verify.yml or by hand; Debian's Python is enough.
It sends nothing to a patient: the signed webhook is the status of a message that never was.
"""

import base64
import hmac
import json
import os
import pwd
import re
import socket
import ssl
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# Reserved for documents (RFC 5737): nobody is there, and a packet that gets out does no harm.
NOBODY = "203.0.113.9"
EXPOSURE_MOST = 2.0
LOG_WRITTEN_S = 0.5
Check = Callable[[dict[str, Any]], Iterator[tuple[str, bool, str]]]


def run(*command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """A command's end and what it said."""
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=300)


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """The last line that it said, for the report."""
    return (done.stderr or done.stdout).strip().rsplit("\n", 1)[-1][-100:]


def as_user(user: str, *command: str) -> subprocess.CompletedProcess[str]:
    """The same, as a service's user."""
    return run("setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", *command)


def services(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """Every unit runs, comes back after a reboot, is whose it should be, and sits in its cage."""
    for unit, user in expected["units"].items():
        shown = run(
            "systemctl", "show", unit, "-p", "ActiveState,UnitFileState,MainPID", "--value"
        ).stdout.split()
        pid = next((word for word in shown if word.isdigit()), "0")
        owner = pwd.getpwuid(Path(f"/proc/{pid}").stat().st_uid).pw_name if pid != "0" else "nobody"
        good = "active" in shown and "enabled" in shown and owner == user
        yield f"{unit} runs as {user}", good, f"{' '.join(shown)}, owner {owner}"
    for unit in expected["caged"]:
        said = run("systemd-analyze", "security", "--no-pager", unit).stdout.strip().splitlines()
        level = re.search(r"(\d+\.\d+)", said[-1] if said else "")
        exposure = float(level[1]) if level else 10.0
        yield f"{unit}: exposure at most {EXPOSURE_MOST}", exposure <= EXPOSURE_MOST, f"{exposure}"


def request(url: str, data: bytes | None = None, signature: str = "") -> int:
    """The status of an answer of the front door; its name is that of the certificate, not of loopback."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(urllib.request.Request(url, data, headers), timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def webhooks(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """A signed webhook is answered, an unsigned one refused, and nothing else is shown to the outside."""
    if not expected["front_door"]:
        return
    path, public, inside = "/webhooks/twilio/status", expected["public"], expected["inside"]
    token = Path(expected["secrets"], "twilio_auth_token").read_text().strip()
    fields = {"MessageSid": "SM" + "0" * 32, "MessageStatus": "delivered", "AccountSid": expected["account"]}
    signed = expected["url"].rstrip("/") + path + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()
    body = "&".join(f"{name}={value}" for name, value in fields.items()).encode()
    big = b"Body=" + b"x" * 1_000_000
    for name, wanted, got in (
        ("a signed webhook is answered", {200, 204}, request(public + path, body, signature)),
        ("an unsigned webhook is refused", {403}, request(public + path, body)),
        ("a webhook with another's signature is refused", {403}, request(public + path, body, "AAAA")),
        ("a large body is refused", {413}, request(public + path, big, signature)),
        ("metrics are not shown to the outside", {404}, request(public + "/metrics")),
        ("the first page is not shown to the outside", {404}, request(public + "/")),
        ("metrics are shown to the inside", {200}, request(inside + "/metrics")),
        ("the inside takes no webhooks", {404}, request(inside + path, body, signature)),
    ):
        yield name, got in wanted, f"HTTP {got}"


REFUSED = ("flushall", "config get dir", "shutdown nosave", "debug sleep 0", "keys *")


def redis(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """Redis knows nobody without a password, and no client may do what only an operator needs."""
    for name, url in expected["redis"].items():
        socket_path, secret = url["socket"], Path(url["secret"])
        found = re.match(r"\w+://([^:]+):([^@]+)@", secret.read_text()) if secret.exists() else None
        login = ["--user", found[1], "--pass", found[2], "--no-auth-warning"] if found else []
        tool = ["redis-cli", "-s", socket_path]
        said = run(*tool, "ping").stdout.strip()
        yield f"Redis {name} refuses who has no password", said.startswith("NOAUTH"), said
        # A server that only stores has no client's password.
        if login:
            said = run(*tool, *login, "ping").stdout.strip()
            yield f"Redis {name} answers its client", said == "PONG", said
        for command in REFUSED if login else ():
            said = run(*tool, *login, *command.split()).stdout.strip()
            refused = said.startswith("NOPERM") or "not allowed" in said
            yield f"Redis {name} refuses '{command}'", refused, said[:60]
        mode = stat.S_IMODE(Path(socket_path).stat().st_mode)
        yield f"Redis {name}: its socket is not for everybody", mode & 0o007 == 0, f"{mode:04o}"


def sentinel(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """The sentinels know nobody without a password, and are enough to agree on another master."""
    if not expected["sentinel"]:
        return
    tool = [
        "redis-cli",
        "--tls",
        "--cacert",
        "/etc/antesala/sentinel/ca.crt",
        "-p",
        expected["sentinel"]["port"],
    ]
    said = run(*tool, "sentinel", "masters").stdout.strip()
    yield "the sentinel refuses who has no password", said.startswith("NOAUTH"), said
    login = ["--user", "sentinel", "--pass", Path("/etc/antesala/sentinel/peer").read_text().strip()]
    for name in expected["sentinel"]["watches"]:
        said = run(*tool, *login, "--no-auth-warning", "sentinel", "ckquorum", name).stdout.strip()
        yield f"enough sentinels watch {name}", said.startswith("OK"), said


def listening(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """From outside only the front door, sshd and named peers' ports can be reached; vLLM and Redis cannot."""
    local = re.compile(r"^(127\.|\[::1\]|\[::ffff:127\.)")
    said = run("ss", "--listening", "--tcp", "--no-header", "--numeric").stdout.splitlines()
    open_ports = {line.split()[3].rsplit(":", 1)[1] for line in said if not local.match(line.split()[3])}
    strangers = open_ports - {str(port) for port in expected["open_ports"]}
    yield "only the front door and sshd listen to the network", not strangers, f"open: {sorted(open_ports)}"
    rules = run("nft", "list", "chain", "inet", "antesala", "incoming").stdout
    yield "what comes in is dropped unless it is named", "policy drop" in rules, "policy of the chain"


def engine(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """VLLM serves its model on loopback alone, has written, and tells nobody of its use."""
    if not expected["engine"]:
        return
    model, port = expected["engine"]["model"], expected["engine"]["port"]
    served = [one["id"] for one in json.loads(shown(f"http://127.0.0.1:{port}/v1/models"))["data"]]
    yield f"vLLM serves {model or 'a model'}", len(served) == 1 and model in {"", *served}, ", ".join(served)
    written = re.findall(
        r"^vllm:generation_tokens_total\S* (\S+)", shown(f"http://127.0.0.1:{port}/metrics"), re.MULTILINE
    )
    yield "vLLM is warm", sum(map(float, written)) > 0, f"wrote {' '.join(written)} tokens"
    for address in own_addresses():
        try:
            socket.create_connection((address, port), timeout=5).close()
            said = "connected"
        except OSError as error:
            said = str(error)
        yield f"vLLM cannot be reached at {address}", said != "connected", said
    pid = run("systemctl", "show", "antesala-vllm.service", "-p", "MainPID", "--value").stdout.strip()
    told = Path(f"/proc/{pid}/environ").read_text().split("\0")
    off = {"VLLM_NO_USAGE_STATS=1", "DO_NOT_TRACK=1"} <= set(told)
    kept = [str(file) for file in Path(expected["engine"]["state"]).rglob("usage_stats.json")]
    yield "vLLM's usage statistics are off", off and not kept, ", ".join(kept) or "nothing is gathered"


def router(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """Who answers reaches vLLM by the router; nobody passes the door without a certificate."""
    if expected["router"]:
        models = json.loads(shown(f"http://{expected['router']}/v1/models"))["data"]
        yield "the router leads to vLLM", bool(models), ", ".join(one["id"] for one in models)
    if expected["door"]:
        status = request(f"https://{expected['door']}/v1/models")
        yield "the door to vLLM is shut to who has no certificate", status == 400, f"HTTP {status}"


def shown(url: str) -> str:
    """What a server of this machine shows."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as answer:
        text: str = answer.read().decode()
    return text


def own_addresses() -> list[str]:
    """This server's addresses on its networks."""
    listed = json.loads(run("ip", "-j", "-4", "address", "show", "scope", "global").stdout)
    return [one["local"] for link in listed for one in link.get("addr_info", []) if "local" in one]


def refused_packets() -> dict[str, int]:
    """The firewall's counters, by name."""
    listed = json.loads(run("nft", "-j", "list", "counters").stdout)["nftables"]
    return {one["counter"]["name"]: one["counter"]["packets"] for one in listed if "counter" in one}


CALL = "import socket; socket.create_connection(('%s', %d), timeout=5)"


def egress(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """Nobody leaves, and whoever tries is counted; the proxy knows its names."""
    for user in expected["users"]:
        counter = f"egress_refused_{user.replace('-', '_')}"
        if user == expected["proxy_user"]:
            call, port = CALL % (NOBODY, 80), 80
        else:
            call, port = CALL % (NOBODY, 443), 443
        before = refused_packets().get(counter, 0)
        done = as_user(user, "/usr/bin/python3", "-c", call)
        after = refused_packets().get(counter, 0)
        yield (
            f"{user} cannot leave (port {port})",
            done.returncode != 0,
            last_words(done),
        )
        yield f"{user} is counted", after > before, f"{before} -> {after} packets refused"
    port = expected["proxy_port"]
    others = [
        user for user in expected["users"] if user not in {expected["answering_user"], expected["proxy_user"]}
    ]
    for user in others:
        done = as_user(user, "/usr/bin/python3", "-c", CALL % ("127.0.0.1", port))
        yield f"{user} cannot speak to the proxy", done.returncode != 0, last_words(done)
    for host, what in (
        ("example.com", "another name"),
        (NOBODY, "an address"),
        ("127.0.0.1", "this machine"),
    ):
        before = denied(expected, host)
        as_user(expected["answering_user"], "/usr/bin/python3", "-c", CONNECT % (port, host, host))
        after = denied(expected, host)
        yield (
            f"the proxy refuses {what}",
            after > before,
            f"CONNECT {host}:443, TCP_DENIED {before} -> {after}",
        )


# A refused client is told so inside TLS, after a 200 that leads nowhere: what counts is what Squid wrote down.
CONNECT = (
    "import socket; s = socket.create_connection(('127.0.0.1', %d), timeout=15);"
    "s.sendall(b'CONNECT %s:443 HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n'); s.recv(64)"
)


def denied(expected: dict[str, Any], host: str) -> int:
    """How often the proxy refused to go there; it writes a moment after the client has left."""
    time.sleep(LOG_WRITTEN_S)
    lines = Path(expected["proxy_log"]).read_text(errors="replace").splitlines()
    return sum("TCP_DENIED" in line and f"{host}:443" in line for line in lines)


def files(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """Owners and modes; no secret is in a file that others can read."""
    for path, (owner, group, mode) in expected["files"].items():
        try:
            found = Path(path).stat()
        except FileNotFoundError:
            yield f"{path}", False, "missing"
            continue
        got = (Path(path).owner(), Path(path).group(), f"{stat.S_IMODE(found.st_mode):04o}")
        yield f"{path} is {owner}:{group} {mode}", got == (owner, group, mode), ":".join(got)
    secrets = [
        word for file in Path(expected["secrets"]).glob("*") for word in secret_words(file.read_text())
    ]
    told = sorted(
        str(file)
        for root in expected["no_secret_under"]
        for file in Path(root).rglob("*")
        if file.is_file() and file.stat().st_mode & stat.S_IROTH and holds(file, secrets)
    )
    yield (
        "no file that everybody can read holds a secret",
        not told,
        ", ".join(told) or f"{len(secrets)} looked for",
    )


def secret_words(text: str) -> list[str]:
    """What must not be found elsewhere: the password of an address, else every long word."""
    if "://" in text:
        return re.findall(r"://[^:]*:([^@]+)@", text)
    return re.findall(r"[A-Za-z0-9+/_=-]{20,}", text)


def holds(file: Path, secrets: list[str]) -> bool:
    """Whether one of the secrets stands in it."""
    content = file.read_text(errors="replace") if file.stat().st_size < 1_000_000 else ""
    return any(secret in content for secret in secrets)


def clock(_: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """The time is that of the hospital's servers; a container has its host's."""
    inside = run("systemd-detect-virt", "--container").stdout.strip()
    if inside != "none":
        yield "the time is the host's", True, f"a container ({inside}) cannot set it"
        return
    said = run("chronyc", "-n", "tracking").stdout
    yield "the time is in sync", "Leap status     : Normal" in said, " ".join(said.split())[:120]


def backups(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """A backup is made now, and can be read back; no key is in it."""
    if not expected["backup"]:
        return
    done = run("systemctl", "start", "antesala-backup.service")
    yield "a backup is made", done.returncode == 0, done.stderr.strip()[-120:]
    newest = max(Path(expected["backup"]).glob("antesala-*.tar.gz"), default=None)
    said = run("antesala-restore", "--try", str(newest))
    yield (
        "the newest backup can be restored",
        said.returncode == 0,
        (said.stdout or said.stderr).strip()[-120:],
    )
    names = run("tar", "--list", "--gzip", "--file", str(newest)).stdout
    kept = [
        name for name in names.split() if re.search(r"keyring|checkpoint\.key|token|redis_url|keys", name)
    ]
    yield "no key is in it", not kept, ", ".join(kept) or f"{len(names.split())} files"


def journal(expected: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    """The journal is as it was written."""
    if not expected["journal"]:
        return
    done = run("antesala", "audit", "verify")
    yield (
        "the journal is as it was written",
        done.returncode == 0,
        (done.stdout or done.stderr).strip()[-160:],
    )


CHECKS: tuple[Check, ...] = (
    services,
    webhooks,
    redis,
    sentinel,
    listening,
    engine,
    router,
    egress,
    files,
    clock,
    backups,
    journal,
)


def main() -> int:
    """Check everything, print it, and write the report."""
    os.environ["PATH"] = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
    expected = json.loads(Path(sys.argv[1]).read_text())
    found = [
        {"about": check.__name__, "check": name, "passed": passed, "seen": seen}
        for check in CHECKS
        for name, passed, seen in check(expected)
    ]
    for one in found:
        print(f"{'pass' if one['passed'] else 'FAIL'}  {one['check']}  [{one['seen']}]")
    failed = sum(not one["passed"] for one in found)
    print(f"{len(found)} checks, {failed} failed")
    if len(sys.argv) > 2:
        report = {
            "host": socket.gethostname(),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "served": run("antesala-switch", "--show").stdout.splitlines() if expected["journal"] else [],
            "failed": failed,
            "checks": found,
        }
        Path(sys.argv[2]).write_text(json.dumps(report, indent=2) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
