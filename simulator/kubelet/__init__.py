"""The kubelet, one module per subsystem under Kubernetes' own name; `kubelet.py` wires them."""
