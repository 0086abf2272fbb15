"""What do we tell a person about a spec or a run? Advice before it runs (`lint`), reasons (`explanations`) and the way to Ready (`critical_path`) after it."""
