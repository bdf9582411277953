

# What the lab adds. Debian's refuses to run outside a virtual environment; Nix's is as Python has it.
def _ensurepip_is_disabled_in_debian_for_system():
    pass


# The same pip, compiled beforehand: nearly half the lab's time would go into compiling it for each app.
_run_pip_of_the_wheel = _run_pip


def _run_pip(args, additional_paths=None):
    if args[0] == "install":
        args = ["install", "--no-compile", *args[1:]]
    return _run_pip_of_the_wheel(args, ["/nix/store/lab-pip/lib", *(additional_paths or [])])
