# Going up reserves fee and tax of the next period; the renewal captures exactly that, and the
# renewal after it is charged as usual.
at 2026-04-01
catalog taxed
> open acme country RU
> pay acme 1000
> subscribe acme small as s1
= line charge small 100.00 tax 20.00   # 20 %
= due 120.00, reserved 0.00
at 2026-04-16
> change s1 large
= line credit small -50.00 tax -10.00  # half of April is left: 50.00 - 100.00, 10.00 - 20.00
= line charge large 100.00 tax 20.00   # 15/30 * 200, 15/30 * 40
= due 60.00
= reserved 240.00                      # 200 + 40 for May
= next 2026-05-01 240.00
? balance acme
= available 580.00, held 240.00        # 1000 - 120 - 60 - 240
? holds acme
= hold s1 240.00
? subscription s1
= reserved 240.00, billed 150.00, billed_tax 30.00
at 2026-05-01
? balance acme
= available 580.00, held 0.00
? holds acme
= hold none
? subscription s1
= reserved none, period 2026-05-01 to 2026-06-01, billed 200.00, billed_tax 40.00
? house USD
= revenue 150.00, deferred_revenue 200.00, tax_payable 70.00   # tax 20 - 10 + 20 + 40
? entries acme last 2
= entry recognition revenue +150.00 deferred_revenue -150.00
= entry capture held -240.00 deferred_revenue +200.00 tax_payable +40.00
at 2026-06-01
? balance acme
= available 340.00, held 0.00          # 580 - 240: nothing was reserved
