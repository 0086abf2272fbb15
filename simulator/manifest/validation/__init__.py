"""Which pods does the API server refuse?

pkg/apis/core/validation/validation.go (1.36). One module per area; a rule is a function of plain data that yields findings with paths and Kubernetes' own
messages. The data is a clean copy with defaults, so rules may trust types.
"""
