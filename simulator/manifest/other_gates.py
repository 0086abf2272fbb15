"""Which feature gates exist in Kubernetes 1.27 to 1.36 and change nothing here?

pkg/features/kube_features.go and apiserver/pkg/features. A real node's configuration names them; they are accepted and have no effect.
"""

OTHER_GATES = frozenset(
    (
        "RotateKubeletServerCertificate",
    )
)
