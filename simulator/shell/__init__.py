"""A container's command, run in virtual time: the shell subset of the contract, section 3.1. What others may use is named here."""

from simulator.shell.files import Files, Mount
from simulator.shell.host import Exit, Host, ProgramRole
from simulator.shell.processes import Execution, Processes
from simulator.shell.programs import missing_binary, understands
from simulator.shell.storage import Storage
from simulator.shell.text import size_of

__all__ = ["Execution", "Exit", "Files", "Host", "Mount", "Processes", "ProgramRole", "Storage", "missing_binary", "size_of", "understands"]
