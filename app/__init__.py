"""The program: window, command line, and the worker process between them and the nodes."""
