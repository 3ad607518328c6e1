"""`python -m planaria` is the command."""

from planaria.app.cli import main

if __name__ == "__main__":
    main()
