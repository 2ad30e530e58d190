# Closing an account ends what is live, gives nothing back but what was reserved, and charges
# nothing more.
at 2026-04-01
catalog taxed
> open acme country RU
> pay acme 1000
> subscribe acme small as s1
at 2026-04-16
> change s1 large
? balance acme
= available 580.00, held 240.00        # 1000 - 120 - 60 - 240
at 2026-04-20
> status acme closed
? subscription s1
= status ended, ended 2026-04-20, reserved none, deferred 0.00
? balance acme
= available 820.00, held 0.00          # 580 + 240
? house USD
= revenue 150.00, deferred_revenue 0.00, tax_payable 30.00
> change s1 huge
! account_is_closed
> pay acme 10
! account_is_closed
at 2026-05-01
? balance acme
= available 820.00
