"""Which programs is anything known of, by their names?"""

from __future__ import annotations

from simulator.shell.files import says_absent

SHELLS = ("sh", "ash", "dash", "bash", "zsh", "ksh")
PREFIXES = (
    "env",
    "exec",
    "nohup",
    "nice",
    "ionice",
    "setsid",
    "stdbuf",
    "su-exec",
    "gosu",
    "chpst",
    "tini",
    "dumb-init",
    "catatonit",
    "busybox",
    "time",
    "timeout",
)
"""Programs that run the command behind them."""
RETURNING = (
    "nslookup", "dig", "host", "ping", "nc", "ncat", "netstat", "ss", "ip", "ifconfig", "iptables", "route", "curl", "wget", "openssl", "ssh-keygen", "git",
    "apk", "apt", "apt-get", "yum", "dnf", "pip", "npm", "kubectl", "psql", "pg_isready", "mysql", "mysqladmin", "redis-cli", "mongo", "mongosh",
    "nodetool", "cqlsh", "etcdctl", "rabbitmqctl", "jq", "yq", "tar", "gzip", "gunzip", "unzip", "zip", "base64", "md5sum", "sha1sum", "sha256sum",
    "chown", "chmod", "chgrp", "mount", "umount", "sysctl", "modprobe", "sync", "adduser", "addgroup", "useradd", "groupadd", "update-ca-certificates",
    "envsubst", "getent", "logger", "od", "hexdump", "xxd", "diff", "cmp", "file", "less", "more", "vi", "nano", "strace", "lsof", "free", "top", "uptime",
    "df", "du", "mkfifo", "sqlite3",
)  # fmt: skip
"""Programs that do their work and return: an instant success wherever they stand in a script."""


def exists(name: str) -> bool:
    """Whether an image has a program of this name. It is not known, so all but those are taken to be there whose names say the opposite."""
    return bool(name) and not says_absent(name)
