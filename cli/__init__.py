"""The command line `huijian`, one module a group of commands.

A command reads its options, calls one function of the project and prints the result. Heavy modules are imported inside
the commands, so that `huijian --help` answers at once.
"""
