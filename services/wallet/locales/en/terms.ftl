# Names of claims that the published type metadata does not have.

term-given-name = Given name
term-portrait = Portrait
term-number = Number
term-job-title = Job title
term-contract = Contract
term-start-date = Start date
term-end-date = End date
term-valid-from = Valid from
term-valid-until = Valid until
term-organisation-identifier = Organisation identifier
term-paid-by-identifier = Paid by (identifier)
term-yes = Yes
term-no = No
