"""How much is too much? Every limit, named, with its reason.

A limit met while loading is a problem of the input; one met while running is the trace's last record (`limit:NAME`).
"""

from simulator.units import DAY_MS, HOUR_MS

MAX_INPUT_BYTES = 4 << 20
"""All documents of one scenario together. etcd refuses objects over 1.5 MiB, so this holds any real manifest with room for its neighbours."""

MAX_YAML_DEPTH = 64
"""Nesting of a document. Kubernetes' deepest field of a pod is below 20; recursion in parsers above 5,000 ends a process."""

MAX_YAML_NODES = 150_000
"""Scalars, lists and maps in all documents. Real manifests have one in 14 to 20 bytes, so this is over 2 MiB of them; libyaml takes 0.4 s for so many."""

MAX_YAML_ALIASES = 10_000
"""Aliases in all documents; each may repeat nodes only within MAX_YAML_NODES, so that nine lines cannot become a billion nodes. Programs that write YAML make
one for everything that is said twice."""

MAX_DOCUMENTS = 2_000
"""Documents and list items: a rendered chart of an operator with its CRDs has about 200."""

MAX_PROBLEMS = 200
"""Problems listed for one input; the last line says that there are more."""

MAX_EXPANSION_CHARACTERS = 1 << 16
"""What `$(NAME)` may add to one container's environment and command; Linux takes 128 KiB for one argument."""

MAX_MESSAGE_LENGTH = 1_000
"""Characters of one problem's message; the longest of Kubernetes' own has about 400."""

MAX_PODS = 500
"""Pods that exist at once or are made by controllers at the start. A real node takes 110."""

MAX_PODS_MADE = 2_000
"""Pods that controllers make in one run: a Job that fails for ever, a ReplicaSet whose pods are evicted again and again. Each has its rows in the chart."""

MAX_CONTAINERS = 2_000
"""Containers in all pods together."""

MAX_ACTIONS = 1_000
"""Actions of a scenario."""

MAX_RECORDS = 1_000_000
"""Records of one trace; at 200 bytes each this is what a browser still holds."""

MAX_UNTIL_MS = 366 * DAY_MS
"""The longest virtual time that can be asked for."""

DEFAULT_UNTIL_MS = 1 * HOUR_MS
"""Contract, section 1: without `until` a run ends when nothing can change any more, at most after this."""
