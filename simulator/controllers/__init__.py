"""What do controllers do with the pods of their templates? One module per controller, under Kubernetes' own name: pure functions from pods to a `Plan`.

`controller_manager` looks at the pods, asks the function of the kind and carries the plan out through the API server.
"""
