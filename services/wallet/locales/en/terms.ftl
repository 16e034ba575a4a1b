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

# Purposes of the policies and of the list of purposes that come with the verifier.
purpose-who-you-are = To confirm who you are and which organisation you work for.
purpose-who-and-when = To confirm who you are, which organisation you work for, and when it said so.
purpose-entitlement = To see your certificate of entitlement for the year.
purpose-separation = To enrol you with the pension fund by what your organisation says.
purpose-try = To try out a credential.
purpose-identification = To know who somebody is and for whom they work
purpose-premises = To let somebody into a building or a system
purpose-travel = To clear somebody for travel
purpose-training = To see that somebody completed a training
purpose-transfer = To take somebody over from another organisation
purpose-pension = To pay a pension
