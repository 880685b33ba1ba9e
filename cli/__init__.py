"""The commands of `huijian`, one file a group.

A command only reads its options, calls one function of the house and prints what came back. Heavy modules are imported
inside the commands, so that `huijian --help` answers at once.
"""
