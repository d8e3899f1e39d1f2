"""`python -m scikit_learn_image train|serve`: what SageMaker runs by name; each imports only what it needs."""

import sys


def main(arguments: list[str]) -> int:
    """Run one command; 2 when it is none of ours."""
    if arguments == ["train"]:
        from framework.trainer import train

        return train()
    if arguments == ["serve"]:
        from framework.server import serve

        from scikit_learn_image.defaults import ScikitLearnDefaults

        return serve(ScikitLearnDefaults())
    sys.stderr.write("usage: scikit_learn_image train|serve\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
