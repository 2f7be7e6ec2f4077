"""Where mail is read from: mbox files, Maildirs, .eml files and IMAP servers. All only read."""
