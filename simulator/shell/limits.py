"""How much may a container's script do, and how fast is the machine that it runs on? Every limit and rate, named, with its reason.

What is over a limit fails as it would on a real machine whose limit is low (`fork` refused, value cut, disk full), or counts as busy for ever; it is
never an error of the simulator.
"""

MAX_SCRIPT_BYTES = 32 << 10
"""One script. The grammar needs quadratic time for a few hostile texts, 0.8 s at this size; the longest script in our manifests has 1.5 KiB.
A longer one counts as a program known only by its role."""

MAX_NESTING = 50
"""Compound commands and substitutions inside each other; the conversion of a syntax tree recurses four Python frames a level."""

MAX_CALL_DEPTH = 500
"""Functions calling each other. A real shell ends with a segmentation fault some thousand calls down."""

MAX_EXPRESSION_DEPTH = 40
"""Parentheses and operators inside each other in an arithmetic expression, a test or a pattern; each recurses up to fifteen Python frames."""

MAX_TEXT_BYTES = 64 << 10
"""What is really kept of a value, a file or a line in a pipe; beyond it only the size counts (`text.Swollen`)."""

MAX_SHELL_BYTES = 4 << 20
"""Text really kept in all variables of one shell; a value that does not fit keeps only its size."""

MAX_VARIABLES = 4_096
"""Variables and functions of one shell, each; a shell that wants more ends with `out of memory`."""

MAX_FIELDS = 20_000
"""Words that one command line expands to; a real one ends at `Argument list too long`, 2 MiB."""

MAX_PROCESSES = 128
"""Processes of one container at once, so that a fork bomb ends with `Resource temporarily unavailable`, as with a pids limit."""

MAX_STEPS_PER_INSTANT = 50_000
"""Commands and rounds of loops of one container without any virtual time passing: 0.3 s of ours. Whoever needs more counts as busy for ever."""

MAX_STEPS = 5_000_000
"""Commands of one container's life. A loop once a second with five commands in it makes 3 million in a week."""

MAX_FILES = 10_000
"""Files and directories of one storage; then `No space left on device`, as when the inodes are used up."""

MAX_STORAGE_TEXT_BYTES = 8 << 20
"""Contents really kept of all files of one storage; beyond it a file keeps only its size."""

MAX_PATH_PARTS = 64
"""Directories inside each other; Linux ends at 4,096 bytes of path."""

MAX_OUTPUT_BYTES = 16 << 10
"""Output kept of an exec probe or hook. The kubelet itself reads 10 KiB (pkg/probe/exec, maxReadLength, 1.36)."""

MAX_NOTES = 50
"""Remarks about one container's script; each is kept once."""

MAX_PENDING_SIGNALS = 64
"""Signals of one process waiting for their trap."""

MAX_TRAPS_IN_TRAPS = 20
"""Traps that interrupt each other. A trap that sends its own signal would go down for ever, and each level remembers those above it."""

PIPE_BYTES = 64 << 10
"""What a pipe holds before its writer waits: Linux' default."""

LINK_HOPS = 40
"""Symbolic links followed in one path: Linux' MAXSYMLINKS."""

DISK_BYTES_PER_SECOND = 180 << 20
"""`dd` into an emptyDir: the median of the recordings' 18 writes of 20 to 310 MiB (eviction folder), which went at 39 MiB/s to 2.4 GiB/s."""

DISK_SLICE_BYTES = 64 << 20
"""A long write reaches the disk in slices of at most this, so that the node sees the disk fill up."""

MEMORY_BYTES_PER_SECOND = 2 << 30
"""A program filling memory (`dd bs=`, `stress`, `tail /dev/zero`): about what one core writes; in the recordings 1,900 MiB were seen after less than 1 s."""

SHELL_BYTES_PER_SECOND = 256 << 20
"""A shell copying a long value, which it does byte by byte: in the recordings `a=$a$a` took 85 to 178 ms to go over 20 MiB."""

STEP_NANOSECONDS = 2_000
"""One command of a shell's endless loop, for the arithmetic of its growth."""

REPORTED_GROWTH = 16
"""A process' memory is reported when it changed by one part in this many."""

MIN_REPORTED_BYTES = 1 << 20
"""Below this a process' memory is not worth reporting; a shell and its tools take a few hundred KiB."""

MAX_MATCH_STEPS = 2_000_000
"""Comparisons of one match of a pattern or regular expression; what takes longer does not match."""
