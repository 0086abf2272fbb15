"""Which ConfigMaps are in every namespace without anybody's manifest? A control plane or a mesh publishes them, so pods rely on them."""

PUBLISHED = frozenset(
    {
        ("ConfigMap", "kube-root-ca.crt"),
        ("ConfigMap", "openshift-service-ca.crt"),
        ("ConfigMap", "istio-ca-root-cert"),
        ("ConfigMap", "linkerd-identity-trust-roots"),
    }
)
"""(kind, name): kube-controller-manager's root CA publisher, OpenShift's service CA, Istio's and Linkerd's trust roots. An input may still bring its own."""
