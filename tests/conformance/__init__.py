"""Does the simulator do what a real kubelet does? Cases of folders that nobody here made up, driven and checked to the last expectation.

`python -m tests.conformance FOLDER_OR_FILE...` prints one line per expectation that does not hold.
"""
