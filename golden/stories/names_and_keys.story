# Whom a text means: one's own key before a name, and nobody's key or name before another's.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
> open bright agency
> open stranger
> open client under bright key cust-42 by bright
> open squatter called cust-42 under stranger by stranger/admin
? who cust-42 by bright
= account client
? who key:cust-42 by bright
= account client
? who cust-42 by stranger
= account squatter
? who key:cust-42 by stranger
! account_is_unknown
? who cust-42                            # the platform did not name it
! account_is_unknown
> open big called cust-42                # tops' names are the platform's to give
? who cust-42
= account big
? who cust-42 by stranger
= account squatter

# In the agency's own tree nobody takes its keys, early or late.
> open inner called cust-42 under client by client
! name_is_taken
= field /name
> open first under client key cust-1 by client
> open second called cust-2 under client by client
> open one under bright key cust-1 by bright
> open two under bright key cust-2 by bright
? who cust-1 by bright
= account one
? who cust-2 by bright
= account two
? who cust-1 by client
= account first
? who cust-2 by client
= account second

# A key is given from above.
> update client key cust-9 by client
! role_is_too_low
= field /key
> update bright key mine by bright
! role_is_too_low
> update first key cust-7 by bright
? who cust-7 by bright
= account first
> update first key cust-8 by client      # what was given above stays
! role_is_too_low
> update two key key:x by bright
! field_is_invalid
> update two key acc_two by bright
! field_is_invalid
> update two key client by bright        # a name that it uses itself
! key_is_taken
> update two key none by bright
? who cust-2 by bright
= account second

# Numbers are the platform's.
> open numbered under bright number 9007199254740991 by bright
! role_is_too_low
= field /number
> open last number 9007199254740991
> open beyond number 9007199254740992
! field_is_invalid
> open after

# An alias is unique everywhere.
> alias client bright-client by bright
! role_is_too_low
> alias client bright-client
> alias squatter bright-client
! name_is_taken
> alias squatter bright
! name_is_taken
? who bright-client
= account client
? who bright-client by bright
= account client
? who bright-client by stranger
! account_is_unknown
> alias client none
? who bright-client
! account_is_unknown

# A name that the platform gave to two is nobody's alone.
> open north called branch under bright
? who branch
= account north
> open south called branch under stranger
? who branch
! reference_is_ambiguous
? who branch by stranger
= account south
