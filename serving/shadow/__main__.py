"""Entry of the challenger's process; separate, so that pickled classes have one name at both ends of the pipe."""

from serving.shadow.judge import main

main()
