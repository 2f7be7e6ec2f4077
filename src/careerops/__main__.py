"""`python -m careerops`: the same as the installed `careerops`."""

from careerops.cli.main import main

if __name__ == "__main__":
    main()
