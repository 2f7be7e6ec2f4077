"""Files that ship with the package: the sample mailbox of `careerops demo` and its labels."""
