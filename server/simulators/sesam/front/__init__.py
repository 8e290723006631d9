"""The front-end of télétransmission, made of code: files come by SMTP, answers lie in POP3."""
