"""Killing the installed program on purpose, and judging what became of every mail.

- `inputs`: the mails, numbered, in conversations, of known meaning
- `recorder`: the outside world as a process of its own, a language model and WhatsApp
- `outside`: starting the recorder, commanding it, reading what it wrote
- `faulty_program`: put on PYTHONPATH, fault points and deliberate breakages in the program
- `plan`: a seeded list of faults
- `lane`, `sqlite_lane`: where the program runs, as a configuration object
- `member`: one process of the program, and everything that may be done to it
- `driver`: applies a plan to a lane
- `evidence`, `collect`: what is known when it is over
- `oracle`: pure, evidence in, complaints out
- `report`: seeds and results of a long run, as JSON and Markdown
"""
