"""How does a text say that images are pulled one by one, or all at once, and stay as it is otherwise?"""

from __future__ import annotations

from simulator.manifest.documents import Role, sort_documents
from simulator.manifest.editing import documents_of, readable
from simulator.manifest.kubelet_document import KubeletFile, said_last, unchecked
from simulator.manifest.text_edits import appended
from simulator.manifest.value_edits import KUBELET_HEAD, with_value

SERIALIZE, MOST = "serializeImagePulls", "maxParallelImagePulls"


def with_parallel_pulls(text: str, *, parallel: bool) -> str:
    """The text with `serializeImagePulls` of its KubeletConfiguration set, where it was said last, else in the main file; one is added where there is none.

    A limit on parallel pulls would be refused beside serial ones, so it becomes 1. Raises ManifestError if the text is not YAML, and for layouts in which the
    field cannot be changed by itself.
    """
    text = readable(text)
    if not parallel:
        for index, each in enumerate(_files(text)):
            most = each.document.root.get(MOST)
            if isinstance(most, int) and most > 1:
                text = with_value(text, _files(text)[index].document, (MOST,), 1)
    file, _ = said_last(_files(text), lambda file: file.document.root.get(SERIALIZE) is not None)
    if file is None:
        return text if not parallel else appended(text, f"{KUBELET_HEAD}{SERIALIZE}: false\n")
    return text if file.document.root.get(SERIALIZE) is (not parallel) else with_value(text, file.document, (SERIALIZE,), not parallel)


def _files(text: str) -> list[KubeletFile]:
    return unchecked(document for document, _, _ in sort_documents(documents_of(text)).of(Role.KUBELET))
