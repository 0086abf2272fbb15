"""Virtual time: the agenda, tasks that wait on it, draws from named random streams, and the one door of the trace."""
