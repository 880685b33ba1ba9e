"""The challenger's process; a module of its own, so that what is sent has one name at both ends of the pipe."""

from serving.shadow.judge import main

main()
