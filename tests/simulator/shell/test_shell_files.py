"""Which file does a path mean, and what may be done to it?"""

import pytest

from simulator.engine.agenda import Agenda
from simulator.shell import Files, Mount, Storage
from simulator.shell.files import says_absent
from simulator.shell.programs import missing_binary, understands
from simulator.shell.storage import File
from tests.simulator.shell.shell_host import Container, sh


def output_of(script, **mounts):
    return sh(script, mounts={"/" + path: mount for path, mount in mounts.items()}).run().output


@pytest.mark.parametrize(
    ("script", "output"),
    [
        pytest.param("echo x > /tmp/a; cat /tmp/a", "x\n", id="write and read"),
        pytest.param("cat /tmp/none; echo $?", "cat: can't open '/tmp/none': No such file or directory\n1\n", id="what nobody wrote does not exist"),
        pytest.param(
            "echo x > /tmp/none/a; echo $?", "sh: can't create /tmp/none/a: No such file or directory\n1\n", id="a directory of /tmp is not there by itself"
        ),
        pytest.param("echo x > /app/data/a; cat /app/data/a", "x\n", id="a directory of the image is taken to exist"),
        pytest.param("cd /app && pwd", "/app\n", id="so it is by cd"),
        pytest.param("echo x > /no/such/a; echo $?", "sh: can't create /no/such/a: No such file or directory\n1\n", id="unless its name says the opposite"),
        pytest.param("echo x > /usr/share/message; cat /usr/share/message", "x\n", id="directories that every image has"),
        pytest.param("echo x > /; echo $?", "sh: can't create /: is a directory\n1\n", id="a directory is not written to"),
        pytest.param("mkdir /tmp/d && mkdir /tmp/d; echo $?", "mkdir: can't create directory '/tmp/d': File exists\n1\n", id="mkdir twice"),
        pytest.param("mkdir -p /tmp/a/b/c && mkdir -p /tmp/a/b && ls /tmp/a", "b\n", id="mkdir -p twice"),
        pytest.param("touch /tmp/a; cd /tmp/a; echo $?", "sh: cd: can't cd to /tmp/a: Not a directory\n1\n", id="cd into a file"),
        pytest.param("cd /tmp; echo r > rel; cat /tmp/rel ./rel ../tmp/rel", "r\nr\nr\n", id="relative paths"),
        pytest.param("ln -s /tmp/t /tmp/l; echo x > /tmp/l; cat /tmp/t; readlink /tmp/l; rm /tmp/l; cat /tmp/t", "x\n/tmp/t\nx\n", id="links"),
        pytest.param(
            "ln -s /tmp/a /tmp/b; ln -s /tmp/b /tmp/a; cat /tmp/a; echo $?",
            "cat: can't open '/tmp/a': Too many levels of symbolic links\n1\n",
            id="links in a circle",
        ),
        pytest.param("ln -sf /dev/stdout /var/log/access.log; echo line > /var/log/access.log", "line\n", id="a log that is a link to the output"),
        pytest.param("rm /tmp/none; echo $?; rm -f /tmp/none; echo $?", "rm: can't remove '/tmp/none': No such file or directory\n1\n0\n", id="rm and rm -f"),
        pytest.param("mkdir /tmp/d; rm /tmp/d; echo $?; rmdir /tmp/d; echo $?", "rm: can't remove '/tmp/d': Is a directory\n1\n0\n", id="rm of a directory"),
        pytest.param("touch /tmp/b /tmp/a /tmp/.h; ls /tmp; ls -a /tmp; echo /tmp/*", "a\nb\n.h\na\nb\n/tmp/a /tmp/b\n", id="ls and patterns"),
        pytest.param("cp -rLf /tmp/none/* /tmp; echo $?", "cp: can't stat '/tmp/none/*': No such file or directory\n1\n", id="a pattern without a match stays"),
        pytest.param("mkdir /tmp/d; touch /tmp/d/x; cp -r /tmp/d /tmp/e; ls /tmp/e; mv /tmp/e /tmp/f; ls /tmp/f", "x\nx\n", id="directories copied and moved"),
        pytest.param(
            "mkdir /tmp/d; cp -r /tmp/d /tmp/d/x; echo $?; mv /tmp/d /tmp/d/y; echo $?",
            "cp: '/tmp/d' and '/tmp/d/x' are the same file\n1\nmv: can't rename '/tmp/d': Invalid argument\n1\n",
            id="not into themselves",
        ),
        pytest.param("printf abc > /tmp/f; stat -c '%s %n' /tmp/f; wc -c < /tmp/f", "3 /tmp/f\n3\n", id="stat"),
        pytest.param("touch /tmp/f; sleep 100; find /tmp -name 'f*' -mmin -1; echo -; find /tmp -type f -mmin +0", "-\n/tmp/f\n", id="find by age"),
        pytest.param("touch /tmp/a; sleep 5; touch /tmp/b; [ /tmp/b -nt /tmp/a ] && [ /tmp/a -ot /tmp/b ] && echo newer", "newer\n", id="newer than"),
        pytest.param("touch /tmp/f; sleep 60; echo $(( $(date +%s) - $(stat -c %Y /tmp/f) ))", "60\n", id="a file's age by stat"),
        pytest.param("echo x > /dev/null; cat /dev/null; head -c 3 /dev/zero | wc -c; echo x > /dev/full; echo $?", "3\n1\n", id="devices"),
        pytest.param("echo x > /dev/tty; echo $?", "sh: can't create /dev/tty: No such device or address\n1\n", id="there is no terminal"),
        pytest.param("echo 'echo from file $1' > /tmp/s.sh; sh /tmp/s.sh a; . /tmp/s.sh b", "from file a\nfrom file\n", id="scripts that were written"),
        pytest.param("printf '#!/bin/sh\\necho ran $1\\n' > /tmp/s; chmod +x /tmp/s; [ -x /tmp/s ] && /tmp/s a", "ran a\n", id="a script run by its path"),
        pytest.param("while echo y; do :; done | head -c 4 | wc -c", "4\n", id="a loop without a reader ends"),
        pytest.param("x=$(mktemp); echo t > $x; cat $x", "t\n", id="a temporary file"),
        pytest.param("mkdir /tmp/d; cd /tmp/d; touch a; rm -r /tmp/d; ls; echo $?", "ls: .: No such file or directory\n1\n", id="a directory that is gone"),
    ],
)
def test_files_as_scripts_see_them(script, output):
    assert output_of(script) == output


def test_a_volume_is_shared_and_the_layer_is_not():
    agenda, volume = Agenda(), Storage("shared")
    first = sh("echo v > /v/f; echo l > /tmp/f; sleep 9", mounts={"/v": Mount(volume)}, agenda=agenda)
    second = sh("sleep 1; cat /data/f; cat /tmp/f 2>/dev/null || echo own", mounts={"/data": Mount(volume)}, agenda=agenda)
    first.run()

    assert second.lines == [(1, "v"), (1, "own")]


def test_one_container_waits_for_a_file_of_another():
    agenda, volume = Agenda(), Storage("shared")
    sh("sleep 7; touch /v/go; sleep 99", mounts={"/v": Mount(volume)}, agenda=agenda)
    waiting = sh("until [ -f /v/go ]; do sleep 2; done; echo went", mounts={"/v": Mount(volume)}, agenda=agenda)
    waiting.run()

    assert waiting.lines == [(8, "went")]


@pytest.mark.parametrize(
    ("script", "output"),
    [
        pytest.param("cat /etc/config/key; ls /etc/config", "valuekey\nother\n", id="keys are files"),
        pytest.param("echo x > /etc/config/key; echo $?", "sh: can't create /etc/config/key: read-only file system\n1\n", id="they cannot be written"),
        pytest.param("rm /etc/config/key; echo $?", "rm: can't remove '/etc/config/key': Read-only file system\n1\n", id="nor removed"),
        pytest.param("touch /etc/config/new; echo $?", "touch: Read-only file system\n1\n", id="nor new ones made"),
        pytest.param("cp -rLf /etc/config/* /tmp/; ls /tmp", "key\nother\n", id="but copied"),
        pytest.param("rm -r /etc; echo $?", "rm: can't remove '/etc': Device or resource busy\n1\n", id="what is mounted stays"),
    ],
)
def test_a_configuration_volume(script, output):
    volume = Storage("config", read_only=True, entries={"key": "value", "other": ""})

    assert output_of(script, **{"etc/config": Mount(volume)}) == output


def test_a_sub_path_mounts_one_file_or_directory():
    config = Storage("config", read_only=True, entries={"nginx.conf": "conf\n"})
    data = Storage("data")

    output = output_of("cat /etc/nginx/nginx.conf; echo x > /logs/f", **{"etc/nginx/nginx.conf": Mount(config, "nginx.conf"), "logs": Mount(data, "app/logs")})

    assert output == "conf\n"
    assert isinstance(Files(Agenda(), Storage("layer"), {"/d": Mount(data)}).node("/d/app/logs/f"), File)


def test_a_read_only_mount_of_a_shared_volume():
    assert output_of("echo x > /v/f; echo $?", v=Mount(Storage("v"), read_only=True)) == "sh: can't create /v/f: read-only file system\n1\n"


def test_a_read_only_layer():
    container = Container("sh", "-c", "echo no")
    layer = Storage("layer", read_only=True)
    files = Files(container.agenda, layer, {"/tmp": Mount(Storage("tmp"))})

    assert files.find("/app").read_only
    assert not files.find("/tmp/x").read_only


def test_every_change_is_told_and_raises_the_version():
    volume = Storage("v")
    told: list[int] = []
    volume.watch(lambda storage: told.append(storage.used_bytes))
    container = sh("echo hello > /v/f; cat /v/f > /dev/null; rm /v/f; rm -f /v/f", mounts={"/v": Mount(volume)}).run()

    assert told == [0, 6, 0]
    assert container.files.version >= 3


@pytest.mark.parametrize("path", ["/no/such/binary", "nonexistent-command", "/bin/does-not-exist", "./missing", "/bin/nope", "program-not-found"])
def test_names_that_say_that_there_is_nothing(path):
    assert says_absent(path)
    assert missing_binary([path, "argument"])


@pytest.mark.parametrize("path", ["/app/server", "node", "/usr/bin/notify", "nodetool", "/opt/nope-not", "no-op", "/usr/local/bin/docker-entrypoint.sh"])
def test_names_that_do_not(path):
    assert not missing_binary([path])


def test_no_command_at_all_is_not_missing():
    assert not missing_binary([])


@pytest.mark.parametrize(
    ("argv", "understood"),
    [
        (["sh", "-c", "echo"], True),
        (["/bin/sh", "-exc", "echo"], True),
        (["/bin/bash", "-c", "exec /server"], True),
        (["sleep", "3600"], True),
        (["tail", "-f", "/dev/null"], True),
        (["/usr/bin/env", "A=1", "sh", "-c", "x"], True),
        (["tini", "--", "/bin/sh", "-c", "x"], True),
        (["timeout", "5", "x"], True),
        (["cat", "/tmp/healthy"], True),
        (["sh"], True),
        (["stress", "--vm", "1"], True),
        (["/app/server"], False),
        (["nginx", "-g", "daemon off;"], False),
        (["tini", "--", "/app/server"], False),
        (["sh", "/entrypoint.sh"], False),
        (["python", "-c", "print()"], False),
        ([], False),
        (["sh", "-c", "x" * 40_000], False),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else str(value),
)
def test_which_commands_are_simulated(argv, understood):
    assert understands(argv) == understood


def test_a_script_in_a_mounted_volume_is_understood():
    files = Files(Agenda(), Storage("layer"), {"/scripts": Mount(Storage("scripts", entries={"run.sh": "#!/bin/sh\necho hi\n"}))})

    assert understands(["/scripts/run.sh"], files)
    assert understands(["sh", "/scripts/run.sh"], files)
    assert not understands(["sh", "/scripts/other.sh"], files)
