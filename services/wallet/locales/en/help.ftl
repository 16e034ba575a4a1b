# Whom to call, on every page.

help-title = Need help?
help-call = Call us
help-call-before = Call us:
help-hours = Hours: { $hours }
help-code-before = Support code:
help-code-what = Read this code out on the telephone. It says which page you are on and what went wrong, and nothing about you.
help-never = Nobody will ask for your PIN on the telephone or in a message. We never send you a link to sign in.
