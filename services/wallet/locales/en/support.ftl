# The officers' page that reads support codes.

support-title = Support code
support-lead = Type the code that the person reads out.
support-read = Read the code
support-wrong = This is not a code. Ask for it once more.
support-where = Page and step
support-problem = What went wrong
support-none = Nothing
support-when = When
