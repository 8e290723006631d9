"""A network scanner made of code: it speaks eSCL over real sockets, with fabricated sheets.

It judges what it is asked before it answers, and shares no code with the client it judges.
"""
